// Metrics that are served while the process forks and is sent signals.
#include "localnet/http/exposer.h"

#include <gmock/gmock.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <algorithm>

#include "localnet/process/proc.h"
#include "tests/unit/support/fakes.h"
#include "tests/unit/support/loopback.h"

namespace rehearse {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class ServedMetrics : public testing::Test {
 protected:
  static int port_of(const Exposer& e) {
    const auto url = e.url();
    return std::stoi(url.substr(url.find(':', 5) + 1));
  }
  static std::string get(int port, const std::string& path) {
    auto s = made::Socket::dial(port);
    s.send("GET " + path + " HTTP/1.1\r\nHost: made\r\n\r\n");
    return s.receive(100'000);  // until the other side closes
  }
  static int sockets_of(int pid) {
    int all = 0;
    std::error_code closed;  // meanwhile
    for (const auto& file : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/fd"))
      all += std::filesystem::read_symlink(file.path(), closed).string().starts_with("socket:");
    return all;
  }
  ServedMetrics() { prometheus::BuildGauge().Name("made").Help("A gauge").Register(*registry_).Add({}).Set(7); }
  const std::shared_ptr<prometheus::Registry> registry_ = std::make_shared<prometheus::Registry>();
};

TEST_F(ServedMetrics, AreOnLoopbackUnlessAnAddressIsTold) {
  EXPECT_THAT(Exposer("0", registry_).url(), StartsWith("http://127.0.0.1:"));
  EXPECT_THAT(Exposer("127.9.9.9:0", registry_).url(), StartsWith("http://127.9.9.9:"));
}

TEST_F(ServedMetrics, AreServedByThreadsThatTakeNoSignal) {
  const auto before = threads_of(::getpid());
  const Exposer e("0", registry_);
  EXPECT_THAT(get(port_of(e), "/metrics"), HasSubstr("\nmade 7\n"));  // and by now they run: until then a thread has all signals blocked
  EXPECT_THAT(get(port_of(e), "/etc/passwd"), StartsWith("HTTP/1.1 404"));
  int more = 0;
  for (const int thread : threads_of(::getpid())) {
    if (std::ranges::count(before, thread)) continue;
    ++more;
    const auto blocked = std::stoull(status_value(thread, "SigBlk").value_or("0"), nullptr, 16);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGCHLD, SIGPIPE}) EXPECT_TRUE(blocked >> (signal - 1) & 1) << signal;
  }
  EXPECT_GE(more, 2);
  sigset_t mine;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &mine);
  EXPECT_EQ(sigismember(&mine, SIGTERM), 0) << "whoever made it takes them as before";
}

TEST_F(ServedMetrics, RefuseWhatIsNoAddress) {
  for (const char* text : {"", ":", "a", "9477a", "-1", "65536", "localhost:9477", "127.0.0.1:", "127.0.0.1", "[::1]:9477", "1.2.3.4:5:6", "127.0.0.1:9477,9478"})
    EXPECT_THAT(made::trouble_of([&] { Exposer(text, registry_); }), HasSubstr(std::string("found `") + text + "`"));
}

TEST_F(ServedMetrics, SayWhyTheyCannotBe) {
  const made::Listener other;
  const auto taken = std::to_string(other.port);
  EXPECT_THAT(made::trouble_of([&] { Exposer(taken, registry_); }, Blame::machine), HasSubstr("at " + taken + ": Address already in use; take another port"));
  EXPECT_THAT(made::trouble_of([&] { Exposer("203.0.113.1:0", registry_); }, Blame::machine), HasSubstr("Cannot assign requested address"));
}

// The child outlives the server, as a run does whose soak was killed.
TEST_F(ServedMetrics, LeaveNoPortToAForkedChild) {
  const int sockets_before = sockets_of(::getpid());
  auto e = std::make_unique<Exposer>("0", registry_);
  const int port = port_of(*e);
  auto waiting = made::Socket::dial(port);
  waiting.send("GET /metrics HT");  // it is accepted and not answered yet
  ASSERT_THAT(get(port, "/metrics"), HasSubstr("made 7"));
  const pid_t child = ::fork();
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::pause();
    std::_Exit(0);
  }
  EXPECT_TRUE(made::until([&] { return sockets_of(child) == sockets_before + 1; })) << "but this test's own end of a connection";
  EXPECT_THAT(get(port, "/metrics"), HasSubstr("made 7")) << "the parent goes on";
  waiting.send("TP/1.1\r\nHost: made\r\n\r\n");
  EXPECT_THAT(waiting.receive(100'000), HasSubstr("made 7"));
  e.reset();
  EXPECT_FALSE(made::Socket::dial(port));
  EXPECT_NO_THROW(Exposer(std::to_string(port), registry_));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
}

TEST_F(ServedMetrics, LeaveOtherSocketsToAForkedChild) {
  const made::Listener other;
  const Exposer e("0", registry_);
  const pid_t child = ::fork();
  if (child == 0) std::_Exit(made::Socket::dial(other.port) ? 0 : 1);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace rehearse
