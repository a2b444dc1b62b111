// The one way to wait, and steps: fed by hand, on a network that nobody started.
#include "harness/engine/rehearsal.h"

#include <gmock/gmock.h>

#include "harness/engine/goals.h"
#include "tests/unit/support/made_rehearsal.h"

namespace rehearse {
namespace {

using namespace std::chrono_literals;
using made::AskingTest;
using made::RehearsalTest;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

// --- Waiting

TEST_F(RehearsalTest, MeetsAGoalByWhatHappenedBefore) {
  at("a", 5);
  at("b", 5);
  r_.await("height 5", stored_on_all(5), brief_);
}

TEST_F(RehearsalTest, MeetsAGoalByWhatHappensMeanwhile) {
  soon([&] { at("a", 5); });
  soon([&] { at("b", 7); }, 2ms);
  r_.await("height 5", stored_on_all(5));
  EXPECT_EQ(r_.view().highest_height(), 7);
}

TEST_F(RehearsalTest, SaysWhomItWaitedForAndWhatItSaw) {
  at("a", 5);
  at("b", 3);
  const auto said = failure<TimedOut>([&] { r_.await("height 5", stored_on_all(5), brief_); });
  EXPECT_THAT(said, StartsWith("height 5 not reached in "));
  EXPECT_THAT(said, HasSubstr("(b is at 3)"));
  EXPECT_THAT(failure<TimedOut>([&] { r_.await("a block", above(5), brief_); }), HasSubstr("(height 5)"));
  EXPECT_THAT(failure<TimedOut>([&] {
                r_.await(
                    "it",
                    [](const auto&) {
                      return Unmet{{"a", "b"}, "nothing"};
                    },
                    brief_);
              }),
              HasSubstr("(a, b: nothing)"));
}

TEST_F(RehearsalTest, AnEarlierProcessMeetsNoGoal) {
  at("a", 5);
  at("b", 5);
  r_.process_started("b", 2, "maded");
  EXPECT_THAT(failure<TimedOut>([&] { r_.await("height 5", stored_on_all(5), brief_); }),
              HasSubstr("b is at 0"));
}

TEST_F(RehearsalTest, ProgressAnywhereProlongsTheWaitUpToItsCap) {
  std::int64_t height = 0;
  const auto moving = loop_.every(2ms, [&] { at("a", ++height); });
  const auto start = Loop::Clock::now();
  EXPECT_THAT(failure<TimedOut>([&] {
                r_.await("height", stored_on_all(1), {10s, 100ms});
              }),
              HasSubstr("b is at 0"));
  EXPECT_GE(Loop::Clock::now() - start, 100ms);
  EXPECT_GT(height, 1);
}

TEST_F(RehearsalTest, IsInconclusiveWhenTheMachineStoodStill) {
  soon([&] { r_.record(record::Stalled{7}); });
  try {
    r_.await("height 5", stored_on_all(5), {100ms, 20s});
    FAIL();
  } catch (const TimedOut& e) {
    EXPECT_EQ(e.cause, Cause::machine_stalled);
    EXPECT_THAT(e.what(), HasSubstr("the machine stood still meanwhile"));
  }
  try {
    r_.await("height 5", stored_on_all(5), brief_);
    FAIL();
  } catch (const TimedOut& e) {
    EXPECT_EQ(e.cause, Cause::none) << "that was before this wait";
  }
}

TEST_F(RehearsalTest, WaitsForWhatIsNotInTheView) {
  bool done = false;
  soon([&] { done = true; });
  r_.await_done("a file", [&] { return done; });
  r_.wait_for()("the same", [&] { return done; });
  EXPECT_THAT(failure<TimedOut>([&] {
                r_.await_done(
                    "a file", [] { return false; }, brief_);
              }),
              StartsWith("a file not reached"));
}

// --- What ends a wait

TEST_F(RehearsalTest, IsCancelledWithTheReason) {
  soon([&] { r_.cancel("interrupted", 2); });
  try {
    r_.await("height 5", stored_on_all(5));
    FAIL();
  } catch (const Cancelled& e) {
    EXPECT_STREQ(e.what(), "interrupted");
    EXPECT_EQ(e.signal, 2);
  }
  EXPECT_THROW(r_.await("anything", [](const auto&) { return std::nullopt; }), Cancelled)
      << "and so is each wait";
}

TEST_F(RehearsalTest, AProvenFailureEndsAWaitAndSaysWhatProvesIt) {
  soon([&] { ends("a", 1), ends("b", 1); });
  const auto said = failure<FailureProven>([&] { r_.await("height 5", stored_on_all(5)); });
  EXPECT_EQ(said, "maded ended by itself: exit 1");
  EXPECT_TRUE(r_.view().milestones.contains(MilestoneName::proven));
}

TEST_F(RehearsalTest, AProvenFailureWaitsForTheOthersThatShowIt) {
  soon([&] { ends("a", 1); });
  soon([&] { ends("b", 1); }, 20ms);
  failure<FailureProven>([&] { r_.await("height 5", stored_on_all(5)); });
  EXPECT_EQ(r_.view().nodes.at("b").ends.size(), 1u);
}

TEST_F(RehearsalTest, AFailureThatWasProvenBeforeEndsTheNextWait) {
  ends("a", 1);
  ends("b", 1);
  EXPECT_THROW(r_.await("anything", [](const auto&) { return std::nullopt; }), FailureProven);
}

TEST_F(RehearsalTest, NamesAFailureOnce) {
  ends("a", 1);
  ends("b", 1);
  EXPECT_THROW(r_.await_done("it", [] { return false; }), FailureProven);
  r_.await_done("the logs", [] { return true; });
}

TEST_F(RehearsalTest, WhatAStepExpectsIsNoFailure) {
  r_.record(record::Expected{kProcessEnds, "it is killed", true}, "a");
  soon([&] { ends("a", 1); });
  r_.await("its end", [](const NetworkView& v) -> std::optional<Unmet> {
    if (v.nodes.at("a").alive) return Unmet{{"a"}, "is alive"};
    return std::nullopt;
  });
  EXPECT_THROW(r_.await_done(
                   "it", [] { return false; }, brief_),
               TimedOut)
      << "still no failure";
}

TEST_F(RehearsalTest, WhatAStepExpectsOfOneNodeIsAFailureOfAnother) {
  r_.record(record::Expected{kProcessEnds, "it is killed", true}, "a");
  soon([&] { ends("a", 1), ends("b", 2); });
  EXPECT_EQ(failure<FailureProven>([&] { r_.await("height 5", stored_on_all(5)); }),
            "maded ended by itself: exit 2");
}

TEST_F(RehearsalTest, WhatIsExpectedNoMoreIsAFailure) {
  r_.record(record::Expected{kProcessEnds, "it is killed", true}, "a");
  ends("a", 1);
  r_.record(record::Expected{kProcessEnds, "", false}, "a");
  r_.process_started("a", 2, "maded");
  soon([&] { ends("a", 1), ends("b", 1); });
  EXPECT_THROW(r_.await("height 5", stored_on_all(5)), FailureProven);
}

TEST_F(RehearsalTest, NoRuleInterruptsOnceDisarmed) {
  r_.disarm();
  ends("a", 1);
  ends("b", 1);
  EXPECT_THROW(r_.await("height 5", stored_on_all(5), brief_), TimedOut);
}

// --- Questions

TEST_F(AskingTest, AsksAllAtOnceAndKeepsTheirOrder) {
  soon([&] {
    ASSERT_EQ(http_.open.size(), 2u);
    std::swap(http_.open[0], http_.open[1]);
    for (const char* peers : {"2", "1"}) http_.answer(200, made::rpc_result({{"n_peers", peers}}));
  });
  const auto answers = r_.ask("after", {{"peers", "a", {}, 0}, {"peers", "b", {}, 0}});
  EXPECT_EQ(answers.at(0).value, "1");
  EXPECT_EQ(answers.at(1).value, "2");
  EXPECT_EQ(r_.view().answer("after", "peers", "b")->answer.value, "2") << "it is in the journal";
}

TEST_F(AskingTest, AnAnswerAfterTheWaitWasGivenUpDoesNoHarm) {
  soon([&] { r_.cancel("interrupted", 2); });
  EXPECT_THROW(r_.ask("after", {{"peers", "a", {}, 0}, {"peers", "b", {}, 0}}), Cancelled);
  ASSERT_EQ(http_.open.size(), 2u);
  http_.answer(200, made::rpc_result({{"n_peers", "3"}}));
  http_.refuse();
  EXPECT_EQ(r_.view().answer("after", "peers", "a")->answer.value, "3");
  EXPECT_FALSE(r_.view().answer("after", "peers", "b")->answer.answered);
}

// --- Steps

TEST_F(RehearsalTest, AStepThatIsDoneSaysWhatCameOfIt) {
  r_.enter(Phase::voting);
  r_.step("vote", "Votes", "Chain Upgrades", [] { return "4 of 4"; });
  EXPECT_THAT(shown_.lines, ElementsAre("phase voting", "start Votes, Chain Upgrades", "done Votes: 4 of 4"));
  const auto& step = r_.view().steps.at(0);
  EXPECT_EQ(step.step.step, "vote");
  EXPECT_EQ(step.outcome, StepOutcome::done);
  EXPECT_EQ(step.detail, "4 of 4");
  EXPECT_GT(step.ended, 0);
}

TEST_F(RehearsalTest, AStepThatCannotBeDoneHereIsSkippedAndTheRunGoesOn) {
  r_.step("load", "Load", "Model", []() -> std::string { throw StepSkipped("needs Keras"); });
  EXPECT_EQ(shown_.lines.back(), "skipped Load: needs Keras");
  EXPECT_EQ(r_.view().steps.at(0).outcome, StepOutcome::skipped);
}

template <class Thrown>
std::function<std::string()> throws(const Thrown& what) {
  return [what]() -> std::string { throw what; };
}

TEST_F(RehearsalTest, AStepThatThrowsSaysWhatAndWhoIsToBlame) {
  const std::pair<std::function<std::string()>, StepOutcome> cases[] = {
      {throws(StepFailed("no quorum", Cause::proposal_rejected)), StepOutcome::failed},
      {throws(TimedOut("no quorum")), StepOutcome::failed},
      {throws(FailureProven("no quorum")), StepOutcome::failed},
      {throws(Error(Blame::release, "no quorum")), StepOutcome::failed},
      {throws(Error(Blame::scenario, "no quorum")), StepOutcome::error},
      {throws(Error(Blame::machine, "no quorum")), StepOutcome::error},
      {throws(Cancelled("no quorum", 15)), StepOutcome::error},
      {throws(std::out_of_range("no quorum")), StepOutcome::error},
  };
  std::size_t number = 0;
  for (const auto& [work, outcome] : cases) {
    EXPECT_THROW(r_.step(std::to_string(number), "Votes", "", work), std::exception);
    const auto& step = r_.view().steps.at(number++);
    EXPECT_EQ(step.outcome, outcome) << number;
    EXPECT_EQ(step.detail, "no quorum") << number;
    EXPECT_EQ(shown_.lines.back(), name_of(outcome) + " Votes: no quorum") << number;
  }
}

TEST_F(RehearsalTest, WhatAStepThrowsGoesOnAsItIs) {
  try {
    r_.step("vote", "Votes", "", throws(StepFailed("no", Cause::proposal_rejected)));
    FAIL();
  } catch (const StepFailed& e) {
    EXPECT_EQ(e.cause, Cause::proposal_rejected);
  }
  EXPECT_THROW(r_.step("vote", "Votes", "", throws(std::out_of_range("no"))), std::out_of_range);
}

// --- A past

TEST_F(RehearsalTest, GoesOnBehindThePast) {
  const auto of = [](record::Body body, const std::string& node = "", int incarnation = 0) {
    record::Event e;
    e.node = node, e.incarnation = incarnation, e.body = std::move(body);
    return e;
  };
  r_.follow({of(record::PhaseEntered{Phase::voting}), of(record::StepStarted{"vote", "Vote", ""}), of(record::StepEnded{"vote", StepOutcome::done, "yes"}),
             of(record::StepStarted{"halt", "Halt", ""}), of(record::ProcessStarted{7, "maded"}, "a", 4)});
  shown_.lines.clear();
  int worked = 0;
  const auto work = [&] { return ++worked, std::string(); };
  r_.enter(Phase::voting);
  r_.step("vote", "Vote", "", work);
  EXPECT_EQ(worked, 0) << "it stands in the past";
  EXPECT_TRUE(shown_.lines.empty());
  r_.enter(Phase::waiting);
  r_.step("halt", "Halt", "", work);
  EXPECT_EQ(worked, 1) << "it had not ended";
  r_.process_started("a", 8, "maded");
  EXPECT_EQ(r_.view().nodes.at("a").incarnation, 5);
}

TEST_F(RehearsalTest, SaysNothingOfWhatIsDoneSilently) {
  const auto before = read_journal(file_).size();
  shown_.lines.clear();
  int worked = 0;
  r_.silently([&] { r_.step("again", "Again", "", [&] { return ++worked, std::string(); }); });
  EXPECT_EQ(worked, 1);
  EXPECT_EQ(read_journal(file_).size(), before);
  EXPECT_TRUE(shown_.lines.empty());
  EXPECT_THROW(r_.silently([] { throw StepFailed("it fails"); }), StepFailed);
  r_.step("next", "Next", "", [] { return ""; });
  EXPECT_GT(read_journal(file_).size(), before) << "it tells again";
}

TEST_F(RehearsalTest, CarriesWhatWasSignedBefore) {
  PreparedTransactions p{{"a", "made1a", "4"}, 7, "2", {{"send", {"{}", "amino-json"}, {"AA==", "HASH"}, Question{"balance", "a", {{"address", "made1b"}}, 0}}, {"vote", {"{}"}, {"AQ==", "OTHER"}, {}}}};
  r_.take_ordinals(5);
  r_.keep_prepared(p);
  const auto carried = r_.carried();
  r_.keep_prepared({});
  r_.carry(carried);
  EXPECT_EQ(r_.carried(), carried);
  EXPECT_EQ(r_.take_ordinals(1), 5u);
  const auto back = r_.take_prepared();
  ASSERT_EQ(back.all.size(), 2u);
  EXPECT_EQ(back.sequence, 7u);
  EXPECT_EQ(back.all[0].as_made.sign_mode, "amino-json");
  EXPECT_EQ(back.all[0].effect->args.at("address"), "made1b");
  EXPECT_FALSE(back.all[1].effect);
}

// --- The journal

TEST_F(RehearsalTest, JournalsWhatItIsToldByProcessAndPlace) {
  r_.process_started("a", 9, "upgrades/v2/bin/maded");
  r_.log_line("a", {"panic", "panic: x", true, {"x"}, folder_ / "nodes/a/logs/node.log", 40, 3});
  r_.process_ended("a", "maded", {-1, 9}, {{"last", "words"}, folder_ / "nodes/a/logs/node.log", 4, {}, "", 0, false});
  r_.block("b", {7, "B7", "AB", 5, "C0FFEE", 1, {{"C0FFEE", 2}}});
  r_.sample("b", {{1000, 0.5, 0.25, 40}, 7});
  const auto events = read_journal(file_);
  ASSERT_EQ(events.size(), 3u + 5u);
  const auto& line = events.at(4);
  EXPECT_EQ(line.node, "a");
  EXPECT_EQ(line.incarnation, 2);
  EXPECT_EQ(std::get<record::LogLine>(line.body).file, "nodes/a/logs/node.log") << "within the run's folder";
  EXPECT_EQ(std::get<record::LogLine>(line.body).line, 3);
  const auto& end = std::get<record::ProcessEnded>(events.at(5).body);
  EXPECT_EQ(end.signal, 9);
  EXPECT_EQ(end.line, 4);
  EXPECT_THAT(end.last_lines, ElementsAre("last", "words"));
  EXPECT_EQ(events.at(6).incarnation, 1);
  EXPECT_EQ(std::get<record::BlockSeen>(events.at(6).body).signatures.at(0).flag, 2);
  EXPECT_EQ(std::get<record::Sampled>(events.at(7).body).rss_bytes, 1000);
  EXPECT_EQ(std::get<record::Sampled>(events.at(7).body).waited_seconds, 0.25);
  EXPECT_EQ(std::get<record::Sampled>(events.at(7).body).data_bytes, 7);
  EXPECT_EQ(fold_all(events).progress, r_.view().progress) << "the view is what the journal says";
}

}  // namespace
}  // namespace rehearse
