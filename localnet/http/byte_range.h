// What part of a file a request's Range header asks for (RFC 9110).
#pragma once

#include <cstdint>
#include <string_view>

namespace rehearse {

struct ByteRange {
  bool partial =
      false;  // false: the header is empty, malformed or asks for several parts, and all of it is given
  std::int64_t begin = 0;
  std::int64_t end = 0;  // the byte after the last; -1: there is no such part
};

// "bytes=0-99", "bytes=100-", "bytes=-100" of a file of `size` bytes.
ByteRange parse_range(std::string_view header, std::int64_t size);

}  // namespace rehearse
