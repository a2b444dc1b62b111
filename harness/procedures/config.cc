// Configuration change, as the runbook's table of upgrade types has it: rolling, without governance. The largest transaction
// that the mempool takes is lowered, and a transaction that was taken before is refused afterwards.
#include <fmt/format.h>

#include <filesystem>

#include "harness/procedures/governance.h"
#include "harness/procedures/in_turn.h"
#include "harness/procedures/procedure.h"
#include "harness/procedures/verification.h"
#include "localnet/base/text.h"

namespace rehearse {

namespace fs = std::filesystem;

namespace {

constexpr const char* kTypes = "Upgrade Types";
constexpr const char* kKey = "mempool.max_tx_bytes";

// config.toml as it was is kept beside it; the lines that differ.
std::string change_config(Rehearsal& r, const std::string& name) {
  const auto file = r.network().node(name).home() / "config" / "config.toml";
  const auto before = read_file(file);
  fs::copy_file(file, file.string() + ".bak", fs::copy_options::overwrite_existing);
  r.network().reconfigure(name, {{kKey, {r.scenario().upgrade.max_tx_bytes, ""}}});
  return changed_lines(before, read_file(file));
}

// The SDK's own error: the node's mempool refused it (cosmos-sdk, types/errors).
bool too_large(const CliAnswer& a) {
  constexpr int kTxTooLarge = 21;
  return a.json && a.json->value("codespace", "") == "sdk" && a.json->value("code", 0) == kTxTooLarge;
}

// What each validator's node says to a transaction of the size that it took before.
void expect_refusals(Rehearsal& r) {
  const auto validators = r.view().validators();
  const auto commands =
      signed_by_each(r, transactions_of_each(r, first_initial_transaction(r), validators, r.take_ordinals(validators.size())));
  const auto answers = r.run_commands(commands);
  for (std::size_t i = 0; i < answers.size(); ++i)
    if (!too_large(answers[i]))
      throw StepFailed(fmt::format("{} takes a transaction of more than {} bytes: `{}`", commands[i].node,
                                   r.scenario().upgrade.max_tx_bytes, answers[i].command),
                       Cause::config_not_active);
}

}  // namespace

void config_change(Rehearsal& r) {
  begin_in_turn(r);
  const auto order = smallest_first(r);
  const auto from = r.view().highest_height();
  const auto& missed = r.scenario().upgrade.missed;
  r.enter(Phase::swap);
  Downs downs;
  for (const auto& name : order)
    r.step("config-" + name, "Configuration of " + name, kTypes, [&] {
      std::string changed;
      const auto change = [&] { changed = change_config(r, name); };
      if (except({name}, missed).empty())
        change();  // and nobody restarts the node
      else
        downs.merge(restart(r, {name}, change, true));
      return "config.toml.bak kept; " + changed;
    });
  r.step("signed", "Every block signed by all but the one that restarts", kOrder,
         [&] { return check_signatures(r.view(), from, downs); });
  r.step("refused", "A transaction that was taken before is refused", kTypes, [&] {
    expect_refusals(r);
    return fmt::format("by {} nodes", order.size());
  });
  r.record(record::ExpectedOutcome{r.view().highest_height(), WhichRelease::from, false});
  ask_when_resumed(r);
  verify(r);
}

}  // namespace rehearse
