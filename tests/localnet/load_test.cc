// A machine that has other things to do makes a run slower, or one that proves nothing; never one that is
// wrong.
#include <algorithm>
#include <atomic>
#include <cctype>
#include <thread>

#include "tests/localnet/rehearsal.h"

namespace rehearse::localnet {
namespace {

// That many busy loops.
class Burner {
 public:
  explicit Burner(unsigned loops) {
    for (unsigned i = 0; i < loops; ++i)
      loops_.emplace_back([this] {
        while (!ended_.load(std::memory_order_relaxed)) {
        }
      });
  }
  ~Burner() {
    ended_ = true;
    for (auto& loop : loops_) loop.join();
  }

 private:
  std::atomic<bool> ended_ = false;
  std::vector<std::thread> loops_;
};

constexpr std::chrono::seconds kLongest{330};  // a run ends itself after five minutes
constexpr int kRuns = 10;

// The verdict, and the cause of a failure.
std::string verdict(Rehearsal& r) {
  r.wait(kLongest);
  const auto record = r.record();
  std::string said = record["verdict"];
  if (said == "fail") said += " " + r.cause();
  std::cout << said << " after " << record["timing"]["wall_s"] << " s " << r.cause() << "\n";
  EXPECT_TRUE(none_left(r.folder()));
  return said;
}

class LongUnderLoad : public ::testing::TestWithParam<int> {
 protected:
  Scratch scratch_;
  Burner burner_{2 * std::thread::hardware_concurrency()};
};

TEST_P(LongUnderLoad, AGoodReleaseDoesNotFail) {
  auto r = run(scratch_, {});
  const auto said = verdict(r);
  EXPECT_TRUE(said == "pass" || said == "inconclusive") << said << "\n" << r.output();
}

TEST_P(LongUnderLoad, ABadReleaseFailsForItsCauseAndDoesNotPass) {
  auto r = run(scratch_, {"--release", "to=v2.0.0-handler-error"});
  const auto said = verdict(r);
  EXPECT_TRUE(said == "fail upgrade-handler-error" || said == "inconclusive") << said << "\n" << r.output();
}

INSTANTIATE_TEST_SUITE_P(Runs, LongUnderLoad, ::testing::Range(1, kRuns + 1));

// As many as there are processors on the smallest machine that is supported: each scenario ends as it does without them, or
// says that the machine was too slow to prove anything.
class LongBesideBurners : public ::testing::TestWithParam<std::string> {
 protected:
  Scratch scratch_;
  Burner burner_{2};
};

TEST_P(LongBesideBurners, EndsAsItExpectsOrSaysThatTheMachineIsTooSlow) {
  auto r = run(scratch_, {(project() / "scenarios" / (GetParam() + ".yaml")).string(), "--profile", "stock"});
  const auto said = verdict(r);
  EXPECT_TRUE(said == "pass" || (said == "inconclusive" && r.cause() == "machine-stalled")) << said << "\n" << r.output();
}

std::string name_of_scenario(const ::testing::TestParamInfo<std::string>& info) {
  auto name = info.param;
  std::replace_if(name.begin(), name.end(), [](unsigned char c) { return !std::isalnum(c); }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Good, LongBesideBurners,
                         ::testing::Values("chain-upgrade", "chain-upgrade-manual", "chain-upgrade-mixed", "chain-upgrade-expedited",
                                           "field/log-json", "field/log-errors", "field/log-per-module", "field/migration-slow",
                                           "field/migration-short", "field/migration-busy", "field/restart-delay",
                                           "field/iavl-disable-fastnode", "field/pruning-everything-one", "field/no-empty-blocks",
                                           "field/timeout-commit-short", "field/version-unknown", "field/parameters-announced",
                                           "field/records-announced", "field/transactions-announced", "field/sixty-blocks"),
                         name_of_scenario);
INSTANTIATE_TEST_SUITE_P(Bad, LongBesideBurners,
                         ::testing::Values("field/begin-block-panic", "field/max-validators", "field/end-block-error",
                                           "field/end-block-error-later", "field/handler-nested-panic", "field/start-panic-one",
                                           "field/init-panic", "field/config-key", "field/proposal-refused",
                                           "field/vote-extension-refused", "field/vote-extensions", "field/validators-divergence-third",
                                           "field/results-divergence-third", "field/app-version-divergence", "field/blocks-stopped",
                                           "field/exit-silently", "field/migration-slow-window", "field/upgrade-info-removed",
                                           "field/plan-mistyped", "field/records-lost"),
                         name_of_scenario);

}  // namespace
}  // namespace rehearse::localnet
