// What Prometheus reads of a soak that has seen everything: iterations that pass and fail, faults, a history, a canary.
#pragma once

#include <prometheus/metric_family.h>
#include <prometheus/registry.h>

#include "reports/metrics.h"
#include "tests/unit/support/made_history.h"
#include "tests/unit/support/made_record.h"

namespace rehearse::made {

inline constexpr std::time_t kSoakBegan = 1'777'582'800, kSoakNow = kSoakBegan + 3600;

inline std::shared_ptr<prometheus::Collectable> exposed() {
  reports::Metrics m("0.1.0", kSoakBegan, [] { return 20'000'000; });
  const auto i = passing(1), failed_one = failing(1, "panic: x");
  auto record = passed();
  record.coverage = {{"kill", "swap", 3, 2, 2, 1}, {"pause", "voting", 1, 0, 0, 1}};
  for (int n = 0; n < 3; ++n) m.plan_begins(i.procedure), m.iteration_ended(i, record, kSoakNow - 60);
  m.plan_begins(failed_one.procedure);
  m.iteration_ended(failed_one, failed(), kSoakNow);
  Nights nights;
  nights.add(4).add(3, 1);
  m.state_is({history::by_night(nights.nights, nights.iterations), {0, 0, 1, 2, 9, 10, 400}, std::chrono::hours(2)}, kSoakNow);
  return m.collectable();
}

}  // namespace rehearse::made
