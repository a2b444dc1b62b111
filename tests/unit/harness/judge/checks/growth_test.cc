// Growth: what a node takes more with each block, against what it took more at the same age before.
#include <gmock/gmock.h>

#include "tests/unit/support/made_journal.h"

namespace rehearse {
namespace {

using made::healthy;
using made::item;
using record::Outcome;
using record::Sampled;
using testing::HasSubstr;

constexpr std::int64_t kLived = 60;  // blocks after the upgrade

// What a node takes with so many blocks behind its process.
using Taken = Sampled (*)(std::int64_t age);

Sampled memory(double mb) { return {static_cast<std::int64_t>(mb * 1e6), 1, 0, 40, 5'000'000}; }

// validator-1 is sampled at each block before the upgrade, and at each of many after it.
made::Upgrade lived(Taken before, Taken after) {
  auto u = healthy();
  std::erase_if(u.made, [](const record::Event& e) {
    return std::holds_alternative<Sampled>(e.body) && e.node == "validator-1";
  });
  for (std::int64_t h = 1; h < made::kHeight; ++h)
    u.add(made::at::kFirstBlock + static_cast<double>(h - 1) * made::kBlockSeconds + 0.05, "validator-1",
          before(h));
  for (std::int64_t age = 1; age <= kLived; ++age) {
    const double when = 7 + static_cast<double>(age) * made::kBlockSeconds;
    u.head_at(when, "validator-1", made::kLast + age, made::kLast + age);
    u.add(when + 0.05, "validator-1", after(age + made::kBlocksAfter));
  }
  return u;
}

record::CheckResult found(const made::Upgrade& u) { return item(u.judged(), "Growth", "validator-1"); }

TEST(Growth, IsPassedByANodeThatGrowsAsBefore) {
  const auto u = lived([](std::int64_t age) { return memory(150 + 0.5 * static_cast<double>(age)); },
                       [](std::int64_t age) { return memory(140 + 0.6 * static_cast<double>(age)); });
  EXPECT_EQ(found(u).outcome, Outcome::pass) << found(u).message;
  EXPECT_EQ(found(u).actual, "memory +0.60 MB, open files +0.00 files, database +0.00 MB");
}

TEST(Growth, FailsOfANodeThatTakesMoreMemoryWithEachBlock) {
  const auto u = lived([](std::int64_t age) { return memory(150 + 0.5 * static_cast<double>(age)); },
                       [](std::int64_t age) { return memory(140 + 1.5 * static_cast<double>(age)); });
  const auto run = u.judged();
  EXPECT_EQ(found(u).outcome, Outcome::fail);
  EXPECT_EQ(run.verdict, "fail");
  EXPECT_EQ(run.diagnosis.value().cause, Cause::memory_growth);
  EXPECT_EQ(run.diagnosis->first_evidence,
            "it grows: memory by 1.50 MB a block since the upgrade, by 0.50 before it");
  EXPECT_THAT(run.diagnosis->affected_nodes, testing::ElementsAre("validator-1"));
}

TEST(Growth, FailsOfANodeThatLeavesFilesOpen) {
  const auto u = lived([](std::int64_t) { return memory(150); },
                       [](std::int64_t age) {
                         return Sampled{150'000'000, 1, 0, 40 + age, 5'000'000};
                       });
  EXPECT_THAT(found(u).message, HasSubstr("open files by 1.00 files a block"));
}

TEST(Growth, FailsOfANodeThatKeepsAGoroutineWithEachBlock) {
  const auto u = lived([](std::int64_t) { return Sampled{150'000'000, 1, 0, 40, 0, 210}; },
                       [](std::int64_t age) { return Sampled{150'000'000, 1, 0, 40, 0, 200 + age}; });
  EXPECT_EQ(found(u).message, "it grows: goroutines by 1.00 a block since the upgrade, by 0.00 before it");
}

TEST(Growth, SaysNothingOfGoroutinesWherePprofIsOff) {
  const auto u = lived([](std::int64_t) { return Sampled{150'000'000, 1, 0, 40, 0, 0}; },
                       [](std::int64_t age) { return Sampled{150'000'000, 1, 0, 40, 0, age % 8 ? 0 : 200 + age}; });
  EXPECT_EQ(found(u).outcome, Outcome::pass) << found(u).message;
}

TEST(Growth, FailsOfADatabaseThatGrowsAnew) {
  const auto u = lived(
      [](std::int64_t age) {
        return Sampled{150'000'000, 1, 0, 40, 50'000 * age};
      },
      [](std::int64_t age) {
        return Sampled{150'000'000, 1, 0, 40, 1'000'000 * age};
      });
  EXPECT_THAT(found(u).message, HasSubstr("database by 1.00 MB a block"));
}

// As an allocator does: much at once, then nothing for a while.
TEST(Growth, SaysNothingOfAStep) {
  const auto step = [](std::int64_t age) { return memory(age < 30 ? 150 : 190); };
  EXPECT_EQ(found(lived([](std::int64_t) { return memory(150); }, step)).outcome, Outcome::pass);
}

TEST(Growth, SaysNothingOfLessThanAMachineMakesOutOfNothing) {
  const auto u = lived([](std::int64_t) { return memory(150); },
                       [](std::int64_t age) { return memory(150 + 0.1 * static_cast<double>(age)); });
  EXPECT_EQ(found(u).outcome, Outcome::pass);
}

// A process grows most while it is young: one that has lived long says nothing of it.
TEST(Growth, HoldsAYoungProcessAgainstAYoungOne) {
  const auto young = [](std::int64_t age) {
    return memory(150 + static_cast<double>(std::min<std::int64_t>(age, 18)));
  };
  EXPECT_EQ(found(lived(young, young)).outcome, Outcome::pass);
}

// What a block leaves behind is no matter of time.
TEST(Growth, IsTheSameWhereANodeWaitedForAProcessor) {
  auto u = lived([](std::int64_t) { return memory(150); },
                 [](std::int64_t age) { return memory(140 + 1.5 * static_cast<double>(age)); });
  u.starve("validator-2");
  EXPECT_EQ(found(u).outcome, Outcome::fail);
}

TEST(Growth, IsSkippedWithFewBlocks) {
  const auto of_few = found(healthy());
  EXPECT_EQ(of_few.outcome, Outcome::skipped);
  EXPECT_THAT(of_few.message, HasSubstr("needs about 40 blocks after the upgrade"));
}

}  // namespace
}  // namespace rehearse
