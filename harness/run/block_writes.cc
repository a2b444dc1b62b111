#include "harness/run/block_writes.h"

#include <algorithm>
#include <set>
#include <vector>

#include "localnet/state/block_writes.h"
#include "localnet/state/describe.h"

namespace rehearse {

namespace {

// Blocks on each side: what is due in some of them only stands out, and few cost little.
constexpr std::size_t kLeastBefore = 3, kLeastSince = 2, kMost = 6;
constexpr std::int64_t kWithin = 30;

using Kind = WrittenKinds::key_type;

// Of the blocks from that height on, towards the other, those that no transaction has part in; without what cannot be read.
std::vector<WrittenKinds> written(const ApplicationState& state, const Database& blockstore, std::int64_t from, std::int64_t to) {
  std::vector<WrittenKinds> blocks;
  const auto step = from < to ? 1 : -1;
  for (auto h = from; h != to + step && blocks.size() < kMost; h += step) {
    const auto transactions = transactions_of_block(blockstore, h);
    if (!transactions || *transactions != 0) continue;
    if (auto kinds = written_by_block(state, h)) blocks.push_back(std::move(*kinds.value));
  }
  return blocks;
}

std::set<Kind> in_each(const std::vector<WrittenKinds>& blocks) {
  std::set<Kind> all;
  for (const auto& [kind, prefix] : blocks.front())
    if (std::ranges::all_of(blocks, [&, k = kind](const auto& b) { return b.contains(k); })) all.insert(kind);
  return all;
}

bool in_any(const std::vector<WrittenKinds>& blocks, const Kind& kind) {
  return std::ranges::any_of(blocks, [&](const auto& b) { return b.contains(kind); });
}

}  // namespace

record::BlockWrites block_writes(const ApplicationState& state, const Database& blockstore, const record::StateChanges& heights) {
  record::BlockWrites found;
  const auto upgrade = heights.upgrade;
  const auto before = written(state, blockstore, upgrade - 1, std::max<std::int64_t>(2, upgrade - kWithin));
  const auto since = written(state, blockstore, upgrade + 1, std::max(upgrade + 1, heights.last));
  if (before.size() < kLeastBefore || since.size() < kLeastSince) return found;
  found.before = static_cast<std::int64_t>(before.size()), found.since = static_cast<std::int64_t>(since.size());
  std::set<std::string> added, removed;
  for (const auto& store : heights.at_upgrade) {
    if (store.added) added.insert(store.store);
    if (store.removed) removed.insert(store.store);
  }
  // What each block writes instead: the same, under another key or in a store that the upgrade adds.
  std::multiset<std::string> instead;
  for (const auto& kind : in_each(since))
    if (!in_any(before, kind)) instead.insert(added.contains(kind.first) ? "" : kind.first);
  for (const auto& kind : in_each(before)) {
    const auto& [store, divided_by] = kind;
    if (removed.contains(store) || in_any(since, kind)) continue;
    auto other = instead.find(store);
    if (other == instead.end()) other = instead.find("");
    if (other != instead.end()) instead.erase(other);
    else found.stopped.push_back(store + "/" + kind_of_record(divided_by, before.front().at(kind)));
  }
  return found;
}

}  // namespace rehearse
