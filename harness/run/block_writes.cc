#include "harness/run/block_writes.h"

#include <algorithm>
#include <set>
#include <vector>

#include "localnet/state/block_writes.h"
#include "localnet/state/describe.h"

namespace rehearse {

namespace {

// Blocks on each side: what is due in some of them only stands out, and few cost little.
constexpr std::size_t kLeastBefore = 3, kMost = 6;
constexpr std::int64_t kWithin = 30;

using Kinds = std::set<RecordKind>;

// Fees of a block are allocated in the next one.
bool is_without_transactions(const Database& blockstore, std::int64_t height) {
  const auto own = transactions_of_block(blockstore, height), below = transactions_of_block(blockstore, height - 1);
  return own && *own == 0 && below && *below == 0;
}

// Of the blocks from that height on, towards the other; without what cannot be read.
std::vector<Kinds> written(const ApplicationState& state, const Database& blockstore, std::int64_t from, std::int64_t to, const OrdinaryBlock& ordinary) {
  std::vector<Kinds> blocks;
  const auto step = from < to ? 1 : -1;
  for (auto h = from; h != to + step && blocks.size() < kMost; h += step) {
    if (!is_without_transactions(blockstore, h) || !ordinary(h)) continue;
    if (auto kinds = written_by_block(state, h)) blocks.push_back(std::move(*kinds.value));
  }
  return blocks;
}

Kinds in_each(const std::vector<Kinds>& blocks) {
  auto all = blocks.front();
  std::erase_if(all, [&](const auto& kind) { return !std::ranges::all_of(blocks, [&](const auto& b) { return b.contains(kind); }); });
  return all;
}

bool in_any(const std::vector<Kinds>& blocks, const RecordKind& kind) {
  return std::ranges::any_of(blocks, [&](const auto& b) { return b.contains(kind); });
}

// Its store goes in the upgrade, or records of it do: a module that is dropped, or keeps them otherwise from then on.
bool is_moved(const record::StateChanges& changes, const std::string& store, const std::string& kind) {
  const auto found = std::ranges::find(changes.at_upgrade, store, &record::StoreChanges::store);
  return found != changes.at_upgrade.end() &&
         (found->removed || std::ranges::any_of(found->prefixes, [&](const auto& p) { return p.removed > 0 && p.prefix.starts_with(kind); }));
}

}  // namespace

record::BlockWrites block_writes(const ApplicationState& state, const Database& blockstore, const record::StateChanges& heights, const OrdinaryBlock& ordinary) {
  record::BlockWrites found;
  const auto upgrade = heights.upgrade;
  const auto before = written(state, blockstore, upgrade - 1, std::max<std::int64_t>(2, upgrade - kWithin), ordinary);
  const auto since = written(state, blockstore, upgrade + 1, std::max(upgrade + 1, heights.last), ordinary);
  if (before.size() < kLeastBefore || since.size() < record::BlockWrites::kLeastSince) return found;
  found.before = static_cast<std::int64_t>(before.size()), found.since = static_cast<std::int64_t>(since.size());
  for (const auto& kind : in_each(before)) {
    const auto name = describe_kind(kind.second);
    if (!in_any(since, kind) && !is_moved(heights, kind.first, name)) found.stopped.push_back(kind.first + "/" + name);
  }
  return found;
}

}  // namespace rehearse
