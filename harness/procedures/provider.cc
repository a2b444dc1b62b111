// The provider daemon, upgraded as the runbook's "Provider Daemon Upgrades, Standard Upgrade" says, and taken back as its
// "Provider Daemon Rollback". Where the text alone would not do, the step's detail says what was done beyond it.
#include <fmt/format.h>

#include <filesystem>

#include "harness/engine/goals.h"
#include "harness/procedures/procedure.h"
#include "harness/procedures/provider_operator.h"
#include "harness/procedures/verification.h"
#include "harness/engine/publication.h"
#include "harness/view/step_ids.h"
#include "localnet/base/decode.h"
#include "localnet/base/text.h"
#include "localnet/profile/question_names.h"

namespace rehearse {

namespace fs = std::filesystem;
using record::Json;

namespace {

constexpr const char* kUpgrade = "Provider Daemon Upgrades, Standard Upgrade";
constexpr const char* kProviderRollback = "Provider Daemon Rollback";
// Before the upgrade, one that is under way when the provider is paused, and one when it has resumed.
constexpr std::size_t kOrders = 3, kUnderWay = 1, kNew = 1;

fs::path backup_of(const fs::path& file) { return file.string() + ".bak"; }
void copy_over(const fs::path& from, const fs::path& to) {
  fs::remove(to);  // a program that runs is not written to
  fs::copy_file(from, to);
}

Question orders_question(Rehearsal& r) { return {question::provider_orders, r.view().order.front(), {}, 0}; }

std::size_t matched(const Json& orders) {
  std::size_t count = 0;
  for (const auto& o : orders) count += o.value("status", "") == "MATCHED";
  return count;
}

bool idle(const Json& bids) { return bids.value("in_flight", -1) == 0; }

}  // namespace

void set_up_workloads(Rehearsal& r) {
  r.step("provider", "Provider daemon set up", "", [&] {
    set_up_provider(r);
    return fmt::format("{} as {}", r.view().provider_plan->from.printed_version,
                       daemon_of(r).values().at("address"));
  });
  r.step(step_id::orders, "Orders won and workloads running", "", [&] {
    place_orders(r, kOrders, 0);
    await_answer(r, "a bid on each order", orders_question(r), [](const Json& o) { return matched(o) == kOrders; });
    const auto bids = await_answer(r, "the workload of each", {question::bids, kProvider, {}, 0}, idle);
    return fmt::format("{} bids won", bids.value.value("won", 0));
  });
}

namespace {

void pause(Rehearsal& r) {
  r.step("pause", "Pause provider operations", kUpgrade, [&] {
    place_orders(r, kUnderWay, kOrders);  // there may be a bid on it under way
    return send_as_provider(r, "pause", {{"reason", "Upgrade to " + r.subject().provider->to.name}});
  });
  r.step("in-flight", "Wait for in-flight operations", kUpgrade, [&] {
    const auto bids = await_answer(r, "no operation in flight", {question::bids, kProvider, {}, 0},
                                   [](const Json& b) { return b.value("state", "") == "paused" && idle(b); });
    ask_state_before(r);
    return "observed, not slept for: " + bids.value.dump();
  });
}

// Values of the configuration that the migrated one does not have at their places.
std::vector<std::string> lost_keys(Rehearsal& r, const fs::path& before_file, const fs::path& after_file) {
  const auto before = to_json(load_yaml(before_file)), after = to_json(load_yaml(after_file));
  std::vector<std::string> lost;
  for (const auto& [was, is] : r.profile().provider->migrated) {
    const Json::json_pointer from(was), to(is);
    if (before.contains(from) && (!after.contains(to) || after.at(to) != before.at(from)))
      lost.push_back(fmt::format("{} (now {})", was, is));
  }
  return lost;
}

// Whoever finds that it was killed in the middle begins again with what there was before. What more is to be said of that.
std::string migrate_config(Rehearsal& r) {
  constexpr int kMost = 3;
  for (int tries = 1;; ++tries) {
    const auto answer = ask_daemon(r, "migrate-config");
    if (answer.trouble().empty())
      return tries == 1 ? "" : "; it was killed in the middle before: config.yaml.bak was put back, and migrated again";
    if (!answer.status.signal || tries == kMost) throw StepFailed(answer.trouble());
    copy_over(backup_of(daemon_of(r).config()), daemon_of(r).config());
  }
}

void replace(Rehearsal& r) {
  auto to = r.subject().provider->to;
  r.step("download", "Download new binary", kUpgrade, [&] {
    to.artifact =
        fetch_published(r, *r.subject().release_server, to, r.profile().provider->binary, r.subject().store);
    return fmt::format("{}: sha256 {}, {}; the runbook compares no checksum here", to.name,
                       to.artifact.sha256.substr(0, 16), how_published(to));
  });
  r.step("stop", "Stop daemon", kUpgrade, [&] {
    stop_daemon(r);
    return "its workloads go on";
  });
  r.step("backup", "Backup and replace", kUpgrade, [&] {
    copy_over(daemon_of(r).program(), backup_of(daemon_of(r).program()));
    copy_over(daemon_of(r).config(), backup_of(daemon_of(r).config()));
    install_daemon(r, to, &record::ProviderPlanned::to);
    return "the binary and config.yaml kept as .bak; the runbook keeps the binary alone, and its rollback wants both";
  });
  r.step("migrate", "Apply any config migrations", kUpgrade, [&] {
    const auto again = migrate_config(r);
    const auto& config = daemon_of(r).config();
    if (const auto lost = lost_keys(r, backup_of(config), config); !lost.empty())
      throw StepFailed(fmt::format("lost: {}", fmt::join(lost, ", ")), Cause::provider_config_key_lost);
    return fmt::format("{} values at their new places{}", r.profile().provider->migrated.size(), again);
  });
}

void upgrade(Rehearsal& r) {
  if (!r.network().provider()) set_up_workloads(r);
  r.enter(Phase::swap);
  pause(r);
  replace(r);
  r.step("start", "Start daemon, verify health", kUpgrade,
         [&] { return start_daemon(r, r.view().provider_plan->to.printed_version); });
}

// What comes after it must show that the daemon takes part again.
void resume(Rehearsal& r) {
  r.step("resume", "Resume operations", kUpgrade, [&] { return send_as_provider(r, "resume"); });
}

// An order that is placed now shows whether bids are made. Either all orders have one, or the engine does not come past
// the block that it has seen, though the chain does and the daemon answers at each block: then the checklist says so.
void take_part_again(Rehearsal& r, WhichRelease provider) {
  record::ExpectedOutcome outcome{r.view().highest_height(), WhichRelease::from, false};
  outcome.provider = provider;
  r.record(outcome);
  ask_when_resumed(r);
  r.step("new-order", "A new order is placed", "", [&] {
    constexpr std::int64_t kStands = 25;  // blocks
    constexpr std::size_t kAll = kOrders + kUnderWay + kNew;
    place_orders(r, kNew, kOrders + kUnderWay);
    const auto placed_at = r.view().highest_height();
    for (;;) {
      const auto answers = r.ask("new-order", {orders_question(r), {question::bids, kProvider, {}, 0}});
      const auto &orders = answers[0], &bids = answers[1];
      if (!orders.answered || !bids.answered) throw StepFailed(orders.error + bids.error);
      if (matched(orders.value) == kAll && idle(bids.value)) return fmt::format("{} bids", kAll);
      const auto seen = bids.value.value("last_height", std::int64_t{0}), now = r.view().highest_height();
      if (seen <= outcome.height && now > placed_at + kStands)
        return fmt::format("the bid engine has seen no block since {}, the chain is at {}", seen, now);
      r.await("a bid on each order", above(now));
      if (now > placed_at + 10 * kStands) throw TimedOut("orders without a bid: " + orders.value.dump());
    }
  });
}

}  // namespace

void provider_upgrade(Rehearsal& r) {
  upgrade(r);
  resume(r);
  take_part_again(r, WhichRelease::to);
  verify(r);
}

void provider_rollback(Rehearsal& r) {
  upgrade(r);
  resume(r);
  r.step("rollback-stop", "Stop daemon", kProviderRollback, [&] {
    stop_daemon(r);
    return "";
  });
  r.step("restore-binary", "Restore binary", kProviderRollback, [&] {
    copy_over(backup_of(daemon_of(r).program()), daemon_of(r).program());
    const auto version = version_in(run_daemon(r, "version"));
    if (version != r.view().provider_plan->from.printed_version) throw StepFailed("the backup is " + version);
    return version;
  });
  if (r.scenario().upgrade.revert_config)
    r.step("revert-config", "Revert config if needed", kProviderRollback, [&] {
      copy_over(backup_of(daemon_of(r).config()), daemon_of(r).config());
      return "needed: the older release does not read the migrated file";
    });
  r.step("rollback-start", "Start daemon, verify", kProviderRollback,
         [&] { return start_daemon(r, r.view().provider_plan->from.printed_version); });
  take_part_again(r, WhichRelease::from);
  verify(r);
}

}  // namespace rehearse
