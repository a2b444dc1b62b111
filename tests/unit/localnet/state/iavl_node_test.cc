#include "localnet/state/iavl_node.h"

#include <gtest/gtest.h>

#include "localnet/base/sha256.h"

namespace rehearse {
namespace {

const std::string kHash(32, 'h');
const std::string kName = iavl_name(20, 7);

std::string raw(std::initializer_list<int> all) {
  std::string out;
  for (const int b : all) out += static_cast<char>(b);
  return out;
}

// Height 1, two leaves, key "m"; children (20, 8) and (3, 300).
std::string inner_bytes(int mode = 0) {
  return raw({2, 4, 1, 'm', 32}) + kHash + raw({mode, 40, 16, 6, 0xd8, 0x04});
}

std::string leaf_bytes() { return raw({0, 2, 3, 'k', 'e', 'y', 2, '1', '0'}); }

std::string hex(const std::string& s) { return to_hex({reinterpret_cast<const std::uint8_t*>(s.data()), s.size()}); }

TEST(IavlNode, ReadsALeaf) {
  const auto node = read_iavl_node(kName, leaf_bytes());
  ASSERT_TRUE(node);
  EXPECT_TRUE(node->leaf());
  EXPECT_EQ(node->key, "key");
  EXPECT_EQ(node->value, "10");
  EXPECT_EQ(node->version, 20);
}

TEST(IavlNode, ReadsAnInnerNode) {
  const auto node = read_iavl_node(kName, inner_bytes());
  ASSERT_TRUE(node);
  EXPECT_EQ(node->height, 1);
  EXPECT_EQ(node->size, 2);
  EXPECT_EQ(node->key, "m");
  EXPECT_EQ(node->hash, kHash);
  EXPECT_EQ(node->left, iavl_name(20, 8));
  EXPECT_EQ(node->right, iavl_name(3, 300));
}

// A tree that iavl 1.x has taken over from 0.x: the left child is an old node, named by its hash.
TEST(IavlNode, ReadsAnOldChild) {
  const auto node = read_iavl_node(kName, raw({2, 4, 1, 'm', 32}) + kHash + raw({2, 32}) + kHash + raw({40, 16}));
  ASSERT_TRUE(node);
  EXPECT_EQ(node->left, kHash);
  EXPECT_EQ(node->right, iavl_name(20, 8));
  EXPECT_EQ(iavl_key(node->left), "n" + kHash);
  EXPECT_EQ(iavl_key(node->right), "s" + iavl_name(20, 8));
}

TEST(IavlNode, ReadsOldNodes) {
  const auto leaf = read_iavl_node(kHash, raw({0, 2, 18, 1, 'k', 1, 'v'}));
  ASSERT_TRUE(leaf);
  EXPECT_EQ(leaf->version, 9);
  EXPECT_EQ(leaf->value, "v");
  const auto inner = read_iavl_node(kHash, raw({2, 4, 18, 1, 'k', 32}) + kHash + raw({32}) + kHash);
  ASSERT_TRUE(inner);
  EXPECT_EQ(inner->hash, kHash);
  EXPECT_EQ(inner->right, kHash);
}

TEST(IavlNode, IsNothingWhenItIsCutOffOrGoesOn) {
  for (const auto& whole : {leaf_bytes(), inner_bytes()}) {
    for (std::size_t n = 0; n < whole.size(); ++n) EXPECT_FALSE(read_iavl_node(kName, whole.substr(0, n))) << n;
    EXPECT_FALSE(read_iavl_node(kName, whole + "x"));
  }
}

TEST(IavlNode, IsNothingWhenItCannotBe) {
  EXPECT_FALSE(read_iavl_node("name", leaf_bytes()));
  EXPECT_FALSE(read_iavl_node(kName, raw({1, 2, 1, 'k', 1, 'v'})));              // height -1
  EXPECT_FALSE(read_iavl_node(kName, raw({0, 4, 1, 'k', 1, 'v'})));              // a leaf of two
  EXPECT_FALSE(read_iavl_node(kName, raw({0, 2, 0xff, 0xff, 0xff, 0xff, 0x7f, 'k'})));  // a key longer than all of it
  EXPECT_FALSE(read_iavl_node(kName, raw({0, 2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02})));
  EXPECT_FALSE(read_iavl_node(kName, inner_bytes(8)));                             // a mode of 4
}

TEST(IavlNode, NamesItself) {
  EXPECT_EQ(text_of_iavl_name(kName), "(20, 7)");
  EXPECT_EQ(text_of_iavl_name(std::string(32, '\1')).substr(0, 4), "0101");
}

// Height, size and version, the key, and the hash of the value; the length stands before each of both.
TEST(IavlNode, HashesALeaf) {
  const auto node = read_iavl_node(kName, leaf_bytes());
  const auto value = sha256("10");
  const auto hashed = raw({0, 2, 40, 3, 'k', 'e', 'y', 32}) + std::string(value.begin(), value.end());
  EXPECT_EQ(hex(iavl_hash(*node)), sha256_hex(hashed));
  EXPECT_EQ(hex(iavl_empty_hash()), sha256_hex(""));
}

}  // namespace
}  // namespace rehearse
