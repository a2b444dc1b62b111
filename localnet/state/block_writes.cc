#include "localnet/state/block_writes.h"

#include <fmt/format.h>

#include "localnet/state/changes.h"
#include "localnet/state/compare.h"
#include "localnet/state/wire.h"

namespace rehearse {

Read<std::set<RecordKind>> written_by_block(const ApplicationState& state, std::int64_t height) {
  constexpr CompareLimits kLimits{.differences = 10'000, .nodes = 200'000, .value_bytes = 0};
  const auto found = compare({state, height - 1}, {state, height}, kLimits);
  if (!found.trouble.empty()) return {{}, found.trouble};
  std::set<RecordKind> kinds;
  for (const auto& store : found.stores) {
    if (!store.trouble.empty() || store.cut()) return {{}, fmt::format("not all that differs in store {} is known", store.store)};
    for (const auto& record : store.keys) kinds.emplace(store.store, kind_of_key(record.key));
  }
  return {std::move(kinds), {}};
}

Read<std::int64_t> transactions_of_block(const Database& blockstore, std::int64_t height) {
  constexpr std::uint32_t kTransactions = 4;  // of BlockMeta
  const auto meta = blockstore.get(fmt::format("H:{}", height));
  if (!meta) return {{}, meta.trouble};
  const auto fields = read_wire(*meta);
  if (!fields) return {{}, fmt::format("block {} is not written as CometBFT 0.38 does", height)};
  std::int64_t count = 0;
  for (const auto& f : *fields)
    if (f.number == kTransactions && f.type == WireField::Type::varint) count = static_cast<std::int64_t>(f.value);
  return {count, {}};
}

}  // namespace rehearse
