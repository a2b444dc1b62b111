// How a corpus is scored: each way in which a bad or a good one can be judged, and what is worse than the
// last time.
#include "reports/score.h"

#include <gmock/gmock.h>

#include "tests/unit/support/made_record.h"

namespace rehearse {
namespace {

using record::RunRecord;
using reports::Rating;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// A scenario that must fail for a divergence of the release, and what its run came to.
RunRecord bad_one(const std::string& verdict, const std::string& cause,
                  const std::string& owner = "release") {
  auto r = verdict == "fail" || !cause.empty() ? made::failed() : made::bare();
  r.scenario = "diverges";
  r.expected = {"app-hash-divergence", "release", ""};
  r.verdict = verdict;
  if (r.diagnosis) r.diagnosis->cause = find_named<Cause>(cause).value_or(Cause::none), r.diagnosis->owner = owner;
  r.timing.from_evidence_s = 1;
  return r;
}

RunRecord good_one(const std::string& verdict) {
  auto r = verdict == "fail" ? made::failed() : made::passed();
  r.expected = {"pass", "", ""};
  r.verdict = verdict;
  return r;
}

Rating rated(const RunRecord& r) {
  const std::vector<RunRecord> runs{r};
  return reports::score(runs).rated.at(0).rating;
}

TEST(Score, OfABadOneIsRightOnlyForItsCauseAndOwner) {
  EXPECT_EQ(rated(bad_one("pass", "app-hash-divergence")), Rating::right);
  EXPECT_EQ(rated(bad_one("pass", "app-hash-divergence", "operator")), Rating::wrong_owner);
  EXPECT_EQ(rated(bad_one("fail", "block-error")), Rating::wrong_cause);
  EXPECT_EQ(rated(bad_one("fail", "no-failure")), Rating::missed) << "it passed";
  EXPECT_EQ(rated(bad_one("inconclusive", "app-hash-divergence")), Rating::missed) << "that proves nothing";
  EXPECT_EQ(rated(bad_one("error", "")), Rating::missed);
  EXPECT_EQ(rated(bad_one("skipped", "")), Rating::missed);
}

TEST(Score, OfAGoodOneIsAFalseAlarmOnlyWhenItFails) {
  EXPECT_EQ(rated(good_one("pass")), Rating::right);
  EXPECT_EQ(rated(good_one("fail")), Rating::false_alarm);
  EXPECT_EQ(rated(good_one("inconclusive")), Rating::not_proven);
  EXPECT_EQ(rated(good_one("skipped")), Rating::not_proven);
}

std::vector<RunRecord> mixed_runs() {
  std::vector<RunRecord> runs{bad_one("pass", "app-hash-divergence"), bad_one("fail", "block-error"),
                              bad_one("fail", "no-failure"), good_one("pass"), good_one("fail")};
  runs[0].scenario = "diverges-late", runs[0].timing.from_evidence_s = 2;
  runs[0].expected.incident = "A chain that stood still | for a day";
  runs[2].scenario = "diverges-unseen", runs[2].timing.from_evidence_s = 50;
  runs[4].scenario = "rolling-patch";
  return runs;
}

TEST(Score, CountsAndTimesWhatWasCaught) {
  const auto runs = mixed_runs();
  const auto s = reports::score(runs);
  EXPECT_EQ(s.bad, 3);
  EXPECT_EQ(s.good, 2);
  EXPECT_EQ(s.caught, 2);
  EXPECT_EQ(s.right_cause, 1);
  EXPECT_EQ(s.right_owner, 2);
  EXPECT_EQ(s.false_alarms, 1);
  EXPECT_DOUBLE_EQ(s.median_s, 1.5) << "what was missed has no such time";
  EXPECT_DOUBLE_EQ(s.worst_s, 2);
  EXPECT_EQ(s.slowest, "virtengine.diverges-late");
}

TEST(Score, OfNothingCaughtHasNoTime) {
  const std::vector<RunRecord> runs{bad_one("fail", "no-failure")};
  EXPECT_THAT(reports::score_text("corpus", reports::score(runs)), HasSubstr("none was caught"));
}

TEST(Score, IsRefusedForRunsThatSayNothing) {
  std::vector<RunRecord> runs{good_one("cancelled")};
  EXPECT_THROW(reports::score(runs), std::invalid_argument);
  runs = {good_one("pass")};
  runs[0].expected.result.clear();
  EXPECT_THROW(reports::score(runs), std::invalid_argument) << "written before there was that field";
}

TEST(Score, HasALineForEachThatIsNotRight) {
  const auto runs = mixed_runs();
  const auto text = reports::score_text("corpus", reports::score(runs));
  EXPECT_THAT(text, HasSubstr("corpus: 3 bad, 2 good\n"));
  EXPECT_THAT(text, HasSubstr("virtengine.diverges: wrong cause, wanted app-hash-divergence (release), got "
                              "block-error (release): "));
  EXPECT_THAT(
      text,
      HasSubstr("virtengine.diverges-unseen: missed, wanted app-hash-divergence (release), got no-failure"));
  EXPECT_THAT(
      text,
      HasSubstr("virtengine.rolling-patch: false alarm, wanted pass, got app-hash-divergence (release): "));
  EXPECT_THAT(text, Not(HasSubstr("virtengine.chain-upgrade:")));
}

TEST(Score, AsJsonHasTheFieldsOfTheContract) {
  const auto runs = mixed_runs();
  const auto json = record::Json::parse(reports::score_json(reports::score(runs)));
  EXPECT_EQ(json, (record::Json{{"bad", 3},
                                {"good", 2},
                                {"caught", 2},
                                {"right_cause", 1},
                                {"right_owner", 2},
                                {"false_alarms", 1},
                                {"seconds", {{"median", 1.5}, {"worst", 2.0}}}}));
}

TEST(Score, AsATableHasTheIncidents) {
  const auto runs = mixed_runs();
  const auto text = reports::score_md("corpus", reports::score(runs));
  EXPECT_THAT(text, HasSubstr("\n| A chain that stood still \\| for a day | diverges-late | "
                              "app-hash-divergence | 10 | 2.0 | right |\n"));
  EXPECT_THAT(text, Not(HasSubstr("diverges-unseen")));
}

TEST(Score, IsWorseWhereAScenarioWasRatedBetter) {
  const reports::Ratings before = {
      {"a", Rating::right}, {"b", Rating::missed}, {"c", Rating::wrong_owner}, {"d", Rating::right}};
  EXPECT_THAT(reports::worse(before, before), IsEmpty());
  EXPECT_THAT(reports::worse({}, before), IsEmpty()) << "the first time";
  EXPECT_THAT(reports::worse(before, {{"a", Rating::right},
                                      {"b", Rating::right},
                                      {"c", Rating::right},
                                      {"d", Rating::right},
                                      {"e", Rating::missed}}),
              IsEmpty())
      << "a corpus may grow";
  EXPECT_THAT(
      reports::worse(before, {{"a", Rating::right}, {"b", Rating::missed}, {"c", Rating::wrong_cause}}),
      ElementsAre("c: wrong owner the last time, wrong cause now", "d: right the last time, not run now"));
}

TEST(Score, OfOneThatWasRunSeveralTimesIsItsWorst) {
  const std::vector<RunRecord> runs{bad_one("pass", "app-hash-divergence"), bad_one("fail", "block-error"),
                                    bad_one("pass", "app-hash-divergence")};
  EXPECT_THAT(reports::ratings_of(reports::score(runs)),
              ElementsAre(testing::Pair("virtengine.diverges", Rating::wrong_cause)));
}

}  // namespace
}  // namespace rehearse
