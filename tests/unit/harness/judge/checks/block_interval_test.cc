// Block Interval: slower blocks are the release's only when nothing else had part in them.
#include <gmock/gmock.h>

#include "harness/judge/checks/checklist.h"
#include "tests/unit/support/made_journal.h"

namespace rehearse {
namespace {

using made::healthy;
using made::item;
using record::Outcome;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

// The blocks from a height on take that much longer each.
void slow_down(made::Upgrade& u, std::int64_t from, double seconds) {
  for (auto* b : u.all<record::BlockSeen>())
    if (b->height > from)
      b->time += static_cast<record::Micros>(static_cast<double>(b->height - from) * seconds * 1e6);
}

std::vector<std::string> open_items(const made::Upgrade& u) {
  const auto view = u.view();
  return unsettled({view, u.scenario, u.profile});
}

TEST(BlockInterval, IsPassedByAHealthyUpgrade) {
  const auto found = item(healthy().judged(), "Block Interval");
  EXPECT_EQ(found.outcome, Outcome::pass) << found.message;
  EXPECT_EQ(found.actual, "median 0.15 s, worst 0.15 s of 3 blocks");
}

TEST(BlockInterval, FailsWhenBlocksTakeMoreThanTwiceAsLong) {
  auto u = healthy();
  slow_down(u, made::kHeight, 0.2);
  const auto run = u.judged();
  EXPECT_EQ(item(run, "Block Interval").outcome, Outcome::fail);
  EXPECT_EQ(run.verdict, "fail");
  EXPECT_EQ(run.diagnosis.value().cause, Cause::blocks_slow);
  EXPECT_EQ(run.diagnosis->owner, "release");
  EXPECT_EQ(run.diagnosis->first_evidence, "a block takes 0.35 s since the upgrade, 0.15 s before it");
}

// A few slow blocks may be chance: more are waited for before it is judged.
TEST(BlockInterval, IsLookedAtAgainWithEachBlockAsLongAsItLooksSlow) {
  auto u = healthy();
  EXPECT_THAT(open_items(u), testing::IsEmpty());
  slow_down(u, made::kHeight, 0.2);
  EXPECT_THAT(open_items(u), testing::ElementsAre("Block Interval (network)"));
}

// Where the few that count look slow, a release is not let through for want of more.
TEST(BlockInterval, WaitsForMoreWhereFewBlocksCountAndLookSlow) {
  auto u = healthy();
  u.add(5.6, "validator-4", record::ProcessStarted{9, "virtengine"});  // one interval is left
  EXPECT_EQ(item(u.judged(), "Block Interval").outcome, Outcome::skipped);
  EXPECT_THAT(open_items(u), Not(Contains("Block Interval (network)")));
  slow_down(u, made::kHeight, 0.2);
  EXPECT_EQ(item(u.judged(), "Block Interval").outcome, Outcome::skipped);
  EXPECT_THAT(open_items(u), Contains("Block Interval (network)"));
}

TEST(BlockInterval, WaitsForBlocksThatCountButNotInTheWakeOfAFault) {
  auto u = healthy();
  for (const double when : {5.5, 5.65, 5.8, 5.95}) u.add(when, "validator-4", record::ProcessStarted{9, "virtengine"});
  EXPECT_THAT(open_items(u), Contains("Block Interval (network)"));
  u.add(3.9, "", record::FaultPlanned{"1", "kill", "halted", "smallest", {"validator-4"}, {}, 1});
  u.add(3.95, "", record::FaultTransition{"1", FaultState::injecting, "", {"validator-4"}, {"validator-4"}, made::micros(3.95)});
  u.add(3.97, "", record::FaultTransition{"1", FaultState::recovered, "", {}, {}, 0});
  EXPECT_THAT(open_items(u), Not(Contains("Block Interval (network)")));
}

TEST(BlockInterval, IsOfTheReleaseEvenWhenItHasAnotherItemFail) {
  auto u = healthy();
  slow_down(u, made::kHeight, 0.2);
  u.profile.memory.most_mb = 149;
  EXPECT_EQ(u.judged().diagnosis.value().cause, Cause::blocks_slow);
}

TEST(BlockInterval, AllowsWhatTheProfileAllows) {
  auto u = healthy();
  slow_down(u, made::kHeight, 0.1);
  EXPECT_EQ(item(u.judged(), "Block Interval").outcome, Outcome::pass);
  slow_down(u, made::kHeight, 0.1);
  u.profile.block_interval.most_growth = 3;
  EXPECT_EQ(item(u.judged(), "Block Interval").outcome, Outcome::pass);
}

TEST(BlockInterval, SaysNothingOfABlockThatWasSlowBeside) {
  auto u = healthy();
  slow_down(u, made::kHeight + 3, 1);
  slow_down(u, made::kHeight + 4, -1);
  EXPECT_EQ(item(u.judged(), "Block Interval").outcome, Outcome::pass);
}

// Of a chain that is faster than a machine can measure.
TEST(BlockInterval, SaysNothingOfSomeMilliseconds) {
  auto u = healthy();
  for (auto* b : u.all<record::BlockSeen>()) b->time = made::micros(1) + b->height * 10'000;
  slow_down(u, made::kHeight, 0.04);
  EXPECT_EQ(item(u.judged(), "Block Interval").outcome, Outcome::pass);
}

TEST(BlockInterval, ProvesNothingWhereANodeWaitedForAProcessor) {
  auto u = healthy();
  slow_down(u, made::kHeight, 0.2);
  u.starve("validator-2");
  const auto found = item(u.judged(), "Block Interval");
  EXPECT_EQ(found.outcome, Outcome::inconclusive);
  EXPECT_THAT(found.message, HasSubstr("too slow"));
}

// --- On a machine whose processors the nodes take themselves

// A sample a second, in which each node has that share of a processor before and after the upgrade, and waits for one for the rest;
// blocks after it come each second.
made::Upgrade computes(double before, double after) {
  auto u = healthy();
  slow_down(u, made::kHeight, 0.85);
  const auto is_gone = [](const record::Event& e) {
    const auto* head = std::get_if<record::HeadSeen>(&e.body);
    return std::holds_alternative<record::Sampled>(e.body) || (head && head->store_height > made::kHeight);
  };
  std::erase_if(u.made, is_gone);
  for (int i = 1; i <= 4; ++i) {
    const auto node = made::validator(i);
    for (double s = 0; s < 12; s += 0.25) u.add(s, node, record::Sampled{100'000'000, s < 4.2 ? before * s : after * s, 0.9 * s});
    for (std::int64_t h = made::kHeight + 1; h <= made::kLast; ++h) u.head_at(5.45 + static_cast<double>(h - made::kHeight), node, h, h);
  }
  return u;
}

TEST(BlockInterval, IsOfTheReleaseWhereItsBlocksStarveTheMachine) {
  const auto run = computes(0.1, 0.9).judged();
  EXPECT_EQ(item(run, "Block Interval").outcome, Outcome::fail);
  EXPECT_EQ(run.diagnosis.value().cause, Cause::blocks_slow);
  EXPECT_THAT(run.diagnosis->first_evidence, HasSubstr("a block costs 0.90 s of processor time since the upgrade, 0.0"));
}

TEST(BlockInterval, IsNotOfTheReleaseWhereOthersStarveTheMachine) {
  EXPECT_EQ(item(computes(0.1, 0.1).judged(), "Block Interval").outcome, Outcome::inconclusive);
  EXPECT_EQ(item(computes(0.6, 0.9).judged(), "Block Interval").outcome, Outcome::inconclusive) << "they took as much before";
}

TEST(BlockInterval, LeavesOutRoundsThatWereLostForAProposerWhoWasAway) {
  auto u = healthy();
  slow_down(u, made::kHeight, 1);
  for (auto* b : u.all<record::BlockSeen>())
    if (b->height > made::kHeight + 1) b->round = 1, b->signatures[3].flag = 1;
  EXPECT_EQ(item(u.judged(), "Block Interval").outcome, Outcome::skipped);
  for (auto* b : u.all<record::BlockSeen>()) b->signatures[3].flag = 2;
  EXPECT_EQ(item(u.judged(), "Block Interval").outcome, Outcome::fail);
}

TEST(BlockInterval, LeavesOutWhatIsMadeWhileANodeStartsAgain) {
  auto u = healthy();
  slow_down(u, made::kHeight, 1);
  for (const double when : {5.5, 5.65, 5.8, 5.95})
    u.add(when, "validator-4", record::ProcessStarted{9, "virtengine"});
  const auto found = item(u.judged(), "Block Interval");
  EXPECT_EQ(found.outcome, Outcome::skipped);
  EXPECT_THAT(found.message, HasSubstr("needs"));
}

TEST(BlockInterval, IsSkippedWithFewerBlocksThanProveAnything) {
  auto u = healthy();
  std::erase_if(u.made, [](const record::Event& e) {
    const auto* b = std::get_if<record::BlockSeen>(&e.body);
    return b && b->height > made::kHeight + 3;
  });
  const auto found = item(u.judged(), "Block Interval");
  EXPECT_EQ(found.outcome, Outcome::skipped);
  EXPECT_THAT(found.message, HasSubstr("there were 16 and 1"));
}

}  // namespace
}  // namespace rehearse
