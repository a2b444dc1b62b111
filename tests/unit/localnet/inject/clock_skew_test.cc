// One process's wall clock: children that say what time they have, by each of the ways to ask for it.
#include "localnet/inject/clock_skew.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cmath>
#include <memory>
#include <sstream>
#include <thread>

#include "tests/unit/support/fakes.h"
#include "localnet/inject/clock_code.h"
#include "localnet/process/probe.h"
#include "localnet/base/text.h"
#include "localnet/inject/vdso.h"

namespace rehearse {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::array kClocks = {CLOCK_REALTIME, CLOCK_REALTIME_COARSE, CLOCK_MONOTONIC, CLOCK_MONOTONIC_COARSE, CLOCK_BOOTTIME};

// By each of these clocks, by gettimeofday and by time (both of its answers).
std::vector<long> times() {
  std::vector<long> all;
  for (const auto clock : kClocks) {
    timespec t{};
    ::clock_gettime(clock, &t);
    all.push_back(t.tv_sec);
  }
  timeval t{};
  ::gettimeofday(&t, nullptr);
  all.push_back(t.tv_sec);
  time_t answer = 0;
  all.push_back(::time(&answer));
  all.push_back(answer);
  return all;
}

std::string times_text() {
  std::string text;
  for (const auto t : times()) text += std::to_string(t) + " ";
  return text;
}

// How far ahead of ours each of a child's clocks is, to five seconds.
std::vector<long> ahead(const AnsweringChild& child) {
  std::istringstream said(child.ask().value_or(""));
  std::vector<long> all;
  const auto here = times();
  for (long t = 0; all.size() < here.size() && said >> t;) all.push_back(std::lround(static_cast<double>(t - here[all.size()]) / 5) * 5);
  return all;
}

std::vector<long> wall_only(long by) { return {by, by, 0, 0, 0, by, by, by}; }

TEST(ClockSkew, MovesTheWallClockAndNoOther) {
  const AnsweringChild child(times_text);
  ASSERT_EQ(ahead(child), wall_only(0));
  ClockSkew skew(child.pid());
  EXPECT_TRUE(skew.undone().holds);
  EXPECT_FALSE(skew.applied().holds);
  for (const auto offset : {seconds(hours(1)), seconds(hours(24)), seconds(-hours(24)), seconds(5), seconds(-5)}) {
    skew.set(offset);
    EXPECT_EQ(ahead(child), wall_only(offset.count()));
    EXPECT_TRUE(skew.applied().holds);
    EXPECT_THAT(skew.applied().facts, HasSubstr("__vdso_clock_gettime at 0x"));
    EXPECT_THAT(skew.applied().facts, HasSubstr(" adds " + std::to_string(offset.count()) + " s"));
    EXPECT_FALSE(skew.undone().holds);
  }
  skew.undo();
  EXPECT_EQ(ahead(child), wall_only(0));
  EXPECT_TRUE(skew.undone().holds);
  EXPECT_THAT(skew.undone().facts, HasSubstr("is the kernel's"));
  EXPECT_FALSE(skew.applied().holds);
}

TEST(ClockSkew, IsUndoneWhenItGoesAndMayBeDoneAgain) {
  const AnsweringChild child(times_text);
  for (int i = 0; i < 2; ++i) {
    ClockSkew skew(child.pid());
    skew.set(hours(1));
    EXPECT_EQ(ahead(child), wall_only(3600));
    EXPECT_THAT(made::trouble_of([&] { ClockSkew other(child.pid()); }, Blame::machine), HasSubstr("it is changed already"));
  }
  EXPECT_EQ(ahead(child), wall_only(0));
}

TEST(ClockSkew, LeavesOthersAlone) {
  const AnsweringChild child(times_text), other(times_text);
  ClockSkew skew(child.pid());
  skew.set(hours(1));
  EXPECT_EQ(ahead(other), wall_only(0));
}

// Threads that ask often, so that one of them is in the code that is overwritten now and then.
TEST(ClockSkew, WaitsUntilNoThreadIsInTheCode) {
  const AnsweringChild child([] {
    static std::vector<std::thread> askers;
    if (askers.empty())
      for (int i = 0; i < 3; ++i)
        askers.emplace_back([] {
          for (std::atomic<int> work = 0;; ++work)
            if (work % 5000 == 0) (void)times();
        });
    return times_text();
  });
  ASSERT_EQ(ahead(child), wall_only(0));
  ClockSkew skew(child.pid());
  for (int i = 0; i < 5; ++i) {
    skew.set(hours(i));
    ASSERT_EQ(ahead(child), wall_only(3600 * i)) << i;
    skew.undo();
    ASSERT_EQ(ahead(child), wall_only(0)) << i;
  }
}

// A handler that stays while what it has interrupted is in the code: overwritten now, it would go back into the middle.
TEST(ClockSkew, WaitsForASignalsHandlerThatGoesBackThere) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "the thread sanitizer's own handler runs this one later";
#endif
  static const auto vdso = vdso_range(read_file("/proc/self/maps"));
  struct Shared {
    std::atomic<bool> ready, held;
  };
  static auto* const shared =
      static_cast<Shared*>(::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  const auto handler = [](int, siginfo_t*, void* context) {
    const auto at = static_cast<std::uint64_t>(static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_RIP]);
    if (at < vdso->begin || at >= vdso->end) return;
    shared->held = true;
    while (shared->held) continue;
  };
  const AnsweringChild child([&]() -> std::string {
    struct sigaction action {};
    action.sa_sigaction = handler;
    action.sa_flags = SA_SIGINFO;
    ::sigaction(SIGUSR1, &action, nullptr);
    shared->ready = true;
    for (;;) (void)times();
  });
  child.tell();
  ClockSkew skew(child.pid());
  ASSERT_TRUE(wait_until([] { return shared->ready.load(); }, seconds(20)));
  ASSERT_TRUE(wait_until([&] { return shared->held || ::kill(child.pid(), SIGUSR1) != 0; }, seconds(20)));
  EXPECT_THAT(made::trouble_of([&] { skew.set(hours(1)); }, Blame::machine), HasSubstr("a thread stood in the code"));
  shared->held = false;
}

TEST(ClockSkew, LeavesAStoppedProcessStopped) {
  const AnsweringChild child(times_text);
  ::kill(child.pid(), SIGSTOP);
  ASSERT_TRUE(wait_until([&] { return process_state(child.pid()) == 'T'; }, seconds(20)));
  ClockSkew skew(child.pid());
  skew.set(hours(1));
  EXPECT_EQ(process_state(child.pid()), 'T');
  ::kill(child.pid(), SIGCONT);
  EXPECT_EQ(ahead(child), wall_only(3600));
}

TEST(ClockSkew, EndsWithItsProcess) {
  auto child = std::make_unique<AnsweringChild>(times_text);
  const int pid = child->pid();
  ClockSkew skew(pid);
  skew.set(hours(1));
  child.reset();
  EXPECT_FALSE(skew.applied().holds);
  EXPECT_TRUE(skew.undone().holds);
  skew.undo();
  EXPECT_THAT(made::trouble_of([&] { skew.set(hours(2)); }, Blame::machine), HasSubstr("it has ended"));
  EXPECT_THAT(made::trouble_of([&] { ClockSkew again(pid); }, Blame::machine), HasSubstr("it has ended"));
}

TEST(ClockSkew, CanBeHadHere) { EXPECT_EQ(clock_skew_needs(), ""); }

TEST(ClockCode, CarriesItsOffset) {
  for (const auto& f : clock_functions()) {
    for (const auto offset : {seconds(0), seconds(-86400), seconds(1L << 40)}) {
      const auto code = clock_code(f, offset);
      EXPECT_EQ(offset_in(f, code + "more"), offset) << f;
      EXPECT_EQ(offset_in(f, code.substr(0, code.size() - 1)), std::nullopt) << f;
    }
    auto other = clock_code(f, seconds(1));
    other.front() = '\x90';
    EXPECT_EQ(offset_in(f, other), std::nullopt) << f;
    EXPECT_EQ(offset_in(f, ""), std::nullopt) << f;
  }
  EXPECT_EQ(clock_code("__vdso_getcpu", seconds(1)), "");
}

TEST(Vdso, FindsItsMappingAndItsFunctions) {
  const auto range = vdso_range(read_file("/proc/self/maps"));
  ASSERT_TRUE(range);
  const std::string_view image(reinterpret_cast<const char*>(range->begin), range->end - range->begin);
  std::vector<std::string> names;
  for (const auto& f : vdso_functions(image, range->begin)) {
    names.push_back(f.name);
    EXPECT_GE(f.address, range->begin);
    EXPECT_LE(f.address + f.size, range->end);
  }
  EXPECT_THAT(names, testing::IsSupersetOf({"__vdso_clock_gettime", "__vdso_gettimeofday", "__vdso_time"}));
}

TEST(Vdso, IsNotFoundWhereThereIsNone) {
  EXPECT_FALSE(vdso_range(""));
  EXPECT_FALSE(vdso_range("7ff0-7ff2 r-xp 00000000 00:00 0  [vsyscall]\nx-y r-xp [vdso]\n"));
}

TEST(Vdso, RefusesWhatIsNoImage) {
  const std::string garbage(4096, 'x');
  EXPECT_THAT(made::trouble_of([&] { vdso_functions(garbage, 0); }, Blame::machine), HasSubstr("not a 64-bit ELF image"));
  EXPECT_THAT(made::trouble_of([&] { vdso_functions("", 0); }, Blame::machine), HasSubstr("there is nothing at"));
  const auto range = vdso_range(read_file("/proc/self/maps"));
  ASSERT_TRUE(range);
  const std::string half(reinterpret_cast<const char*>(range->begin), 256);
  EXPECT_THAT(made::trouble_of([&] { vdso_functions(half, 0); }, Blame::machine), HasSubstr("there is nothing at"));
}

TEST(DateOffset, IsWhatAServerSays) {
  const auto at = [](const char* date) {
    return date_offset({200, "", "", {{"date", date}}}, std::chrono::system_clock::from_time_t(1'700'000'000));
  };
  EXPECT_EQ(at("Tue, 14 Nov 2023 22:13:20 GMT"), seconds(0));
  EXPECT_EQ(at("Tue, 14 Nov 2023 23:13:20 GMT"), seconds(3600));
  EXPECT_EQ(at("Mon, 13 Nov 2023 22:13:20 GMT"), -hours(24));
  EXPECT_EQ(at("yesterday"), std::nullopt);
  EXPECT_EQ(date_offset({200, "", ""}, {}), std::nullopt);
}

}  // namespace
}  // namespace rehearse
