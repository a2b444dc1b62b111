// A run's course, read off made journals.
#include "harness/view/course.h"

#include <gmock/gmock.h>

#include "tests/unit/support/made_failures.h"

namespace rehearse {
namespace {

using made::healthy;
using made::validator;
using record::Course;
using record::MarkKind;
using record::Stage;
using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;
namespace at = made::at;

Course course(const made::Upgrade& u, const std::string& evidence = "") { return course_of(u.view(), evidence); }

std::vector<Stage> stages(const Course& c, int ordinal) {
  std::vector<Stage> all;
  for (const auto& s : c.lanes.at(static_cast<std::size_t>(ordinal) - 1).stretches) all.push_back(s.stage);
  return all;
}

TEST(Course, HasEachNodeAtEachStageOfTheUpgrade) {
  const auto c = course(healthy());
  ASSERT_EQ(c.lanes.size(), 4u);
  for (int i = 1; i <= 4; ++i) {
    EXPECT_THAT(stages(c, i), ElementsAre(Stage::running, Stage::halted, Stage::executing, Stage::applied, Stage::upgraded)) << i;
    const auto& stretches = c.lanes[static_cast<std::size_t>(i) - 1].stretches;
    for (std::size_t k = 1; k < stretches.size(); ++k) EXPECT_DOUBLE_EQ(stretches[k].from, stretches[k - 1].to) << "no moment is left out, and none is there twice";
    EXPECT_NEAR(stretches.back().to, at::kStopped, 0.01);
  }
}

TEST(Course, SaysWhoStandsWhileOthersGoOn) {
  auto u = healthy();
  u.cut(at::kResumed + 0.1, validator(3));
  u.stop(20, StopReason::time_out, "no more blocks");
  EXPECT_EQ(stages(course(u), 3).back(), Stage::stuck);
  u.stop(at::kStopped, StopReason::completed, "", Cause::none, StepOutcome::done);
  EXPECT_EQ(stages(course(u), 3).back(), Stage::upgraded) << "so soon it is not known";
}

TEST(Course, ANodeWhoseProcessHasEndedIsGone) {
  auto u = healthy();
  u.exits(at::kResumed + 0.2, validator(2), 1, {"panic: x"});
  const auto c = course(u);
  EXPECT_EQ(stages(c, 2).back(), Stage::gone);
  EXPECT_THAT(c.lanes[1].marks, Contains(Field(&record::Mark::kind, MarkKind::process_end)));
}

TEST(Course, MarksErrorsAndMissedBlocksWhereTheyAre) {
  auto u = healthy();
  u.error(5.5, validator(2), "something went wrong");
  auto& signatures = u.all<record::BlockSeen>().back()->signatures;
  ASSERT_FALSE(signatures.empty());
  const auto address = u.view().nodes.at(validator(4)).member.consensus_address;
  for (auto& s : signatures)
    if (s.validator == address) s = {"", 1};
  const auto c = course(u);
  ASSERT_THAT(c.lanes[1].marks, Contains(Field(&record::Mark::kind, MarkKind::error)));
  EXPECT_THAT(c.lanes[0].marks, testing::Not(Contains(Field(&record::Mark::kind, MarkKind::missed_block))));
  EXPECT_THAT(c.lanes[3].marks, Contains(Field(&record::Mark::kind, MarkKind::missed_block)));
}

TEST(Course, KeepsTheLinesNearTheEvidence) {
  auto u = healthy();
  for (int i = 0; i < 3000; ++i) u.error(1.3 + i * 0.001, validator(1), "line " + std::to_string(i)).line = 10'000 + i;
  const auto all = u.view().nodes.at(validator(1)).lines;
  const auto evidence = std::ranges::find(all, std::string("line 1500"), [](const SeenLine& l) { return l.line.text; })->place();
  const auto c = course(u, evidence);
  EXPECT_EQ(c.log.size(), 800u);
  EXPECT_GE(c.log_left_out, 2200u);
  EXPECT_THAT(c.log, Contains(Field(&record::LogEntry::place, evidence)));
  EXPECT_TRUE(std::ranges::is_sorted(c.log, {}, &record::LogEntry::at));
}

TEST(Course, NamesParametersThatAreOther) {
  auto u = healthy();
  EXPECT_THAT(course(u).parameters, IsEmpty());
  for (auto* s : u.all<record::Surveyed>())
    if (s->checkpoint == "after") s->parameters["staking"]["max_entries"] = 9;
  const auto c = course(u);
  ASSERT_EQ(c.parameters.size(), 1u);
  EXPECT_EQ(c.parameters[0].name, "staking.max_entries");
  EXPECT_EQ(c.parameters[0].after, "9");
}

TEST(Course, OfARunThatNeverBeganIsEmpty) {
  EXPECT_THAT(course_of(NetworkView{}, "").lanes, IsEmpty());
  auto u = healthy();
  u.made.resize(3);
  course(u);
}

}  // namespace
}  // namespace rehearse
