#include "localnet/cosmos/keys.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <memory>

#include "localnet/base/error.h"
#include "localnet/base/sha256.h"
#include "localnet/base/json.h"

namespace rehearse {

namespace {

using OrderedJson = nlohmann::ordered_json;
using Pkey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

Ed25519Key halves(const Pkey& pkey) {
  Ed25519Key key;
  size_t seed_size = key.seed.size();
  size_t pub_size = key.pub.size();
  if (!pkey || EVP_PKEY_get_raw_private_key(pkey.get(), key.seed.data(), &seed_size) != 1 ||
      EVP_PKEY_get_raw_public_key(pkey.get(), key.pub.data(), &pub_size) != 1) {
    throw Error(Blame::machine,
                "OpenSSL cannot make an Ed25519 key; version 3 with its default provider is needed");
  }
  return key;
}

// CometBFT's private key is the seed followed by the public key.
OrderedJson private_key_json(const Ed25519Key& key) {
  std::vector<uint8_t> both(key.seed.begin(), key.seed.end());
  both.insert(both.end(), key.pub.begin(), key.pub.end());
  return {{"type", "tendermint/PrivKeyEd25519"}, {"value", base64(both)}};
}

}  // namespace

Ed25519Key Ed25519Key::generate() {
  return halves(Pkey(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), EVP_PKEY_free));
}

Ed25519Key Ed25519Key::from_seed(const std::array<uint8_t, 32>& seed) {
  EVP_PKEY* pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size());
  return halves(Pkey(pkey, EVP_PKEY_free));
}

std::array<uint8_t, 20> address_bytes(const PublicKey& pub) {
  std::array<uint8_t, 20> address;
  Sha256 digest = sha256(pub);
  std::copy_n(digest.begin(), address.size(), address.begin());
  return address;
}

std::string address_hex(const PublicKey& pub) {
  std::string hex = node_id(pub);
  std::transform(hex.begin(), hex.end(), hex.begin(),
                 [](char c) { return c >= 'a' ? char(c - 'a' + 'A') : c; });
  return hex;
}

std::string node_id(const PublicKey& pub) { return to_hex(address_bytes(pub)); }

std::string base64(std::span<const uint8_t> bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');  // OpenSSL writes a final NUL
  int size =
      EVP_EncodeBlock(reinterpret_cast<uint8_t*>(out.data()), bytes.data(), static_cast<int>(bytes.size()));
  out.resize(static_cast<size_t>(size));
  return out;
}

std::vector<uint8_t> base64_decode(std::string_view text) {
  std::vector<uint8_t> out(text.size() / 4 * 3);
  int size = -1;
  if (text.size() % 4 == 0) {
    auto* from = reinterpret_cast<const uint8_t*>(text.data());
    size = EVP_DecodeBlock(out.data(), from, static_cast<int>(text.size()));
  }
  if (size < 0) throw Error(Blame::scenario, fmt::format("'{}' is not base64", text.substr(0, 80)));
  // OpenSSL counts the padding as zero bytes of content.
  auto padding = std::count(text.end() - std::min<size_t>(2, text.size()), text.end(), '=');
  out.resize(static_cast<size_t>(size - padding));
  return out;
}

std::string priv_validator_key_json(const Ed25519Key& key) {
  OrderedJson file = {{"address", address_hex(key.pub)},
               {"pub_key", {{"type", "tendermint/PubKeyEd25519"}, {"value", base64(key.pub)}}},
               {"priv_key", private_key_json(key)}};
  return file.dump(2);
}

std::string priv_validator_state_json() {
  return "{\n  \"height\": \"0\",\n  \"round\": 0,\n  \"step\": 0\n}";
}

Ed25519Key key_in(const std::string& json) {
  const auto file = OrderedJson::parse(json, nullptr, false);
  std::array<uint8_t, 32> seed;
  const auto value = file.is_object() ? file.value("/priv_key/value"_json_pointer, std::string()) : "";
  const auto bytes = base64_decode(value);
  if (bytes.size() != 2 * seed.size()) throw Error(Blame::scenario, "a key file without a key of the type Ed25519");
  std::copy_n(bytes.begin(), seed.size(), seed.begin());
  return Ed25519Key::from_seed(seed);
}

std::string node_key_json(const Ed25519Key& key) { return OrderedJson{{"priv_key", private_key_json(key)}}.dump(); }

}  // namespace rehearse
