// Ed25519 keys of a node and the three files CometBFT keeps them in.
//
// A validator's consensus address and a node's p2p id are both the first 20 bytes of SHA-256 over the
// public key; CometBFT writes the one in upper hex and the other in lower hex.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rehearse {

using PublicKey = std::array<uint8_t, 32>;

struct Ed25519Key {
  std::array<uint8_t, 32> seed;  // the private half
  PublicKey pub;

  static Ed25519Key generate();  // from the system's randomness
  static Ed25519Key from_seed(const std::array<uint8_t, 32>& seed);
};

std::array<uint8_t, 20> address_bytes(const PublicKey& pub);
std::string address_hex(const PublicKey& pub);  // "0A1B...", as in /status and commits
std::string node_id(const PublicKey& pub);      // "0a1b...", as in persistent_peers

std::string base64(std::span<const uint8_t> bytes);
// Throws Blame::scenario when the text is not base64 with its padding.
std::vector<uint8_t> base64_decode(std::string_view text);

// The contents of config/priv_validator_key.json, data/priv_validator_state.json (nothing signed yet) and
// config/node_key.json. The two key files hold private keys: write them with mode 0600.
std::string priv_validator_key_json(const Ed25519Key& key);
std::string priv_validator_state_json();
std::string node_key_json(const Ed25519Key& key);
// The key of either key file. Throws Blame::scenario for what is none.
Ed25519Key key_in(const std::string& json);

}  // namespace rehearse
