#include "localnet/state/commit_info.h"

#include <algorithm>
#include <bit>

#include "localnet/base/sha256.h"
#include "localnet/state/wire.h"

namespace rehearse {

namespace {

std::string hash_of(const std::string& bytes) {
  const auto hash = sha256(bytes);
  return {hash.begin(), hash.end()};
}

// Both strings are short: a name, a hash.
void append_prefixed(std::string& out, const std::string& bytes) {
  for (auto size = bytes.size();; size >>= 7) {
    out += static_cast<char>((size & 0x7f) | (size > 0x7f ? 0x80 : 0));
    if (size <= 0x7f) break;
  }
  out += bytes;
}

// RFC 6962: the left part of a tree of n leaves has the largest power of two below n.
std::string merkle_root(const std::string* leaves, std::size_t n) {
  if (n == 0) return hash_of("");
  if (n == 1) return hash_of(std::string(1, '\0') + *leaves);
  const auto left = std::bit_floor(n - 1);
  return hash_of('\1' + merkle_root(leaves, left) + merkle_root(leaves + left, n - left));
}

bool is_bytes(const WireField& f, std::uint32_t number) {
  return f.number == number && f.type == WireField::Type::bytes;
}

std::optional<CommitInfo::Store> read_store(std::string_view bytes) {
  const auto fields = read_wire(bytes);
  if (!fields) return std::nullopt;
  CommitInfo::Store store;
  for (const auto& f : *fields) {
    if (is_bytes(f, 1)) store.name = f.bytes;
    if (!is_bytes(f, 2)) continue;
    const auto commit_id = read_wire(f.bytes);
    if (!commit_id) return std::nullopt;
    for (const auto& id : *commit_id)
      if (is_bytes(id, 2)) store.hash = id.bytes;
  }
  return store;
}

}  // namespace

const CommitInfo::Store* CommitInfo::find(std::string_view name) const {
  const auto found = std::ranges::find(stores, name, &Store::name);
  return found == stores.end() ? nullptr : &*found;
}

std::optional<CommitInfo> read_commit_info(std::string_view bytes) {
  const auto fields = read_wire(bytes);
  if (!fields) return std::nullopt;
  CommitInfo info;
  for (const auto& f : *fields) {
    if (f.number == 1 && f.type == WireField::Type::varint) info.version = static_cast<std::int64_t>(f.value);
    if (!is_bytes(f, 2)) continue;
    auto store = read_store(f.bytes);
    if (!store) return std::nullopt;
    info.stores.push_back(std::move(*store));
  }
  return info;
}

std::string app_hash(const CommitInfo& info) {
  auto stores = info.stores;
  std::ranges::sort(stores, {}, &CommitInfo::Store::name);
  std::vector<std::string> leaves;
  for (const auto& s : stores) {
    std::string leaf;
    append_prefixed(leaf, s.name);
    append_prefixed(leaf, hash_of(s.hash));
    leaves.push_back(std::move(leaf));
  }
  return merkle_root(leaves.data(), leaves.size());
}

}  // namespace rehearse
