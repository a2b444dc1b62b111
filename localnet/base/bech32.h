// Bech32 (BIP-173): how Cosmos chains write addresses, "ve1...", "vevaloper1...", "vevalcons1...".
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rehearse {

struct Bech32 {
  std::string prefix;
  std::vector<uint8_t> bytes;
};

// `prefix` in lower case. Throws Blame::scenario when prefix or length cannot be written as bech32 (90
// characters).
std::string bech32_encode(std::string_view prefix, std::span<const uint8_t> bytes);

// Throws Blame::scenario saying what is wrong: a character, mixed case, the checksum, the length, the
// padding.
Bech32 bech32_decode(std::string_view text);

// The same account, validator or consensus address under another prefix.
std::string bech32_with_prefix(std::string_view address, std::string_view prefix);

}  // namespace rehearse
