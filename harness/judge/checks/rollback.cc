// After a rollback: three items that other lists have too, and that no validator's signing state went back.
#include "harness/judge/checks/rollback.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/judge/checks/checklist.h"

namespace rehearse {

namespace {

using SignedAt = std::tuple<std::int64_t, std::int64_t, std::int64_t>;  // height, round, step: what may only grow

SignedAt signed_at(const record::Json& v) { return {v.at("height"), v.at("round"), v.at("step")}; }

std::string signed_at_text(const SignedAt& s) { return fmt::format("{}/{}/{}", std::get<0>(s), std::get<1>(s), std::get<2>(s)); }

// In the order in which they were read.
std::vector<const SeenAnswer*> readings(const NetworkView& v, const std::string& validator) {
  std::vector<const SeenAnswer*> all;
  for (const auto& a : v.answers)
    if (a.answer.question == kSigningState && a.node == validator) all.push_back(&a);
  return all;
}

Finding judge_signed(const Context& c, const std::string& validator) {
  const auto all = readings(c.view, validator);
  for (const auto* r : all)
    if (!r->answer.answered) return inconclusive(r->answer.error);
  if (all.size() < 2) return inconclusive("its signing state was not read before and after");
  const auto shown = [](const SeenAnswer* r) {
    return fmt::format("{} ({})", signed_at_text(signed_at(r->answer.value)), r->answer.checkpoint);
  };
  const auto have = shown(all.front()) + " to " + shown(all.back());
  const char* want = "never goes back";
  if (const auto back = signed_back(c.view, validator); !back.empty())
    return failed("it went back " + back, want, have, {"priv_validator_state.json"});
  return passed(want, have, {"priv_validator_state.json"});
}

Check called(const char* title, const std::vector<Check>& list, const std::string& original) {
  auto check = *std::find_if(list.begin(), list.end(), [&](const Check& c) { return c.title == original; });
  check.title = title;
  return check;
}

}  // namespace

std::string signed_back(const NetworkView& v, const std::string& validator) {
  SignedAt last{};
  for (const auto* r : readings(v, validator)) {
    if (!r->answer.answered) continue;
    const auto now = signed_at(r->answer.value);
    if (now < last) return fmt::format("from {} to {}", signed_at_text(last), signed_at_text(now));
    last = now;
  }
  return "";
}

std::vector<Check> rollback_checks() {
  return {
      called("Restored Version", validator_checks(), check_title::version),
      called("Height Advancing", network_checks(), check_title::block_production),
      called("App Hashes Equal", state_checks(), check_title::app_hashes),
      {"Last Signed Height", Scope::each_validator, no_questions, judge_signed},
  };
}

}  // namespace rehearse
