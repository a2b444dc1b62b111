// A machine that has other things to do makes a run slower, or one that proves nothing; never one that is
// wrong.
#include <atomic>
#include <thread>

#include "tests/localnet/rehearsal.h"

namespace rehearse::localnet {
namespace {

// Two busy loops a core.
class Burner {
 public:
  Burner() {
    for (unsigned i = 0; i < 2 * std::thread::hardware_concurrency(); ++i)
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

class LongUnderLoad : public ::testing::TestWithParam<int> {
 protected:
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
  Scratch scratch_;
  Burner burner_;
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

}  // namespace
}  // namespace rehearse::localnet
