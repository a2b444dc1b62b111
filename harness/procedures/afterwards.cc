#include "harness/procedures/afterwards.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "harness/procedures/exported.h"
#include "harness/procedures/joining_node.h"
#include "harness/procedures/later_proposals.h"
#include "harness/procedures/multisig.h"
#include "harness/procedures/shared_blocks.h"
#include "harness/procedures/unbondings.h"
#include "harness/procedures/validator_set.h"
#include "harness/view/step_ids.h"

namespace rehearse {

const std::vector<Afterwards>& all_afterwards() {
  static const std::vector<Afterwards> all = {
      {"validator-set",
       "Validators leave the set and enter it",
       {.commands = {"delegate", "undelegate"}, .questions = {"validator-set"}},
       change_validator_set},
      {"governance",
       "Parameters changed by a proposal, a second upgrade planned",
       {.questions = {"slashing-params"}},
       pass_later_proposals},
      {"unbonding", "What was unbonding is paid out", {.questions = {"unbondings"}}, await_unbondings},
      {"shared-blocks",
       "Blocks with transactions of several accounts",
       {.commands = {"unsigned-payment", "sign-batch"}, .questions = {"account"}},
       pay_in_shared_blocks},
      {step_id::multisig,
       "A payment of an account of two keys",
       {.commands = {"pay", "add-multisig", "sign-for", "multisign", "broadcast"}},
       pay_by_multisig,
       true},
      {step_id::replay, "A new node replays all blocks, through the upgrade", {}, join_by_replay},
      {step_id::exported,
       "A network from the exported state",
       {.commands = {"export", "validate-genesis"}},
       start_from_export,
       true},
      {kUnjail, "", {.commands = {"unjail"}}, nullptr},
  };
  return all;
}

const Afterwards* find_afterwards(const std::string& name) {
  const auto found = std::ranges::find(all_afterwards(), name, &Afterwards::name);
  return found == all_afterwards().end() ? nullptr : &*found;
}

std::string afterwards_names() {
  std::vector<std::string> all;
  for (const auto& one : all_afterwards()) all.push_back(one.name);
  return fmt::format("{}", fmt::join(all, ", "));
}

bool wanted_afterwards(const Scenario& s, const char* name) {
  return std::ranges::find(s.upgrade.afterwards, name) != s.upgrade.afterwards.end();
}

void do_afterwards(Rehearsal& r) {
  for (const auto& name : r.scenario().upgrade.afterwards)
    if (const auto& one = *find_afterwards(name); one.run)
      r.step(one.name, one.title, "", [&] { return of_chain([&] { return one.run(r); }); });
}

std::string skipped_before(const NetworkView& v, const char* step) {
  const auto tried = std::ranges::find(v.steps, step, [](const SeenStep& s) { return s.step.step; });
  return tried != v.steps.end() && tried->outcome == StepOutcome::skipped ? "before the upgrade " + tried->detail : "";
}

record::Json answer_of_chain(Rehearsal& r, const std::string& checkpoint, const Question& question) {
  const auto a = r.ask(checkpoint, {question}).front();
  if (!a.answered) throw StepFailed(fmt::format("the chain does not answer {}: {}", question.name, a.error), Cause::afterwards_failed);
  return a.absent ? record::Json() : a.value;
}

std::string of_chain(const std::function<std::string()>& work) {
  try {
    return work();
  } catch (const TimedOut&) {
    throw;
  } catch (const StepFailed& e) {
    if (e.cause != Cause::transaction_failed) throw;
    throw StepFailed(e.what(), Cause::afterwards_failed);
  }
}

void await_of_chain(Rehearsal& r, const std::string& what, const Goal& goal) {
  constexpr Budget kBudget{std::chrono::seconds(20), std::chrono::seconds(60)};
  try {
    r.await(what, goal, kBudget);
  } catch (const TimedOut& e) {
    if (e.cause != Cause::none) throw;
    throw StepFailed(e.what(), Cause::afterwards_failed);
  }
}

}  // namespace rehearse
