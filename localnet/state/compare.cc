#include "localnet/state/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "localnet/state/tree_walk.h"

namespace rehearse {

namespace {

// One store of two states.
class StoreWalk {
 public:
  StoreWalk(TreeWalk left, TreeWalk right, bool same_database, const CompareLimits& limits, StoreDifference& found)
      : left_(std::move(left)), right_(std::move(right)), same_database_(same_database), limits_(limits), found_(found) {}

  void run() {
    while (!left_.done() && !right_.done() && step()) {}
    if (found_.trouble.empty()) rest(left_, found_.only_left, &KeyDifference::left);
    if (found_.trouble.empty()) rest(right_, found_.only_right, &KeyDifference::right);
    const auto room = limits_.differences - std::min(limits_.differences, found_.keys.size());
    if (rewritten_.size() > room) rewritten_.resize(room);
    std::ranges::move(rewritten_, std::back_inserter(found_.keys));
    found_.nodes_read = left_.nodes_read() + right_.nodes_read();
  }

 private:
  // False: it cannot go on.
  bool step() {
    // Within a database a name stands for one content; between two it does not.
    if (same_database_ && left_.name() == right_.name()) return step_over_both();
    const auto *a = left_.node(), *b = right_.node();
    if (!a || !b) return stop(!a ? left_.trouble() : right_.trouble());
    // The higher one first: equal parts begin at the same key, and are met as soon as they have the same height.
    if (a->height != b->height) {
      (a->height > b->height ? left_ : right_).step_into();
    } else if (a->leaf()) {
      leaves(*a, *b);
    } else if (a->hash == b->hash) {
      return step_over_both();
    } else {
      left_.step_into();
      right_.step_into();
    }
    return within_limit();
  }

  bool step_over_both() {
    left_.step_over();
    right_.step_over();
    return true;
  }

  bool stop(std::string why) {
    found_.trouble = std::move(why);
    return false;
  }

  bool within_limit() {
    if (left_.nodes_read() + right_.nodes_read() < limits_.nodes) return true;
    return stop(fmt::format("more differs than {} nodes of the trees; the rest was not compared", limits_.nodes));
  }

  void leaves(const IavlNode& a, const IavlNode& b) {
    const int order = a.key.compare(b.key);
    if (order < 0) {
      ++found_.only_left;
      keep(found_.keys, a.key, &a, nullptr);
    } else if (order > 0) {
      ++found_.only_right;
      keep(found_.keys, b.key, nullptr, &b);
    } else if (a.value != b.value) {
      ++found_.changed;
      keep(found_.keys, a.key, &a, &b);
    } else if (a.version != b.version) {
      ++found_.rewritten;
      keep(rewritten_, a.key, &a, &b);
    }
    if (order <= 0) left_.step_over();
    if (order >= 0) right_.step_over();
  }

  // One of the trees has ended: no more is read of the other than what is kept.
  void rest(TreeWalk& walk, std::int64_t& count, std::optional<StoredValue> KeyDifference::*side) {
    while (!walk.done() && found_.keys.size() < limits_.differences) {
      const auto* node = walk.node();
      if (!node) return void(stop(walk.trouble()));
      if (!node->leaf()) {
        walk.step_into();
      } else {
        ++count;
        found_.keys.push_back({node->key, {}, {}});
        found_.keys.back().*side = value_of(*node);
        walk.step_over();
      }
      if (!within_limit()) return;
    }
    const auto more = walk.leaves_left();
    if (!more) return void(stop(walk.trouble()));
    count += *more;
  }

  void keep(std::vector<KeyDifference>& keys, const std::string& key, const IavlNode* a, const IavlNode* b) {
    if (keys.size() >= limits_.differences) return;
    keys.push_back({key, {}, {}});
    if (a) keys.back().left = value_of(*a);
    if (b) keys.back().right = value_of(*b);
  }

  StoredValue value_of(const IavlNode& leaf) const {
    return {leaf.value.substr(0, limits_.value_bytes), leaf.value.size(), leaf.version};
  }

  TreeWalk left_, right_;
  bool same_database_;
  const CompareLimits& limits_;
  StoreDifference& found_;
  std::vector<KeyDifference> rewritten_;
};

std::string hash_in(const CommitInfo& info, const std::string& store) {
  const auto* found = info.find(store);
  return found ? found->hash : "";
}

// The walk of a store, if its tree is the one that was committed. An empty one for a store that is not there.
std::optional<TreeWalk> walk_of(const StateAt& at, const std::string& store, const std::string& committed,
                                std::string& trouble) {
  if (committed.empty()) return TreeWalk(at.state, store, std::nullopt);
  const auto root = at.state.root(store, at.version);
  const auto hash = at.state.root_hash(store, at.version);
  if (!root || !hash) {
    trouble = !root ? root.trouble : hash.trouble;
    return std::nullopt;
  }
  if (*hash != committed) {
    trouble = fmt::format("{}: the tree of store {} at height {} is not the one that was committed",
                          at.state.database().folder().string(), store, at.version);
    return std::nullopt;
  }
  return TreeWalk(at.state, store, root->name);
}

}  // namespace

StateDifference compare(const StateAt& left, const StateAt& right, const CompareLimits& limits) {
  StateDifference result;
  const auto a = left.state.commit(left.version), b = right.state.commit(right.version);
  if (!a || !b) {
    result.trouble = !a ? a.trouble : b.trouble;
    return result;
  }
  std::set<std::string> names;
  for (const auto* info : {&*a, &*b})
    for (const auto& store : info->stores) names.insert(store.name);
  for (const auto& name : names) {
    StoreDifference store;
    store.store = name;
    store.left_hash = hash_in(*a, name);
    store.right_hash = hash_in(*b, name);
    if (store.left_hash == store.right_hash) {
      ++result.equal;
      continue;
    }
    auto from = walk_of(left, name, store.left_hash, store.trouble);
    auto to = from ? walk_of(right, name, store.right_hash, store.trouble) : std::nullopt;
    if (to) StoreWalk(std::move(*from), std::move(*to), &left.state == &right.state, limits, store).run();
    result.stores.push_back(std::move(store));
  }
  return result;
}

}  // namespace rehearse
