#include "localnet/state/application_state.h"

#include <fmt/format.h>

#include "localnet/state/wire.h"

namespace rehearse {

namespace {

constexpr std::size_t kNameSize = 12, kVersionSize = 8;

std::string key_of(std::string_view store, std::string_view key) { return fmt::format("s/k:{}/{}", store, key); }

// Where nothing changed at a height its root says which one to use: the letter of a node's key, and the name of the root, or
// of iavl before 1.0 the version only.
std::optional<std::string> referred_to(const std::string& root) {
  if (!root.starts_with('s')) return std::nullopt;
  if (root.size() == 1 + kNameSize) return root.substr(1);
  if (root.size() == 1 + kVersionSize) return root.substr(1) + iavl_name(0, 1).substr(kVersionSize);
  return std::nullopt;
}

// Pruning gives a root that later heights still need the number 0.
std::string pruned_name(std::string name) {
  name.back() = '\0';
  return name;
}

bool is_root_name(std::string_view name) {
  return name.size() == kNameSize && name.substr(kVersionSize) == std::string_view("\0\0\0\1", 4);
}

}  // namespace

Read<ApplicationState> ApplicationState::open(const std::filesystem::path& folder, const std::filesystem::path& scratch) {
  auto database = Database::open(folder, scratch);
  if (!database) return {{}, std::move(database.trouble)};
  return {ApplicationState(std::move(*database.value)), {}};
}

Read<std::int64_t> ApplicationState::latest() const {
  const auto bytes = database_.get("s/latest");
  if (!bytes) return {{}, bytes.trouble};
  const auto fields = read_wire(*bytes);
  if (!fields) return {{}, database_.folder().string() + ": its latest version is no number"};
  std::int64_t version = 0;
  for (const auto& f : *fields)
    if (f.number == 1) version = static_cast<std::int64_t>(f.value);
  return {version, {}};
}

Read<CommitInfo> ApplicationState::commit(std::int64_t version) const {
  const auto bytes = database_.get(fmt::format("s/{}", version));
  if (!bytes && !bytes.trouble.empty()) return {{}, bytes.trouble};
  const auto name = database_.folder().string();
  if (!bytes) {
    const auto last = latest();
    if (!last && !last.trouble.empty()) return {{}, last.trouble};
    if (!last) return {{}, name + ": nothing was committed yet"};
    const auto doubt = database_.doubt().empty() ? std::string() : "; " + database_.doubt();
    return {{}, fmt::format("{}: height {} is not in it; the latest is {}{}", name, version, *last, doubt)};
  }
  auto info = read_commit_info(*bytes);
  if (!info) return {{}, fmt::format("{}: the commit of height {} cannot be read", name, version)};
  return {std::move(info), {}};
}

Read<StoreRoot> ApplicationState::root(std::string_view store, std::int64_t version) const {
  auto name = iavl_name(version, 1);
  auto bytes = database_.get(key_of(store, iavl_key(name)));
  if (!bytes && bytes.trouble.empty()) {  // iavl 0.x: the hash of the root
    bytes = database_.get(key_of(store, "r" + name.substr(0, kVersionSize)));
    if (bytes && !bytes->empty()) return {StoreRoot{*bytes}, {}};
  }
  if (bytes && bytes->empty()) return {StoreRoot{}, {}};
  if (bytes) return {StoreRoot{referred_to(*bytes).value_or(name)}, {}};
  if (!bytes.trouble.empty()) return {{}, bytes.trouble};

  const auto info = commit(version);
  if (!info) return {{}, info.trouble};
  const auto folder = database_.folder().string();
  if (!info->find(store)) return {{}, fmt::format("{}: there was no store {} at height {}", folder, store, version)};
  return {{}, fmt::format("{}: height {} of store {} was pruned", folder, version, store)};
}

Read<IavlNode> ApplicationState::node(std::string_view store, std::string_view name) const {
  auto bytes = database_.get(key_of(store, iavl_key(name)));
  if (!bytes && bytes.trouble.empty() && is_root_name(name))
    bytes = database_.get(key_of(store, iavl_key(pruned_name(std::string(name)))));
  if (!bytes && !bytes.trouble.empty()) return {{}, bytes.trouble};
  const auto what = [&] {
    return fmt::format("{}: node {} of store {}", database_.folder().string(), text_of_iavl_name(name), store);
  };
  if (!bytes) return {{}, what() + " is missing"};
  auto node = read_iavl_node(name, *bytes);
  if (!node) return {{}, what() + " cannot be read"};
  return {std::move(node), {}};
}

Read<std::string> ApplicationState::root_hash(std::string_view store, std::int64_t version) const {
  const auto begins = root(store, version);
  if (!begins) return {{}, begins.trouble};
  if (!begins->name) return {iavl_empty_hash(), {}};
  const auto first = node(store, *begins->name);
  if (!first) return {{}, first.trouble};
  return {iavl_hash(*first), {}};
}

Read<std::string> ApplicationState::value(std::string_view store, std::int64_t version, std::string_view key) const {
  const auto begins = root(store, version);
  if (!begins) return {{}, begins.trouble};
  if (!begins->name) return {};
  auto next = *begins->name;
  for (int above = INT8_MAX + 1;;) {
    auto at = node(store, next);
    if (!at) return {{}, at.trouble};
    if (at->height >= above)
      return {{}, fmt::format("store {}: node {} is its own ancestor", store, text_of_iavl_name(next))};
    above = at->height;
    if (at->leaf()) return at->key == key ? Read<std::string>{at->value, {}} : Read<std::string>{};
    next = key < at->key ? at->left : at->right;
  }
}

std::vector<std::string> ApplicationState::ahead() const {
  std::vector<std::string> stores;
  const auto last = latest();
  if (!last) return stores;
  const auto info = commit(*last);
  if (!info) return stores;
  for (const auto& s : info->stores)
    if (database_.get(key_of(s.name, iavl_key(iavl_name(*last + 1, 1))))) stores.push_back(s.name);
  return stores;
}

}  // namespace rehearse
