// Minimizing and bisecting, with runs that are made up.
#include <gmock/gmock.h>

#include "harness/repro/bisect.h"
#include "harness/repro/minimize.h"
#include "harness/run/scenario_rules.h"
#include "localnet/base/text.h"
#include "localnet/cosmos/node_home.h"
#include "tests/unit/support/fakes.h"

namespace rehearse {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

record::RunRecord ended(bool fails, Cause cause = Cause::block_panic) {
  record::RunRecord r;
  r.verdict = fails ? "fail" : "pass";
  if (!fails) return r;
  r.diagnosis.emplace();
  r.diagnosis->cause = cause, r.diagnosis->owner = "release", r.diagnosis->first_evidence = "panic: no price";
  return r;
}

constexpr const char* kScenario = R"(title: Twelve faults
runbook: Chain Upgrades (Governance)
network:
  validators: {validator-1: 40, validator-2: 30, validator-3: 20, validator-4: 10}
  full_nodes: [full-1]
upgrade: {kind: chain, lead: 1, blocks_after: 9}
before: [pre-upgrade-24h, pre-upgrade-1h]
draw: {times: 4, weights: {nothing: 1, kill: 1}}
after: [validator-verification, network-verification]
)";

class Minimizing : public testing::Test {
 protected:
  Minimizing() {
    folder_.write("twelve.yaml", kScenario);
    const char* nodes[] = {"validator-1", "validator-2", "validator-3", "validator-4"};
    for (int i = 0; i < 12; ++i) {
      const std::string node = nodes[i % 4];
      planned_.push_back({std::to_string(i + 1), i % 2 ? "kill" : "pause", "one", "waiting", {{node}, {}, {}, false}, 0.1 * i, 2, {}});
    }
  }
  // Fails where the fourth and the ninth fault come together.
  bool has_both(const std::string& text) const { return text.find("300ms") != std::string::npos && text.find(second_) != std::string::npos; }
  Minimized carry_out(const MinimizeLimits& limits = {}) {
    const Reducible of(folder_ / "twelve.yaml", planned_);
    auto failure = record::failure_of(ended(true));
    failure.nodes = nodes_;
    return minimize(of, failure, about_, folder_ / "out", limits, [this](const std::filesystem::path& scenario) {
      load_scenario(scenario);
      ++runs_;
      auto run = ended(has_both(read_file(scenario)));
      if (no_room_) run.verdict = "error", run.diagnosis = record::Diagnosis{}, run.diagnosis->first_evidence = "no space is left";
      return run;
    });
  }

  made::TempFolder folder_;
  std::vector<Injection> planned_;
  std::string about_ = "this run", second_ = "800ms";
  std::vector<std::string> nodes_;  // that the failure is seen on
  int runs_ = 0;
  bool no_room_ = false;
};

TEST_F(Minimizing, LeavesTheTwoFaultsThatMatterAndNothingElse) {
  const auto m = carry_out();
  EXPECT_TRUE(m.whole);
  EXPECT_EQ(m.again.same, 3);
  folder_.write("smallest.yaml", m.text);
  const auto s = load_scenario(folder_ / "smallest.yaml");
  ASSERT_THAT(s.faults, SizeIs(2));
  EXPECT_EQ(s.faults[0].who, "validator-4") << "where it was, not where another draw would put it";
  EXPECT_EQ(s.draw.times, 0);
  EXPECT_THAT(s.before, IsEmpty());
  EXPECT_THAT(s.network.full_nodes, IsEmpty());
  EXPECT_EQ(s.upgrade.blocks_after, 1);
  EXPECT_THAT(s.network.validators, SizeIs(4)) << "the faults name the first and the last";
  EXPECT_LE(runs_, 25 + 10);
  EXPECT_THAT(m.text, Not(HasSubstr("full_nodes")));
  EXPECT_THAT(minimize_md(m, record::failure_of(ended(true))), HasSubstr("- network: full_nodes: full-1"));
}

TEST_F(Minimizing, TriesFirstWhatActsOnTheNodesThatFail) {
  second_ = "700ms", nodes_ = {"validator-4"};
  EXPECT_THAT(carry_out().text, AllOf(HasSubstr("300ms"), HasSubstr("700ms"), Not(HasSubstr("1100ms"))));
  const auto with_nodes = std::exchange(runs_, 0);
  std::filesystem::remove_all(folder_ / "out");
  nodes_.clear();
  carry_out();
  EXPECT_LT(with_nodes, runs_);
}

TEST_F(Minimizing, GoesOnWhereItWasEnded) {
  const auto first = carry_out({6, std::chrono::seconds(60)});
  EXPECT_FALSE(first.whole);
  EXPECT_TRUE(has_both(first.text)) << "what is left fails";
  EXPECT_EQ(std::exchange(runs_, 0), 6);
  const auto second = carry_out();
  EXPECT_TRUE(second.whole);
  const auto more = std::exchange(runs_, 0);
  std::filesystem::remove_all(folder_ / "out");
  carry_out();
  EXPECT_EQ(more, runs_ - 6);
}

TEST_F(Minimizing, IsRefusedWhereTheFailureDoesNotComeAgain) {
  planned_.resize(3);
  EXPECT_THAT(made::trouble_of([&] { carry_out(); }, Blame::scenario), HasSubstr("does not come again"));
}

TEST_F(Minimizing, SaysWhyNothingCanBeTried) {
  no_room_ = true;
  EXPECT_THAT(made::trouble_of([&] { carry_out(); }, Blame::machine), HasSubstr("cannot be tried here: no space is left"));
}

TEST_F(Minimizing, IsRefusedInTheFolderOfAnother) {
  carry_out();
  about_ = "the same scenario with another release";
  EXPECT_THAT(made::trouble_of([&] { carry_out(); }, Blame::scenario), HasSubstr("of another search"));
}

TEST_F(Minimizing, PutsAFaultWhereItWas) {
  planned_.resize(2);
  planned_[0] = {"1", "cut", "minority", "waiting", {{"validator-2", "validator-4"}, {{"validator-2", "validator-1"}}, {}, false}, 0, 2, {}};
  planned_[1] = {"2", "kill", "proposer", "waiting", {{}, {}, {}, true}, 0, 2, {}};
  const Reducible of(folder_ / "twelve.yaml", planned_);
  EXPECT_THAT(of.faults(), ElementsAre("cut of partition {validator-2, validator-4 | validator-1, validator-3, full-1} at waiting", "kill of proposer at waiting"));
  folder_.write("all.yaml", of.text({0, 1}, {0, 1, 2, 3, 4, 5}));
  EXPECT_THAT(load_scenario(folder_ / "all.yaml").faults, SizeIs(2));
}

TEST_F(Minimizing, BeginsFromTheNetworkThatTheRunHad) {
  const Reducible of(folder_ / "twelve.yaml", {}, 7);
  EXPECT_EQ(of.validators(), 7U);
  folder_.write("five.yaml", of.text({}, {}, 5));
  EXPECT_THAT(load_scenario(folder_ / "five.yaml").network.validators, SizeIs(5));
}

// --- Bisecting

struct Looked {
  Bisected found;
  std::vector<std::string> told, tried;
};

Looked look(const std::vector<std::string>& releases, const std::function<std::optional<record::RunRecord>(const std::string&)>& run,
            const std::optional<record::Failure>& of = {}) {
  Looked l;
  l.found = bisect(
      releases,
      [&](const std::string& r) {
        l.tried.push_back(r);
        return run(r);
      },
      [&](const std::string& line) { l.told.push_back(line); }, of);
  return l;
}

const std::vector<std::string> kReleases = {"r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8"};

TEST(Bisecting, FindsTheFirstThatFails) {
  for (std::size_t first = 1; first < kReleases.size(); ++first) {
    const auto l = look(kReleases, [&](const std::string& r) { return ended(r >= kReleases[first]); });
    EXPECT_EQ(l.found.first_bad, kReleases[first]);
    EXPECT_EQ(l.found.last_good, kReleases[first - 1]);
    EXPECT_EQ(l.found.bad.same, 3);
    EXPECT_EQ(l.found.good.passed, 3);
    EXPECT_LE(l.tried.size(), 3U + 1 + 3 + 4);
  }
}

TEST(Bisecting, TriesOneOftenEnoughThatFailsNowAndThen) {
  std::map<std::string, int> runs;
  const auto l = look(kReleases, [&](const std::string& r) { return ended(r >= "r4" && ++runs[r] % 3 == 0); });
  EXPECT_EQ(l.found.first_bad, "r4");
  EXPECT_THAT(l.told.front(), HasSubstr("fails 1 of 3 times"));
}

TEST(Bisecting, GoesAroundWhatCannotBeTriedAndSaysSo) {
  const auto l = look(kReleases, [](const std::string& r) -> std::optional<record::RunRecord> {
    if (r == "r4") return std::nullopt;
    if (r == "r5") return ended(true, Cause::start_panic);
    return ended(r >= "r6");
  });
  EXPECT_EQ(l.found.first_bad, "r6");
  EXPECT_EQ(l.found.last_good, "r3");
  EXPECT_THAT(l.found.untried, ElementsAre("r4", "r5"));
}

TEST(Bisecting, LooksForAGivenFailureAndNotForAnother) {
  const auto of = record::failure_of(ended(true, Cause::start_panic));
  const auto l = look(kReleases, [](const std::string& r) { return r >= "r6" ? ended(true, Cause::start_panic) : ended(r >= "r4"); }, of);
  EXPECT_EQ(l.found.first_bad, "r6");
  EXPECT_THAT(l.found.untried, ElementsAre("r4", "r5"));
  EXPECT_THAT(made::trouble_of([&] { look(kReleases, [](const std::string& r) { return ended(r >= "r4"); }, of); }, Blame::scenario),
              HasSubstr("--bad r8 does not fail for start-panic"));
  EXPECT_THAT(made::trouble_of([&] { look(kReleases, [](const auto&) { return ended(false); }, of); }, Blame::scenario), HasSubstr("--bad r8 does not fail: 3 of 3 runs passed"));
}

TEST(Bisecting, IsRefusedWhereTheEndsDoNotDiffer) {
  EXPECT_THAT(made::trouble_of([] { look(kReleases, [](const auto&) { return ended(false); }); }, Blame::scenario), HasSubstr("--bad r8 does not fail"));
  EXPECT_THAT(made::trouble_of([] { look(kReleases, [](const auto&) { return ended(true); }); }, Blame::scenario), HasSubstr("--good r1 fails"));
}

TEST(Bisecting, TakesWhatFailsNowAndThenForBadOnceItIsSeen) {
  std::map<std::string, int> runs;
  const auto l = look(kReleases, [&](const std::string& r) { return ended(r >= "r6" || (r == "r5" && ++runs[r] == 3)); });
  EXPECT_EQ(l.found.first_bad, "r5");
  EXPECT_EQ(l.found.last_good, "r4");
}

TEST(Bisecting, SaysWhyNothingCanBeTold) {
  const auto unreadable = [](const std::string&) {
    auto r = ended(true);
    r.verdict = "error", r.diagnosis->cause = Cause::none, r.diagnosis->first_evidence = "no such archive";
    return r;
  };
  EXPECT_THAT(made::trouble_of([&] { look(kReleases, unreadable); }, Blame::machine), HasSubstr("cannot be tried here: error, no such archive"));
}

}  // namespace
}  // namespace rehearse
