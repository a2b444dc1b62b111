#include "tests/unit/support/made_state.h"

#include <leveldb/env.h>
#include <leveldb/filter_policy.h>

#include <algorithm>
#include <stdexcept>

#include "localnet/base/sha256.h"

namespace rehearse::made {

namespace fs = std::filesystem;

// Not changed once it is part of a tree, but for what saving it adds.
struct TreeNode {
  std::string key, value;
  Tree left, right;
  int height = 0;
  std::int64_t size = 1;
  std::int64_t version = 0;  // 0: not saved yet
  std::uint32_t nonce = 0;
  std::string hash;
};

namespace {

constexpr std::size_t kBatchBytes = 1 << 20;

std::string digest(const std::string& bytes) {
  const auto hash = sha256(bytes);
  return {hash.begin(), hash.end()};
}

std::string uvarint(std::uint64_t n) {
  std::string out;
  for (; n >= 0x80; n >>= 7) out += static_cast<char>(n | 0x80);
  return out + static_cast<char>(n);
}

std::string varint(std::int64_t n) {
  const auto doubled = static_cast<std::uint64_t>(n) << 1;
  return uvarint(n < 0 ? ~doubled : doubled);
}

std::string with_size(const std::string& bytes) { return uvarint(bytes.size()) + bytes; }

// Fields of a protobuf message.
std::string bytes_field(unsigned number, const std::string& bytes) { return uvarint(number << 3 | 2) + with_size(bytes); }
std::string number_field(unsigned number, std::int64_t n) {
  return n ? uvarint(number << 3) + uvarint(static_cast<std::uint64_t>(n)) : "";
}

int height_of(const Tree& t) { return t->height; }

Tree leaf(const std::string& key, const std::string& value) {
  auto t = std::make_shared<TreeNode>();
  t->key = key;
  t->value = value;
  return t;
}

Tree inner(const std::string& key, Tree left, Tree right) {
  auto t = std::make_shared<TreeNode>();
  t->key = key;
  t->height = 1 + std::max(left->height, right->height);
  t->size = left->size + right->size;
  t->left = std::move(left);
  t->right = std::move(right);
  return t;
}

Tree rotate_right(const Tree& t) { return inner(t->left->key, t->left->left, inner(t->key, t->left->right, t->right)); }
Tree rotate_left(const Tree& t) { return inner(t->right->key, inner(t->key, t->left, t->right->left), t->right->right); }

Tree balance(const Tree& t) {
  const auto lean = height_of(t->left) - height_of(t->right);
  if (lean > 1) {
    const bool straight = height_of(t->left->left) >= height_of(t->left->right);
    return rotate_right(straight ? t : inner(t->key, rotate_left(t->left), t->right));
  }
  if (lean < -1) {
    const bool straight = height_of(t->right->right) >= height_of(t->right->left);
    return rotate_left(straight ? t : inner(t->key, t->left, rotate_right(t->right)));
  }
  return t;
}

Tree put_into(const Tree& t, const std::string& key, const std::string& value) {
  if (!t) return leaf(key, value);
  if (t->height > 0) {
    return key < t->key ? balance(inner(t->key, put_into(t->left, key, value), t->right))
                        : balance(inner(t->key, t->left, put_into(t->right, key, value)));
  }
  if (key == t->key) return leaf(key, value);
  return key < t->key ? inner(t->key, leaf(key, value), t) : inner(key, t, leaf(key, value));
}

const std::string& smallest(const Tree& t) { return t->height == 0 ? t->key : smallest(t->left); }

Tree take_from(const Tree& t, const std::string& key) {
  if (!t) return t;
  if (t->height == 0) return t->key == key ? nullptr : t;
  const bool on_left = key < t->key;
  const auto& old = on_left ? t->left : t->right;
  const auto now = take_from(old, key);
  if (now == old) return t;
  if (!now) return on_left ? t->right : t->left;
  return on_left ? balance(inner(t->key, now, t->right)) : balance(inner(smallest(now), t->left, now));
}

std::string stored_bytes(const TreeNode& t) {
  const auto head = varint(t.height) + varint(t.size) + with_size(t.key);
  if (t.height == 0) return head + with_size(t.value);
  return head + with_size(t.hash) + varint(0) + varint(t.left->version) + varint(t.left->nonce) + varint(t.right->version) +
         varint(t.right->nonce);
}

std::string hash_of_node(const TreeNode& t) {
  const auto head = varint(t.height) + varint(t.size) + varint(t.version);
  return digest(t.height == 0 ? head + with_size(t.key) + with_size(digest(t.value))
                              : head + with_size(t.left->hash) + with_size(t.right->hash));
}

// New nodes of the tree in the order of their numbers: the root is the first.
template <class Write>
void save_new(TreeNode& t, std::int64_t version, std::uint32_t& nonce, const Write& write) {
  if (t.version != 0) return;
  t.version = version;
  t.nonce = ++nonce;
  if (t.height > 0) {
    save_new(*t.left, version, nonce, write);
    save_new(*t.right, version, nonce, write);
  }
  t.hash = hash_of_node(t);
  write(t);
  t.value = {};  // of a gigabyte of state only the shape is kept
}

// Tests need no disk that survives a loss of power, and would wait for it.
class UnsyncedFile : public leveldb::WritableFile {
 public:
  explicit UnsyncedFile(std::unique_ptr<WritableFile> file) : file_(std::move(file)) {}
  leveldb::Status Append(const leveldb::Slice& bytes) override { return file_->Append(bytes); }
  leveldb::Status Close() override { return file_->Close(); }
  leveldb::Status Flush() override { return file_->Flush(); }
  leveldb::Status Sync() override { return file_->Flush(); }

 private:
  std::unique_ptr<WritableFile> file_;
};

class UnsyncedEnv : public leveldb::EnvWrapper {
 public:
  UnsyncedEnv() : EnvWrapper(Env::Default()) {}
  leveldb::Status NewWritableFile(const std::string& file, leveldb::WritableFile** out) override {
    leveldb::WritableFile* plain = nullptr;
    const auto status = target()->NewWritableFile(file, &plain);
    if (status.ok()) *out = new UnsyncedFile(std::unique_ptr<leveldb::WritableFile>(plain));
    return status;
  }
};

void check(const leveldb::Status& status) {
  if (!status.ok()) throw std::runtime_error(status.ToString());
}

}  // namespace

std::string node_key(std::int64_t version, std::uint32_t nonce) {
  std::string key = "s";
  for (int i = 7; i >= 0; --i) key += static_cast<char>(version >> 8 * i);
  for (int i = 3; i >= 0; --i) key += static_cast<char>(nonce >> 8 * i);
  return key;
}

std::string store_key(const std::string& store, const std::string& key) { return "s/k:" + store + "/" + key; }

void Store::set(const std::string& key, const std::string& value) { tree = put_into(tree, key, value); }
void Store::remove(const std::string& key) { tree = take_from(tree, key); }

State::State(fs::path folder) { open(std::move(folder)); }

void State::open(fs::path folder) {
  folder_ = std::move(folder);
  fs::create_directories(folder_);
  static const auto* filter = leveldb::NewBloomFilterPolicy(10);
  static UnsyncedEnv env;
  leveldb::Options options;
  options.env = &env;
  options.create_if_missing = true;
  options.filter_policy = filter;
  leveldb::DB* database = nullptr;
  check(leveldb::DB::Open(options, folder_, &database));
  database_.reset(database);
}

void State::put(const std::string& key, const std::string& value) {
  batch_.Put(key, value);
  if (batch_.ApproximateSize() > kBatchBytes) flush();
}

void State::flush() {
  check(database_->Write({}, &batch_));
  batch_.Clear();
}

std::string State::save(const std::string& name, Store& store, std::int64_t height) {
  const auto root = store_key(name, node_key(height, 1));
  if (!store.tree) {
    put(root, "");
    return digest("");
  }
  std::uint32_t nonce = 0;
  const bool unchanged = store.tree->version != 0;
  save_new(*store.tree, height, nonce,
           [&](const TreeNode& t) { put(store_key(name, node_key(t.version, t.nonce)), stored_bytes(t)); });
  if (unchanged) put(root, node_key(store.tree->version, store.tree->nonce));
  return store.tree->hash;
}

void State::commit() {
  ++height_;
  std::string info = number_field(1, height_);
  for (auto& [name, store] : stores_) {
    const auto id = number_field(1, height_) + bytes_field(2, save(name, store, height_));
    info += bytes_field(2, bytes_field(1, name) + bytes_field(2, id));
  }
  put("s/" + std::to_string(height_), info);
  put("s/latest", number_field(1, height_));
  flush();
}

void State::commit_half(std::size_t stores) {
  for (auto& [name, store] : stores_)
    if (stores-- > 0) save(name, store, height_ + 1);
    else break;
  flush();
}

void State::prune(const std::string& store, std::int64_t height) {
  const auto root = store_key(store, node_key(height, 1));
  std::string bytes, next;
  check(database_->Get({}, root, &bytes));
  check(database_->Get({}, store_key(store, node_key(height + 1, 1)), &next));
  if (next == node_key(height, 1)) put(store_key(store, node_key(height, 0)), bytes);
  batch_.Delete(root);
  flush();
}

State State::copy(const fs::path& folder) {
  close();
  fs::copy(folder_, folder, fs::copy_options::recursive);
  open(folder_);
  State other;
  other.stores_ = stores_;
  other.height_ = height_;
  other.open(folder);
  return other;
}

}  // namespace rehearse::made
