// A node of an IAVL tree as it is stored: what iavl 1.x writes, and what iavl 0.x wrote and 1.x goes on to read.
//
// A node is named by its version and its number in it (12 bytes, big endian) or, of iavl 0.x, by its hash (32 bytes).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rehearse {

struct IavlNode {
  int height = 0;            // 0: a leaf
  std::int64_t size = 0;     // leaves below it, or 1
  std::int64_t version = 0;  // in which it was written
  std::string key;           // of an inner node: the smallest on its right
  std::string value;         // of a leaf
  std::string hash;          // of an inner node; 32 bytes
  std::string left, right;  // names of an inner node's children

  bool leaf() const { return height == 0; }
};

// The name of node `nonce` of `version`.
std::string iavl_name(std::int64_t version, std::uint32_t nonce);
// "(20, 7)", or an old node's hash in hex.
std::string text_of_iavl_name(std::string_view name);
// The key below its store's prefix at which it stands: the name after `s`, or after `n` for an old one.
std::string iavl_key(std::string_view name);

// The stored `bytes` of the node of that name; nothing when they are no node.
std::optional<IavlNode> read_iavl_node(std::string_view name, std::string_view bytes);

// 32 bytes. Of a leaf it is computed: it stands in none.
std::string iavl_hash(const IavlNode&);
// Of a tree without a key.
std::string iavl_empty_hash();

}  // namespace rehearse
