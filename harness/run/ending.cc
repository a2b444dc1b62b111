#include "harness/run/ending.h"

#include <cxxabi.h>
#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "harness/record/cause.h"

namespace rehearse {

namespace {

std::string in_words(const std::exception& e) {
  int unknown = 0;
  const std::unique_ptr<char, void (*)(void*)> name(abi::__cxa_demangle(typeid(e).name(), nullptr, nullptr, &unknown), std::free);
  return fmt::format("{}: {}", name ? name.get() : typeid(e).name(), e.what());
}

// A transaction that a node refuses for a setting which the scenario made is the setting's failure.
Cause cause_of_failed_step(const StepFailed& e, const Inputs& in) {
  if (e.cause != Cause::transaction_failed) return e.cause;
  const auto& n = in.scenario.network;
  const auto sets = [](const TomlValues& values, const std::string& key) {
    return std::ranges::any_of(values, [&](const auto& v) { return v.first == key; });
  };
  for (const auto& s : in.profile.refused_settings) {
    if (!s.of_transaction || !RE2::PartialMatch(e.what(), s.match)) continue;
    const bool app = s.file == "app.toml";
    const bool made = sets(app ? n.app_toml : n.config_toml, s.key) || std::ranges::any_of(n.nodes, [&](const auto& node) {
                        return sets(app ? node.second.app_toml : node.second.config_toml, s.key);
                      });
    if (made) return Cause::operator_setting;
  }
  return e.cause;
}

}  // namespace

std::string last_step(const NetworkView& v) { return v.steps.empty() ? "" : v.steps.back().step.title; }

std::string unexpected(const std::string& what, const std::string& step, const std::string& scenario) {
  return fmt::format("{}, unexpected, in {} of {}", what, step.empty() ? "no step" : "step `" + step + "`", scenario);
}

Ending ending_of(const std::function<void()>& work, const Rehearsal& r, const Inputs& in) {
  const auto stopped = [&r](StopReason reason, const std::string& what, Cause cause = Cause::none) {
    return record::RunStopped{reason, what, reason == StopReason::completed ? "" : last_step(r.view()), cause};
  };
  try {
    work();
    return {stopped(StopReason::completed, "")};
  } catch (const FailureProven& e) {
    return {stopped(StopReason::failure_proven, e.what())};
  } catch (const TimedOut& e) {
    return {stopped(StopReason::time_out, e.what(), e.cause)};
  } catch (const StepFailed& e) {
    return {stopped(StopReason::step_failed, e.what(), cause_of_failed_step(e, in))};
  } catch (const Cancelled& e) {
    return {stopped(e.signal ? StopReason::cancelled : StopReason::deadline, e.what())};
  } catch (const Error& e) {
    if (e.blame == Blame::release)
      return {stopped(StopReason::step_failed, e.what(), e.trouble == Trouble::other ? Cause::unknown : cause_of(e.trouble))};
    return {stopped(StopReason::error, e.what(), cause_of(e.trouble)), e.blame == Blame::scenario ? 2 : 3};
  } catch (const std::exception& e) {
    return {stopped(StopReason::error, unexpected(in_words(e), last_step(r.view()), in.scenario.name)), 3};
  }
}

}  // namespace rehearse
