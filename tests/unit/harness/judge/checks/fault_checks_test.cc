// What is said of injected failures, and of what the network owed meanwhile: each item alone fails, and passes.
#include "harness/judge/checks/faults.h"

#include <gmock/gmock.h>

#include "tests/unit/support/made_failures.h"
#include "tests/unit/support/made_journal.h"
#include "reports/coverage.h"

namespace rehearse {
namespace {

using made::item;
using made::not_passed;
using record::Outcome;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A kill of validator-4 at the halt, healed before the chain goes on; each test changes what it is about.
class FaultChecks : public testing::Test {
 protected:
  FaultChecks() { plan({"1", "kill", "halted", "smallest", {"validator-4"}, {}, 1}); }
  void plan(record::FaultPlanned p) { upgrade_.add(made::at::kStarted + 0.01, "", std::move(p)); }
  void move(double when, const std::string& to, const std::string& detail = "") {
    record::FaultTransition m{"1", *find_named<FaultState>(to), detail, {}, {}, 0};
    if (to == "injecting") m.nodes = m.takes_down = {"validator-4"}, m.due = made::micros(when - 0.01);
    upgrade_.add(when, "", m);
  }
  // At 5.6 s validator-2 logs that; the fault that acted on validator-4 has recovered a second before.
  void logged_in_its_wake(const std::string& text) {
    move(4.55, "injecting");
    move(4.6, "recovered");
    upgrade_.error(5.6, "validator-2", text);
  }
  std::string ip_of(int ordinal) { return upgrade_.view().nodes.at(made::validator(ordinal)).member.ip; }
  void whole_course() {
    double t = made::at::kHalt + 0.05;
    for (const auto* to : {"injecting", "applied", "healing", "healed", "peers-back", "height-advances", "caught-up", "recovered"})
      move(t += 0.01, to, std::string(to) == "applied" ? "signal 9" : "");
  }
  record::RunRecord judged() { return upgrade_.judged(); }
  // A gap of that many seconds in the blocks before the upgrade: all that follows comes later.
  void delay_blocks_after(std::int64_t height, double seconds) {
    const auto from = made::micros(made::at::kFirstBlock + static_cast<double>(height) * made::kBlockSeconds - 0.01);
    for (auto& e : upgrade_.made)
      if (e.seen >= from) e.seen += static_cast<record::Micros>(seconds * 1e6);
  }
  made::Upgrade upgrade_ = made::healthy();
};

constexpr const char* kApplied = "fault 1: kill when halted: applied";
constexpr const char* kHealed = "fault 1: kill when halted: healed";
constexpr const char* kRecovered = "fault 1: kill when halted: recovered";

TEST_F(FaultChecks, NothingIsSaidWithoutFaults) {
  upgrade_ = made::healthy();
  const auto r = judged();
  EXPECT_TRUE(r.coverage.empty());
  for (const auto& c : r.checks) EXPECT_NE(c.checklist, kFaults);
}

TEST_F(FaultChecks, PassWithProofOfEveryVerb) {
  whole_course();
  const auto r = judged();
  EXPECT_EQ(r.verdict, "pass") << testing::PrintToString(not_passed(r));
  EXPECT_THAT(item(r, kApplied, "validator-4").actual, HasSubstr("signal 9 (begun 10 ms after its trigger"));
  EXPECT_THAT(item(r, kRecovered, "validator-4").actual, HasSubstr("peers back 0.0 s, height advances 0.0 s, caught up 0.0 s"));
  ASSERT_EQ(r.coverage.size(), 1u);
  EXPECT_EQ(r.coverage[0].fault, "kill");
  EXPECT_EQ(r.coverage[0].phase, "halted");
  EXPECT_EQ(r.coverage[0].planned + r.coverage[0].applied + r.coverage[0].healed, 3);
}

// A step that failed was exercised; one that was never begun was not; one that is skipped says why.
TEST_F(FaultChecks, CountWhatTheChainHadToDoAfterwards) {
  upgrade_ = made::healthy();
  upgrade_.scenario.upgrade.afterwards = {"validator-set", "governance", "replay", "unjail"};
  const auto step = [&](double when, const char* id, StepOutcome outcome) {
    upgrade_.add(when, "", record::StepStarted{id, id, ""});
    upgrade_.add(when + 0.001, "", record::StepEnded{id, outcome, ""});
  };
  step(made::at::kAsked + 0.01, "validator-set", StepOutcome::done);
  step(made::at::kAsked + 0.02, "governance", StepOutcome::failed);
  step(made::at::kAsked + 0.03, "replay", StepOutcome::skipped);
  const auto r = judged();
  EXPECT_THAT(reports::never_applied(r.coverage), ElementsAre("unjail when afterwards"));
  EXPECT_EQ(r.coverage[0].healed, 1);
  EXPECT_EQ(r.coverage[1].healed, 0);
  EXPECT_EQ(r.coverage[2].skipped, 1);
}

TEST_F(FaultChecks, AFaultWithoutProofIsInconclusive) {
  move(made::at::kHalt + 0.1, "injecting");
  move(made::at::kHalt + 0.2, "failed", "not seen to be applied in 20 s");
  const auto r = judged();
  EXPECT_EQ(r.verdict, "inconclusive");
  EXPECT_THAT(not_passed(r), ElementsAre(std::string(kApplied) + " (validator-4): inconclusive", std::string(kHealed) + " (validator-4): skipped",
                                         std::string(kRecovered) + " (validator-4): skipped"));
  EXPECT_EQ(r.coverage[0].planned, 1);
  EXPECT_EQ(r.coverage[0].applied, 0);
}

TEST_F(FaultChecks, ATriggerThatNeverCameIsInconclusive) {
  move(made::at::kAnswers, "missed", "`halted` never came");
  EXPECT_EQ(judged().verdict, "inconclusive");
  EXPECT_EQ(item(judged(), kApplied, "validator-4").message, "`halted` never came");
}

TEST_F(FaultChecks, WhatTheMachineCannotDoIsSkipped) {
  move(made::at::kHalt + 0.1, "skipped", "needs strace");
  const auto r = judged();
  EXPECT_EQ(r.verdict, "pass");
  EXPECT_EQ(item(r, kApplied, "validator-4").outcome, Outcome::skipped);
  EXPECT_EQ(item(r, kApplied, "validator-4").message, "needs strace");
  EXPECT_EQ(r.coverage[0].planned, 0);
  EXPECT_EQ(r.coverage[0].skipped, 1);
}

TEST_F(FaultChecks, ANetworkThatDoesNotRecoverFails) {
  for (const auto* to : {"injecting", "applied", "healing", "healed"}) move(made::at::kHalt + 0.1, to);
  move(made::at::kAnswers, "failed", "not recovered in 60 s: peers missing; ");
  const auto r = judged();
  EXPECT_EQ(r.verdict, "fail");
  EXPECT_THAT(not_passed(r), ElementsAre(std::string(kRecovered) + " (validator-4): fail"));
}

TEST_F(FaultChecks, ProgressIsOwedWhileThePowerIsThere) {
  whole_course();
  delay_blocks_after(5, 40);
  const auto r = judged();
  EXPECT_THAT(not_passed(r), Contains("Progress (network): fail"));
  EXPECT_THAT(item(r, "Progress").actual, HasSubstr("after 5"));
}

TEST_F(FaultChecks, NoProgressIsOwedWithoutThePower) {
  const double gap = made::at::kFirstBlock + 5 * made::kBlockSeconds;
  delay_blocks_after(5, 40);
  record::FaultTransition begins{"1", FaultState::injecting, "", {"validator-1"}, {"validator-1"}, made::micros(gap)};
  upgrade_.add(gap, "", begins);
  for (const auto* to : {"applied", "healing", "healed", "recovered"}) move(gap + 39.9, to);
  const auto r = judged();
  EXPECT_EQ(item(r, "Progress").outcome, Outcome::pass) << item(r, "Progress").actual;
}

TEST_F(FaultChecks, WhoeverSignsTwiceIsNamed) {
  whole_course();
  const auto address = upgrade_.view().nodes.at("validator-2").member.consensus_address;
  upgrade_.log(made::at::kHalt - 0.2, "validator-1", "equivocation", "INF confirmed equivocation from " + address, {address});
  EXPECT_THAT(not_passed(judged()), ElementsAre("No validator signs twice (network): fail"));
  EXPECT_EQ(item(judged(), "No validator signs twice").message, "signed twice: validator-2");
}

TEST_F(FaultChecks, WhoeverAFaultMakesSignTwiceIsExempt) {
  upgrade_ = made::healthy();
  plan({"1", "double-sign", "halted", "smallest", {"validator-4"}, {}, 1});
  whole_course();
  const auto address = upgrade_.view().nodes.at("validator-4").member.consensus_address;
  upgrade_.log(made::at::kHalt - 0.2, "validator-1", "equivocation", "INF confirmed equivocation from " + address, {address});
  EXPECT_EQ(item(judged(), "No validator signs twice").outcome, Outcome::pass);
  EXPECT_THAT(item(judged(), "No validator signs twice").actual, HasSubstr("validator-4, whom a fault makes do so"));
}

// Another fault of its node has taken over.
TEST_F(FaultChecks, ARecoveryThatWasNotSeenToTheEndIsNoRecovery) {
  double t = made::at::kHalt + 0.05;
  for (const auto* to : {"injecting", "applied", "healing", "healed", "height-advances"}) move(t += 0.01, to);
  move(t += 0.01, "recovered", "another fault acts on it by now");
  EXPECT_EQ(item(judged(), kRecovered, "validator-4").outcome, Outcome::skipped);
  EXPECT_THAT(item(judged(), kRecovered, "validator-4").message, HasSubstr("another fault acts on it"));
}

TEST_F(FaultChecks, WhatWasDoneForARecoveryIsSaid) {
  double t = made::at::kHalt + 0.05;
  for (const auto* to : {"injecting", "applied", "healing", "healed", "peers-back", "height-advances", "caught-up"}) move(t += 0.01, to);
  upgrade_.add(t + 0.01, "", record::FaultTransition{"1", FaultState::recovered, "21.0 s after its heal", {}, {}, 0, "started again: validator-4"});
  EXPECT_THAT(item(judged(), kRecovered, "validator-4").actual, HasSubstr("finding: started again: validator-4"));
}

// Validator-4 is made to; the other is not.
TEST_F(FaultChecks, WhoeverAFaultMakesDivergeIsExemptByName) {
  for (const int who : {4, 3}) {
    upgrade_ = made::diverges({who});
    plan({"1", "diverge", "halted", "smallest", {"validator-4"}, {Cause::app_hash_divergence}, 1});
    whole_course();
    EXPECT_EQ(item(judged(), "One state a height").outcome, who == 4 ? Outcome::pass : Outcome::fail) << "validator-" << who;
  }
}

TEST_F(FaultChecks, SumsUpWhatIsOfOneKind) {
  const auto sums = record::sum_up({{"kill", "halted", 1, 1, 1, 0}, {"pause", "halted", 1, 0, 0, 0}, {"kill", "halted", 2, 1, 0, 1}});
  ASSERT_EQ(sums.size(), 2u);
  EXPECT_EQ(sums[0].planned, 3);
  EXPECT_EQ(sums[0].applied, 2);
  EXPECT_EQ(sums[0].skipped, 1);
}

TEST_F(FaultChecks, NamesWhatWasPlannedAndNeverTookEffect) {
  EXPECT_THAT(reports::never_applied({{"kill", "halted", 2, 1, 1, 0}, {"memory", "voting", 0, 0, 0, 1}}), IsEmpty()) << "memory cannot be limited here";
  EXPECT_THAT(reports::never_applied({{"kill", "halted", 2, 1, 1, 0}, {"pause", "swap", 1, 0, 0, 0}}), ElementsAre("pause when swap"));
}

constexpr const char* kTransactions = "Accepted transactions of fault 1";

// A run with load, of which this was the account.
class LoadChecks : public FaultChecks {
 protected:
  record::CheckResult judged_with(record::TransactionsAccounted t) {
    whole_course();
    t.fault = "1";
    upgrade_.add(made::at::kHalt + 0.5, "", t);
    return item(judged(), kTransactions, "network");
  }
  static record::TransactionsAccounted all_well() {
    record::TransactionsAccounted t;
    t.accepted = t.in_blocks = t.sequence = t.received = 100;
    return t;
  }
};

TEST_F(LoadChecks, PassWhenEachIsInABlockOnce) {
  auto t = all_well();
  t.sent_again = 7;
  const auto c = judged_with(t);
  EXPECT_EQ(c.outcome, Outcome::pass);
  EXPECT_THAT(c.actual, HasSubstr("100 accepted (7 times again)"));
}

TEST_F(LoadChecks, ALostOneFails) {
  auto t = all_well();
  --t.in_blocks, --t.sequence, --t.received;
  t.missing = {"ABCD"};
  const auto c = judged_with(t);
  EXPECT_EQ(c.outcome, Outcome::fail);
  EXPECT_THAT(c.message, HasSubstr("1 accepted transactions are lost, the first ABCD"));
}

TEST_F(LoadChecks, OneThatWasAppliedTwiceFails) {
  auto t = all_well();
  ++t.received;
  EXPECT_THAT(judged_with(t).message, HasSubstr("applied twice"));
}

TEST_F(LoadChecks, OneThatTheStateDoesNotShowFails) {
  auto t = all_well();
  --t.received;
  EXPECT_THAT(judged_with(t).message, HasSubstr("not in the state"));
}

TEST_F(LoadChecks, OneThatWasNotCarriedOutFails) {
  auto t = all_well();
  t.failed = {"ABCD: code 11"};
  EXPECT_THAT(judged_with(t).message, HasSubstr("the first ABCD: code 11"));
}

TEST_F(LoadChecks, NoneAcceptedIsInconclusive) {
  EXPECT_EQ(judged_with({}).outcome, Outcome::inconclusive);
}

// --- Its wake: what connections log when it has ended

TEST_F(FaultChecks, APeerOfTheNodeThatItActedOnMayLogThatItsConnectionEnded) {
  logged_in_its_wake("ERR Error dialing peer err=\"dial tcp " + ip_of(4) + ":26656: i/o timeout\" module=p2p");
  EXPECT_EQ(made::item(judged(), "Recent Errors", "validator-2").outcome, Outcome::pass);
}

TEST_F(FaultChecks, APeerMayLogSoOfOneThatIsNamedByItsIdOnly) {
  logged_in_its_wake("ERR Error dialing peer err=\"duplicate ID<5a7c>\" module=p2p");
  EXPECT_EQ(made::item(judged(), "Recent Errors", "validator-2").outcome, Outcome::pass);
}

TEST_F(FaultChecks, WhatEndsBetweenTwoOthersIsNotOfIt) {
  logged_in_its_wake("ERR Error dialing peer err=\"dial tcp " + ip_of(3) + ":26656: i/o timeout\" module=p2p");
  EXPECT_EQ(made::item(judged(), "Recent Errors", "validator-2").outcome, Outcome::fail);
}

TEST_F(FaultChecks, WhatAModuleLogsIsNotOfIt) {
  logged_in_its_wake("ERR cannot read the model module=x/veid");
  EXPECT_EQ(made::item(judged(), "Recent Errors", "validator-2").outcome, Outcome::fail);
}

}  // namespace
}  // namespace rehearse
