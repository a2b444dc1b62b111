// Jobs that run side by side, each a real process. Each test forks: what guards, guards all children of its process.
#include "harness/run/side_by_side.h"

#include <gmock/gmock.h>
#include <prometheus/registry.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <iostream>

#include "localnet/http/exposer.h"
#include "tests/unit/support/fakes.h"
#include "tests/unit/support/golden.h"
#include "tests/unit/support/loopback.h"

namespace rehearse {
namespace {

using testing::HasSubstr;

class SideBySide : public testing::Test {
 protected:
  // What runs them is a process of its own too; its exit code.
  int in_a_process(const std::function<int()>& work) {
    std::fflush(nullptr);
    const pid_t pid = ::fork();
    if (pid == 0) std::_Exit(work());
    int status = 0;
    ::waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  // How many of the jobs fail.
  int failures(const std::vector<Job>& jobs, int at_once) {
    return in_a_process([&] {
      int failed = 0;
      run_side_by_side(jobs, at_once, [&](std::size_t, int code) { failed += code != 0; });
      return failed;
    });
  }
  // As a socket that this process listens on.
  static bool holds_port(int port) {
    for (int fd = 3; fd < 256; ++fd) {
      sockaddr_in at{};
      socklen_t size = sizeof at;
      int listens = 0;
      socklen_t length = sizeof listens;
      if (::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &length) == 0 && listens && ::getsockname(fd, reinterpret_cast<sockaddr*>(&at), &size) == 0 &&
          ntohs(at.sin_port) == port)
        return true;
    }
    return false;
  }
  Job job(const std::string& name, std::function<int()> work) { return {std::move(work), folder_ / name}; }
  bool there(const std::string& name) { return std::filesystem::exists(folder_ / name); }
  // Until that file is there; false when it does not come.
  bool appears(const std::string& name) {
    for (int i = 0; i < 10'000 && !there(name); ++i) ::usleep(1000);
    return there(name);
  }
  made::TempFolder folder_;
};

TEST_F(SideBySide, GivesEachItsOutputAndItsCode) {
  std::vector<Job> jobs;
  for (int i = 0; i < 5; ++i)
    jobs.push_back(job("more/" + std::to_string(i), [i] {
      std::cout << "job " << i << "\n";
      std::cerr << "and its errors\n";
      return 10 * i;
    }));
  EXPECT_EQ(in_a_process([&] {
              std::vector<int> codes(jobs.size(), -1);
              const int signal = run_side_by_side(jobs, 2, [&](std::size_t i, int code) { codes[i] = code; });
              return signal == 0 && codes == std::vector<int>{0, 10, 20, 30, 40} ? 0 : 1;
            }),
            0);
  for (int i = 0; i < 5; ++i) {
    const auto text = made::read_file(folder_ / "more" / std::to_string(i));
    EXPECT_THAT(text, HasSubstr("job " + std::to_string(i) + "\n"));
    EXPECT_THAT(text, HasSubstr("and its errors\n"));
  }
}

TEST_F(SideBySide, GoesOnAfterOneThatCrashes) {
  std::vector<Job> jobs = {job("crashes", [] { return ::raise(SIGKILL); }), job("goes-on", [&] {
                             folder_.write("it-ran", "");
                             return 0;
                           })};
  for (auto& j : jobs) j.output.clear();  // they print where this process does
  EXPECT_EQ(failures(jobs, 1), 1);
  EXPECT_TRUE(there("it-ran"));
}

// Each waits for the other's output to be there.
TEST_F(SideBySide, RunsAsManyAtATimeAsItIsTold) {
  const std::vector<Job> jobs = {job("one", [&] { return appears("two") ? 0 : 1; }),
                                 job("two", [&] { return appears("one") ? 0 : 1; })};
  EXPECT_EQ(failures(jobs, 2), 0);
}

TEST_F(SideBySide, AsksForTheNextOnceThereIsRoomForIt) {
  EXPECT_EQ(in_a_process([&] {
              int asked = 0, ended = 0;
              const auto next = [&]() -> std::optional<Job> {
                if (asked != ended || asked == 3) return {};  // there is none while one runs
                return job(std::to_string(asked++), [] { return 0; });
              };
              run_side_by_side(next, 1, [&](std::size_t i, int) { ended += static_cast<int>(i) == ended; });
              return ended;
            }),
            3);
}

TEST_F(SideBySide, RunsNoMoreAtATimeThanItIsTold) {
  const auto alone = [&] {
    if (there("runs")) return 1;
    folder_.write("runs", "");
    ::usleep(20'000);
    std::filesystem::remove(folder_ / "runs");
    return 0;
  };
  EXPECT_EQ(failures({job("one", alone), job("two", alone), job("three", alone)}, 1), 0);
}

TEST_F(SideBySide, PassesASignalOnAndStartsNoMore) {
  const auto runs = [&]() -> int {
    folder_.write("runs", "");
    for (;;) ::pause();
  };
  const std::vector<Job> jobs = {job("one", runs), job("never", [] { return 0; })};
  const pid_t test = ::fork();
  if (test == 0) {
    int code = 0;
    const int signal = run_side_by_side(jobs, 1, [&](std::size_t, int c) { code = c; });
    std::_Exit(signal == SIGTERM && code == 128 + SIGTERM ? 0 : 1);
  }
  ASSERT_TRUE(appears("runs"));
  ::kill(test, SIGTERM);
  int status = 0;
  ::waitpid(test, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_FALSE(there("never"));
}

// Its threads get no signal that is waited for here, and a job does not keep its port.
TEST_F(SideBySide, IsNotDisturbedByMetricsThatAreServed) {
  const pid_t test = ::fork();
  if (test == 0) {
    auto exposer = std::make_unique<Exposer>("0", std::make_shared<prometheus::Registry>());
    const int port = std::stoi(exposer->url().substr(exposer->url().rfind(':') + 1));
    auto scrape = made::Socket::dial(port);
    scrape.send("GET /metrics HTTP/1.1\r\nHost: made\r\n\r\n");
    if (scrape.receive(100'000).find("exposer_scrapes_total") == std::string::npos) std::_Exit(1);  // the threads run
    const auto waits_for_a_signal = [&]() -> int {
      folder_.write(made::Socket::dial(port) ? "served" : "not-served", "");
      folder_.write(holds_port(port) ? "holds" : "runs", "");
      for (;;) ::pause();
    };
    int codes = 0;
    const int signal = run_side_by_side({job("one", waits_for_a_signal)}, 1, [&](std::size_t, int c) { codes = c; });
    std::_Exit(signal == SIGTERM && codes == 128 + SIGTERM ? 0 : 1);
  }
  ASSERT_TRUE(appears("runs"));
  EXPECT_TRUE(there("served")) << "the parent goes on serving";
  ::kill(test, SIGTERM);
  int status = 0;
  ::waitpid(test, &status, 0);
  EXPECT_EQ(status, 0);
}

TEST(Bearable, IsOneForEachProcessorAsLongAsTheMemorySuffices) {
  EXPECT_EQ(bearable(8, 64'000'000'000, 4), 8);
  EXPECT_EQ(bearable(8, 3'500'000'000, 4), 3);
  EXPECT_EQ(bearable(8, 100'000'000, 4), 1) << "one in any case";
  EXPECT_EQ(bearable(8, 3'500'000'000, 0), 8);
}

TEST(AvailableMemory, IsReadWhereTheKernelSaysIt) {
  EXPECT_EQ(available_memory("MemTotal:       100 kB\nMemFree:        10 kB\nMemAvailable:   50 kB\n"), 51'200u);
  EXPECT_EQ(available_memory("MemTotal: 100 kB\n"), 0u);
  EXPECT_EQ(available_memory(""), 0u);
}

}  // namespace
}  // namespace rehearse
