// A network of namespaces: real connections between them, and what rules do to them. Each test runs in a copy of this
// process, which is in the hub then.
#include "localnet/inject/namespaces.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "tests/unit/support/fakes.h"
#include "tests/unit/support/golden.h"
#include "localnet/inject/packet_rule.h"
#include "tests/unit/support/in_copy.h"

namespace rehearse {
namespace {

using made::in_copy;
using testing::HasSubstr;

sockaddr_in address(const std::string& ip, int port) {
  sockaddr_in a{};
  a.sin_family = AF_INET;
  a.sin_port = htons(static_cast<std::uint16_t>(port));
  ::inet_pton(AF_INET, ip.c_str(), &a.sin_addr);
  return a;
}

constexpr int kPort = 26656;

// Listens there; connections are left in its queue.
class Listener {
 public:
  explicit Listener(const std::string& ip) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const auto a = address(ip, kPort);
    if (::bind(fd_, reinterpret_cast<const sockaddr*>(&a), sizeof a) != 0 || ::listen(fd_, 128) != 0)
      throw Error(Blame::machine, errno_text(ip));
  }
  ~Listener() { ::close(fd_); }
  Listener(const Listener&) = delete;

 private:
  int fd_;
};

constexpr int kAtLast = 20'000, kForAWhile = 200;  // milliseconds: until something is said, or it is seen that nothing is

// "connected", what was said against it, or "nothing" in that time.
std::string connecting(const std::string& ip, int milliseconds = kAtLast) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const auto a = address(ip, kPort);
  std::string said = "nothing";
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&a), sizeof a) == 0)
    said = "connected";
  else if (errno != EINPROGRESS)
    said = std::strerror(errno);
  pollfd ready{fd, POLLOUT, 0};
  if (said == "nothing" && ::poll(&ready, 1, milliseconds) == 1) {
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
    said = error ? std::strerror(error) : "connected";
  }
  ::close(fd);
  return said;
}

class NamespacesTest : public testing::Test {
 protected:
  void SetUp() override {
    for (const auto& needs : {network_namespace_needs(), nftables_needs()})
      if (!needs.empty()) GTEST_SKIP() << needs;
  }
  static void expect(const std::string& said, const std::string& expected) {
    if (said != expected) throw Error(Blame::machine, "expected `" + expected + "`, got `" + said + "`");
  }
  static void expect(const Evidence& e, bool holds = true) {
    made::expect(e, holds);
  }
  static std::string connecting_from(const NetworkNamespaces& network, const std::string& node, const std::string& ip, int milliseconds = kAtLast) {
    std::string said;
    network.within(node, [&] { said = connecting(ip, milliseconds); });
    return said;
  }

  const std::map<std::string, std::string> nodes_{{"one", "127.9.9.1"}, {"two", "127.9.9.2"}, {"three", "127.9.9.3"}};
};

struct Listening : NetworkNamespaces {
  std::vector<std::unique_ptr<Listener>> listeners;
  explicit Listening(const std::map<std::string, std::string>& nodes) : NetworkNamespaces(nodes) {
    for (const auto& [name, ip] : nodes) within(name, [&, &ip = ip] { listeners.push_back(std::make_unique<Listener>(ip)); });
    listeners.push_back(std::make_unique<Listener>("127.9.9.254"));
  }
};

TEST_F(NamespacesTest, JoinsNodesAndHubAndNobodyElse) {
  in_copy([&] {
    const Listener outside("127.9.9.77");
    expect(connecting("127.9.9.77"), "connected");
    {
      const Listening network(nodes_);
      for (const auto& [name, ip] : nodes_) {
        expect(connecting(ip), "connected");
        for (const auto& [other, to] : nodes_) expect(connecting_from(network, name, to), "connected");
        expect(connecting_from(network, name, "127.9.9.254"), "connected");
        expect(connecting_from(network, name, "127.0.0.1"), "Connection refused");
      }
      expect(connecting("127.9.9.77"), "Connection refused");
      expect(connecting("8.8.8.8"), "Network is unreachable");
      expect(connecting("127.8.8.8"), "Network is unreachable");
    }
    expect(connecting("127.9.9.77"), "connected");
    expect(connecting("127.9.9.1"), "Connection refused");
  });
}

TEST_F(NamespacesTest, StartsProcessesThere) {
  in_copy([&] {
    const NetworkNamespaces network(nodes_);
    std::string there;
    network.within("two", [&] { there = run_command({find_program("ip"), "-o", "-4", "addr"}).output; });
    EXPECT_THAT(there, HasSubstr("127.9.9.2/24"));
    if (there.find("127.9.9.2/24") == std::string::npos) throw Error(Blame::machine, there);
  });
}

TEST_F(NamespacesTest, LeavesNoNamesBehind) {
  const auto before = run_command({find_program("ip"), "netns", "list"}).output;
  const auto devices = made::read_file("/proc/net/dev");
  in_copy([&] { const NetworkNamespaces network(nodes_); });
  EXPECT_EQ(run_command({find_program("ip"), "netns", "list"}).output, before);
  EXPECT_EQ(made::read_file("/proc/net/dev").find("hub"), std::string::npos);
}

TEST_F(NamespacesTest, WantsNodesOfOneBlock) {
  using Nodes = std::map<std::string, std::string>;
  const auto trouble_of = [](const Nodes& nodes) { return made::trouble_of([&] { NetworkNamespaces network(nodes); }); };
  EXPECT_THAT(trouble_of({{"a", "127.1.1.1"}, {"b", "127.1.2.2"}}), HasSubstr("b: its address 127.1.2.2 is not of one block"));
  EXPECT_THAT(trouble_of(Nodes{{"a", "10.1.1.1"}}), HasSubstr("is not of one block"));
}

TEST_F(NamespacesTest, DropsWhatComesFromOnePeer) {
  in_copy([&] {
    const Listening network(nodes_);
    PacketRule rule(network, "one", {"127.9.9.2"}, PacketFate::drop);
    expect(rule.applied(), false);
    expect(connecting_from(network, "two", "127.9.9.1", kForAWhile), "nothing");
    expect(connecting_from(network, "one", "127.9.9.2", kForAWhile), "nothing");  // the answer is lost
    expect(connecting_from(network, "three", "127.9.9.1"), "connected");
    expect(connecting("127.9.9.1"), "connected");
    expect(rule.applied());
    if (rule.applied().facts.find("counter packets") == std::string::npos) throw Error(Blame::machine, rule.applied().facts);
    expect(rule.undone(), false);
    rule.undo();
    expect(rule.undone());
    expect(rule.applied(), false);
    expect(connecting_from(network, "two", "127.9.9.1"), "connected");
  });
}

TEST_F(NamespacesTest, TurnsAwayAndSaysSo) {
  in_copy([&] {
    const Listening network(nodes_);
    for (const auto& [fate, said] : {std::pair{PacketFate::reset, "Connection refused"}, {PacketFate::refuse, "No route to host"}}) {
      const PacketRule rule(network, "one", {"127.9.9.2", "127.9.9.3"}, fate);
      expect(connecting_from(network, "two", "127.9.9.1"), said);
      expect(connecting_from(network, "three", "127.9.9.1"), said);
      expect(connecting_from(network, "one", "127.9.9.2", kForAWhile), "nothing");  // the answer is turned away, and nobody tells
      expect(connecting("127.9.9.1"), "connected");
      expect(rule.applied());
    }
    expect(connecting_from(network, "two", "127.9.9.1"), "connected");
  });
}

}  // namespace
}  // namespace rehearse
