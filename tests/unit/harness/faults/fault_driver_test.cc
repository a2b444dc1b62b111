// The course of an injected fault: fed by hand, with faults that do as the test says.
#include "harness/faults/driver.h"

#include <gmock/gmock.h>

#include "harness/judge/checks/faults.h"
#include "harness/engine/goals.h"
#include "harness/view/journal.h"
#include "tests/unit/support/made_rehearsal.h"

namespace rehearse {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// What the fault says, and what was asked of it.
struct Script {
  std::string why_unavailable, applied, healed;
  std::vector<std::string> calls;
  std::string trouble;     // thrown when it is injected
  std::string no_proof;    // thrown when it is asked whether it applies
  std::string incurable;   // thrown when it is healed
};

class ScriptedFault : public Fault {
 public:
  explicit ScriptedFault(Script& s) : s_(s) {}
  std::string why_unavailable() override { return s_.why_unavailable; }
  void inject() override {
    s_.calls.push_back("inject");
    if (!s_.trouble.empty()) throw Error(Blame::machine, s_.trouble);
  }
  std::string applied() override {
    if (!s_.no_proof.empty()) throw StepFailed(s_.no_proof);
    return s_.applied;
  }
  void heal() override {
    s_.calls.push_back("heal");
    if (!s_.incurable.empty()) throw std::filesystem::filesystem_error(s_.incurable, std::error_code());
  }
  std::string healed() override { return s_.healed; }

 private:
  Script& s_;
};

class Driver : public made::AskingTest {
 protected:
  Driver() {
    scenario_.network.validators = {{"a", 60}, {"b", 40}};
    r_.record(record::PlanProposed{"v2", "", "1", 20});
  }
  void plan(Injection i, double lasts_s = 0) {
    i.lasts_s = lasts_s;
    driver_ = std::make_unique<FaultDriver>(r_, std::vector<Injection>{std::move(i)},
                                            [this](Rehearsal&, const Injection&) { return std::make_unique<ScriptedFault>(script_); });
    r_.set_background_task(driver_.get());
  }
  Injection kill_b(const std::string& when = "height 5") { return {"1", "kill", "b", when, {{"b"}, {}, {}, false}, 0, 0, {}}; }
  void reach(std::int64_t height) { at("a", height), at("b", height); }
  void turn() { r_.await_done("a turn", [] { return true; }); }
  std::vector<std::string> transitions() {
    std::vector<std::string> all;
    for (const auto& m : r_.view().faults.at(0).transitions) all.push_back(name_of(m.state));
    return all;
  }
  std::string detail(const std::string& to) {
    const auto* m = r_.view().faults.at(0).transition(*find_named<FaultState>(to));
    return m ? m->detail : "";
  }
  // Peers of both nodes, whenever somebody asks.
  void answer_peers(const std::string& count) {
    answering_ = loop_.every(10ms, [this, count] {
      while (!http_.open.empty()) http_.answer(200, made::rpc_result({{"n_peers", count}}));
    });
  }

  Script script_;
  Loop::Handle answering_;
  std::unique_ptr<FaultDriver> driver_;
};

TEST_F(Driver, WaitsForItsTrigger) {
  plan(kill_b());
  reach(4);
  turn();
  EXPECT_THAT(transitions(), IsEmpty());
  reach(5);
  turn();
  EXPECT_THAT(transitions(), ElementsAre("injecting"));
  EXPECT_THAT(script_.calls, ElementsAre("inject"));
  EXPECT_TRUE(r_.view().taken_down("b"));
  EXPECT_FALSE(r_.view().taken_down("a"));
}

TEST_F(Driver, NothingHappensBeforeThereIsTraffic) {
  plan(kill_b("height 1"));
  reach(1);
  turn();
  EXPECT_THAT(transitions(), IsEmpty());
  reach(3);
  turn();
  EXPECT_THAT(transitions(), ElementsAre("injecting"));
}

TEST_F(Driver, WritesTheBeginningBeforeItDoesAnything) {
  script_.trouble = "no such process";
  plan(kill_b());
  reach(5);
  turn();
  EXPECT_THAT(transitions(), ElementsAre("injecting", "healing"));
  EXPECT_GE(r_.view().faults[0].transition(FaultState::injecting)->seen, r_.view().faults[0].due);
}

// Half of it may be in effect.
TEST_F(Driver, HealsWhatCouldNotBeInjectedWhole) {
  script_.trouble = "no such process";
  plan(kill_b());
  reach(5);
  turn();
  EXPECT_THAT(script_.calls, ElementsAre("inject", "heal"));
  EXPECT_TRUE(r_.view().taken_down("b")) << "it is not healed yet";
  script_.healed = "it lives";
  turn();
  EXPECT_THAT(transitions(), ElementsAre("injecting", "healing", "failed"));
  EXPECT_THAT(detail("failed"), HasSubstr("no such process"));
  EXPECT_FALSE(r_.view().taken_down("b"));
  EXPECT_FALSE(r_.view().taken_down_at("b", now_micros())) << "what it does from here on is its own matter";
  EXPECT_THAT(script_.calls, ElementsAre("inject", "heal"));
}

TEST_F(Driver, HealsWhatIsNotProven) {
  script_.no_proof = "nobody can tell";
  plan(kill_b());
  reach(5);
  turn();
  EXPECT_THAT(transitions(), ElementsAre("injecting", "healing"));
  script_.healed = "it lives";
  turn();
  EXPECT_THAT(transitions(), ElementsAre("injecting", "healing", "failed"));
  EXPECT_THAT(detail("failed"), HasSubstr("nobody can tell"));
}

TEST_F(Driver, SaysThatTheHealFailedAndTriesAgainAtTheEnd) {
  script_.applied = "it is dead", script_.incurable = "no room";
  plan(kill_b());
  reach(5);
  turn(), turn();
  EXPECT_THAT(transitions(), ElementsAre("injecting", "applied", "healing", "failed"));
  EXPECT_THAT(detail("failed"), HasSubstr("no room"));
  driver_->close();
  EXPECT_THAT(script_.calls, ElementsAre("inject", "heal", "heal"));
}

TEST_F(Driver, GoesThroughItsFiveVerbs) {
  script_.applied = "it is dead", script_.healed = "it lives";
  plan(kill_b());
  reach(5);
  turn();
  EXPECT_THAT(transitions(), ElementsAre("injecting", "applied"));
  turn();
  EXPECT_THAT(transitions(), ElementsAre("injecting", "applied", "healing", "healed"));
  EXPECT_THAT(script_.calls, ElementsAre("inject", "heal"));
  EXPECT_EQ(detail("applied"), "it is dead");
  EXPECT_TRUE(r_.view().taken_down("b")) << "it has not recovered";
}

TEST_F(Driver, AnEndOfItsNodeIsExpectedOfOthersNot) {
  plan(kill_b());
  reach(5);
  turn();
  ends("b", 1);
  ends("a", 1);
  EXPECT_TRUE(r_.view().nodes.at("b").ends.back().excused);
  EXPECT_FALSE(r_.view().nodes.at("a").ends.back().excused);
}

TEST_F(Driver, IsSkippedWhereItCannotBeDone) {
  script_.why_unavailable = "needs strace";
  plan(kill_b());
  reach(5);
  turn();
  EXPECT_THAT(transitions(), ElementsAre("skipped"));
  EXPECT_THAT(script_.calls, IsEmpty());
  EXPECT_FALSE(r_.view().fault_open());
}

TEST_F(Driver, LastsAsLongAsItShould) {
  script_.applied = "it is dead", script_.healed = "it lives";
  plan(kill_b(), 3600);
  reach(5);
  turn();
  turn();
  EXPECT_THAT(transitions(), ElementsAre("injecting", "applied"));
  r_.set_background_task(nullptr);
  driver_.reset();
  EXPECT_THAT(script_.calls, ElementsAre("inject", "heal")) << "nothing stays in effect when the run is over";
}

TEST_F(Driver, WatchesTheNetworkRecover) {
  script_.applied = "it is dead", script_.healed = "it lives";
  plan(kill_b());
  reach(5);
  turn();
  turn();
  answer_peers("1");
  r_.await_done("the peers", [this] { return r_.view().faults[0].transition(FaultState::peers_back) != nullptr; });
  EXPECT_FALSE(r_.view().faults[0].transition(FaultState::height_advances));
  reach(6);
  turn();
  EXPECT_THAT(transitions(), ElementsAre("injecting", "applied", "healing", "healed", "caught-up", "peers-back", "height-advances", "recovered"));
  EXPECT_FALSE(r_.view().taken_down("b"));
}

TEST_F(Driver, FailsWhenTheNetworkDoesNotRecover) {
  scenario_.demands.recovery.value = 10ms;
  script_.applied = "it is dead", script_.healed = "it lives";
  plan(kill_b());
  reach(5);
  turn();
  turn();
  r_.await_done("its end", [this] { return r_.view().faults[0].transition(FaultState::failed) != nullptr; });
  EXPECT_THAT(detail("failed"), HasSubstr("not recovered in 0.01 s: peers missing; the chain stands"));
}

TEST_F(Driver, MissesWhatNeverCame) {
  plan(kill_b("migration"));
  reach(5);
  driver_->end();
  EXPECT_THAT(transitions(), ElementsAre("missed"));
  EXPECT_EQ(detail("missed"), "`migration` never came");
}

TEST_F(Driver, RefusesANodeThatIsNotThere) {
  auto other = kill_b();
  other.target.nodes = {"c"};
  EXPECT_THAT(made::trouble_of([&] { plan(other); }), HasSubstr("fault 1: there is no node c in this network"));
}

TEST_F(Driver, TakesTheProposerThatItFinds) {
  record::BlockSeen block;
  block.height = 4;
  block.proposer = "";  // of the made network nobody has an address: nobody proposes
  auto proposer = kill_b();
  proposer.target = {{}, {}, {}, true};
  plan(proposer);
  reach(5);
  turn();
  EXPECT_THAT(transitions(), IsEmpty());
  block.height = 5;
  r_.record(block, "a");
  turn();
  EXPECT_THAT(transitions(), ElementsAre("injecting"));
  EXPECT_THAT(r_.view().faults[0].nodes, ElementsAre("a"));
}

TEST_F(Driver, HoldsNoWaitToItsTimeWhileAFaultIsOpen) {
  plan(kill_b());
  reach(5);
  turn();
  soon([this] { script_.applied = "it is dead", script_.healed = "it lives"; }, 200ms);
  r_.await("its heal", [](const NetworkView& v) -> std::optional<Unmet> {
    return v.faults[0].transition(FaultState::healed) ? std::nullopt : std::optional<Unmet>(Unmet{{}, "open"});
  }, {30ms, 60ms});
}

// What starts a node again would end its pause: the second waits for the first to be healed.
TEST_F(Driver, OneFaultAtATimeActsOnANode) {
  auto second = kill_b();
  second.id = "2";
  std::vector<Injection> both{kill_b(), second};
  driver_ = std::make_unique<FaultDriver>(r_, both, [this](Rehearsal&, const Injection&) { return std::make_unique<ScriptedFault>(script_); });
  r_.set_background_task(driver_.get());
  reach(5);
  turn();
  turn();
  EXPECT_THAT(script_.calls, ElementsAre("inject"));
  script_.applied = "it is dead", script_.healed = "it lives";
  turn();
  turn();
  turn();
  EXPECT_THAT(script_.calls, ElementsAre("inject", "heal", "inject", "heal"));
}

class BesideAll : public Driver {
 protected:
  BesideAll() {
    script_.applied = "transactions are sent", script_.healed = "no more are sent";
    answer_peers("1");
    plan({"1", "load", "network", "height 5", {}, 0, 0, {{"rate", "5"}}}, 600);
    reach(5);
    turn();
  }
};

TEST_F(BesideAll, WhatHindersNothingEndsWithTheProcedure) {
  turn();
  EXPECT_THAT(transitions(), ElementsAre("injecting", "applied"));
  soon([this] { reach(6); });
  driver_->end();
  EXPECT_THAT(script_.calls, ElementsAre("inject", "heal"));
  EXPECT_EQ(transitions().back(), "recovered");
}

TEST_F(BesideAll, WhatHindersNothingExcusesNoDelay) {
  EXPECT_THAT(failure<TimedOut>([&] { r_.await("what never comes", above(100), brief_); }), HasSubstr("what never comes not reached"));
}

}  // namespace
}  // namespace rehearse
