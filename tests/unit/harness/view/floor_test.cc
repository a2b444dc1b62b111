// The least that a run could have taken, of procedures without a plan: read off made journals.
#include "harness/view/floor.h"

#include <gmock/gmock.h>

#include "harness/view/timing.h"
#include "tests/unit/support/made_journal.h"

namespace rehearse {
namespace {

namespace at = made::at;
using made::micros;
using made::validator;

constexpr double kBoot = 0.66, kEnough = 1e-6;

double floor(const made::Upgrade& u) {
  return floor_of(u.view(), Span{micros(at::kStarted), micros(at::kStarted + kBoot)}, std::nullopt);
}

// The made upgrade without its plan and its vote: K blocks are verified, and nothing is changed.
made::Upgrade unchanged() {
  auto u = made::healthy();
  u.erase<record::PlanProposed>();
  std::erase_if(u.made, [](const auto& e) {
    const auto* start = std::get_if<record::ProcessStarted>(&e.body);
    const auto* begins = std::get_if<record::StepStarted>(&e.body);
    const auto* ends = std::get_if<record::StepEnded>(&e.body);
    const auto of_vote = [](const std::string& id) { return id == "propose" || id == "passed"; };
    return (start && start->pid == 0) || (begins && of_vote(begins->step)) || (ends && of_vote(ends->step));
  });
  u.add(5.3, "", record::ExpectedOutcome{made::kHeight, WhichRelease::to, false});
  return u;
}

constexpr double kLeast = kBoot + made::kBlocksAfter * made::kBlockSeconds;

void starts_again(made::Upgrade& u, int ordinal, double when) {
  u.exits(when - 0.05, validator(ordinal), 0, {});
  u.add(when, validator(ordinal), record::ProcessStarted{700 + ordinal, "virtengine"});
}

// The block is seen kBlockSeconds after the one before it; validators sign each.
double block_seen(std::int64_t height) { return at::kFirstBlock + static_cast<double>(height - 1) * made::kBlockSeconds; }

TEST(Floor, HasBootAndTheBlocksThatAreVerified) { EXPECT_NEAR(floor(unchanged()), kLeast, kEnough); }

TEST(Floor, HasEachRestartUntilTheNodeSigns) {
  auto u = unchanged();
  const double start = block_seen(8) + 0.1;
  starts_again(u, 3, start);
  EXPECT_NEAR(floor(u), kLeast + block_seen(9) - start, kEnough);
  // It was late for that block.
  for (auto* b : u.all<record::BlockSeen>())
    if (b->height == 9) b->signatures.at(2).flag = 1;
  EXPECT_NEAR(floor(u), kLeast + block_seen(10) - start, kEnough);
}

TEST(Floor, HasRestartsThatGoOnTogetherOnce) {
  auto u = unchanged();
  const double start = block_seen(8) + 0.1;
  starts_again(u, 3, start);
  starts_again(u, 4, start + 0.01);
  EXPECT_NEAR(floor(u), kLeast + block_seen(9) - start, kEnough);
  starts_again(u, 1, block_seen(12) + 0.1);
  EXPECT_NEAR(floor(u), kLeast + 2 * (block_seen(9) - start), kEnough) << "and those that do not each";
}

TEST(Floor, HasAProcessThatEndsAgainAsLongAsItRan) {
  auto u = unchanged();
  const double start = block_seen(8) + 0.1;
  starts_again(u, 3, start);
  u.exits(start + 0.02, validator(3), 1, {});
  EXPECT_NEAR(floor(u), kLeast + 0.02, kEnough);
}

TEST(Floor, HasNoRestartOfWhatAFaultHasTakenAway) {
  auto u = unchanged();
  const double start = block_seen(8) + 0.1;
  starts_again(u, 3, start);
  u.add(start - 0.06, "", record::FaultPlanned{"1", "kill", "time 1s", "validator-3", {validator(3)}, {}, 1});
  u.add(start - 0.055, "", record::FaultTransition{"1", FaultState::injecting, "", {validator(3)}, {validator(3)}, 0});
  EXPECT_NEAR(floor(u), kLeast, kEnough);
}

TEST(Floor, HasAVoteWithItsPeriod) {
  auto u = unchanged();
  for (const auto& [id, from, to] : {std::tuple{"propose", 1.4, 1.5}, {"passed", 2.0, 3.5}}) {
    u.add(from, "", record::StepStarted{id, id, ""});
    u.add(to, "", record::StepEnded{id, StepOutcome::done, ""});
  }
  EXPECT_NEAR(floor(u), kLeast + 2.0 + 2 * made::kBlockSeconds, kEnough);
  u.add(1.5, "", record::PlanProposed{"v2", "", "1", 20});
  u.all<record::RunStarted>().front()->conditions["lead"] = 2;
  EXPECT_NEAR(floor(u), kLeast + 3 * 2.0 + 5 * made::kBlockSeconds, kEnough) << "a plan waits for its height";
}

TEST(Floor, HasTheWaitForAHeightThatWasFixedBefore) {
  auto u = unchanged();
  u.add(2.0, "", record::StepStarted{"model/height", "Monitor current height", ""});
  u.add(2.7, "", record::StepEnded{"model/height", StepOutcome::done, ""});
  EXPECT_NEAR(floor(u), kLeast + 0.7, kEnough);
}

TEST(Floor, HasABlockForEachHeightThatATransactionWasAwaitedAt) {
  auto u = unchanged();
  const auto included = [&](double when, const char* height) {
    u.add(when, validator(1), record::Answered{"inclusion", "transaction", {}, 0, "rest", true, false, {{"height", height}}, ""});
  };
  included(1.3, "4"), included(1.31, "4"), included(1.6, "6");
  u.add(1.7, validator(1), record::Answered{"inclusion", "transaction", {}, 0, "rest", true, true, nullptr, ""});
  EXPECT_NEAR(floor(u), kLeast + 2 * made::kBlockSeconds, kEnough);
}

// validator-4 comes back long after the switch: only what it takes beyond that is its own.
TEST(Floor, HasOfARestartInTheSwitchWhatComesAfterIt) {
  auto u = made::healthy();
  const Span change{micros(at::kHalt), micros(at::kResumed)};
  const auto with_switch = [&] {
    return floor_of(u.view(), Span{micros(at::kStarted), micros(at::kStarted + kBoot)}, change);
  };
  const double whole = with_switch();
  for (auto* b : u.all<record::BlockSeen>())
    if (b->height > made::kHeight) b->signatures.at(3).flag = 1;
  EXPECT_NEAR(with_switch(), whole + at::kStopped - at::kResumed, kEnough) << "it does not sign to the end";
}

TEST(Floor, HasTheDaemonsStartAndItsOrders) {
  auto u = unchanged();
  const auto health = [&](double when, const char* status) {
    u.add(when, kProvider, record::Answered{"awaited", "health", {}, 0, "rest", true, false, {{"status", status}}, ""});
  };
  u.add(1.2, kProvider, record::ProcessStarted{300, "provider-daemon"});
  health(1.25, "starting"), health(1.3, "ok"), health(1.5, "ok");
  EXPECT_NEAR(floor(u), kLeast + 0.1, kEnough);
  u.add(1.5, "", record::StepStarted{"orders", "Orders won", ""});
  u.add(1.7, validator(1), record::Answered{"inclusion", "transaction", {}, 0, "rest", true, false, {{"height", "6"}}, ""});
  u.add(2.1, "", record::StepEnded{"orders", StepOutcome::done, ""});
  EXPECT_NEAR(floor(u), kLeast + 0.1 + 0.4 + made::kBlockSeconds, kEnough);
}

TEST(Floor, HasWhatTheProvidersOperatorTypes) {
  auto u = unchanged();
  u.add(2.0, kProvider, record::CommandRan{"tx provider create", micros(1.8)});
  u.add(3.0, kProvider, record::CommandRan{"tx provider create-order", micros(2.5)});
  u.add(3.1, kProvider, record::CommandRan{"tx provider set-status", micros(2.9)});
  EXPECT_NEAR(floor(u), kLeast + 0.2 + 0.6, kEnough);
}

TEST(Floor, IsNotKnownOfARunThatWasNotVerified) {
  auto u = unchanged();
  u.cut(at::kAsked - 0.01);
  EXPECT_EQ(floor(u), 0);
  EXPECT_EQ(floor_of(unchanged().view(), std::nullopt, std::nullopt), 0);
}

}  // namespace
}  // namespace rehearse
