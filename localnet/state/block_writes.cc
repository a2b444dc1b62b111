#include "localnet/state/block_writes.h"

#include <fmt/format.h>

#include "localnet/state/changes.h"
#include "localnet/state/wire.h"

namespace rehearse {

Read<WrittenKinds> written_by_block(const ApplicationState& state, std::int64_t height) {
  const auto found = changed_records(state, height - 1, height);
  if (!found.trouble.empty()) return {{}, found.trouble};
  WrittenKinds kinds;
  for (const auto& store : found.stores) {
    if (!store.trouble.empty()) return {{}, store.trouble};
    for (const auto& [divided_by, below] : store.below) kinds[{store.store, divided_by}] = below.prefix;
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
