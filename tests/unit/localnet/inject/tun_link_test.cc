// A bad line between two namespaces: numbered datagrams are sent over it, and counted where they arrive.
#include "localnet/inject/tun_link.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "tests/unit/support/fakes.h"
#include "tests/unit/support/in_copy.h"

namespace rehearse {
namespace {

using made::expect;
using std::chrono::milliseconds;

class Datagrams {
 public:
  explicit Datagrams(const std::string& ip) : fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    const auto a = address(ip);
    if (::bind(fd_, reinterpret_cast<const sockaddr*>(&a), sizeof a) != 0) throw Error(Blame::machine, errno_text(ip));
  }
  ~Datagrams() { ::close(fd_); }
  Datagrams(const Datagrams&) = delete;
  void send(const std::string& ip, int number) const {
    const auto a = address(ip);
    (void)::sendto(fd_, &number, sizeof number, 0, reinterpret_cast<const sockaddr*>(&a), sizeof a);
  }
  std::vector<int> received() const {
    std::vector<int> all;
    for (int number = 0; ::recv(fd_, &number, sizeof number, 0) == sizeof number;) all.push_back(number);
    return all;
  }

 private:
  static sockaddr_in address(const std::string& ip) {
    sockaddr_in a{};
    a.sin_family = AF_INET;
    a.sin_port = htons(26656);
    ::inet_pton(AF_INET, ip.c_str(), &a.sin_addr);
    return a;
  }
  int fd_;
};

// Two nodes, in a copy of this process.
struct TwoNodes {
  Loop loop;
  NetworkNamespaces network{{{"one", "127.9.9.1"}, {"two", "127.9.9.2"}}};
  std::unique_ptr<Datagrams> one, two;
  TwoNodes() {
    network.within("one", [&] { one = std::make_unique<Datagrams>("127.9.9.1"); });
    network.within("two", [&] { two = std::make_unique<Datagrams>("127.9.9.2"); });
  }
  // Sends that many; what has arrived, in its order, when nothing more comes.
  std::vector<int> sent_over(int count) {
    for (int i = 0; i < count; ++i) one->send("127.9.9.2", i);
    std::vector<int> all;
    for (int quiet = 0; quiet < 10; ++quiet) {
      loop.run_one(milliseconds(20));
      const auto more = two->received();
      all.insert(all.end(), more.begin(), more.end());
      if (!more.empty()) quiet = 0;
    }
    return all;
  }
};

class TunLinkTest : public testing::Test {
 protected:
  void SetUp() override {
    for (const auto& needs : {network_namespace_needs(), tun_needs()})
      if (!needs.empty()) GTEST_SKIP() << needs;
  }
  void with_pair(const std::function<void(TwoNodes&)>& work) {
    made::in_copy([&] {
      TwoNodes pair;
      work(pair);
    });
  }
};

TEST_F(TunLinkTest, ChangesNothingOfAGoodLine) {
  with_pair([](TwoNodes& pair) {
    TunLink link(pair.loop, pair.network, "one", "two", {}, 1);
    const auto arrived = pair.sent_over(50);
    expect(arrived.size() == 50 && std::is_sorted(arrived.begin(), arrived.end()), "all arrive in their order");
    expect(!link.applied().holds, link.applied().facts);
    expect(link.applied().facts.find("of 50 packets 0 lost") != std::string::npos, link.applied().facts);
    pair.two->send("127.9.9.1", 7);
    expect(pair.one->received() == std::vector<int>{7}, "what comes back goes the direct way");
  });
}

TEST_F(TunLinkTest, LosesAndDoubles) {
  with_pair([](TwoNodes& pair) {
    TunLink link(pair.loop, pair.network, "one", "two", {.loss = 30}, 1);
    const auto arrived = pair.sent_over(100);
    expect(arrived.size() > 40 && arrived.size() < 95, std::to_string(arrived.size()));
    expect(link.applied().holds, link.applied().facts);
    expect(!link.undone().holds, link.undone().facts);
    link.undo();
    expect(link.undone().holds, link.undone().facts);
    expect(!link.applied().holds, link.applied().facts);
    expect(pair.sent_over(20).size() == 20, "the direct way loses nothing");
    TunLink again(pair.loop, pair.network, "one", "two", {.duplication = 100}, 1);
    expect(pair.sent_over(20).size() == 40, "each comes twice");
  });
}

TEST_F(TunLinkTest, LosesTheSameWithTheSameSeed) {
  const auto text = [](std::uint64_t seed) {
    return in_child([seed] {
      TwoNodes pair;
      TunLink link(pair.loop, pair.network, "one", "two", {.loss = 50}, seed);
      std::string all;
      for (const int number : pair.sent_over(40)) all += std::to_string(number) + " ";
      return all;
    });
  };
  EXPECT_EQ(text(7), text(7));
  EXPECT_NE(text(7), text(8));
}

TEST_F(TunLinkTest, Delays) {
  with_pair([](TwoNodes& pair) {
    TunLink link(pair.loop, pair.network, "one", "two", {.delay = milliseconds(60), .jitter = milliseconds(5)}, 1);
    const auto start = Loop::Clock::now();
    pair.one->send("127.9.9.2", 1);
    std::vector<int> arrived;
    while (arrived.empty() && Loop::Clock::now() - start < std::chrono::seconds(20)) {
      pair.loop.run_one(milliseconds(5));
      arrived = pair.two->received();
    }
    expect(arrived == std::vector<int>{1}, "it arrives");
    expect(Loop::Clock::now() - start >= milliseconds(60), "not before its time");
    pair.one->send("127.9.9.2", 2);
    expect(made::run_until(pair.loop, [&] { return link.applied().facts.find("of 2 packets") != std::string::npos; }), "it has come");
    link.undo();
    expect(pair.two->received() == std::vector<int>{2}, "what is under way arrives when it is undone");
  });
}

TEST_F(TunLinkTest, SendsOneAfterTheOther) {
  with_pair([](TwoNodes& pair) {
    TunLink link(pair.loop, pair.network, "one", "two", {.rate = 2000}, 1);
    const auto start = Loop::Clock::now();
    const auto arrived = pair.sent_over(20);  // of 32 bytes each, with their headers
    expect(arrived.size() == 20 && std::is_sorted(arrived.begin(), arrived.end()), "all arrive in their order");
    expect(Loop::Clock::now() - start >= milliseconds(300), "no faster than the line");
    expect(link.applied().holds, link.applied().facts);
  });
}

TEST_F(TunLinkTest, Reorders) {
  with_pair([](TwoNodes& pair) {
    TunLink link(pair.loop, pair.network, "one", "two", {.reordering = 20}, 1);
    auto arrived = pair.sent_over(50);
    expect(arrived.size() == 50, "all arrive");
    expect(!std::is_sorted(arrived.begin(), arrived.end()), "not in their order");
    expect(link.applied().holds, link.applied().facts);
  });
}

}  // namespace
}  // namespace rehearse
