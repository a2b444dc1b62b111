#include "harness/run/state_changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "harness/judge/absence.h"
#include "harness/judge/checks/checklist.h"
#include "harness/judge/diagnosis/rules.h"
#include "harness/procedures/verification.h"
#include "harness/run/block_writes.h"
#include "localnet/base/log.h"
#include "localnet/state/changes.h"
#include "localnet/state/describe.h"
#include "localnet/state/invariant.h"

namespace rehearse {

namespace fs = std::filesystem;

namespace {

// Blocks on each side of the upgrade that show what blocks do: transactions may be rare.
constexpr std::int64_t kOrdinaryBlocks = 40;

// As `changes: records:` has it: what all keys begin with, where that is text; else the kind of record.
std::string prefix_text(const std::string& kind, const std::string& prefix) {
  constexpr std::size_t kMost = 24;
  const auto text = describe_bytes(prefix.substr(0, kMost));
  return text.starts_with('"') ? text.substr(1, text.size() - 2) : describe_kind(kind);
}

record::StoreChanges in_record(const StoreRecords& store) {
  record::StoreChanges changes{store.store, store.added, store.removed, {}, store.trouble};
  for (const auto& [divided_by, b] : store.below) {
    changes.prefixes.push_back(
        {prefix_text(divided_by, b.prefix), b.added, b.removed, b.changed, b.bytes, 0, b.gone, b.come, 0, {}});
    for (const auto& key : b.examples) changes.prefixes.back().examples.push_back(describe_bytes(key));
  }
  return changes;
}

std::vector<record::StoreChanges> in_record(const ChangedRecords& found) {
  std::vector<record::StoreChanges> all;
  for (const auto& store : found.stores)
    if (!store.below.empty() || store.added || store.removed || !store.trouble.empty())
      all.push_back(in_record(store));
  return all;
}

using Removed =
    std::map<std::pair<std::string, std::string>, std::int64_t>;  // store and what divides its keys -> keys

// The most that one of the blocks beside the upgrade removes. What was pruned shows nothing.
Removed removed_by_a_block(const ApplicationState& state, const record::StateChanges& heights) {
  Removed most;
  const auto look_at = [&](std::int64_t height) {
    for (const auto& store : changed_records(state, height - 1, height).stores)
      for (const auto& [divided_by, b] : store.below) {
        auto& so_far = most[{store.store, divided_by}];
        so_far = std::max(so_far, b.removed);
      }
  };
  for (auto h = std::max<std::int64_t>(2, heights.upgrade - kOrdinaryBlocks); h < heights.upgrade; ++h)
    look_at(h);
  for (auto h = heights.upgrade + 1; h <= std::min(heights.last, heights.upgrade + kOrdinaryBlocks); ++h)
    look_at(h);
  return most;
}

// What is needed to tell a loss from what is meant.
void add_before_and_ordinary(record::StateChanges& changes, const ChangedRecords& found,
                             const ApplicationState& state) {
  const bool any = std::ranges::any_of(found.stores, [](const StoreRecords& s) {
    return std::ranges::any_of(s.below, [](const auto& b) { return b.second.gone > 0; });
  });
  const auto ordinary = any ? removed_by_a_block(state, changes) : Removed{};
  for (auto& store : changes.at_upgrade) {
    const auto from = std::ranges::find(found.stores, store.store, &StoreRecords::store);
    auto prefix = store.prefixes.begin();
    for (const auto& [divided_by, b] : from->below) {
      if (b.removed)
        prefix->before = records_below(state, store.store, changes.before, divided_by).value.value_or(0);
      if (const auto o = ordinary.find({store.store, divided_by}); o != ordinary.end())
        prefix->ordinary = o->second;
      ++prefix;
    }
  }
}

record::InvariantHeld in_record(const std::string& name, const Held& h) {
  return {name, h.broken_at, h.breaches.count, h.breaches.examples, h.trouble};
}

record::StateChanges read_from(const fs::path& data, const fs::path& scratch, std::int64_t upgrade,
                               const std::vector<Invariant>& invariants, const OrdinaryBlock& ordinary) {
  record::StateChanges changes;
  changes.before = upgrade - 1;
  changes.upgrade = upgrade;
  const auto state = ApplicationState::open(data / "application.db", scratch);
  const auto latest = state ? state->latest() : Read<std::int64_t>{{}, state.trouble};
  changes.trouble = !latest && latest.trouble.empty() ? "nothing was committed yet" : latest.trouble;
  if (!latest) return changes;
  changes.last = *latest;
  const auto found = changed_records(*state, changes.before, changes.upgrade);
  changes.trouble = found.trouble;
  if (!changes.trouble.empty()) return changes;
  changes.at_upgrade = in_record(found);
  add_before_and_ordinary(changes, found, *state);
  changes.since = in_record(changed_records(*state, changes.upgrade, changes.last));
  for (const auto& invariant : invariants)
    changes.invariants.push_back(
        in_record(invariant.name, held(invariant, *state, {changes.before, changes.upgrade, changes.last})));
  if (const auto blockstore = Database::open(data / "blockstore.db", scratch.string() + "-blocks"))
    changes.writes = block_writes(*state, *blockstore, changes, ordinary);
  return changes;
}

// Those whose state nothing but the upgrade has touched come first.
std::vector<std::string> witnesses(const NetworkView& v, std::int64_t upgrade) {
  std::vector<std::string> all;
  for (const auto& name : v.order)
    if (v.nodes.at(name).committed_at(upgrade + 1)) all.push_back(name);
  std::stable_partition(all.begin(), all.end(), [&](const std::string& name) {
    return std::ranges::none_of(
        v.faults, [&](const SeenFault& f) { return std::ranges::find(f.nodes, name) != f.nodes.end(); });
  });
  return all;
}

// Why not all of it is known; empty: it is.
std::string lacks(const record::StateChanges& changes) {
  for (const auto& store : changes.at_upgrade)
    if (!store.trouble.empty()) return store.trouble;
  return changes.trouble;
}

// Of the first node that still has all of it (one may have pruned it); else of the first that has some.
record::StateChanges read_from_one(Rehearsal& r, std::int64_t height) {
  std::optional<record::StateChanges> some;
  const auto scratch = r.folder() / "state-changes";
  // What a module writes about who did not sign comes and goes with them: a block holds the commit of the one below.
  const auto signed_by_all = [&blocks = r.view().blocks](std::int64_t block) {
    const auto seen = blocks.find(block - 1);
    return seen != blocks.end() && std::ranges::none_of(seen->second.block.signatures, is_absent);
  };
  for (const auto& name : witnesses(r.view(), height)) {
    const auto from = std::chrono::steady_clock::now();
    auto changes = read_from(r.network().node(name).home() / "data", scratch, height, r.profile().invariants, signed_by_all);
    fs::remove_all(scratch);
    changes.node = name;
    changes.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - from).count();
    if (lacks(changes).empty()) return changes;
    if (!some || (!some->trouble.empty() && changes.trouble.empty())) some = std::move(changes);
  }
  if (some) return *some;
  record::StateChanges none;
  none.trouble = "no node has come past it";
  return none;
}

}  // namespace

void read_state_changes(Rehearsal& r) {
  const auto c = context_of(r);
  const auto height = c.plan() ? c.plan()->height : 0;
  if (!c.view.stopped || c.view.stopped->reason != StopReason::completed || !c.applied() || height < 2)
    return;
  const auto changes = read_from_one(r, height);
  const bool read = changes.trouble.empty();
  r.record(record::Answered{kStopped,
                            kStateChanges,
                            {},
                            height,
                            "its database",
                            read,
                            false,
                            read ? record::Json(changes) : record::Json(),
                            changes.trouble},
           changes.node);
}

}  // namespace rehearse
