#include "localnet/base/bech32.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "localnet/base/error.h"

namespace rehearse {
namespace {

// The vectors of BIP-173.
TEST(Bech32, AcceptsThePublishedVectors) {
  for (std::string text :
       {"A12UEL5L", "a12uel5l",
        "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs",
        "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw",
        "11qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqc8247j",
        "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w", "?1ezyfcl"}) {
    Bech32 decoded = bech32_decode(text);
    std::string lower = text;
    std::transform(lower.begin(), lower.end(), lower.begin(), ::tolower);
    EXPECT_EQ(bech32_encode(decoded.prefix, decoded.bytes), lower);
  }
}

TEST(Bech32, RefusesThePublishedInvalidOnes) {
  for (std::string text :
       {"\x20"
        "1nwldj5",
        "\x7f"
        "1axkwrx",
        "\x80"
        "1eym55h",
        "an84characterslonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1569pvx",
        "pzry9x0s0muk", "1pzry9x0s0muk", "x1b4n0q5v", "li1dgmt3", "de1lg7wt\xff", "A1G7SGD8", "10a06t8",
        "1qzzfhee"}) {
    EXPECT_THROW(bech32_decode(text), Error) << text;
  }
}

TEST(Bech32, KeepsBytes) {
  std::vector<uint8_t> bytes{0, 1, 2, 0xff, 0x80, 7};
  for (size_t size = 0; size <= bytes.size(); ++size) {
    std::vector<uint8_t> some(bytes.begin(), bytes.begin() + long(size));
    Bech32 decoded = bech32_decode(bech32_encode("ve", some));
    EXPECT_EQ(decoded.prefix, "ve");
    EXPECT_EQ(decoded.bytes, some);
  }
}

TEST(Bech32, ChangesThePrefix) {
  std::vector<uint8_t> bytes(20, 0x42);
  EXPECT_EQ(bech32_with_prefix(bech32_encode("ve", bytes), "vevaloper"), bech32_encode("vevaloper", bytes));
}

TEST(Bech32, SaysWhatIsWrong) {
  std::string address = bech32_encode("ve", std::vector<uint8_t>(20, 1));
  address.back() = address.back() == 'q' ? 'p' : 'q';
  try {
    bech32_decode(address);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.blame, Blame::scenario);
    EXPECT_NE(std::string(error.what()).find("checksum"), std::string::npos);
  }
  EXPECT_THROW(bech32_encode("Ve", {}), Error);
  EXPECT_THROW(bech32_encode("", {}), Error);
  EXPECT_THROW(bech32_encode("ve", std::vector<uint8_t>(60)), Error);
}

}  // namespace
}  // namespace rehearse
