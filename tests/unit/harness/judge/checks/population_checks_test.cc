// A chain in use: one balance, one delegation, one vote that is lost is found, and nothing is said when none is.
#include <gmock/gmock.h>

#include "harness/judge/checks/checklist.h"
#include "localnet/cosmos/population.h"
#include "tests/unit/support/made_journal.h"

namespace rehearse {
namespace {

using made::item;
using made::not_passed;
using record::Json;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr int kAccounts = 5;

void tell(made::Upgrade& u, const char* question, std::map<std::string, std::string> args, const Json& value) {
  for (const auto& [when, checkpoint] : {std::pair{made::at::kBefore, kBefore}, {made::at::kAnswers, kAfter}})
    u.add(when, "validator-1", record::Answered{checkpoint, question, args, 0, "rest", true, false, value, ""});
}

made::Upgrade in_use() {
  auto u = made::healthy();
  u.scenario.after = {"state-in-use"};
  u.scenario.network.population = {kAccounts, 4, 0, 2};
  Json owners = {{{"address", "ve1another"}, {"balance", {{"amount", "7"}}}}};
  for (int i = 1; i <= kAccounts; ++i)
    owners.push_back({{"address", generated_account(i, "ve")}, {"balance", {{"amount", std::to_string(1'000'000 + i)}}}});
  tell(u, "balances", {}, owners);
  for (int i = 1; i <= 4; ++i)
    tell(u, "delegations", {{"validator", "vevaloper1operator" + std::to_string(i)}},
         {{{"delegation", {{"delegator_address", generated_account(i, "ve")}, {"shares", "1000"}}}}});
  tell(u, "proposal", {{"id", "1"}}, {{"status", "PROPOSAL_STATUS_VOTING_PERIOD"}});
  tell(u, "votes", {{"id", "1"}}, {{{"voter", "ve1account1"}}, {{"voter", "ve1account2"}}});
  return u;
}

TEST(PopulationChecks, NothingIsSaidWhenNothingIsLost) {
  EXPECT_THAT(not_passed(in_use()), ElementsAre());
  EXPECT_EQ(item(in_use().judged(), "Every Balance Kept").actual, "5 compared");
  EXPECT_EQ(item(in_use().judged(), "Votes Under Way Kept").actual, "2 votes");
}

TEST(PopulationChecks, OneBalanceOfThousandsIsFound) {
  auto u = in_use();
  u.answer(kAfter, "balances").value[3]["balance"]["amount"] = "1";
  EXPECT_THAT(not_passed(u), ElementsAre("Every Balance Kept (network): fail"));
  EXPECT_EQ(item(u.judged(), "Every Balance Kept").message, generated_account(3, "ve") + " has 1, not 1000003");
}

TEST(PopulationChecks, ABalanceOfSomebodyElseMayChange) {
  auto u = in_use();
  u.answer(kAfter, "balances").value[0]["balance"]["amount"] = "1";
  EXPECT_THAT(not_passed(u), ElementsAre());
}

TEST(PopulationChecks, ALostDelegationIsFound) {
  auto u = in_use();
  u.answers(kAfter, "delegations").at(2)->value = Json::array();
  EXPECT_THAT(not_passed(u), ElementsAre("Every Delegation Kept (network): fail"));
}

TEST(PopulationChecks, ALostVoteIsFound) {
  auto u = in_use();
  u.answer(kAfter, "votes").value.erase(1);
  EXPECT_THAT(not_passed(u), ElementsAre("Votes Under Way Kept (network): fail"));
}

TEST(PopulationChecks, AVoteThatEndedInTheUpgradeIsFound) {
  auto u = in_use();
  u.answer(kAfter, "proposal").value["status"] = "PROPOSAL_STATUS_REJECTED";
  EXPECT_THAT(not_passed(u), ElementsAre("Votes Under Way Kept (network): fail"));
}

TEST(PopulationChecks, AccountsThatWereNeverThereProveNothing) {
  auto u = in_use();
  u.answer(kBefore, "balances").value.erase(1);
  EXPECT_THAT(not_passed(u), ElementsAre("Every Balance Kept (network): inconclusive"));
}

// --- In the genesis

TEST(Population, IsInTheGenesisAndLeavesPowersAsTheyAre) {
  GenesisSpec spec;
  spec.bech32_prefix = "ve", spec.denom = "uve";
  spec.validators = {{"a", "", {}, 3'000'000}, {"b", "", {}, 2'000'000}};
  populate(spec, {10, 5, 0});
  EXPECT_EQ(spec.accounts.size(), 10u);
  ASSERT_EQ(spec.delegations.size(), 5u);
  EXPECT_EQ(spec.delegations[1].validator, 1u);
  EXPECT_EQ(spec.delegations[1].account, generated_account(2, "ve"));
  std::int64_t delegated = 0;
  for (const auto& d : spec.delegations) delegated += d.tokens;
  EXPECT_LT(delegated, 1'000'000);
}

TEST(Population, VotesAreOnAProposalThatStaysOpen) {
  const Json none = {{"app_state", {{"gov", {{"starting_proposal_id", "1"}, {"proposals", Json::array()}, {"votes", Json::array()}}}}}};
  auto genesis = none;
  add_votes(genesis, {10, 0, 0, 0}, "ve");
  EXPECT_EQ(genesis, none);
  add_votes(genesis, {10, 0, 0, 3}, "ve");
  const auto& gov = genesis["app_state"]["gov"];
  EXPECT_EQ(gov["starting_proposal_id"], "2") << "the upgrade's is the next";
  ASSERT_EQ(gov["votes"].size(), 3u);
  EXPECT_EQ(gov["votes"][2]["voter"], generated_account(3, "ve"));
  ASSERT_EQ(gov["proposals"].size(), 1u);
  EXPECT_EQ(gov["proposals"][0]["status"], "PROPOSAL_STATUS_VOTING_PERIOD");
}

TEST(Population, RecordsAreMadeOfTheProfilesTemplate) {
  Json genesis = {{"app_state", {{"veid", {{"records", Json::array()}}}}}};
  add_records(genesis, {{"app_state.veid.records", {{"owner", "{account}"}, {"id", "record-{ordinal}"}, {"score", 71}}}}, {2, 0, 3}, {}, "ve",
              "profile.yaml");
  const auto& records = genesis["app_state"]["veid"]["records"];
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[2], (Json{{"owner", generated_account(1, "ve")}, {"id", "record-3"}, {"score", 71}}));
}

}  // namespace
}  // namespace rehearse
