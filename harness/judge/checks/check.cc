#include "harness/judge/checks/check.h"

#include <algorithm>

#include "harness/view/starvation.h"

namespace rehearse {

using record::Outcome;

double on_a_fast_machine(const Context& c, Span span) {
  constexpr Micros kSeenBy = 10'000'000;  // a shorter time holds too few samples to tell
  // Journals of earlier harnesses have the machine's own account of it: of the time, the part in which something waited.
  const auto* a = c.view.answer(kAfter, "cpu-pressure", "");
  const bool was_short = a && a->answer.value.is_number() && a->answer.value.get<double>() > 0.8;
  const auto starved = starved_between(c.view, std::min(span.from, span.to - kSeenBy), span.to);
  const double waited = was_short ? 1 : starved ? std::min(starved->share, kMostThatIsWaited) : 0;
  return std::max(0.0, span.seconds() * (1 - waited) - stalled_between(c.view, span.from, span.to));
}

bool machine_was_slow(const Context& c, Span span) { return on_a_fast_machine(c, span) < span.seconds(); }

bool under_load(const NetworkView& v, Micros when) {
  return std::ranges::any_of(v.faults, [&](const SeenFault& f) { return !f.plan.disruptive && f.open_at(when); });
}

Finding passed(std::string expected, std::string actual, std::vector<std::string> evidence) {
  return {Outcome::pass, std::move(expected), std::move(actual), "", std::move(evidence)};
}

Finding failed(std::string message, std::string expected, std::string actual,
               std::vector<std::string> evidence) {
  return {Outcome::fail, std::move(expected), std::move(actual), std::move(message), std::move(evidence)};
}

Finding inconclusive(std::string message) { return {Outcome::inconclusive, "", "", std::move(message), {}}; }
Finding skipped(std::string message) { return {Outcome::skipped, "", "", std::move(message), {}}; }

std::vector<Question> no_questions(const Context&, const std::string&, const std::string&) { return {}; }

const record::Json* app_setting(const Context& c, const std::string& node, const std::string& key) {
  const auto& n = c.scenario.network;
  const auto own = n.nodes.find(node);
  for (const auto* values : {own == n.nodes.end() ? nullptr : &own->second.app_toml, &n.app_toml, &c.profile.app_toml}) {
    if (!values) continue;
    if (const auto set = values->find(key); set != values->end()) return &set->second.value;
  }
  return nullptr;
}

Lookup look_up(const Context& c, const std::string& checkpoint, const Question& q) {
  const auto* a = c.view.answer(checkpoint, q.name, q.node, q.args, q.height);
  if (!a) return {nullptr, inconclusive(q.name + " was not asked of " + q.node + " (" + checkpoint + ")")};
  if (!a->answer.answered)
    return {nullptr, inconclusive(q.node + " did not answer " + q.name + ": " + a->answer.error)};
  return {a, {}};
}

Both look_up_both(const Context& c, const Question& q) {
  const auto [before, no_before] = look_up(c, kBefore, q);
  if (!before) return {nullptr, nullptr, no_before};
  const auto [after, no_after] = look_up(c, kAfter, q);
  return {before, after, no_after};
}

}  // namespace rehearse
