// The leaves of a store's tree in the order of their keys, of which whole parts can be stepped over.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "localnet/state/application_state.h"

namespace rehearse {

class TreeWalk {
 public:
  // Of an empty tree, without a root.
  TreeWalk(const ApplicationState& state, std::string store, const std::optional<std::string>& root);

  bool done() const { return ahead_.empty(); }
  // The part of the tree that comes next, by the name of its first node.
  const std::string& name() const { return ahead_.back().name; }
  // That node, read when it is first asked for. Null: it cannot be read, see trouble().
  const IavlNode* node();
  void step_over() { ahead_.pop_back(); }
  // The inner node gives way to its children, the left one first: those that may have keys that begin so. Only after node().
  void step_into(std::string_view prefix = {});
  // How many leaves are left, read no deeper than needed. Nothing: a node cannot be read.
  std::optional<std::int64_t> leaves_left();

  std::size_t nodes_read() const { return nodes_read_; }
  const std::string& trouble() const { return trouble_; }

 private:
  struct Part {
    std::string name;
    int below;  // a parent's height: what is not lower is no child, and the walk would not end
    std::optional<IavlNode> node;
  };
  bool read(Part&);

  const ApplicationState& state_;
  std::string store_;
  std::vector<Part> ahead_;  // the next is the last
  std::size_t nodes_read_ = 0;
  std::string trouble_;
};

}  // namespace rehearse
