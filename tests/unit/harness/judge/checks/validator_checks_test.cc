// The eight items of the "Validator Verification Checklist": one changed fact, one item that fails.
#include <gmock/gmock.h>

#include <fmt/format.h>

#include "tests/unit/support/made_journal.h"

namespace rehearse {
namespace {

using made::healthy;
using made::item;
using made::not_passed;
using record::Outcome;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(ValidatorChecks, EachIsPassedOnEachValidatorOfAHealthyUpgrade) {
  const auto record = healthy().judged();
  for (const char* title : {"Version", "Sync Status", "Validator Signing", "Peer Count", "Consensus",
                            "VEID Scoring", "Memory", "Recent Errors"})
    for (int i = 1; i <= 4; ++i)
      EXPECT_EQ(item(record, title, made::validator(i)).outcome, Outcome::pass) << title << " of " << i;
  EXPECT_THAT(not_passed(record), IsEmpty());
}

// Both items read the same answer: what one says of the node, the other says of the network.
TEST(ValidatorChecks, VersionFailsOnTheNodeThatRunsTheOldOneAndSoDoValidatorVersions) {
  auto u = healthy();
  u.answer("after", "app-version", "validator-3").value = "v1.0.0";
  EXPECT_THAT(not_passed(u),
              ElementsAre("Version (validator-3): fail", "Validator Versions (network): fail"));
  EXPECT_EQ(item(u.judged(), "Version", "validator-3").message, "it runs v1.0.0, not v2.0.0");
}

TEST(ValidatorChecks, SyncStatusFailsWhenTheNodeIsCatchingUp) {
  auto u = healthy();
  u.head("validator-2", made::kLast).catching_up = true;
  EXPECT_THAT(not_passed(u), ElementsAre("Sync Status (validator-2): fail"));
}

TEST(ValidatorChecks, ValidatorSigningFailsWithoutASignatureAfterTheUpgrade) {
  auto u = healthy();
  for (auto* b : u.all<record::BlockSeen>())
    if (b->height > made::kHeight) b->signatures[2].flag = 1;
  u.answer("after", "signing-info", "validator-3").value["missed_blocks_counter"] = "5";
  EXPECT_THAT(not_passed(u), ElementsAre("Validator Signing (validator-3): fail"));
}

TEST(ValidatorChecks, ValidatorSigningDoesNotCountAVoteForNil) {
  auto u = healthy();
  for (auto* b : u.all<record::BlockSeen>())
    if (b->height > made::kHeight) b->signatures[2].flag = 3;
  EXPECT_THAT(not_passed(u), ElementsAre("Validator Signing (validator-3): fail"));
}

TEST(ValidatorChecks, ValidatorSigningAllowsABlockMissedWhileItRestarted) {
  auto u = healthy();
  for (auto* b : u.all<record::BlockSeen>())
    if (b->height == made::kHeight + 1) b->signatures[2].flag = 1;
  EXPECT_THAT(not_passed(u), IsEmpty());
}

// x/staking may have it bonded all the same: the chain goes on without it.
TEST(ValidatorChecks, ValidatorSetFailsOfOneThatIsNoMoreInIt) {
  auto u = healthy();
  for (auto* b : u.all<record::BlockSeen>())
    if (b->height > made::kHeight + 2) b->signatures.pop_back();
  EXPECT_THAT(not_passed(u), ElementsAre("Validator Set (validator-4): fail"));
}

TEST(ValidatorChecks, ValidatorSetAllowsOneThatIsWholeAgain) {
  auto u = healthy();
  for (auto* b : u.all<record::BlockSeen>())
    if (b->height == made::kHeight + 2) b->signatures.pop_back();
  EXPECT_THAT(not_passed(u), IsEmpty());
}

// --- Validators Kept

record::Json& commission(made::Upgrade& u, int ordinal) {
  return u.answer("after", "validators").value[static_cast<std::size_t>(ordinal - 1)]["commission"]["commission_rates"]["rate"];
}

TEST(ValidatorChecks, ValidatorsKeptFailsWhereACommissionIsAnother) {
  auto u = healthy();
  commission(u, 2) = "0.200000000000000000";
  EXPECT_THAT(not_passed(u), ElementsAre("Validators Kept (network): fail"));
  EXPECT_THAT(item(u.judged(), "Validators Kept").message, HasSubstr("rate of validator-2 was 0.100000000000000000, is 0.200000000000000000"));
}

TEST(ValidatorChecks, ValidatorsKeptFailsWhereWhatTheyMayDelegateLeastIsAnother) {
  auto u = healthy();
  u.answer("after", "validators").value[0]["min_self_delegation"] = "0";
  EXPECT_THAT(not_passed(u), ElementsAre("Validators Kept (network): fail"));
}

TEST(ValidatorChecks, ValidatorsKeptAllowsWhatIsAnnounced) {
  auto u = healthy();
  commission(u, 2) = "0.200000000000000000";
  u.all<record::RunStarted>().front()->conditions["changes"]["parameters"] = {"staking.min_commission_rate"};
  EXPECT_EQ(item(u.judged(), "Validators Kept").outcome, Outcome::pass);
}

TEST(ValidatorChecks, ValidatorsKeptDoesNotTakeAnotherParameterForIt) {
  auto u = healthy();
  commission(u, 2) = "0.200000000000000000";
  u.all<record::RunStarted>().front()->conditions["changes"]["parameters"] = {"staking.max_validators"};
  EXPECT_EQ(item(u.judged(), "Validators Kept").outcome, Outcome::fail);
}

TEST(ValidatorChecks, ValidatorsKeptReadsRatesOfRestAndOfTheCommandLine) {
  auto u = healthy();
  commission(u, 2) = "100000000000000000";
  EXPECT_THAT(not_passed(u), IsEmpty());
}

TEST(ValidatorChecks, ValidatorsKeptFailsWhereDescriptionsAreGone) {
  auto u = healthy();
  for (auto& v : u.answer("after", "validators").value) v["description"]["moniker"] = "";
  EXPECT_EQ(item(u.judged(), "Validators Kept").outcome, Outcome::fail);
}

// The account that sends the rehearsal's transactions.
TEST(ValidatorChecks, ValidatorsKeptLeavesOutWhoseOperatorSendsTransactions) {
  auto u = healthy();
  commission(u, 4) = "0.200000000000000000";
  EXPECT_THAT(not_passed(u), IsEmpty());
}

TEST(ValidatorChecks, ValidatorsKeptAllowsAFieldThatIsNew) {
  auto u = healthy();
  u.answer("after", "validators").value[0]["description"]["metadata"] = "x";
  EXPECT_THAT(not_passed(u), IsEmpty());
}

// --- Missed Blocks Counted

class MissedBlocks : public testing::Test {
 protected:
  // The third is absent from seven commits in a row, and then signs again.
  MissedBlocks() {
    const auto last = *u_.all<record::BlockSeen>().back();
    for (int i = 1; i <= 8; ++i) {
      auto b = last;
      b.height = last.height + i;
      if (i < 8) b.signatures[2] = {"", 1};
      u_.add(seen(i), "validator-1", b);
      counts(i, seen(i) + 0.001);
    }
  }
  static double seen(int i) { return made::at::kAnswers - 0.05 + 0.005 * i; }
  // The absent validator's own node executes that block.
  void counts(int i, double when) {
    auto head = *u_.all<record::HeadSeen>("validator-3").back();
    head.app_height = head.store_height = made::kLast + i;
    u_.add(when, "validator-3", head);
  }
  record::Json& info() { return u_.answer("after", "signing-info", "validator-3").value; }
  const record::CheckResult counted() const { return item(u_.judged(), "Missed Blocks Counted"); }
  made::Upgrade u_ = healthy();
};

TEST_F(MissedBlocks, PassWhereXSlashingHasThem) {
  info()["missed_blocks_counter"] = "7";
  EXPECT_EQ(counted().outcome, Outcome::pass);
  EXPECT_THAT(counted().actual, HasSubstr("validator-3 was absent from 7 commits from 26 on, of which x/slashing has 7"));
}

TEST_F(MissedBlocks, FailWhereItHasNot) {
  info()["missed_blocks_counter"] = "1";
  EXPECT_EQ(counted().outcome, Outcome::fail);
  EXPECT_THAT(counted().message, HasSubstr("nobody is jailed who is away"));
}

// It is asked itself, and counts no block that it does not have yet.
TEST_F(MissedBlocks, SayNothingOfOneThatIsBehind) {
  std::erase_if(u_.made, [](const record::Event& e) {
    const auto* head = std::get_if<record::HeadSeen>(&e.body);
    return head && head->app_height > made::kLast + 4;
  });
  info()["missed_blocks_counter"] = "3";
  EXPECT_EQ(counted().outcome, Outcome::skipped);
}

TEST_F(MissedBlocks, AllowForVotesThatCameIntoTheNextBlock) {
  info()["missed_blocks_counter"] = "5";
  EXPECT_EQ(counted().outcome, Outcome::pass);
}

TEST_F(MissedBlocks, SayNothingOfOneThatIsJailedForThem) {
  info()["missed_blocks_counter"] = "0", info()["jailed_until"] = "2026-11-24T12:00:00Z";
  EXPECT_EQ(counted().outcome, Outcome::skipped);
}

TEST_F(MissedBlocks, SayNothingWhereTheWindowHasGoneOn) {
  for (auto* s : u_.all<record::Surveyed>()) s->parameters["slashing"]["signed_blocks_window"] = 6;
  info()["missed_blocks_counter"] = "1";
  EXPECT_EQ(counted().outcome, Outcome::skipped);
}

TEST_F(MissedBlocks, SayNothingOfOneThatLeftTheSet) {
  for (auto* b : u_.all<record::BlockSeen>())
    if (b->signatures[2].validator.empty()) b->signatures.erase(b->signatures.begin() + 2);
  EXPECT_EQ(counted().outcome, Outcome::skipped);
}

TEST(ValidatorChecks, ValidatorSigningFailsWhenItIsTombstoned) {
  auto u = healthy();
  u.answer("after", "signing-info", "validator-4").value["tombstoned"] = true;
  EXPECT_THAT(not_passed(u), ElementsAre("Validator Signing (validator-4): fail"));
}

TEST(ValidatorChecks, ValidatorSigningFailsWhenTheChainHasNoSigningInfo) {
  auto u = healthy();
  auto& a = u.answer("after", "signing-info", "validator-4");
  a.absent = true, a.value = nullptr;
  EXPECT_THAT(not_passed(u), ElementsAre("Validator Signing (validator-4): fail"));
}

TEST(ValidatorChecks, PeerCountFailsWhenAPeerIsMissing) {
  auto u = healthy();
  u.answer("after", "peers", "validator-1").value = "2";
  EXPECT_THAT(not_passed(u), ElementsAre("Peer Count (validator-1): fail"));
  EXPECT_EQ(item(u.judged(), "Peer Count", "validator-1").message, "2 of 3 peers");
}

TEST(ValidatorChecks, APeerIsNotMissedWhoseLostConnectionOneOfBothTakesForOpen) {
  auto u = healthy();
  u.answer("after", "peers", "validator-1").value = "2";
  u.answer("after", "peers", "validator-2").value = "2";
  const auto address = u.view().nodes.at("validator-2").member.ip;
  const auto text = fmt::format("INF Error reconnecting to peer. Trying again err=\"duplicate CONN<{}:26656>\" module=p2p", address);
  const auto line = u.log(5.6, "validator-1", "connection-taken", text, {address}).line;
  EXPECT_THAT(not_passed(u), IsEmpty());
  EXPECT_THAT(item(u.judged(), "Peer Count", "validator-2").evidence,
              testing::Contains(fmt::format("nodes/validator-1/logs/node.log:{}", line)));

  u.answer("after", "peers", "validator-1").value = "1";  // and one more, of which nobody says anything
  EXPECT_THAT(not_passed(u), ElementsAre("Peer Count (validator-1): fail"));
  u.answer("after", "peers", "validator-1").value = "2";
  u.answer("after", "peers", "validator-3").value = "2";  // another node's
  EXPECT_THAT(not_passed(u), ElementsAre("Peer Count (validator-3): fail"));
}

TEST(ValidatorChecks, APeerIsMissedWhenItWasTakenForOpenBeforeTheNodeStartedAgain) {
  auto u = healthy();
  u.answer("after", "peers", "validator-1").value = "2";
  const auto address = u.view().nodes.at("validator-2").member.ip;
  u.log(2, "validator-1", "connection-taken", "duplicate CONN", {address});
  EXPECT_THAT(not_passed(u), ElementsAre("Peer Count (validator-1): fail"));
}

TEST(ValidatorChecks, ConsensusFailsWhenHeightAndRoundStandStill) {
  auto u = healthy();
  u.answer("resumed", "consensus-state", "validator-4").value = "26/0/1";
  EXPECT_THAT(not_passed(u), ElementsAre("Consensus (validator-4): fail"));
}

TEST(ValidatorChecks, ConsensusFailsWhenOnlyTheRoundAdvances) {
  auto u = healthy();
  u.answer("after", "consensus-state", "validator-4").value = "22/7/1";
  EXPECT_THAT(not_passed(u), ElementsAre("Consensus (validator-4): fail"));
}

TEST(ValidatorChecks, VeidScoringFailsWhenTheNetworksModelChanges) {
  auto u = healthy();
  u.answer("after", "model-status", "validator-2").value["model_hash"] = "sha256:ffff";
  EXPECT_THAT(not_passed(u), ElementsAre("VEID Scoring (validator-2): fail"));
  EXPECT_EQ(item(u.judged(), "VEID Scoring", "validator-2").message, "the network's model is sha256:ffff, not sha256:0a63");
}

TEST(ValidatorChecks, VeidScoringFailsWhereTheStubAnswers) {
  auto u = healthy();
  auto& status = u.answer("after", "model-status", "validator-3").value;
  status["scorer"] = "stub", status["scoring_hash"] = "";
  EXPECT_THAT(not_passed(u), ElementsAre("VEID Scoring (validator-3): fail"));
  EXPECT_EQ(item(u.judged(), "VEID Scoring", "validator-3").message, "its stub scorer answers: no model is loaded");
  EXPECT_EQ(item(u.judged(), "VEID Scoring", "validator-3").actual, "stub");
}

TEST(ValidatorChecks, VeidScoringFailsOnANodeThatAlwaysHadAnotherModel) {
  auto u = healthy();
  for (const char* checkpoint : {"before", "after"})
    u.answer(checkpoint, "model-status", "validator-4").value["scoring_hash"] = "sha256:ffff";
  EXPECT_THAT(not_passed(u), ElementsAre("VEID Scoring (validator-4): fail"));
  EXPECT_EQ(item(u.judged(), "VEID Scoring", "validator-4").message, "it scores with sha256:ffff, not sha256:0a63");
}

// The model that the procedure was to change to.
TEST(ValidatorChecks, VeidScoringWantsTheModelThatIsExpected) {
  auto u = healthy();
  u.add(made::at::kPassed, "", record::ExpectedOutcome{made::kHeight, WhichRelease::to, true, "sha256:ffff"});
  u.answer("after", "supply", "", made::kHeight).height = 0;  // of now
  for (int i = 1; i <= 3; ++i) {
    auto& status = u.answer("after", "model-status", made::validator(i)).value;
    status["model_hash"] = status["scoring_hash"] = "sha256:ffff";
  }
  EXPECT_THAT(not_passed(u), ElementsAre("VEID Scoring (validator-4): fail"));
  EXPECT_EQ(item(u.judged(), "VEID Scoring", "validator-1").actual, "model sha256:ffff");
}

TEST(ValidatorChecks, VeidScoringIsSkippedForAChainWithoutAModel) {
  auto u = healthy();
  u.profile.questions.erase("model-status");
  const auto record = u.judged();
  EXPECT_THAT(not_passed(record),
              ElementsAre("VEID Scoring (validator-1): skipped", "VEID Scoring (validator-2): skipped",
                          "VEID Scoring (validator-3): skipped", "VEID Scoring (validator-4): skipped"));
  EXPECT_EQ(record.verdict, "pass");
}

TEST(ValidatorChecks, MemoryFailsWhenItGrewMoreThanTheProfileAllows) {
  auto u = healthy();
  u.all<record::Sampled>("validator-3").back()->rss_bytes =
      241'000'000;  // of 120 before, 2.0 times that is allowed
  EXPECT_THAT(not_passed(u), ElementsAre("Memory (validator-3): fail"));
  u.all<record::Sampled>("validator-3").back()->rss_bytes = 240'000'000;
  EXPECT_THAT(not_passed(u), IsEmpty());
}

TEST(ValidatorChecks, MemoryFailsAboveTheProfilesBoundHoweverMuchItTookBefore) {
  auto u = healthy();
  u.profile.memory.most_mb = 149;
  u.all<record::Sampled>("validator-1").back()->rss_bytes = 148'000'000;
  EXPECT_THAT(not_passed(u), ElementsAre("Memory (validator-2): fail", "Memory (validator-3): fail",
                                         "Memory (validator-4): fail"));
}

TEST(ValidatorChecks, MemoryIsInconclusiveWithoutASampleAfterTheUpgrade) {
  auto u = healthy();
  std::erase_if(u.made, [](const auto& e) {
    return e.node == "validator-3" && std::holds_alternative<record::Sampled>(e.body) &&
           e.seen > made::micros(5);
  });
  EXPECT_THAT(not_passed(u), ElementsAre("Memory (validator-3): inconclusive"));
}

// --- Recent Errors

constexpr const char* kTrouble = "ERR cannot read the model module=x/veid";

TEST(RecentErrors, FailOnALineAtLevelErrAfterTheFirstBlock) {
  auto u = healthy();
  const auto line = u.error(5.6, "validator-2", kTrouble).line;
  EXPECT_THAT(not_passed(u), ElementsAre("Recent Errors (validator-2): fail"));
  const auto record = u.judged();
  const auto& errors = item(record, "Recent Errors", "validator-2");
  EXPECT_EQ(errors.message, kTrouble);
  EXPECT_THAT(errors.evidence, ElementsAre(fmt::format("nodes/validator-2/logs/node.log:{}", line)));
}

TEST(RecentErrors, SayHowHarmlessOnesAreAnnounced) {
  auto u = healthy();
  u.error(5.6, "validator-2", "ERR \"BTC\": no feed is configured module=x/oracle");
  const auto record = u.judged();
  EXPECT_THAT(item(record, "Recent Errors", "validator-2").expected, HasSubstr(R"(`changes: {errors: ["\"BTC\": no feed is configured"]}`)"));
  for (auto* run : u.all<record::RunStarted>()) run->conditions["changes"] = {{"errors", {"no feed is configured"}}};
  EXPECT_THAT(not_passed(u), IsEmpty());
  u.error(5.7, "validator-3", kTrouble);
  EXPECT_THAT(not_passed(u), ElementsAre("Recent Errors (validator-3): fail")) << "of others nobody has spoken";
}

TEST(RecentErrors, CountALineThatANamedPatternMatches) {
  auto u = healthy();
  u.error(5.6, "validator-2", "ERR CONSENSUS FAILURE!!! err=\"wrong hash\"", "consensus-failure");
  EXPECT_THAT(not_passed(u), ElementsAre("Recent Errors (validator-2): fail"));
}

TEST(RecentErrors, CountALineThatMatchesTwoPatternsOnce) {
  auto u = healthy();
  const auto line = u.error(5.6, "validator-2", kTrouble, "consensus-failure").line;
  u.error(5.6, "validator-2", kTrouble, "wrong-app-hash").line = line;
  EXPECT_THAT(item(u.judged(), "Recent Errors", "validator-2").actual, HasSubstr("1 since height 21"));
}

TEST(RecentErrors, DoNotCountALineAtAnotherLevel) {
  auto u = healthy();
  u.log(5.6, "validator-2", "replay-blocks", "INF ABCI Replay Blocks appHeight=25 storeHeight=25");
  EXPECT_THAT(not_passed(u), IsEmpty());
}

TEST(RecentErrors, AreOfHaltAndRestartBeforeTheFirstBlock) {
  auto u = healthy();
  const auto line = u.error(5.39, "validator-2", kTrouble).line;
  EXPECT_THAT(not_passed(u), IsEmpty());
  const auto record = u.judged();
  EXPECT_THAT(item(record, "Recent Errors", "validator-2").evidence,
              testing::Contains(fmt::format("nodes/validator-2/logs/node.log:{} of halt and restart", line)));
  EXPECT_THAT(item(record, "Recent Errors", "validator-2").actual, HasSubstr("4 before it"));
}

TEST(RecentErrors, AreExcusedWhenTheProfileCallsThemHarmless) {
  auto u = healthy();
  u.profile.harmless_errors = {{"cannot read the model", std::nullopt, "it is read again"}};
  const auto line = u.error(5.6, "validator-2", kTrouble).line;
  EXPECT_THAT(not_passed(u), IsEmpty());
  EXPECT_THAT(
      item(u.judged(), "Recent Errors", "validator-2").evidence,
      testing::Contains(fmt::format("nodes/validator-2/logs/node.log:{} harmless: it is read again", line)));
}

TEST(RecentErrors, ArePeersNotYetThereWhileANetworkIsTakenUp) {
  constexpr const char* kDialling = "2:27PM ERR Error dialing peer err=\"connection refused\" module=p2p";
  auto u = healthy();
  u.add(5.5, "", record::StepStarted{"fork", "Network taken up from a checkpoint", ""});
  u.add(5.7, "", record::StepEnded{"fork", StepOutcome::done, ""});
  u.error(5.6, "validator-2", kDialling);
  EXPECT_THAT(not_passed(u), IsEmpty());
  auto other = u;
  other.error(5.65, "validator-2", kTrouble);
  EXPECT_THAT(not_passed(other), ElementsAre("Recent Errors (validator-2): fail")) << "not of its peers";
  u.error(5.8, "validator-3", kDialling);
  EXPECT_THAT(not_passed(u), ElementsAre("Recent Errors (validator-3): fail")) << "all are up";
}

TEST(RecentErrors, AreNotExcusedByWhatMatchesAnotherLine) {
  auto u = healthy();
  u.profile.harmless_errors = {{"cannot write the model", std::nullopt, "it is written again"}};
  u.error(5.6, "validator-2", kTrouble);
  EXPECT_THAT(not_passed(u), ElementsAre("Recent Errors (validator-2): fail"));
}

TEST(RecentErrors, AreExcusedOnlyInThePhaseThatTheProfileNames) {
  auto u = healthy();
  u.error(5.6, "validator-2", kTrouble);  // the phase is first-block
  u.profile.harmless_errors = {{"cannot read the model", Phase::first_block, "it is read again"}};
  EXPECT_THAT(not_passed(u), IsEmpty());
  u.profile.harmless_errors = {{"cannot read the model", Phase::swap, "it is read again"}};
  EXPECT_THAT(not_passed(u), ElementsAre("Recent Errors (validator-2): fail"));
}

}  // namespace
}  // namespace rehearse
