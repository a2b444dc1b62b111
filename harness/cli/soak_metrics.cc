#include "harness/cli/soak_metrics.h"

#include <unistd.h>

#include <ctime>
#include <iostream>

#include "localnet/process/proc.h"

namespace rehearse::cli {

namespace {

std::int64_t own_memory() {
  const auto own = sample(::getpid());
  return own ? own->rss_bytes : 0;
}

}  // namespace

SoakMetrics::SoakMetrics(const std::string& address, const std::string& harness_version, std::set<Exercise> possible) : possible_(std::move(possible)) {
  if (address.empty()) return;
  metrics_ = std::make_unique<reports::Metrics>(harness_version, std::time(nullptr), own_memory);
  exposer_ = std::make_unique<Exposer>(address, metrics_->collectable());
  std::cout << "metrics at " << exposer_->url() << "\n" << std::flush;
}

void SoakMetrics::state_is(const history::History& h, const Tried& tried) {
  if (!metrics_) return;
  const auto iterations = h.iterations(history::Detail::no_measures);
  reports::SoakState s{history::by_night(h.nights(), iterations), {}, history::since_caught(iterations, std::time(nullptr))};
  std::map<Exercise, std::int64_t> of_all_releases;
  for (const auto& [exercise, times] : tried) {
    auto of_any = exercise;
    of_any.releases.clear();
    of_all_releases[of_any] += times;
  }
  for (const auto& e : possible_) s.exercised.push_back(of_all_releases.contains(e) ? of_all_releases[e] : 0);
  metrics_->state_is(s, std::time(nullptr));
}

void SoakMetrics::plan_begins(const history::Iteration& i) {
  if (metrics_) metrics_->plan_begins(i.procedure);
}

void SoakMetrics::iteration_ended(const history::Iteration& i, const record::RunRecord& record) {
  if (metrics_) metrics_->iteration_ended(i, record, std::time(nullptr));
}

}  // namespace rehearse::cli
