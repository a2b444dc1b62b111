#include "localnet/state/describe.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "localnet/base/sha256.h"
#include "localnet/state/wire.h"

namespace rehearse {

namespace {

// Deeper than messages of modules are; what is not vouched for could nest as deep as it is long.
constexpr int kDepth = 16;

bool prints(std::string_view bytes) {
  return std::ranges::all_of(bytes, [](unsigned char c) { return c >= 0x20 && c < 0x7f; });
}

std::string describe_message(const std::vector<WireField>& fields, int depth);

// Of a field that may be text, a message or neither.
std::string describe_field(std::string_view bytes, int depth) {
  if (prints(bytes) || depth == 0) return describe_bytes(bytes);
  const auto fields = read_wire(bytes);
  return fields ? describe_message(*fields, depth - 1) : describe_bytes(bytes);
}

std::string describe_message(const std::vector<WireField>& fields, int depth) {
  std::vector<std::string> texts;
  for (const auto& f : fields) {
    // A number that would be very large is a negative one.
    const auto value = f.type == WireField::Type::bytes ? describe_field(f.bytes, depth)
                                                        : std::to_string(static_cast<std::int64_t>(f.value));
    texts.push_back(fmt::format("{}: {}", f.number, value));
  }
  return fmt::format("{{{}}}", fmt::join(texts, ", "));
}

// Collections have a byte of their own before what may be a name.
std::string describe_key(std::string_view key) {
  constexpr std::size_t kName = 3;
  const bool named = key.size() > kName && !prints(key.substr(0, 1)) && prints(key.substr(1));
  return named ? describe_bytes(key.substr(0, 1)) + " " + describe_bytes(key.substr(1)) : describe_bytes(key);
}

std::size_t common_prefix(const std::vector<std::string>& keys) {
  if (keys.size() < 2) return 0;
  // Of the first and the last in order all between them have it, too.
  const auto [first, last] = std::ranges::minmax_element(keys);
  return static_cast<std::size_t>(std::ranges::mismatch(*first, *last).in1 - first->begin());
}

}  // namespace

std::string describe_bytes(std::string_view bytes) {
  if (prints(bytes)) return fmt::format("\"{}\"", bytes);
  return "0x" + to_hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

std::string describe_kind(const std::string& kind) {
  return kind.size() == 1 ? fmt::format("0x{:02x}", static_cast<unsigned char>(kind[0])) : kind;
}

KeyTexts describe_keys(const std::vector<std::string>& keys) {
  const auto common = common_prefix(keys);
  KeyTexts texts;
  if (common > 0) texts.prefix = describe_key(std::string_view(keys.front()).substr(0, common));
  for (const auto& key : keys) texts.rest.push_back(describe_key(std::string_view(key).substr(common)));
  return texts;
}

std::string describe_value(std::string_view bytes, std::size_t size) {
  if (bytes.size() < size) return fmt::format("{}... ({} bytes)", describe_bytes(bytes), size);
  return describe_field(bytes, kDepth);
}

}  // namespace rehearse
