// Keys and values of a store in a form that can be read: they are the module's own, and nothing says what they mean.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rehearse {

// Text in quotes when all bytes print, else hex: "\"params\"", "0x02141b".
std::string describe_bytes(std::string_view);

// A kind of record (kind_of_key()): text that names it, or its byte in hex.
std::string describe_kind(const std::string& kind);

// What all keys begin with, and what each has after it, as above; a name after one byte is set apart from it: 0x02 "epochs".
// Of one key alone nothing is in common.
struct KeyTexts {
  std::string prefix;  // empty: nothing in common
  std::vector<std::string> rest;
};
KeyTexts describe_keys(const std::vector<std::string>& keys);

// Text in quotes; else fields by number, if it is wholly a protobuf message: {1: "uve", 2: 100, 3: {1: 0x1b}}; else hex.
// `size` of a value of which only the first bytes are known: they are shown as text or hex, with it.
std::string describe_value(std::string_view bytes, std::size_t size);
inline std::string describe_value(std::string_view bytes) { return describe_value(bytes, bytes.size()); }

}  // namespace rehearse
