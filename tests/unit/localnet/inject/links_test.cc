// What a link proxy does with real connections over loopback: in order, under each condition, and after it.
#include "localnet/inject/links.h"

#include <fcntl.h>
#include <gmock/gmock.h>

#include "tests/unit/support/fakes.h"
#include "tests/unit/support/loopback.h"

namespace rehearse {
namespace {

using made::Socket;
using made::until;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using Bytes = LinkCondition::Bytes;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

std::string text_of(std::size_t bytes) {
  std::string text(bytes, '\0');
  std::uint32_t x = 1;
  for (auto& c : text) c = static_cast<char>((x = x * 1664525 + 1013904223) >> 24);
  return text;
}

// A connection that `a` dialled to `b` through a proxy, and one the other way round.
class LinksTest : public testing::Test {
 protected:
  struct Both {
    Socket a, b;
  };
  LinksTest() {
    a_to_b_ = links_.add({"a", "b", {"127.0.0.1", 0}, {"127.0.0.1", b_.port}});
    b_to_a_ = links_.add({"b", "a", {"127.0.0.1", 0}, {"127.0.0.1", a_.port}});
  }
  Both dialled_by_a() {
    auto a = Socket::dial(a_to_b_);
    return {std::move(a), b_.accept()};
  }
  Both dialled_by_b() {
    auto b = Socket::dial(b_to_a_);
    return {a_.accept(), std::move(b)};
  }
  LinkState state() { return links_.state("a", "b"); }

  made::Listener a_, b_;
  LinkSet links_;
  int a_to_b_ = 0, b_to_a_ = 0;
};

void expect_passing(Socket& from, Socket& to, const std::string& text) {
  from.send(text);
  EXPECT_EQ(to.receive(text.size()), text);
}

// Whether the reset comes while it dials or after it.
bool turned_away(int port) {
  const auto s = Socket::dial(port);
  return !s || s.was_reset();
}

// ---- in order

TEST_F(LinksTest, PassesWhatIsSaidBothWays) {
  auto one = dialled_by_a();
  auto other = dialled_by_b();
  expect_passing(one.a, one.b, "to b");
  expect_passing(one.b, one.a, "to a");
  expect_passing(other.a, other.b, "to b, too");
  expect_passing(other.b, other.a, "to a, too");
  EXPECT_EQ(state().passed, 13);
  EXPECT_EQ(state().connections, 2);
  EXPECT_EQ(state().held, 0);
  EXPECT_EQ(state().condition, LinkCondition{});
  EXPECT_THAT(links_.all(), ElementsAre(Pair("a", "b"), Pair("b", "a")));
}

TEST_F(LinksTest, PassesManyBytesToAReceiverThatIsSlow) {
  auto c = dialled_by_a();
  const auto text = text_of(30'000'000);
  std::thread sender([&] {
    c.a.send(text);
    c.a.end();
  });
  EXPECT_TRUE(until([&] { return state().held > 0; })) << "they wait for their receiver";
  EXPECT_EQ(c.b.receive(text.size()), text);
  sender.join();
  EXPECT_TRUE(c.b.ended());
  expect_passing(c.b, c.a, "its own half is still open");
  c.b.end();
  EXPECT_TRUE(c.a.ended());
  EXPECT_TRUE(until([&] { return state().connections == 0; }));
}

TEST_F(LinksTest, TellsOfAReset) {
  auto c = dialled_by_a();
  expect_passing(c.a, c.b, "there");
  c.a.reset();
  EXPECT_TRUE(c.b.was_reset());
  EXPECT_TRUE(until([&] { return state().connections == 0; }));
  EXPECT_EQ(state().resets, 0) << "it was not the link's";
}

TEST_F(LinksTest, ResetsAConnectionToWhereNobodyListens) {
  int port;
  {
    made::Listener gone;
    port = links_.add({"a", "gone", {"127.0.0.1", 0}, {"127.0.0.1", gone.port}});
  }
  EXPECT_TRUE(turned_away(port));
}

TEST_F(LinksTest, SaysWhichLinkThereIsNot) {
  EXPECT_THAT(made::trouble_of([&] { links_.clear("a", "c"); }), HasSubstr("there is no link a->c"));
  EXPECT_THAT(made::trouble_of([&] { links_.state("c", "a"); }), HasSubstr("there is no link c->a"));
  EXPECT_THAT(made::trouble_of([&] { links_.add({"a", "b", {"127.0.0.1", b_.port}, {"127.0.0.1", 1}}); }, Blame::machine),
              HasSubstr("a link proxy cannot listen at 127.0.0.1:" + std::to_string(b_.port)));
  EXPECT_THAT(made::trouble_of([&] { links_.add({"a", "b", {"127.0.0.1", 0}, {"there", 1}}); }, Blame::machine),
              HasSubstr("there: "));
}

TEST_F(LinksTest, LeavesNoDescriptorToChildren) {
  const auto inheritable = [] {
    int count = 0;
    for (int fd = 0; fd < 1024; ++fd)
      if (const int flags = ::fcntl(fd, F_GETFD); flags >= 0 && !(flags & FD_CLOEXEC)) ++count;
    return count;
  };
  const auto before = inheritable();
  LinkSet links;
  auto a = Socket::dial(links.add({"a", "b", {"127.0.0.1", 0}, {"127.0.0.1", b_.port}}));
  auto b = b_.accept();
  expect_passing(a, b, "there");
  EXPECT_EQ(inheritable(), before);
}

// ---- late

TEST_F(LinksTest, DelaysEachByteAndKeepsTheOrder) {
  auto c = dialled_by_a();
  links_.set("a", "b", {.delay = 40ms, .jitter = 30ms});
  const auto start = Clock::now();
  std::string all;
  for (int i = 0; i < 100; ++i) {
    const auto piece = std::to_string(i) + " ";
    c.a.send(piece);
    all += piece;
  }
  EXPECT_EQ(c.b.receive(all.size()), all);
  EXPECT_GE(Clock::now() - start, 10ms);
  expect_passing(c.b, c.a, "the other way is as it was");
  c.a.end();
  EXPECT_TRUE(c.b.ended()) << "the end comes too";
}

TEST_F(LinksTest, WaitsNoLongerThanTheConditionDoes) {
  auto c = dialled_by_b();
  links_.set("a", "b", {.delay = 1h});
  c.a.send("late");
  EXPECT_TRUE(until([&] { return state().held == 4; }));
  EXPECT_TRUE(c.b.silent());
  links_.clear("a", "b");
  EXPECT_EQ(c.b.receive(4), "late");
  EXPECT_EQ(state().passed, 4);
  expect_passing(c.a, c.b, text_of(5'000'000));
}

TEST_F(LinksTest, TakesAConditionThatComesWhileBytesAreUnderWay) {
  auto c = dialled_by_a();
  const auto text = text_of(40'000'000);
  std::thread sender([&] { c.a.send(text); });
  EXPECT_TRUE(until([&] { return state().held > 0; }));
  std::string got;
  for (const auto& condition : {LinkCondition{.delay = 2ms, .jitter = 2ms}, LinkCondition{},
                                LinkCondition{.rate = 500'000'000}, LinkCondition{.bytes = Bytes::stall}, LinkCondition{}}) {
    links_.set("a", "b", condition);
    if (condition.bytes == Bytes::pass) got += c.b.receive(8'000'000);
  }
  sender.join();
  EXPECT_TRUE(got + c.b.receive(text.size() - got.size()) == text);
}

// ---- slow

TEST_F(LinksTest, IsNoFasterThanItsRate) {
  auto c = dialled_by_a();
  constexpr int kRate = 1'000'000;
  links_.set("a", "b", {.rate = kRate});
  const auto text = text_of(200'000);
  const auto start = Clock::now();
  std::thread sender([&] { c.a.send(text); });
  EXPECT_TRUE(c.b.receive(text.size()) == text);
  EXPECT_GE(Clock::now() - start, 150ms);
  sender.join();
}

TEST_F(LinksTest, HoldsAFastSenderBack) {
  auto c = dialled_by_a();
  links_.set("a", "b", {.rate = 1000});
  std::thread sender([&] { c.a.send(text_of(50'000'000)); });
  EXPECT_TRUE(until([&] { return state().held > 100'000; }));
  EXPECT_LT(state().passed, 1'000'000);
  links_.reset("a", "b");
  sender.join();
  EXPECT_EQ(state().connections, 0);
}

TEST_F(LinksTest, DripsInSmallPieces) {
  auto c = dialled_by_a();
  links_.set("a", "b", {.rate = 20, .chunk = 2});
  const auto text = text_of(1000);
  c.a.send(text);
  auto got = c.b.receive(1);
  const auto s = state();
  EXPECT_LT(s.passed, 1000);
  EXPECT_EQ(s.passed % 2, 0);
  links_.clear("a", "b");
  got += c.b.receive(999);
  EXPECT_TRUE(got == text);
}

// ---- not at all

TEST_F(LinksTest, StallsAndPassesAfterwards) {
  auto one = dialled_by_a();
  auto other = dialled_by_b();
  expect_passing(one.a, one.b, "before");
  links_.set("a", "b", {.bytes = Bytes::stall});
  one.a.send("one");
  other.a.send("other");
  EXPECT_TRUE(until([&] { return state().held == 8; }));
  EXPECT_TRUE(one.b.silent());
  EXPECT_TRUE(other.b.silent());
  expect_passing(one.b, one.a, "the other way passes");
  auto later = Socket::dial(a_to_b_);
  auto at_b = b_.accept();
  later.send("later");
  later.end();
  EXPECT_TRUE(at_b.silent());
  EXPECT_EQ(state().passed, 0);
  EXPECT_EQ(state().connections, 3);

  links_.clear("a", "b");
  EXPECT_EQ(one.b.receive(3), "one");
  EXPECT_EQ(other.b.receive(5), "other");
  EXPECT_EQ(at_b.receive(5), "later");
  EXPECT_TRUE(at_b.ended());
  expect_passing(one.a, one.b, "after");
  EXPECT_EQ(state().resets, 0);
}

TEST_F(LinksTest, DropsAndResetsAfterwardsWhatHasLostBytes) {
  auto torn = dialled_by_a();
  auto whole = dialled_by_b();
  expect_passing(torn.a, torn.b, "before");
  links_.set("a", "b", {.bytes = Bytes::drop});
  torn.a.send("lost");
  EXPECT_TRUE(until([&] { return state().swallowed == 4; }));
  EXPECT_TRUE(torn.b.silent());
  expect_passing(torn.b, torn.a, "the other way passes");
  expect_passing(whole.b, whole.a, "here too");
  EXPECT_EQ(state().connections, 2);
  EXPECT_EQ(state().held, 0);

  links_.clear("a", "b");
  EXPECT_TRUE(torn.a.was_reset());
  EXPECT_TRUE(torn.b.was_reset());
  EXPECT_EQ(state().resets, 1);
  EXPECT_EQ(state().swallowed, 0);
  expect_passing(whole.a, whole.b, "it has lost nothing");
}

TEST_F(LinksTest, DropsWhatWaits) {
  auto c = dialled_by_a();
  links_.set("a", "b", {.delay = 1h});
  c.a.send("held");
  EXPECT_TRUE(until([&] { return state().held == 4; }));
  links_.set("a", "b", {.bytes = Bytes::drop});
  EXPECT_TRUE(until([&] { return state().swallowed == 4; }));
  EXPECT_EQ(state().held, 0);
}

TEST_F(LinksTest, DoesNotTellOfAnEndThatItDrops) {
  auto c = dialled_by_a();
  links_.set("a", "b", {.bytes = Bytes::drop});
  c.a.reset();
  EXPECT_TRUE(c.b.silent());
  links_.clear("a", "b");
  EXPECT_TRUE(c.b.was_reset());
}

// ---- no connection

TEST_F(LinksTest, ResetsOnce) {
  auto one = dialled_by_a();
  auto other = dialled_by_b();
  expect_passing(one.a, one.b, "there");
  expect_passing(other.b, other.a, "there");
  links_.reset("a", "b");
  for (const auto* s : {&one.a, &one.b, &other.a, &other.b}) EXPECT_TRUE(s->was_reset());
  EXPECT_EQ(state().resets, 2);
  EXPECT_EQ(links_.state("b", "a").resets, 0);
  auto next = dialled_by_a();
  expect_passing(next.a, next.b, "again");
}

TEST_F(LinksTest, RefusesAsLongAsItIsCut) {
  auto there = dialled_by_a();
  expect_passing(there.a, there.b, "there");
  links_.set("b", "a", {.refuse = true});
  EXPECT_TRUE(there.a.was_reset());
  EXPECT_TRUE(there.b.was_reset());
  EXPECT_TRUE(turned_away(a_to_b_));
  EXPECT_TRUE(turned_away(b_to_a_));
  const auto s = links_.state("b", "a");
  EXPECT_EQ(s.resets, 1);
  EXPECT_EQ(s.refused, 2);
  EXPECT_EQ(s.connections, 0);
  EXPECT_EQ(state().refused, 0) << "that link is in order";

  links_.clear("b", "a");
  auto next = dialled_by_b();
  expect_passing(next.a, next.b, "again");
  EXPECT_EQ(links_.state("b", "a").refused, 0);
}

TEST_F(LinksTest, LeavesAnOpenConnectionThatLeadsNowhere) {
  for (const bool by_a : {true, false}) {
    auto c = by_a ? dialled_by_a() : dialled_by_b();
    expect_passing(c.a, c.b, "there");
    links_.half_open("a", "b");
    EXPECT_TRUE(c.b.was_reset());
    c.a.send("into the void");
    EXPECT_TRUE(until([&] { return state().swallowed == 13; }));
    EXPECT_TRUE(c.a.silent());
    EXPECT_EQ(state().leading_nowhere, 1);
    EXPECT_EQ(state().resets, 1);
    auto next = dialled_by_b();
    expect_passing(next.b, next.a, "others are not concerned");

    links_.clear("a", "b");
    EXPECT_TRUE(c.a.was_reset());
    expect_passing(next.a, next.b, "nor now");
    EXPECT_EQ(state().leading_nowhere, 0);
    next.a.close();
    next.b.close();
    EXPECT_TRUE(until([&] { return state().connections == 0; }));
    links_.clear("a", "b");
  }
}

TEST_F(LinksTest, ForgetsAConnectionThatLedNowhereWhenItIsGivenUp) {
  auto c = dialled_by_a();
  expect_passing(c.a, c.b, "there");
  links_.half_open("a", "b");
  c.a.close();
  EXPECT_TRUE(until([&] { return state().connections == 0; }));
}

TEST_F(LinksTest, ServesOthersWhileOneIsBusy) {
  auto busy = dialled_by_a();
  auto other = dialled_by_b();
  std::thread sender([&] { busy.a.send(text_of(20'000'000)); });
  std::thread receiver([&] { busy.b.receive(20'000'000); });
  for (int i = 0; i < 20; ++i) expect_passing(other.a, other.b, "through");
  sender.join();
  receiver.join();
}

}  // namespace
}  // namespace rehearse
