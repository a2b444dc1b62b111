#include "localnet/state/iavl_node.h"

#include <fmt/format.h>

#include <limits>

#include "localnet/base/sha256.h"
#include "localnet/state/byte_reader.h"

namespace rehearse {

namespace {

constexpr std::size_t kHash = 32, kName = 12;
constexpr std::int64_t kLeftIsOld = 1, kRightIsOld = 2;

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const unsigned char c : bytes) value = value << 8 | c;
  return value;
}

std::string sha256_bytes(std::string_view bytes) {
  const auto hash = sha256(bytes);
  return {hash.begin(), hash.end()};
}

void append_uvarint(std::string& out, std::uint64_t value) {
  for (; value > 0x7f; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

void append_varint(std::string& out, std::int64_t value) {
  append_uvarint(out, static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63));
}

std::optional<std::string> read_hash(ByteReader& in) {
  const auto hash = in.prefixed();
  if (!hash || hash->size() != kHash) return std::nullopt;
  return std::string(*hash);
}

std::optional<std::string> read_child(ByteReader& in, bool old) {
  if (old) return read_hash(in);
  const auto version = in.varint(), nonce = in.varint();
  if (!version || !nonce || *version < 0 || *nonce < 0 || *nonce > std::numeric_limits<std::uint32_t>::max())
    return std::nullopt;
  return iavl_name(*version, static_cast<std::uint32_t>(*nonce));
}

bool read_children(ByteReader& in, bool old, IavlNode& node) {
  std::int64_t mode = kLeftIsOld | kRightIsOld;
  if (!old) {
    const auto hash = read_hash(in);
    const auto says = in.varint();
    if (!hash || !says || *says < 0 || *says > mode) return false;
    node.hash = *hash;
    mode = *says;
  }
  auto left = read_child(in, mode & kLeftIsOld), right = read_child(in, mode & kRightIsOld);
  if (!left || !right) return false;
  node.left = std::move(*left);
  node.right = std::move(*right);
  return true;
}

}  // namespace

std::string iavl_name(std::int64_t version, std::uint32_t nonce) {
  std::string name;
  for (int shift = 56; shift >= 0; shift -= 8) name += static_cast<char>(version >> shift);
  for (int shift = 24; shift >= 0; shift -= 8) name += static_cast<char>(nonce >> shift);
  return name;
}

std::string text_of_iavl_name(std::string_view name) {
  if (name.size() != kName)
    return to_hex({reinterpret_cast<const std::uint8_t*>(name.data()), name.size()});
  return fmt::format("({}, {})", big_endian(name.substr(0, 8)), big_endian(name.substr(8)));
}

std::string iavl_key(std::string_view name) { return (name.size() == kHash ? "n" : "s") + std::string(name); }

std::optional<IavlNode> read_iavl_node(std::string_view name, std::string_view bytes) {
  const bool old = name.size() == kHash;
  if (!old && name.size() != kName) return std::nullopt;
  ByteReader in(bytes);
  const auto height = in.varint(), size = in.varint();
  const auto version = old ? in.varint() : static_cast<std::int64_t>(big_endian(name.substr(0, 8)));
  const auto key = in.prefixed();
  if (!height || !size || !version || !key) return std::nullopt;
  if (*height < 0 || *height > std::numeric_limits<std::int8_t>::max() || *version < 0) return std::nullopt;
  if (*size < 1 || (*height == 0) != (*size == 1)) return std::nullopt;

  IavlNode node;
  node.height = static_cast<int>(*height);
  node.size = *size;
  node.version = *version;
  node.key = *key;
  if (node.leaf()) {
    const auto value = in.prefixed();
    if (!value) return std::nullopt;
    node.value = *value;
  } else if (!read_children(in, old, node)) {
    return std::nullopt;
  }
  if (old && !node.leaf()) node.hash = name;
  if (!in.done()) return std::nullopt;
  return node;
}

std::string iavl_hash(const IavlNode& node) {
  if (!node.leaf()) return node.hash;
  std::string bytes;
  append_varint(bytes, 0);
  append_varint(bytes, node.size);
  append_varint(bytes, node.version);
  append_uvarint(bytes, node.key.size());
  bytes += node.key;
  append_uvarint(bytes, kHash);
  bytes += sha256_bytes(node.value);
  return sha256_bytes(bytes);
}

std::string iavl_empty_hash() { return sha256_bytes(""); }

}  // namespace rehearse
