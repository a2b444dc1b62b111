#include "reports/metrics.h"

#include <gmock/gmock.h>
#include <prometheus/text_serializer.h>

#include <cstdlib>

#include "tests/unit/support/exposed.h"
#include "tests/unit/support/fakes.h"
#include "tests/unit/support/golden.h"

namespace rehearse {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string as_text(const std::shared_ptr<prometheus::Collectable>& c) { return prometheus::TextSerializer().Serialize(c->Collect()); }

class SoakMetric : public testing::Test {
 protected:
  void has(const std::string& line) const { EXPECT_THAT(as_text(metrics_.collectable()), HasSubstr("\n" + line + "\n")); }
  void has_no(const std::string& start) const { EXPECT_THAT(as_text(metrics_.collectable()), Not(HasSubstr("\n" + start))); }
  void ended(const history::Iteration& i, const record::RunRecord& record) { metrics_.iteration_ended(i, record, made::kSoakNow); }

  std::int64_t resident_ = 1000;
  reports::Metrics metrics_{"0.1.0", made::kSoakBegan, [this] { return resident_; }};
};

TEST_F(SoakMetric, TellsWhatRunsBeforeAnythingHasEnded) {
  has("rehearse_build_info{version=\"0.1.0\"} 1");
  has("rehearse_soak_started_timestamp_seconds 1777582800");
  has("rehearse_last_iteration_timestamp_seconds 1777582800");
  metrics_.plan_begins("chain");
  has("rehearse_plans_started_total{procedure=\"chain\"} 1");
  has_no("rehearse_iterations_total");
  has_no("rehearse_run_peak_memory_bytes");
}

TEST_F(SoakMetric, HasTheMemoryOfTheMomentInWhichItIsRead) {
  has("rehearse_process_resident_memory_bytes 1000");
  resident_ = 2000;
  has("rehearse_process_resident_memory_bytes 2000");
}

TEST_F(SoakMetric, CountsWhatPassedWithItsTimes) {
  ended(made::passing(1), made::passed());
  has("rehearse_iterations_total{procedure=\"chain-upgrade\",verdict=\"pass\"} 1");
  has("rehearse_iteration_seconds_count{procedure=\"chain-upgrade\"} 1");
  has("rehearse_iteration_seconds_sum{procedure=\"chain-upgrade\"} 12.5");
  has("rehearse_phase_seconds_bucket{phase=\"voting\",le=\"2\"} 0");
  has("rehearse_phase_seconds_bucket{phase=\"voting\",le=\"5\"} 1");
  has("rehearse_last_iteration_timestamp_seconds 1777586400");
  has("rehearse_run_peak_memory_bytes 14200000");
  has_no("rehearse_failures_total");
}

// Times of a run that began from a checkpoint, or had faults, stand in no history; of one that failed they are of another way.
TEST_F(SoakMetric, HasTimesOfPhasesOnlyWhereTheyCanBeCompared) {
  auto forked = made::passing(1);
  forked.phases.clear();
  ended(forked, made::passed());
  ended(made::failing(1, "panic: x"), made::failed());
  has_no("rehearse_phase_seconds_");
  has("rehearse_iteration_seconds_count{procedure=\"chain-upgrade\"} 2");
}

TEST_F(SoakMetric, CountsFailuresByCauseAndOwner) {
  ended(made::failing(1, "panic: x"), made::failed());
  ended(made::failing(1, "panic: y"), made::failed());
  auto unclear = made::passing(1);
  unclear.failure.verdict = "error";
  ended(unclear, made::bare());
  has("rehearse_iterations_total{procedure=\"chain-upgrade\",verdict=\"fail\"} 2");
  has("rehearse_failures_total{cause=\"upgrade-handler-panic\",owner=\"release\"} 2");
  has("rehearse_failures_total{cause=\"none\",owner=\"none\"} 1");
}

TEST_F(SoakMetric, CountsFaultsThatTookHoldAndNoOthers) {
  auto record = made::passed();
  record.coverage = {{"kill", "swap", 3, 2, 2, 1}, {"pause", "voting", 1, 0, 0, 1}};
  ended(made::passing(1), record);
  ended(made::passing(1), record);
  has("rehearse_faults_applied_total{fault=\"kill\",phase=\"swap\"} 4");
  has_no("rehearse_faults_applied_total{fault=\"pause\"");
}

TEST_F(SoakMetric, ShowsWhatTheHistorySays) {
  made::Nights nights;
  nights.add(4, 1, "panic: old").add(5, 2, "panic: other");
  metrics_.state_is({history::by_night(nights.nights, nights.iterations), {0, 0, 1, 2, 9, 10, 400}, std::nullopt}, made::kSoakNow);
  has("rehearse_failure_clusters{state=\"new\"} 1");
  has("rehearse_failure_clusters{state=\"known\"} 1");
  has("rehearse_failure_clusters{state=\"back\"} 0");
  has("rehearse_night_first_tries{verdict=\"pass\"} 3");
  has("rehearse_night_first_tries{verdict=\"fail\"} 2");
  has("rehearse_exercises{times=\"0\"} 2");
  has("rehearse_exercises{times=\"1\"} 1");
  has("rehearse_exercises{times=\"2 to 9\"} 2");
  has("rehearse_exercises{times=\"10 or more\"} 2");
  metrics_.state_is({history::by_night(nights.nights, nights.iterations), {1, 1, 1}, std::nullopt}, made::kSoakNow);
  has("rehearse_exercises{times=\"0\"} 0");
  has("rehearse_exercises{times=\"1\"} 3");
}

TEST_F(SoakMetric, HasNoAgeOfACanaryUntilOneWasCaught) {
  metrics_.state_is({}, made::kSoakNow);
  has_no("rehearse_canary_caught_timestamp_seconds");
  metrics_.state_is({{}, {}, std::chrono::seconds(600)}, made::kSoakNow);
  has("rehearse_canary_caught_timestamp_seconds 1777585800");
}

TEST_F(SoakMetric, IsHarmlessWhateverARecordHolds) {
  auto i = made::passing(1);
  i.procedure = "a\n\"\xff" + std::string(5000, 'x');
  ended(i, made::hostile_record());
  EXPECT_TRUE(made::is_harmless(as_text(metrics_.collectable())));
}

TEST(SoakMetrics, AreAsPrometheusWantsThem) {
  if (std::system("command -v promtool >/dev/null") != 0) GTEST_SKIP() << "needs promtool";
  const made::TempFolder folder;
  const auto read = folder.write("metrics", as_text(made::exposed())), said = folder / "said";
  EXPECT_EQ(std::system(fmt::format("promtool check metrics <'{}' >'{}' 2>&1", read.string(), said.string()).c_str()), 0);
  EXPECT_EQ(made::read_file(said), "");
}

}  // namespace
}  // namespace rehearse
