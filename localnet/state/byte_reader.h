// Takes the parts of a stored value, one after the other, and never more than there is: who wrote it is not vouched for.
//
//   ByteReader in(bytes);
//   const auto size = in.varint();      // nothing: cut off, or no number
//   const auto key = in.prefixed();     // views into `bytes`
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace rehearse {

class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : left_(bytes) {}

  bool done() const { return left_.empty(); }

  // Seven bits a byte, the lowest first; at most 64 bits.
  std::optional<std::uint64_t> uvarint() {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < left_.size() && i < 10; ++i) {
      const auto byte = static_cast<unsigned char>(left_[i]);
      if (i == 9 && byte > 1) return std::nullopt;
      value |= static_cast<std::uint64_t>(byte & 0x7f) << (7 * i);
      if (byte & 0x80) continue;
      left_.remove_prefix(i + 1);
      return value;
    }
    return std::nullopt;
  }

  // The same, zigzag: 0, -1, 1, -2, ...
  std::optional<std::int64_t> varint() {
    const auto u = uvarint();
    if (!u) return std::nullopt;
    return static_cast<std::int64_t>((*u >> 1) ^ (~(*u & 1) + 1));
  }

  std::optional<std::string_view> take(std::uint64_t size) {
    if (size > left_.size()) return std::nullopt;
    const auto taken = left_.substr(0, size);
    left_.remove_prefix(size);
    return taken;
  }

  // Its length, an uvarint, stands before it.
  std::optional<std::string_view> prefixed() {
    const auto size = uvarint();
    return size ? take(*size) : std::nullopt;
  }

 private:
  std::string_view left_;
};

}  // namespace rehearse
