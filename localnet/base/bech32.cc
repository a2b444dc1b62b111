#include "localnet/base/bech32.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "localnet/base/error.h"

namespace rehearse {

namespace {

constexpr std::string_view charset = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
constexpr size_t longest = 90;
constexpr size_t checksum_size = 6;

// The BCH code of BIP-173 over 5-bit values; 1 for a string with a right checksum.
uint32_t polymod(const std::vector<uint8_t>& values) {
  static constexpr uint32_t generator[] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
  uint32_t state = 1;
  for (uint8_t value : values) {
    uint32_t top = state >> 25;
    state = (state & 0x1ffffff) << 5 ^ value;
    for (int i = 0; i < 5; ++i) {
      if (top >> i & 1) state ^= generator[i];
    }
  }
  return state;
}

std::vector<uint8_t> expand(std::string_view prefix) {
  std::vector<uint8_t> out;
  for (char c : prefix) out.push_back(static_cast<uint8_t>(c) >> 5);
  out.push_back(0);
  for (char c : prefix) out.push_back(static_cast<uint8_t>(c) & 31);
  return out;
}

bool writable(std::string_view prefix) {
  return !prefix.empty() &&
         std::all_of(prefix.begin(), prefix.end(), [](char c) { return c >= 33 && c <= 126; });
}

std::vector<uint8_t> to_five_bits(std::span<const uint8_t> bytes) {
  std::vector<uint8_t> out;
  uint32_t buffer = 0;
  int bits = 0;
  for (uint8_t byte : bytes) {
    buffer = buffer << 8 | byte;
    bits += 8;
    while (bits >= 5) out.push_back(buffer >> (bits -= 5) & 31);
    buffer &= (1u << bits) - 1;
  }
  if (bits > 0) out.push_back(static_cast<uint8_t>(buffer << (5 - bits) & 31));
  return out;
}

// False when the bits left over are not the zeros the encoder pads with.
bool to_bytes(std::span<const uint8_t> values, std::vector<uint8_t>& out) {
  uint32_t buffer = 0;
  int bits = 0;
  for (uint8_t value : values) {
    buffer = buffer << 5 | value;
    bits += 5;
    if (bits >= 8) out.push_back(static_cast<uint8_t>(buffer >> (bits -= 8)));
    buffer &= (1u << bits) - 1;
  }
  return bits < 5 && buffer == 0;
}

[[noreturn]] void refuse(std::string_view text, std::string_view why) {
  throw Error(Blame::scenario, fmt::format("'{}' is not a bech32 address: {}", text, why));
}

std::string one_case(std::string_view text) {
  auto upper = [](unsigned char c) { return std::isupper(c) != 0; };
  auto lower = [](unsigned char c) { return std::islower(c) != 0; };
  if (std::any_of(text.begin(), text.end(), upper) && std::any_of(text.begin(), text.end(), lower)) {
    refuse(text, "upper and lower case are mixed");
  }
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return char(std::tolower(c)); });
  return out;
}

}  // namespace

std::string bech32_encode(std::string_view prefix, std::span<const uint8_t> bytes) {
  if (!writable(prefix) || one_case(prefix) != prefix) {
    throw Error(Blame::scenario, fmt::format("'{}' cannot be the prefix of a bech32 address", prefix));
  }
  std::vector<uint8_t> values = to_five_bits(bytes);
  if (prefix.size() + 1 + values.size() + checksum_size > longest) {
    throw Error(Blame::scenario,
                fmt::format("{} bytes under the prefix '{}' are too long for a bech32 address", bytes.size(),
                            prefix));
  }
  std::vector<uint8_t> checked = expand(prefix);
  checked.insert(checked.end(), values.begin(), values.end());
  checked.resize(checked.size() + checksum_size, 0);
  uint32_t checksum = polymod(checked) ^ 1;

  std::string out(prefix);
  out += '1';
  for (uint8_t value : values) out += charset[value];
  for (int i = 5; i >= 0; --i) out += charset[checksum >> (5 * i) & 31];
  return out;
}

Bech32 bech32_decode(std::string_view text) {
  if (text.size() > longest) refuse(text, fmt::format("longer than {} characters", longest));
  std::string lower = one_case(text);
  size_t separator = lower.rfind('1');
  if (separator == std::string::npos) refuse(text, "it has no '1' after its prefix");
  std::string prefix = lower.substr(0, separator);
  if (!writable(prefix)) refuse(text, "its prefix is empty or not printable");
  if (lower.size() - separator - 1 < checksum_size) refuse(text, "it is too short to hold a checksum");

  std::vector<uint8_t> values;
  for (char c : std::string_view(lower).substr(separator + 1)) {
    size_t value = charset.find(c);
    if (value == std::string_view::npos) refuse(text, fmt::format("it holds the character '{}'", c));
    values.push_back(static_cast<uint8_t>(value));
  }
  std::vector<uint8_t> checked = expand(prefix);
  checked.insert(checked.end(), values.begin(), values.end());
  if (polymod(checked) != 1) refuse(text, "its checksum is wrong");

  Bech32 out{prefix, {}};
  if (!to_bytes(std::span(values).first(values.size() - checksum_size), out.bytes)) {
    refuse(text, "its length is not one of whole bytes");
  }
  return out;
}

std::string bech32_with_prefix(std::string_view address, std::string_view prefix) {
  return bech32_encode(prefix, bech32_decode(address).bytes);
}

}  // namespace rehearse
