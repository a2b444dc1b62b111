#include "localnet/state/wire.h"

#include "localnet/state/byte_reader.h"

namespace rehearse {

namespace {

constexpr std::uint64_t kLargestField = (1u << 29) - 1;

std::optional<std::uint64_t> little_endian(ByteReader& in, std::size_t size) {
  const auto bytes = in.take(size);
  if (!bytes) return std::nullopt;
  std::uint64_t value = 0;
  for (std::size_t i = size; i-- > 0;) value = value << 8 | static_cast<unsigned char>((*bytes)[i]);
  return value;
}

std::optional<WireField> next_field(ByteReader& in) {
  const auto tag = in.uvarint();
  if (!tag || *tag >> 3 == 0 || *tag >> 3 > kLargestField) return std::nullopt;
  WireField field;
  field.number = static_cast<std::uint32_t>(*tag >> 3);
  std::optional<std::uint64_t> value = 0;
  switch (*tag & 7) {
    case 0: value = in.uvarint(); break;
    case 1: field.type = WireField::Type::fixed64, value = little_endian(in, 8); break;
    case 2: {
      const auto bytes = in.prefixed();
      if (!bytes) return std::nullopt;
      field.type = WireField::Type::bytes, field.bytes = *bytes;
      break;
    }
    case 5: field.type = WireField::Type::fixed32, value = little_endian(in, 4); break;
    default: return std::nullopt;
  }
  if (!value) return std::nullopt;
  field.value = *value;
  return field;
}

}  // namespace

std::optional<std::vector<WireField>> read_wire(std::string_view message) {
  std::vector<WireField> fields;
  for (ByteReader in(message); !in.done();) {
    const auto field = next_field(in);
    if (!field) return std::nullopt;
    fields.push_back(*field);
  }
  return fields;
}

}  // namespace rehearse
