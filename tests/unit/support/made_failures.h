// The made upgrade gone wrong: one journal for each failure that a rule of harness/judge/diagnosis finds.
#pragma once

#include "localnet/base/bech32.h"
#include "tests/unit/support/made_journal.h"

namespace rehearse::made {

// On a stack, the innermost first.
inline const record::Frame kOfModule = {"example.org/chain/x/rewards.Keeper.Settle", "x/rewards/keeper.go", 41};
inline const record::Frame kEndBlock = {"github.com/cosmos/cosmos-sdk/types/module.(*Manager).EndBlock", "types/module/module.go", 800};
inline const record::Frame kFinalize = {"github.com/cosmos/cosmos-sdk/baseapp.(*BaseApp).FinalizeBlock", "baseapp/abci.go", 900};

// Whoever waits for the chain to go on sees this instead, at kProven.
inline constexpr double kProven = 5.0;

// All four meet block H with a new binary that shows `text` and ends; validator-2 is the first.
inline Upgrade ends_in_upgrade(const std::string& pattern, const std::string& text,
                               const std::vector<std::string>& captures = {}, bool applies = true) {
  auto u = healthy();
  u.cut(at::kNewBinary);
  for (int i : {2, 1, 3, 4}) {
    u.starts_new_binary(i, applies);
    const double when = 4.9 + 0.01 * (i == 2 ? 0 : i);
    u.log(when, validator(i), pattern, text, captures);
    u.exits(when + 0.001, validator(i), 1, {"goroutine 1 [running]", text, ""});
  }
  u.stop(kProven, StopReason::failure_proven, "a rule of diagnosis");
  return u;
}

inline Upgrade handler_error() {
  return ends_in_upgrade("replay-error", "error during handshake: error on replay: 4 stored, totals say 5",
                         {"4 stored, totals say 5"});
}

inline Upgrade handler_panic() {
  return ends_in_upgrade("panic", "panic: assignment to entry in nil map",
                         {"assignment to entry in nil map"});
}

// The panic is one line of two patterns.
inline Upgrade missing_store() {
  const std::string text =
      "panic: failed to load latest version: version of store group mismatch root store's version";
  auto u = ends_in_upgrade("store-mismatch", text, {"group"}, false);
  const auto events = u.made;
  for (const auto& e : events)
    if (const auto* l = std::get_if<record::LogLine>(&e.body); l && l->pattern == "store-mismatch") {
      auto again = e;
      std::get<record::LogLine>(again.body).pattern = "panic";
      u.made.push_back(again);
    }
  return u;
}

// A chain that panics on its genesis: validator-2 first, and validator-4 is still on its way.
inline Upgrade genesis_refused() {
  auto u = healthy();
  u.cut(0.9);
  for (int i : {2, 1, 3}) {
    const double when = 0.8 + 0.001 * (i == 2 ? 0 : i);
    u.log(when, validator(i), "init-chain", "INF InitChain chainID=made initialHeight=1 module=baseapp");
    u.log(when + 0.01, validator(i), "panic", "panic: commission is too low", {"commission is too low"});
    u.exits(when + 0.02, validator(i), 2, {"goroutine 1 [running]"});
  }
  u.stop(0.9, StopReason::failure_proven, "a rule of diagnosis");
  return u;
}

// The new binary halts as the old one did.
inline Upgrade handler_missing() {
  auto u = healthy();
  u.cut(at::kNewBinary);
  for (int i = 1; i <= 4; ++i) {
    u.starts_new_binary(i, false);
    u.error(4.9 + lag_of(i), validator(i), "ERR UPGRADE \"v2.0.0\" NEEDED at height: 20", "upgrade-needed");
  }
  u.stop(kProven, StopReason::failure_proven, "a rule of diagnosis");
  return u;
}

// Those validators hold another state after H than the others; nobody has stored a block after it.
inline Upgrade diverges(const std::vector<int>& ordinals) {
  auto u = healthy();
  for (int i : ordinals) u.head(validator(i), kHeight).app_hash = "D" + app_hash(kHeight).substr(1);
  u.stop(5.1, StopReason::failure_proven, "a rule of diagnosis");
  return u;
}

// validator-4 holds another block 15.
inline Upgrade conflicting_blocks() {
  auto u = healthy();
  u.head(validator(4), 15).block_hash = "C" + block_hash(15).substr(1);
  u.stop(3.2, StopReason::failure_proven, "a rule of diagnosis");
  return u;
}

// The cancellation comes too late: all halt for the plan that was to be cancelled.
inline Upgrade plan_not_cancelled() {
  auto u = healthy();
  u.add(3.52, "", record::ExpectedOutcome{kHeight, WhichRelease::from, false});
  u.stop(at::kHalt + 0.1, StopReason::failure_proven, "a rule of diagnosis");
  return u;
}

// All have halted, and start again on the old binary; those validators halt once more at the height that was
// to be skipped.
inline Upgrade upgrade_not_skipped(const std::vector<int>& ordinals) {
  auto u = healthy();
  u.cut(at::kNewBinary - 0.1);
  u.add(at::kNewBinary - 0.05, "", record::ExpectedOutcome{kHeight, WhichRelease::from, false});
  for (int i = 1; i <= 4; ++i)
    u.add(at::kNewBinary, validator(i), record::ProcessStarted{200 + i, "virtengine"});
  for (int i : ordinals)
    u.error(4.8 + lag_of(i), validator(i), "ERR UPGRADE \"v2.0.0\" NEEDED at height: 20", "upgrade-needed");
  u.stop(kProven, StopReason::failure_proven, "a rule of diagnosis");
  return u;
}

// All were taken back to the old release, and Cosmovisor stops those validators for the new one again.
inline Upgrade upgrade_info_left(const std::vector<int>& ordinals) {
  auto u = healthy();
  u.cut(at::kNewBinary - 0.1);
  u.add(at::kNewBinary - 0.05, "", record::ExpectedOutcome{kHeight, WhichRelease::from, false});
  for (int i = 1; i <= 4; ++i) u.add(at::kNewBinary, validator(i), record::ProcessStarted{200 + i, "cosmovisor"});
  for (int i : ordinals)
    u.log(4.8 + lag_of(i), validator(i), "upgrade-found", "INF daemon shutting down in an attempt to restart module=cosmovisor");
  u.stop(kProven, StopReason::failure_proven, "a rule of diagnosis");
  return u;
}

// The old binaries go on to H + 1 as if there were no plan.
inline Upgrade does_not_halt() {
  auto u = healthy();
  u.cut(at::kHalt - 0.02);
  for (int i = 1; i <= 4; ++i) {
    u.head_at(4.0 + lag_of(i), validator(i), kHeight, kHeight);
    u.head_at(4.15 + lag_of(i), validator(i), kHeight + 1, kHeight + 1);
  }
  u.stop(4.2, StopReason::failure_proven, "a rule of diagnosis");
  return u;
}

// The store the new binary adds is there already.
inline Upgrade store_exists() {
  return ends_in_upgrade("store-exists", "panic: initial version set to 20, but found earlier version 1", {"1"}, false);
}

// Cosmovisor of validator-1 panics at the halt, on a file that is not whole.
inline Upgrade cosmovisor_misreads() {
  auto u = healthy();
  u.cut(at::kHalt + 0.05);
  u.log(at::kHalt + 0.1, validator(1), "upgrade-info-misread",
        "panic: failed to parse upgrade info file: empty upgrade-info.json", {"empty upgrade-info.json"});
  u.exits(at::kHalt + 0.11, validator(1), 2, {"scanner.go:81 +0x147"});
  u.stop(at::kHalt + 0.2, StopReason::failure_proven, "a rule of diagnosis");
  return u;
}

// validator-3 ends by itself while the old chain runs.
inline Upgrade node_exits() {
  auto u = healthy();
  u.exits(2.5, validator(3), 2, {"what it said before", "the last thing it said"});
  u.stop(2.6, StopReason::failure_proven, "a rule of diagnosis");
  return u;
}

// Only those validators come back with the new binary; the chain stays at H until the wait runs out.
inline Upgrade only_upgraded(const std::vector<int>& ordinals) {
  auto u = healthy();
  u.cut(at::kNewBinary);
  for (int i : ordinals) {
    u.starts_new_binary(i);
    u.head_at(at::kUpgraded + 0.1 * i, validator(i), kHeight, kHeight);
  }
  u.stop(25, StopReason::time_out, "height 21 on all not reached in 20 s");
  return u;
}

// Nothing was started yet: whoever stopped the run names the cause.
inline Upgrade refused(Cause cause, const std::string& detail) {
  auto u = healthy();
  u.stop(0.035, StopReason::step_failed, detail, cause);
  return u;
}

// The chain has evidence that validator-2 signed twice; it says so by its address as the SDK writes it.
inline Upgrade signs_twice() {
  auto u = healthy();
  const auto hex = u.view().nodes.at(validator(2)).member.consensus_address;
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) bytes.push_back(static_cast<std::uint8_t>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  u.log(2.5, validator(1), "equivocation", "INF confirmed equivocation infraction_height=9 module=x/evidence validator=" + bech32_encode("vevalcons", bytes));
  u.stop(2.6, StopReason::failure_proven, "a rule of diagnosis");
  return u;
}

// Another plan was voted for the same height: every node halts for that one.
inline Upgrade plan_replaced() {
  auto u = healthy();
  u.cut(at::kHalt - 0.02);
  for (int i = 1; i <= 4; ++i)
    u.error(at::kHalt + lag_of(i), validator(i), "ERR UPGRADE \"another\" NEEDED at height: 20", "upgrade-needed").captures = {"another", "20"};
  u.stop(at::kHalt + 0.2, StopReason::failure_proven, "a rule of diagnosis");
  return u;
}

}  // namespace rehearse::made
