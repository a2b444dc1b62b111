// What a soak tells Prometheus, where it was asked to.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "harness/history/history.h"
#include "harness/plans/plan.h"
#include "localnet/http/exposer.h"
#include "reports/metrics.h"

namespace rehearse::cli {

class SoakMetrics {
 public:
  // `address`: see Exposer, which throws; empty: nothing is counted or offered. `possible`: what can be drawn.
  SoakMetrics(const std::string& address, const std::string& harness_version, std::set<Exercise> possible);

  // With what the history says now, the night that runs among it.
  void state_is(const history::History&, const Tried&);
  void plan_begins(const history::Iteration&);
  void iteration_ended(const history::Iteration&, const record::RunRecord&);

 private:
  const std::set<Exercise> possible_;
  std::unique_ptr<reports::Metrics> metrics_;  // none: nothing is counted
  std::unique_ptr<Exposer> exposer_;
};

}  // namespace rehearse::cli
