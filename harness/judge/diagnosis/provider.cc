// What the provider daemon shows.
#include <fmt/format.h>

#include "harness/judge/checks/check.h"
#include "harness/judge/diagnosis/rules.h"
#include "harness/view/provider_facts.h"
#include "localnet/profile/question_names.h"

namespace rehearse {

namespace {

record::Diagnosis of_provider(const NetworkView& v, Cause cause, const std::string& proven_by,
                              const SeenLine* line = nullptr) {
  auto d = make_diagnosis(v, cause, proven_by, {{}, line});
  d.affected_nodes = {kProvider};
  return d;
}

}  // namespace

namespace {
// It says so of the release that the daemon had at first, whose configuration it has read before: this is another's.
bool is_taken_back(const NetworkView& v, const SeenLine& l) {
  return l.incarnation > 1 && v.provider_plan && !l.line.captures.empty() && l.line.captures.front() == v.provider_plan->from.printed_version;
}
}  // namespace

Found provider_config_refused(const NetworkView& v) {
  for (const auto& l : v.provider.lines) {
    if (l.pattern != Pattern::config_refused) continue;
    auto d = of_provider(v, Cause::provider_config_refused, "the release that was started does not read the configuration it found", &l);
    if (is_taken_back(v, l)) {
      d.proven_by = "the release that was taken back to does not read the configuration it found, as it did before";
      d.owner = name_of(Owner::operators);
    }
    return d;
  }
  return std::nullopt;
}

Found provider_exited(const NetworkView& v) {
  const auto* end = unexpected_end(v.provider);
  if (!end) return std::nullopt;
  const auto how = end->end.signal ? fmt::format("signal {}", end->end.signal)
                                   : fmt::format("exit {}", end->end.exit_code);
  auto d = of_provider(v, Cause::provider_exited, fmt::format("{} ended by itself: {}", end->end.program, how));
  show_end(d, *end);
  return d;
}

Found provider_workloads_lost(const NetworkView& v) {
  const auto lost = lost_workloads(v);
  if (lost.empty()) return std::nullopt;
  auto d = of_provider(v, Cause::provider_workloads_lost,
                       fmt::format("{} workloads that ran before the upgrade are not listed after it", lost.size()));
  d.first_evidence = lost.front();
  return d;
}

Found provider_bids_stuck(const NetworkView& v) {
  if (!engine_stands_still(v)) return std::nullopt;
  auto d = of_provider(v, Cause::provider_bids_stuck,
                       fmt::format("the bid engine stands at height {}, the chain is at {}", *engine_height(v),
                                   v.highest_height()));
  if (const auto* health = v.answer(kAfter, question::health, kProvider); health && health->answer.answered)
    d.first_evidence = "its health: " + health->answer.value.dump();
  return d;
}

}  // namespace rehearse
