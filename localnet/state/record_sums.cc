#include "localnet/state/record_sums.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <span>

#include "localnet/base/sha256.h"
#include "localnet/state/changes.h"
#include "localnet/state/describe.h"
#include "localnet/state/tree_walk.h"
#include "localnet/state/wire.h"

namespace rehearse {

namespace {

constexpr std::int64_t kMostRecords = 250'000;
constexpr const char* kModule = "module ";
constexpr std::size_t kAddressBytes = 20;

// --- How it is written

struct Prefix {
  std::string store, bytes;
};

std::optional<std::string> from_hex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    unsigned value = 0;
    const auto* end = hex.data() + std::min(i + 2, hex.size());
    if (hex.size() % 2 || std::from_chars(hex.data() + i, end, value, 16).ptr != end) return std::nullopt;
    bytes += static_cast<char>(value);
  }
  return bytes;
}

std::optional<Prefix> read_prefix(const std::string& records) {
  const auto slash = records.find('/');
  const auto store = records.substr(0, slash);
  if (store.empty()) return std::nullopt;
  if (slash == std::string::npos) return Prefix{store, ""};
  const auto prefix = records.substr(slash + 1);
  if (!prefix.starts_with("0x")) return Prefix{store, prefix};
  const auto bytes = from_hex(std::string_view(prefix).substr(2));
  return bytes ? std::optional(Prefix{store, *bytes}) : std::nullopt;
}

// How a part of a key tells where it ends.
struct KeyPart {
  std::string name;
  enum class Ends { by_length, after, with_key } ends = Ends::by_length;
  std::size_t bytes = 0;  // of `after`
};

std::optional<KeyPart> read_part(const std::string& text) {
  if (text.ends_with('*')) return KeyPart{text.substr(0, text.size() - 1), KeyPart::Ends::with_key, 0};
  const auto colon = text.find(':');
  if (colon == std::string::npos) return KeyPart{text, KeyPart::Ends::by_length, 0};
  KeyPart part{text.substr(0, colon), KeyPart::Ends::after, 0};
  const auto* end = text.data() + text.size();
  if (std::from_chars(text.data() + colon + 1, end, part.bytes).ptr != end || part.bytes == 0)
    return std::nullopt;
  return part;
}

using FieldPath = std::vector<std::uint32_t>;

std::optional<FieldPath> read_path(const std::string& text) {
  FieldPath path;
  const auto* end = text.data() + text.size();
  for (const auto* at = text.data();; ++at) {
    const auto [next, error] = std::from_chars(at, end, path.emplace_back());
    if (error != std::errc{} || path.back() == 0) return std::nullopt;
    if (next == end) return path;
    if (*next != '.') return std::nullopt;
    at = next;
  }
}

// A sum as it is written, taken apart. Of one whose form is right.
struct Reading {
  Prefix prefix;
  std::vector<KeyPart> key;
  std::vector<std::string> by;
  bool counts, whole_value;
  FieldPath sum;
  Number scale;
  std::map<std::string, std::string> key_is;  // part -> bytes
  std::vector<std::pair<FieldPath, std::string>> field_is;
  bool before;
};

std::string key_bytes(const std::string& value) {
  if (!value.starts_with(kModule)) return value;
  const auto digest = sha256(std::string_view(value).substr(std::string_view(kModule).size()));
  return {digest.begin(), digest.begin() + kAddressBytes};
}

// What the key begins with is read no further: of one account among all that the chain has.
void narrow(Reading& r) {
  while (!r.key.empty() && r.key.front().ends == KeyPart::Ends::by_length &&
         r.key_is.contains(r.key.front().name) && std::ranges::find(r.by, r.key.front().name) == r.by.end()) {
    const auto part = r.key_is.extract(r.key.front().name);
    r.prefix.bytes += static_cast<char>(part.mapped().size()) + part.mapped();
    r.key.erase(r.key.begin());
  }
}

Reading take_apart(const RecordSum& s) {
  Reading r{*read_prefix(s.records), {}, s.by, s.sum.empty(), s.sum == "value", {}, {}, {}, {}, s.before};
  for (const auto& part : s.key) r.key.push_back(*read_part(part));
  if (!r.counts && !r.whole_value) r.sum = *read_path(s.sum);
  r.scale = boost::multiprecision::pow(Number(10), static_cast<unsigned>(kMostDecimals - s.decimals));
  for (const auto& [name, value] : s.where)
    if (const auto path = read_path(name))
      r.field_is.emplace_back(*path, value);
    else
      r.key_is[name] = key_bytes(value);
  narrow(r);
  return r;
}

// --- What is read of a record

using Parts = std::map<std::string, std::string>;  // of a key: name -> bytes

std::optional<Parts> split_key(const std::vector<KeyPart>& parts, std::string_view key) {
  Parts found;
  for (const auto& part : parts) {
    auto size = part.ends == KeyPart::Ends::with_key ? key.size() : part.bytes;
    if (part.ends == KeyPart::Ends::by_length) {
      if (key.empty()) return std::nullopt;
      size = static_cast<unsigned char>(key.front());
      key.remove_prefix(1);
    }
    if (size > key.size()) return std::nullopt;
    found[part.name] = key.substr(0, size);
    key.remove_prefix(size);
  }
  return found;
}

// The texts of all fields that a path leads to; nothing when the bytes are no such message.
std::optional<std::vector<std::string>> fields_at(std::string_view message,
                                                  std::span<const std::uint32_t> path) {
  const auto fields = read_wire(message);
  if (!fields) return std::nullopt;
  std::vector<std::string> texts;
  for (const auto& f : *fields) {
    if (f.number != path.front()) continue;
    const bool bytes = f.type == WireField::Type::bytes;
    if (path.size() == 1) {
      texts.push_back(bytes ? std::string(f.bytes) : std::to_string(f.value));
      continue;
    }
    const auto deeper = bytes ? fields_at(f.bytes, path.subspan(1)) : std::nullopt;
    if (!deeper) return std::nullopt;
    texts.insert(texts.end(), deeper->begin(), deeper->end());
  }
  return texts;
}

std::optional<Number> number_in(std::string_view text) {
  const auto digits = text.starts_with('-') ? text.substr(1) : text;
  if (digits.empty() || digits.size() > 100 ||
      !std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; }))
    return std::nullopt;
  // With a zero in front it would be octal.
  const auto first = std::min(digits.find_first_not_of('0'), digits.size() - 1);
  const Number value(std::string(digits.substr(first)));
  return text.starts_with('-') ? Number(-value) : value;
}

// One record of those that are added up; nothing: it is not of the form.
std::optional<Number> number_of(const Reading& r, std::string_view value) {
  if (r.counts) return 1;
  if (r.whole_value) return number_in(value);
  const auto texts = fields_at(value, r.sum);
  if (!texts) return std::nullopt;
  Number sum = 0;
  for (const auto& text : *texts) {
    const auto one = number_in(text);
    if (!one) return std::nullopt;
    sum += *one;
  }
  return sum;
}

// A field that is not there has its type's zero.
bool has_value(const std::vector<std::string>& texts, const std::string& value) {
  if (texts.empty()) return value == "0" || value.empty();
  return std::ranges::find(texts, value) != texts.end();
}

std::optional<bool> is_meant(const Reading& r, const Parts& parts, std::string_view value) {
  for (const auto& [name, bytes] : r.key_is)
    if (parts.at(name) != bytes) return false;
  for (const auto& [path, wanted] : r.field_is) {
    const auto texts = fields_at(value, path);
    if (!texts) return std::nullopt;
    if (!has_value(*texts, wanted)) return false;
  }
  return true;
}

// --- Sums

// Adds up a record; false: it is not of the form.
bool add(Sums& sums, const Reading& r, std::string_view key, std::string_view value) {
  const auto parts = split_key(r.key, key);
  const auto meant = parts ? is_meant(r, *parts, value) : std::nullopt;
  if (!meant) return false;
  if (!*meant) return true;
  const auto number = number_of(r, value);
  if (!number) return false;
  std::vector<std::string> by;
  for (const auto& name : r.by) by.push_back(parts->at(name));
  sums.by[by] += *number * r.scale;
  return true;
}

}  // namespace

std::string wrong_form(const RecordSum& s) {
  if (!read_prefix(s.records)) return fmt::format("`{}` is not STORE, STORE/TEXT or STORE/0xHEX", s.records);
  std::set<std::string> parts;
  for (const auto& text : s.key) {
    const auto part = read_part(text);
    if (!part || part->name.empty())
      return fmt::format("`{}` is not a part of a key: NAME, NAME:8 or NAME*", text);
    if (part->ends == KeyPart::Ends::with_key && text != s.key.back())
      return fmt::format("`{}` is the rest of the key: nothing follows it", text);
    if (!parts.insert(part->name).second)
      return fmt::format("two parts of the key are called `{}`", part->name);
  }
  for (const auto& name : s.by)
    if (!parts.contains(name)) return fmt::format("the key has no part `{}`", name);
  for (const auto& [name, value] : s.where)
    if (!parts.contains(name) && !read_path(name))
      return fmt::format("`{}` is neither a part of the key nor a field's number", name);
  if (!s.sum.empty() && s.sum != "value" && !read_path(s.sum))
    return fmt::format("`{}` is neither `value` nor a field's number", s.sum);
  if (s.decimals < 0 || s.decimals > kMostDecimals) return fmt::format("decimals are 0 to {}", kMostDecimals);
  return "";
}

Read<Sums> read_sums(const RecordSum& s, const ApplicationState& state, std::int64_t version) {
  const auto r = take_apart(s);
  const auto& [store, prefix] = r.prefix;
  const auto count = records_below(state, store, version, prefix);
  if (!count) return {{}, count.trouble};
  Sums sums;
  if (r.counts && r.key.empty() && r.field_is.empty()) {
    if (*count) sums.by[{}] = *count * r.scale;
    return {std::move(sums), {}};
  }
  if (*count > kMostRecords)
    return {{}, fmt::format("{} has {} records, more than {}", s.records, *count, kMostRecords)};
  if (*count == 0) return {sums, {}};
  const auto root = state.root(store, version);
  if (!root) return {{}, root.trouble};
  for (TreeWalk walk(state, store, root->name); !walk.done();) {
    const auto* node = walk.node();
    if (!node) return {{}, walk.trouble()};
    if (!node->leaf()) {
      walk.step_into(prefix);
      continue;
    }
    if (node->key.starts_with(prefix) &&
        !add(sums, r, std::string_view(node->key).substr(prefix.size()), node->value)) {
      sums.malformed = fmt::format("a record of {} is not of that form: {}: {}", s.records,
                                   describe_bytes(node->key), describe_value(node->value));
      break;
    }
    walk.step_over();
  }
  return {std::move(sums), {}};
}

}  // namespace rehearse
