// What a soak counts while it runs, for Prometheus. Names and labels are a contract: the dashboard and the alerts in
// reports/monitoring are made of them, and a test holds the two together. Labels have values of closed sets only: procedures,
// causes, faults, phases; never a plan, a seed or a node.
#pragma once

#include <chrono>
#include <cstdint>
#include <ctime>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/history/nightly.h"
#include "harness/record/run_record.h"

// Its headers cost seconds of compiler.
namespace prometheus {
class Collectable;
}

namespace rehearse::reports {

// What a history says at a moment, and what stands beside it.
struct SoakState {
  std::vector<history::NightTotals> nights;  // tonight last
  std::vector<std::int64_t> exercised;       // how often, of each exercise that can be drawn
  std::optional<std::chrono::seconds> canary_age;  // since something bad on purpose was last caught; none: it never was
};

// One thread counts while others read.
class Metrics {
 public:
  // `resident_bytes`: of this process, asked for whenever somebody reads.
  Metrics(const std::string& harness_version, std::time_t started, std::function<std::int64_t()> resident_bytes);
  ~Metrics();

  void plan_begins(const std::string& procedure);
  void iteration_ended(const history::Iteration&, const record::RunRecord&, std::time_t now);
  void state_is(const SoakState&, std::time_t now);

  // For whoever serves it; outlives this.
  std::shared_ptr<prometheus::Collectable> collectable() const;

 private:
  struct Families;
  const std::shared_ptr<Families> families_;
};

}  // namespace rehearse::reports
