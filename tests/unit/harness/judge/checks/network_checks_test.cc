// The four items of the "Network-Wide Verification": one changed fact, one item that fails.
#include <gmock/gmock.h>

#include "tests/unit/support/made_journal.h"

namespace rehearse {
namespace {

using made::healthy;
using made::item;
using made::not_passed;
using record::Outcome;
using testing::ElementsAre;

TEST(NetworkChecks, EachIsPassedByAHealthyUpgrade) {
  const auto record = healthy().judged();
  for (const char* title :
       {"Validator Versions", "Block Production", "Active Validators", "Jailed Validators"})
    EXPECT_EQ(item(record, title).outcome, Outcome::pass) << title;
}

// Both items read the same answer: see ValidatorChecks.
TEST(NetworkChecks, ValidatorVersionsNamesTheNodesOnAnotherVersion) {
  auto u = healthy();
  u.answer("after", "app-version", "validator-2").value = "v1.0.0";
  u.answer("after", "app-version", "validator-4").value = "v2.0.1";
  EXPECT_THAT(not_passed(u), ElementsAre("Version (validator-2): fail", "Version (validator-4): fail",
                                         "Validator Versions (network): fail"));
  EXPECT_EQ(item(u.judged(), "Validator Versions").message, "not on v2.0.0: validator-2, validator-4");
}

// A node that is behind the others is behind the last block, which Sync Status asks of each node.
TEST(NetworkChecks, BlockProductionFailsWithFewerBlocksThanAskedForAndSoDoesSyncStatus) {
  auto u = healthy();
  std::erase_if(u.made, [](const auto& e) {
    const auto* h = std::get_if<record::HeadSeen>(&e.body);
    return h && e.node == "validator-4" && h->store_height == made::kLast;
  });
  EXPECT_THAT(not_passed(u),
              ElementsAre("Sync Status (validator-4): fail", "Block Production (network): fail"));
  EXPECT_EQ(item(u.judged(), "Block Production").message, "behind: validator-4");
}

TEST(NetworkChecks, ActiveValidatorsFailsWhenOneIsNotBonded) {
  auto u = healthy();
  u.answer("after", "validators").value[3]["status"] = "BOND_STATUS_UNBONDING";
  EXPECT_THAT(not_passed(u), ElementsAre("Active Validators (network): fail"));
  EXPECT_EQ(item(u.judged(), "Active Validators").message, "not bonded: validator-4");
}

TEST(NetworkChecks, ActiveValidatorsFailsWhenOneIsNotListed) {
  auto u = healthy();
  u.answer("after", "validators").value.erase(1);
  EXPECT_THAT(not_passed(u), ElementsAre("Active Validators (network): fail"));
  EXPECT_EQ(item(u.judged(), "Active Validators").message, "not bonded: validator-2");
}

TEST(NetworkChecks, JailedValidatorsFailsByTheFlag) {
  auto u = healthy();
  u.answer("after", "validators").value[0]["jailed"] = true;
  EXPECT_THAT(not_passed(u), ElementsAre("Jailed Validators (network): fail"));
  const auto r = u.judged();
  EXPECT_EQ(item(r, "Jailed Validators").message, "jailed: validator-1");
  ASSERT_TRUE(r.diagnosis);
  EXPECT_EQ(r.diagnosis->cause, Cause::validator_jailed);
  EXPECT_THAT(r.diagnosis->affected_nodes, testing::ElementsAre("validator-1"));
}

TEST(NetworkChecks, AValidatorThatMissedNoBlocksIsJailedByTheRelease) {
  auto u = healthy();
  u.answer("after", "validators").value[0]["jailed"] = true;
  EXPECT_EQ(u.judged().diagnosis.value().owner, "release");
  for (auto* s : u.all<record::Surveyed>()) s->parameters["slashing"]["min_signed_per_window"] = "0.9";
  for (auto* b : u.all<record::BlockSeen>())
    if (b->height > 4) b->signatures[0] = {"", 1};
  EXPECT_EQ(u.judged().diagnosis.value().owner, "operator") << "it missed more than 10 of 100";
}

TEST(NetworkChecks, JailedValidatorsIsInconclusiveWhenTheChainListsNone) {
  auto u = healthy();
  u.answer("after", "validators").value = record::Json::array();
  EXPECT_THAT(not_passed(u),
              ElementsAre("Active Validators (network): fail", "Jailed Validators (network): inconclusive", "Validators Kept (network): skipped"));
}

// --- Of a network that somebody else runs

made::Upgrade of_another_network() {
  auto u = healthy();
  auto& conditions = u.all<record::RunStarted>().front()->conditions;
  conditions["seen-from-outside"] = true, conditions["peers"] = 1;
  return u;
}

TEST(OfOthers, WhatNeedsTheirMachinesIsSkipped) {
  const auto record = of_another_network().judged();
  EXPECT_EQ(item(record, "Memory", "validator-1").message, "needs the node's machine");
  EXPECT_EQ(item(record, "Recent Errors", "validator-1").message, "needs the node's log");
  EXPECT_THAT(not_passed(record), testing::Each(testing::EndsWith("skipped")));
}

TEST(OfOthers, ANodeThatDoesNotAnswerFails) {
  auto u = of_another_network();
  std::erase_if(u.made, [](const auto& e) { return std::holds_alternative<record::HeadSeen>(e.body) && e.node == "validator-3"; });
  EXPECT_EQ(item(u.judged(), "Sync Status", "validator-3").message, "it does not answer");
}

TEST(OfOthers, EachMayHaveAVersionOfItsOwn) {
  auto u = of_another_network();
  u.answer("after", "app-version", "validator-2").value = "v2.0.1";
  EXPECT_EQ(item(u.judged(), "Version", "validator-2").outcome, Outcome::fail);
  u.all<record::RunStarted>().front()->conditions["versions"] = {{"validator-2", "v2.0.1"}};
  EXPECT_EQ(item(u.judged(), "Version", "validator-2").outcome, Outcome::pass);
  EXPECT_EQ(item(u.judged(), "Validator Versions").outcome, Outcome::pass);
}

TEST(OfOthers, WhoIsJailedOutsideOfThoseNamedIsNoneOfOurs) {
  auto u = of_another_network();
  u.answer("after", "validators").value.push_back({{"operator_address", "another"}, {"description", {{"moniker", "stranger"}}}, {"jailed", true}, {"status", "BOND_STATUS_UNBONDING"}});
  EXPECT_EQ(item(u.judged(), "Jailed Validators").outcome, Outcome::pass);
  u.answer("after", "validators").value[1]["jailed"] = true;
  EXPECT_EQ(item(u.judged(), "Jailed Validators").message, "jailed: validator-2");
}

TEST(OfOthers, WhoseKeyIsNotKnownIsNotJudgedByIt) {
  auto u = of_another_network();
  for (auto& m : u.all<record::NetworkPlanned>().front()->members)
    if (m.name == "validator-1") m.operator_address.clear(), m.consensus_address.clear(), m.node_id.clear();
  for (auto& e : u.made)
    if (auto* a = std::get_if<record::Answered>(&e.body); a && a->question == "validators" && a->checkpoint == "after") e.node = "validator-2";
  EXPECT_EQ(item(u.judged(), "Active Validators").outcome, Outcome::inconclusive);
  EXPECT_EQ(item(u.judged(), "Jailed Validators").outcome, Outcome::inconclusive);
  EXPECT_EQ(item(u.judged(), "Validator Signing", "validator-1").message, "it did not say with which key it signs");
}

TEST(OfOthers, OnePeerIsEnoughWhereNoMoreAreAskedFor) {
  auto u = of_another_network();
  u.answer("after", "peers", "validator-1").value = "1";
  EXPECT_EQ(item(u.judged(), "Peer Count", "validator-1").outcome, Outcome::pass);
  u.answer("after", "peers", "validator-1").value = "0";
  EXPECT_EQ(item(u.judged(), "Peer Count", "validator-1").outcome, Outcome::fail);
}

}  // namespace
}  // namespace rehearse
