// Nodes that faults had taken away, and their peers: who lacks some, and what is done when they do not come back.
#include "harness/faults/peers.h"

#include <gmock/gmock.h>

#include "harness/faults/driver.h"
#include "harness/view/journal.h"
#include "tests/unit/support/made_rehearsal.h"

namespace rehearse {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Each node says how many it has; the chain goes on.
class PeersTest : public made::AskingTest {
 protected:
  PeersTest() {
    network_goes_on_ = loop_.every(1ms, [this] {
      while (!http_.open.empty()) {
        const bool of_a = http_.open.front().request.url.starts_with("http://a");
        http_.answer(200, made::rpc_result({{"n_peers", of_a ? of_a_ : of_b_}}));
      }
      at("a", ++height_), at("b", height_);
    });
  }
  Peers::Restart restart() {
    return [this](Rehearsal&, const std::string& node) {
      restarted_.push_back(node);
      of_a_ = of_b_ = "1";
    };
  }
  void turn() {
    bool over = false;
    const auto later = loop_.after(10ms, [&over] { over = true; });
    r_.await_done("answers", [&over] { return over; });
  }

  std::string of_a_ = "1", of_b_ = "1";
  std::int64_t height_ = 4;
  std::vector<std::string> restarted_;
  Loop::Handle network_goes_on_;
  Peers peers_{r_, restart()};
};

TEST_F(PeersTest, AreLackingUntilANodeHasSaidThatAllAreThere) {
  const auto begun = now_micros();
  EXPECT_THAT(peers_.lacking({"a", "b"}, begun), ElementsAre("a", "b"));
  of_b_ = "0";
  peers_.watch(true);
  turn();
  EXPECT_THAT(peers_.lacking({"a", "b"}, begun), ElementsAre("b"));
  EXPECT_THAT(peers_.lacking({"b"}, begun), IsEmpty()) << "alone it lacks nobody";
  EXPECT_THAT(peers_.lacking({"a"}, now_micros()), ElementsAre("a")) << "it has not been asked since";
}

TEST_F(PeersTest, TheOneWithLessPowerIsStartedAgainOnce) {
  scenario_.demands.recovery.value = 0ms;
  peers_.help({"a", "b"}, now_micros() - 10);
  EXPECT_THAT(restarted_, ElementsAre("b"));
  EXPECT_THAT(peers_.finding(0), HasSubstr("started again: b"));
  turn();
  peers_.help({"b"}, 0);
  EXPECT_THAT(restarted_, ElementsAre("b"));
  peers_.help({"a", "b"}, 0);
  EXPECT_THAT(restarted_, ElementsAre("b", "a"));
}

TEST_F(PeersTest, NobodyIsStartedAgainWhileTheyMayComeByThemselves) {
  peers_.help({"a", "b"}, now_micros() - 19'000'000);
  EXPECT_THAT(restarted_, IsEmpty());
  EXPECT_EQ(peers_.finding(0), "");
  peers_.help({"a", "b"}, now_micros() - 21'000'000);
  EXPECT_THAT(restarted_, ElementsAre("b"));
  peers_.help({"a"}, now_micros() - 21'000'000);
  EXPECT_THAT(restarted_, ElementsAre("b")) << "it has only just been started";
}

// In the driver's hands, after a fault of b.
class PeersAfterAFault : public PeersTest {
 protected:
  class Proven : public Fault {
    void inject() override {}
    std::string applied() override { return "it stands"; }
    void heal() override {}
    std::string healed() override { return "it goes on"; }
  };
  PeersAfterAFault() {
    scenario_.network.validators = {{"a", 60}, {"b", 40}};
    scenario_.demands.recovery.value = 600ms;
    r_.set_background_task(&driver_);
  }
  std::string end() {
    r_.await_done("the fault's begin", [this] { return r_.view().disturbed(); });
    driver_.end();
    const auto* recovered = r_.view().faults.at(0).transition(FaultState::recovered);
    return recovered ? recovered->finding : "not recovered";
  }
  FaultDriver driver_{r_, {{"1", "pause", "b", "height 5", {{"b"}, {}, {}, false}, 0, 0, {}}},
                      [](Rehearsal&, const Injection&) { return std::make_unique<Proven>(); }, restart()};
};

TEST_F(PeersAfterAFault, NothingIsDoneWhenTheyAreThere) {
  EXPECT_EQ(end(), "");
  EXPECT_THAT(restarted_, IsEmpty());
}

// Which it may have lost while it was excused for a fault of its own.
TEST_F(PeersAfterAFault, ItHasRecoveredWhenTheOthersHaveThemToo) {
  of_a_ = "0";
  EXPECT_THAT(end(), HasSubstr("its peers did not come back by themselves, and this was started again: a"));
  EXPECT_THAT(restarted_, ElementsAre("a"));
}

// Whoever is down is missed by all others, and it is not they who need help.
TEST_F(PeersAfterAFault, NobodyIsStartedAgainWhileANodeIsDown) {
  r_.record(record::Expected{kProcessEnds, "its operator stops it", true}, "a");
  ends("a", 0);
  of_b_ = "0";
  EXPECT_EQ(end(), "not recovered");
  EXPECT_THAT(restarted_, IsEmpty());
}

}  // namespace
}  // namespace rehearse
