#include "localnet/state/tree_walk.h"

#include <fmt/format.h>

#include <limits>

namespace rehearse {

TreeWalk::TreeWalk(const ApplicationState& state, std::string store, const std::optional<std::string>& root)
    : state_(state), store_(std::move(store)) {
  if (root) ahead_.push_back({*root, std::numeric_limits<int>::max(), {}});
}

bool TreeWalk::read(Part& part) {
  if (part.node) return true;
  ++nodes_read_;
  auto found = state_.node(store_, part.name);
  if (found && found->height >= part.below) {
    found = {{}, fmt::format("{}: node {} of store {} is not lower than its parent", state_.database().folder().string(),
                             text_of_iavl_name(part.name), store_)};
  }
  trouble_ = found.trouble;
  part.node = std::move(found.value);
  return part.node.has_value();
}

const IavlNode* TreeWalk::node() { return read(ahead_.back()) ? &*ahead_.back().node : nullptr; }

void TreeWalk::step_into(std::string_view prefix) {
  const auto parent = std::move(*ahead_.back().node);
  ahead_.pop_back();
  if (parent.key.substr(0, prefix.size()) <= prefix) ahead_.push_back({parent.right, parent.height, {}});
  if (prefix < parent.key) ahead_.push_back({parent.left, parent.height, {}});
}

std::optional<std::int64_t> TreeWalk::leaves_left() {
  std::int64_t leaves = 0;
  for (auto& part : ahead_) {
    if (!read(part)) return std::nullopt;
    if (__builtin_add_overflow(leaves, part.node->size, &leaves)) return std::nullopt;
  }
  return leaves;
}

}  // namespace rehearse
