#include "localnet/state/changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "localnet/state/compare.h"

namespace rehearse {

namespace {

constexpr CompareLimits kLimits{.differences = 100'000, .nodes = 2'000'000, .value_bytes = 256};
constexpr std::size_t kExamples = 3;

// Shorter ones are found everywhere, and say nothing of where a record went.
constexpr std::size_t kOwnKey = 4, kOwnValue = 8;

struct Came {
  const KeyDifference* record;
  std::size_t store;
  RecordsBelow* below;  // null: the key stood there before, with another value
  bool taken = false;
};

std::string known_by(const StoredValue& v) { return fmt::format("{}:{}", v.size, v.bytes); }

// The same record below another prefix: what follows the first byte, and the value.
std::string moved_as(const std::string& key, const StoredValue& v) { return key.substr(1) + known_by(v); }

// Finds what was removed among what came, each of it once.
class Whereabouts {
 public:
  void add(Came came) {
    const auto& [key, left, right] = *came.record;
    const auto at = came_.size();
    came_.push_back(came);
    if (right->size >= kOwnValue) by_value_[known_by(*right)].push_back(at);
    if (!came.below) return;
    if (key.size() >= kOwnKey) by_key_[key].push_back(at);
    if (key.size() > kOwnValue) by_rest_[moved_as(key, *right)].push_back(at);
  }
  bool find(const KeyDifference& gone, std::size_t store) {
    const auto& value = *gone.left;
    return take(by_key_, gone.key, [&](const Came& c) { return c.store != store; }) ||
           take(by_value_, known_by(value), [](const Came&) { return true; }) ||
           (!gone.key.empty() &&
            take(by_rest_, moved_as(gone.key, value), [&](const Came& c) { return c.store == store; }));
  }
  const std::vector<Came>& all() const { return came_; }

 private:
  using Index = std::unordered_map<std::string, std::vector<std::size_t>>;

  template <class Fits>
  bool take(Index& index, const std::string& by, Fits fits) {
    const auto found = index.find(by);
    if (found == index.end()) return false;
    auto& places = found->second;
    while (!places.empty() && came_[places.back()].taken) places.pop_back();
    const auto place =
        std::ranges::find_if(places, [&](std::size_t i) { return !came_[i].taken && fits(came_[i]); });
    if (place == places.end()) return false;
    return came_[*place].taken = true;
  }

  std::vector<Came> came_;
  Index by_key_, by_value_, by_rest_;
};

std::int64_t size_of(const std::string& key, const std::optional<StoredValue>& v) {
  return v ? static_cast<std::int64_t>(key.size() + v->size) : 0;
}

void count(RecordsBelow& below, const KeyDifference& k) {
  if (below.added + below.removed + below.changed == 0) below.prefix = k.key;
  const auto same = std::ranges::mismatch(below.prefix, k.key).in1;
  below.prefix.erase(same, below.prefix.end());
  ++(!k.left ? below.added : !k.right ? below.removed : below.changed);
  below.bytes += size_of(k.key, k.right) - size_of(k.key, k.left);
}

bool is_rewritten(const KeyDifference& k) {
  return k.left && k.right && k.left->bytes == k.right->bytes && k.left->size == k.right->size;
}

StoreRecords begin(const StoreDifference& s) {
  StoreRecords records{s.store, s.left_hash.empty(), s.right_hash.empty(), {}, s.trouble};
  if (records.trouble.empty() && s.cut())
    records.trouble = fmt::format("more than {} keys of store {} differ", kLimits.differences, s.store);
  return records;
}

}  // namespace

// Text that names what follows ends in a slash or a colon; else modules give a byte to each kind of record.
std::string kind_of_key(const std::string& key) {
  const auto end = std::ranges::find_if(
      key, [](unsigned char c) { return c < 0x20 || c >= 0x7f || c == '/' || c == ':'; });
  const bool named = end != key.end() && end != key.begin() && (*end == '/' || *end == ':');
  return named ? std::string(key.begin(), end + 1) : key.substr(0, 1);
}

ChangedRecords changed_records(const ApplicationState& state, std::int64_t from, std::int64_t to) {
  const auto difference = compare({state, from}, {state, to}, kLimits);
  ChangedRecords found{{}, difference.trouble};
  for (const auto& s : difference.stores) found.stores.push_back(begin(s));
  Whereabouts whereabouts;
  for (std::size_t i = 0; i < difference.stores.size(); ++i)
    for (const auto& k : difference.stores[i].keys) {
      if (is_rewritten(k)) continue;
      auto& below = found.stores[i].below[kind_of_key(k.key)];
      count(below, k);
      if (k.right) whereabouts.add({&k, i, k.left ? nullptr : &below});
    }
  for (std::size_t i = 0; i < difference.stores.size(); ++i)
    for (const auto& k : difference.stores[i].keys) {
      if (k.right || whereabouts.find(k, i)) continue;
      auto& below = found.stores[i].below[kind_of_key(k.key)];
      ++below.gone;
      if (below.examples.size() < kExamples) below.examples.push_back(k.key);
    }
  for (const auto& c : whereabouts.all())
    if (c.below && !c.taken) ++c.below->come;
  return found;
}

namespace {

// How many keys are smaller than `key`.
Read<std::int64_t> smaller(const ApplicationState& state, std::string_view store, std::string next,
                           std::string_view key) {
  std::int64_t count = 0;
  for (int above = INT8_MAX + 1;;) {
    const auto at = state.node(store, next);
    if (!at) return {{}, at.trouble};
    if (at->height >= above)
      return {{}, fmt::format("store {}: node {} is its own ancestor", store, text_of_iavl_name(next))};
    above = at->height;
    if (at->leaf()) return {count + (at->key < key ? 1 : 0), {}};
    if (key < at->key) {
      next = at->left;
      continue;
    }
    const auto left = state.node(store, at->left);
    if (!left) return {{}, left.trouble};
    count += left->size;
    next = at->right;
  }
}

// The first key beyond all that begin so; empty: there is none.
std::string beyond(std::string_view prefix) {
  std::string next(prefix);
  while (!next.empty() && next.back() == '\xff') next.pop_back();
  if (!next.empty()) ++next.back();
  return next;
}

}  // namespace

Read<std::int64_t> records_below(const ApplicationState& state, std::string_view store, std::int64_t version,
                                 std::string_view prefix) {
  const auto root = state.root(store, version);
  if (!root) return {{}, root.trouble};
  if (!root->name) return {0, {}};
  const auto from = smaller(state, store, *root->name, prefix);
  if (!from) return from;
  const auto end = beyond(prefix);
  const auto first = end.empty() ? state.node(store, *root->name) : Read<IavlNode>{};
  if (end.empty() && !first) return {{}, first.trouble};
  const auto to = end.empty() ? Read<std::int64_t>{first->size, {}} : smaller(state, store, *root->name, end);
  if (!to) return to;
  return {*to - *from, {}};
}

}  // namespace rehearse
