// Processors taken away: real children that want all they can get. Shares are compared, never held against a time.
#include "localnet/inject/throttle.h"

#include <gmock/gmock.h>
#include <signal.h>

#include "tests/unit/support/fakes.h"
#include "localnet/process/proc.h"

namespace rehearse {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;

class ThrottleTest : public testing::Test {
 protected:
  std::unique_ptr<Child> busy() {
    return Child::spawn(loop_, {{"/bin/sh", "-c", "while :; do :; done"}, {}, {}, "/dev/null", "/dev/null"},
                        [](ExitStatus) {});
  }
  bool run_until(const std::function<bool()>& done) { return made::run_until(loop_, done); }
  double used(const Child& child) { return sample(child.pid())->cpu_seconds; }
  Loop loop_;
};

TEST_F(ThrottleTest, GivesAShareOfWhatAnotherGets) {
  const auto slow = busy(), fast = busy();
  Throttle throttle(loop_, slow->pid(), 0.2);
  EXPECT_FALSE(throttle.applied().holds) << "it has not been stopped yet";
  ASSERT_TRUE(run_until([&] { return used(*fast) >= 0.6; }));
  EXPECT_LT(used(*slow), used(*fast) * 0.7);
  const auto applied = throttle.applied();
  EXPECT_TRUE(applied.holds);
  EXPECT_THAT(applied.facts, ContainsRegex("stopped [0-9]+ times, seen to stand [0-9]+ times, 0\\.[0-9]+ CPU seconds"));
  throttle.undo();
  EXPECT_TRUE(run_until([&] { return throttle.undone().holds; })) << throttle.undone().facts;
  const auto before = used(*slow);
  EXPECT_TRUE(run_until([&] { return used(*slow) > before; }));
}

TEST_F(ThrottleTest, LetsItRunWhenItGoes) {
  const auto child = busy();
  {
    Throttle throttle(loop_, child->pid(), 0.1);
    ASSERT_TRUE(run_until([&] { return process_state(child->pid()) == 'T'; }));
    EXPECT_FALSE(throttle.undone().holds);
  }
  EXPECT_TRUE(run_until([&] { return process_state(child->pid()) == 'R'; }));
}

TEST_F(ThrottleTest, IsUndoneWithItsProcess) {
  auto child = busy();
  Throttle throttle(loop_, child->pid(), 0.5);
  child.reset();
  throttle.undo();
  EXPECT_TRUE(throttle.undone().holds);
  EXPECT_THAT(throttle.undone().facts, HasSubstr("has ended"));
}

TEST_F(ThrottleTest, RefusesWhatIsNoShareAndWhoIsNotThere) {
  auto child = busy();
  const int group = child->pid();
  for (const double share : {0.0, 1.0, -1.0, std::nan("")})
    EXPECT_THAT(made::trouble_of([&] { Throttle throttle(loop_, group, share); }), HasSubstr("expected more than 0"));
  child.reset();
  EXPECT_THAT(made::trouble_of([&] { Throttle throttle(loop_, group, 0.5); }, Blame::machine), HasSubstr("has ended"));
}

TEST_F(ThrottleTest, CanBeHadHere) { EXPECT_EQ(signals_needs(), ""); }

TEST_F(ThrottleTest, BurnsWithTheEnvironmentItIsGiven) {
  CpuBurn burn(loop_, 2, {{"REHEARSE_RUN", "throttle-test"}});
  ASSERT_TRUE(run_until([&] { return burn.applied().holds; }));
  EXPECT_THAT(burn.applied().facts, ContainsRegex("2 processes have used 0\\.[0-9]+ CPU seconds"));
  int ours = 0;
  for (const int pid : children_of(::getpid())) ours += environment_value(pid, "REHEARSE_RUN") == "throttle-test";
  EXPECT_EQ(ours, 2);
  EXPECT_FALSE(burn.undone().holds);
  burn.undo();
  EXPECT_TRUE(burn.undone().holds);
  EXPECT_EQ(burn.undone().facts, "0 of 2 processes are left");
  EXPECT_FALSE(burn.applied().holds);
}

}  // namespace
}  // namespace rehearse
