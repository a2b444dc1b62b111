#include "localnet/cosmos/keys.h"

#include <gtest/gtest.h>


#include "localnet/base/error.h"
#include "localnet/base/sha256.h"
#include "localnet/base/json.h"

namespace rehearse {
namespace {

using nlohmann::json;

std::array<uint8_t, 32> bytes_of_hex(const std::string& hex) {
  std::array<uint8_t, 32> out;
  for (size_t i = 0; i < out.size(); ++i) out[i] = uint8_t(std::stoi(hex.substr(2 * i, 2), nullptr, 16));
  return out;
}

// RFC 8032, section 7.1, test 1.
Ed25519Key rfc_key() {
  return Ed25519Key::from_seed(
      bytes_of_hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
}

TEST(Keys, DerivesThePublicKeyOfRfc8032) {
  EXPECT_EQ(to_hex(rfc_key().pub), "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
}

TEST(Keys, GeneratesADifferentKeyEachTime) {
  EXPECT_NE(Ed25519Key::generate().seed, Ed25519Key::generate().seed);
  Ed25519Key key = Ed25519Key::generate();
  EXPECT_EQ(Ed25519Key::from_seed(key.seed).pub, key.pub);
}

TEST(Keys, AddressAndNodeIdAreTheSameTwentyBytes) {
  PublicKey pub = rfc_key().pub;
  EXPECT_EQ(node_id(pub), to_hex(sha256(pub)).substr(0, 40));
  EXPECT_EQ(address_hex(pub), "21FE31DFA154A261626BF854046FD2271B7BED4B");
}

TEST(Keys, Base64BothWays) {
  for (std::string text : {"", "f", "fo", "foo", "foob", "fooba", "foobar"}) {
    std::vector<uint8_t> bytes(text.begin(), text.end());
    EXPECT_EQ(base64_decode(base64(bytes)), bytes);
  }
  EXPECT_EQ(base64(std::vector<uint8_t>{'f', 'o', 'o', 'b'}), "Zm9vYg==");
  EXPECT_THROW(base64_decode("abc"), Error);
  EXPECT_THROW(base64_decode("a$c="), Error);
}

TEST(Keys, WritesTheValidatorKeyAsCometBftDoes) {
  Ed25519Key key = rfc_key();
  json file = json::parse(priv_validator_key_json(key));
  EXPECT_EQ(file["address"], address_hex(key.pub));
  EXPECT_EQ(file["pub_key"]["type"], "tendermint/PubKeyEd25519");
  EXPECT_EQ(file["pub_key"]["value"], base64(key.pub));
  EXPECT_EQ(file["priv_key"]["type"], "tendermint/PrivKeyEd25519");
  std::vector<uint8_t> both = base64_decode(file["priv_key"]["value"].get<std::string>());
  ASSERT_EQ(both.size(), 64u);
  EXPECT_TRUE(std::equal(key.seed.begin(), key.seed.end(), both.begin()));
  EXPECT_TRUE(std::equal(key.pub.begin(), key.pub.end(), both.begin() + 32));
}

TEST(Keys, ReadsWhatItWrote) {
  const auto key = Ed25519Key::generate();
  EXPECT_EQ(key_in(node_key_json(key)).seed, key.seed);
  EXPECT_EQ(key_in(priv_validator_key_json(key)).pub, key.pub);
  for (const char* none : {"", "{}", R"({"priv_key": {"value": "AAAA"}})", R"({"priv_key": {"value": "?"}})"}) EXPECT_THROW(key_in(none), Error) << none;
}

TEST(Keys, WritesNodeKeyAndState) {
  json node = json::parse(node_key_json(rfc_key()));
  EXPECT_EQ(node.size(), 1u);
  EXPECT_EQ(node["priv_key"]["type"], "tendermint/PrivKeyEd25519");
  EXPECT_EQ(json::parse(priv_validator_state_json()), json::parse(R"({"height":"0","round":0,"step":0})"));
}

}  // namespace
}  // namespace rehearse
