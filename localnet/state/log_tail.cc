#include "localnet/state/log_tail.h"

#include <cstddef>

namespace rehearse {

// Blocks of 32 KB; in each, parts of entries: checksum (4 bytes), size (2, little endian), type (1), content. Where less than
// the head of a part is left of a block it is filled up.
bool ends_within_entry(std::string_view log) {
  constexpr std::size_t kBlock = 32 << 10, kHead = 7;
  enum Type : unsigned char { filled = 0, full = 1, first = 2, middle = 3, last = 4 };
  bool open = false;
  for (std::size_t at = 0; at < log.size();) {
    const auto left = kBlock - at % kBlock;
    if (left < kHead) {
      at += left;
      continue;
    }
    if (log.size() - at < kHead) return true;
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(log[at + i]); };
    const auto type = byte(6);
    const auto size = static_cast<std::size_t>(byte(4)) | static_cast<std::size_t>(byte(5)) << 8;
    if (type == filled && size == 0) {
      at += left;
      continue;
    }
    if (log.size() - at - kHead < size) return true;
    open = type == first || type == middle;
    at += kHead + size;
  }
  return open;
}

}  // namespace rehearse
