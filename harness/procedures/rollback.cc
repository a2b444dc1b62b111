// Chain upgrade rollback: a release that makes no blocks after the upgrade is taken back on every node, as the runbook's
// "Chain Upgrade Rollback" says, and where that is not enough, to its end.
#include <fmt/format.h>

#include "harness/goals.h"
#include "harness/procedures/governed.h"
#include "harness/procedures/operator.h"
#include "harness/procedures/procedure.h"
#include "harness/procedures/verification.h"
#include "localnet/keys.h"
#include "localnet/node_home.h"
#include "localnet/text.h"

namespace rehearse {

namespace fs = std::filesystem;

namespace {

constexpr const char* kRollback = "Chain Upgrade Rollback";

fs::path signing_state(Rehearsal& r, const std::string& name) {
  return r.network().node(name).home() / "data" / "priv_validator_state.json";
}

std::int64_t last_signed(Rehearsal& r, const std::string& name) {
  const auto state = record::Json::parse(read_file(signing_state(r, name)), nullptr, false);
  if (!state.is_object() || !state.contains("height"))
    throw StepFailed(signing_state(r, name).string() + ": holds no height", "signing-state-rewound");
  return number_in(state.at("height"));
}

// The bad release meets the upgrade height and ends on every node.
void install_bad(Rehearsal& r, const NodeNames& all) {
  r.step("bad-release", "The new release makes no blocks", kRollback, [&] {
    stop_nodes(r, all);
    install_on(r, all, r.from, r.to);
    r.record(record::Expected{"upgrade-handler-error", "it is what is rolled back", true});
    start_nodes(r, all);
    for (const auto& name : all) r.record(record::Expected{"process-ended", "the release is bad", true}, name);
    r.await("the end of every node", on_every_node([](const NodeView& n) { return std::string(n.alive ? "runs" : ""); }));
    return fmt::format("ended on all {} nodes", all.size());
  });
}

// An old data folder would have an old signing state too: whoever is among the `missed` restores it with the rest.
void restore_binary(Rehearsal& r, const NodeNames& all, const std::map<std::string, std::int64_t>& signed_at) {
  r.step("restore", "Restore previous binary", kRollback, [&] {
    install_on(r, all, r.to, r.from);
    for (const auto& name : r.scenario().upgrade.missed)
      write_file(signing_state(r, name), priv_validator_state_json());
    return fmt::format("{}; the runbook's {}.bak is never made", r.from.printed_version, r.profile().chain.binary);
  });
  r.step("signing-state", "Last signed height never goes back", kRollback, [&] {
    for (const auto& [name, height] : signed_at)
      if (const auto now = last_signed(r, name); now < height)
        throw StepFailed(fmt::format("{} would start with {} as its last signed height, and has signed {}", name, now, height),
                         "signing-state-rewound");
    return fmt::format("on {} validators", signed_at.size());
  });
}

// The runbook ends with the old binary started again. It halts as it did before.
void show_second_halt(Rehearsal& r, const std::string& name) {
  r.step("second-halt", "The old binary halts at the upgrade height again", kRollback, [&] {
    const int halted = r.view().nodes.at(name).incarnation;
    r.record(record::Expected{"upgrade-handler-missing", "the old binary does not know the plan", true});
    start_nodes(r, {name});
    r.record(record::Expected{"process-ended", "it halts", true}, name);
    r.await(name + " to halt again", [&](const NetworkView& v) -> std::optional<Unmet> {
      const auto& n = v.nodes.at(name);
      if (!n.alive && n.line("upgrade-needed", halted + 1)) return std::nullopt;
      return Unmet{{name}, n.alive ? "runs" : "ended without saying why"};
    });
    return "finding: the runbook's steps are not enough, " + name + " says that it needs the upgrade";
  });
}

}  // namespace

void chain_rollback(Rehearsal& r) {
  GovernedUpgrade upgrade(r);
  upgrade.go_through_vote();
  upgrade.await_halt();

  const auto all = bare_nodes(r);
  const auto height = upgrade.plan().height;
  r.enter("swap");
  install_bad(r, all);
  std::map<std::string, std::int64_t> signed_at;
  for (const auto* n : r.view().validators()) signed_at[n->member.name] = last_signed(r, n->member.name);
  restore_binary(r, all, signed_at);
  show_second_halt(r, all.front());
  r.record(record::Aimed{height, "from", false});
  r.step("skip", "Every node starts, told to skip the upgrade", kRollback, [&] {
    start_skipping(r, all, height);
    return fmt::format("{} nodes", all.size());
  });
  upgrade.resume();
  verify(r);
}

}  // namespace rehearse
