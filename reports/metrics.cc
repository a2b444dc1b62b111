#include "reports/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <algorithm>

#include "harness/history/clusters.h"
#include "reports/text.h"

namespace rehearse::reports {

namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;

// Seconds: from a phase of a small network to a train on a busy machine.
const Histogram::BucketBoundaries kSeconds = {1, 2, 5, 10, 20, 30, 60, 120, 300, 600};

// How often something was exercised, as a label says it, by the least.
const std::vector<std::pair<std::int64_t, const char*>> kHowOften = {{10, "10 or more"}, {2, "2 to 9"}, {1, "1"}, {0, "0"}};

std::string label(const std::string& text) { return text.empty() ? "none" : one_line(text, 60); }

}  // namespace

struct Metrics::Families : prometheus::Collectable {
  explicit Families(std::function<std::int64_t()> resident_bytes) : resident_bytes(std::move(resident_bytes)) {}

  std::vector<prometheus::MetricFamily> Collect() const override {
    resident.Set(static_cast<double>(resident_bytes()));
    return registry.Collect();
  }

  Family<Counter>& counter(const char* name, const char* help) { return prometheus::BuildCounter().Name(name).Help(help).Register(registry); }
  Family<Gauge>& gauge(const char* name, const char* help) { return prometheus::BuildGauge().Name(name).Help(help).Register(registry); }
  Family<Histogram>& histogram(const char* name, const char* help) { return prometheus::BuildHistogram().Name(name).Help(help).Register(registry); }

  const std::function<std::int64_t()> resident_bytes;
  prometheus::Registry registry;

  Family<Gauge>& build = gauge("rehearse_build_info", "Always 1; the label has the harness's version.");
  Gauge& started = gauge("rehearse_soak_started_timestamp_seconds", "When the soak began.").Add({});
  Gauge& resident = gauge("rehearse_process_resident_memory_bytes", "Resident size of the soak's own process.").Add({});

  Family<Counter>& plans = counter("rehearse_plans_started_total", "Plans that were begun.");
  Family<Counter>& iterations = counter("rehearse_iterations_total", "Plans that have ended, by verdict.");
  Family<Counter>& failures = counter("rehearse_failures_total", "Plans that did not pass, by why and by whose failure it is.");
  Family<Histogram>& seconds = histogram("rehearse_iteration_seconds", "How long plans took.");
  Family<Histogram>& phases = histogram("rehearse_phase_seconds", "How long parts of plans took that passed without a fault and from nothing.");
  Family<Counter>& faults = counter("rehearse_faults_applied_total", "Faults that were seen to take hold.");
  Gauge& last = gauge("rehearse_last_iteration_timestamp_seconds", "When the last plan ended; before the first, when the soak began.").Add({});
  Family<Gauge>& run_memory = gauge("rehearse_run_peak_memory_bytes", "Largest resident size of the harness in the last plan.");

  Family<Gauge>& clusters = gauge("rehearse_failure_clusters", "Different failures of all nights, by what they are tonight.");
  Family<Gauge>& first_tries = gauge("rehearse_night_first_tries", "Tonight's plans that were tried for the first time and passed or failed.");
  Family<Gauge>& exercises = gauge("rehearse_exercises", "What can be drawn (procedure, phase, fault, role), by how often it was exercised in all nights.");
  Family<Gauge>& canary = gauge("rehearse_canary_caught_timestamp_seconds", "When something bad on purpose was last caught; missing until then.");
};

Metrics::Metrics(const std::string& harness_version, std::time_t started, std::function<std::int64_t()> resident_bytes)
    : families_(std::make_shared<Families>(std::move(resident_bytes))) {
  auto& f = *families_;
  f.build.Add({{"version", label(harness_version)}}).Set(1);
  f.started.Set(static_cast<double>(started));
  f.last.Set(static_cast<double>(started));
}

Metrics::~Metrics() = default;

std::shared_ptr<prometheus::Collectable> Metrics::collectable() const { return families_; }

void Metrics::plan_begins(const std::string& procedure) { families_->plans.Add({{"procedure", label(procedure)}}).Increment(); }

void Metrics::iteration_ended(const history::Iteration& i, const record::RunRecord& record, std::time_t now) {
  auto& f = *families_;
  f.iterations.Add({{"verdict", label(i.failure.verdict)}, {"procedure", label(i.procedure)}}).Increment();
  if (i.failure.verdict != "pass") f.failures.Add({{"cause", label(name_of(i.failure.cause))}, {"owner", label(i.failure.owner)}}).Increment();
  f.seconds.Add({{"procedure", label(i.procedure)}}, kSeconds).Observe(i.seconds);
  if (i.failure.verdict == "pass" && !i.phases.empty())  // else they are others' times, or the fault's
    for (const auto& part : record.timing.parts) f.phases.Add({{"phase", label(part.name)}}, kSeconds).Observe(part.seconds);
  for (const auto& c : record.coverage)
    if (c.applied > 0) f.faults.Add({{"fault", label(c.fault)}, {"phase", label(c.phase)}}).Increment(c.applied);
  f.run_memory.Add({}).Set(record.timing.harness_peak_mb * 1e6);
  f.last.Set(static_cast<double>(now));
}

void Metrics::state_is(const SoakState& s, std::time_t now) {
  auto& f = *families_;
  const auto clusters = history::clusters(s.nights);
  for (const auto& [name, state] : names(history::ClusterState{}))
    f.clusters.Add({{"state", name}}).Set(static_cast<double>(std::ranges::count(clusters, state, &history::Cluster::state)));
  const auto tries = s.nights.empty() ? Rate{} : s.nights.back().first_tries;
  f.first_tries.Add({{"verdict", "pass"}}).Set(tries.successes);
  f.first_tries.Add({{"verdict", "fail"}}).Set(tries.tried - tries.successes);
  std::vector<int> counts(kHowOften.size());
  for (const auto times : s.exercised) ++counts[static_cast<std::size_t>(std::ranges::find_if(kHowOften, [&](const auto& t) { return times >= t.first; }) - kHowOften.begin())];
  for (std::size_t i = 0; i < kHowOften.size(); ++i) f.exercises.Add({{"times", kHowOften[i].second}}).Set(counts[i]);
  if (s.canary_age) f.canary.Add({}).Set(static_cast<double>(now - s.canary_age->count()));
}

}  // namespace rehearse::reports
