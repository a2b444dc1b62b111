// Whatever stands in a node's database, as a node of a tree, as a commit and as a module's value: read within its bounds or not
// at all, and what is read can be hashed and shown.
#include "localnet/state/commit_info.h"
#include "localnet/state/describe.h"
#include "localnet/state/iavl_node.h"
#include "tests/fuzz/input.h"

using namespace rehearse;

namespace {

void read_as(const std::string& name, const std::string& bytes) {
  const auto node = read_iavl_node(name, bytes);
  if (!node) return;
  fuzz::require(node->size >= 1 && node->height >= 0 && node->version >= 0);
  fuzz::require(node->leaf() == node->left.empty() && node->leaf() == node->right.empty());
  fuzz::require(iavl_hash(*node).size() == 32);
  for (const auto& child : {node->left, node->right})
    fuzz::require(node->leaf() || child.size() == 12 || child.size() == 32);
  // Nothing follows a node, and nothing of it can be left out.
  fuzz::require(!read_iavl_node(name, bytes + '\0'));
  fuzz::require(!read_iavl_node(name, bytes.substr(0, bytes.size() - 1)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = fuzz::text(data, size);
  read_as(iavl_name(20, 1), bytes);
  read_as(std::string(32, 'h'), bytes);
  if (const auto info = read_commit_info(bytes)) fuzz::require(app_hash(*info).size() == 32);
  const auto shown = describe_value(bytes);
  for (const unsigned char c : shown) fuzz::require(c >= 0x20 && c < 0x7f);
  describe_keys({bytes, bytes.substr(0, bytes.size() / 2)});
  return 0;
}
