// Protobuf as it is on the wire, without the message's definition: field numbers and values.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace rehearse {

struct WireField {
  enum class Type { varint, fixed64, bytes, fixed32 };
  std::uint32_t number = 0;
  Type type = Type::varint;
  std::uint64_t value = 0;  // unless bytes
  std::string_view bytes;   // into the message that was read
};

// All fields in their order; nothing when the bytes are not wholly a message. Groups, which proto3 does not have, are none.
std::optional<std::vector<WireField>> read_wire(std::string_view message);

}  // namespace rehearse
