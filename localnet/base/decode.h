// Reads YAML into plain structs so that every complaint says file:line:column, what was expected and what to do.
//
//   struct Pace { Duration commit; };
//   template <class V> void describe(V& v, Pace& p) { v.required("commit", p.commit, "timeout_commit"); }
//   Pace p = decode_file<Pace>("pace.yaml");
//
// One describe() serves this decoder and the JSON Schema writer (schema.h): a field is named once. Unknown and
// duplicate keys are errors (design.md, "A scenario is a page"; yaml-cpp 0.7 accepts duplicates silently).
#pragma once

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "localnet/base/error.h"
#include "localnet/base/json.h"
#include "localnet/base/names.h"

namespace rehearse {

// A span of time, written as 300ms, 5s, 2min or 1h.
struct Duration {
  std::chrono::milliseconds value{0};
  double seconds() const { return static_cast<double>(value.count()) / 1000.0; }
};
// Empty when `text` is not a duration.
std::optional<Duration> parse_duration(const std::string& text);
std::string to_string(Duration);

// A value and where it stands ("file:line:column"), for what can be wrong with it only later; empty: in no file.
template <class T>
struct Located {
  T value;
  std::string where;
};

// YAML as JSON: plain scalars become numbers, booleans and null as YAML reads them, quoted ones stay strings.
nlohmann::json to_json(const YAML::Node&);

// The files that a document was read from. yaml-cpp's marks know lines only: of several files that are merged, each has a
// range of lines of its own.
class Source {
 public:
  Source() = default;
  Source(std::string file) { add(std::move(file), 0); }  // a document of one file is named by it
  // The first line (from 0) of a further file of that many lines.
  int add(std::string file, int lines);
  // Of what stands nowhere it is the first file.
  const std::string& file_of(const YAML::Mark& mark) const { return range_of(mark).file; }
  std::string where(const YAML::Mark&) const;  // file:line:column

 private:
  struct Range {
    int first;
    std::string file;
  };
  const Range& range_of(const YAML::Mark&) const;
  std::vector<Range> ranges_;
  int end_ = 0;
};

// A struct that may be written as one word, too, has `take_word(T&, const std::string&)` beside it, and `word_of(const T&)`:
// empty for one that has to be written out.
template <class T>
concept HasShortForm = requires(T& t, const std::string& word) { take_word(t, word); };

class Decoder {
 public:
  Decoder(YAML::Node node, const Source& source, std::string path);

  // The key `old` is an earlier spelling of `key`, which is described next: it is read, with a warning.
  void alias(const char* old, const char* key);

  template <class T>
  void required(const char* key, T& out, const char* doc) {
    if (!read(key, out, doc)) missing(key, doc);
  }
  template <class T>
  void optional(const char* key, T& out, const char* doc) { read(key, out, doc); }
  // `none` says in a word that it is none of them.
  template <NamedEnum T>
  void optional(const char* key, std::optional<T>& out, const char* doc, const char* none) {
    std::string text = none;
    read(key, text, doc);
    out = find_named<T>(text);
    if (!out && text != none)
      complain_about(
          key, std::string("expected ") + none + " or one of " + all_names(T{}) + "; found `" + text + "`");
  }

  // After all fields: complains about keys that none of them named.
  void finish() const;

  // Throws Error(Blame::scenario, "file:line:column: path: message").
  [[noreturn]] void complain(const YAML::Node& at, const std::string& message) const;

  // Complains about a wrong value of the field `key` (after reading, for rules between fields).
  [[noreturn]] void complain_about(const char* key, const std::string& message) const;

 private:
  template <class T>
  bool read(const char* key, T& out, const char* doc) {
    known_.insert(key);
    const auto written = spelt(key);
    const auto node = find(written);
    if (!node) return false;
    if constexpr (!std::is_same_v<T, YAML::Node>)
      if (node.IsNull()) empty(written, doc);
    value(node, out, path_.empty() ? written : path_ + "." + written, doc);
    return true;
  }

  template <class T>
  void value(const YAML::Node& n, T& out, const std::string& path, const char* doc) const;

  [[noreturn]] void missing(const std::string& key, const char* doc) const;
  [[noreturn]] void empty(const std::string& key, const char* doc) const;
  // Asked of a constant: yaml-cpp would put a key that is not there into the map.
  YAML::Node find(const std::string& key) const { return node_[key]; }
  // As the file has it: an alias, or the key itself.
  std::string spelt(const std::string& key) const { return aliases_.contains(key) ? aliases_.at(key) : key; }
  std::string scalar(const YAML::Node& n, const char* expected, const std::string& path) const;
  void check_map(const YAML::Node& n, const std::string& path) const;  // a map without duplicate keys
  [[noreturn]] void fail(const YAML::Node& at, const std::string& path, const std::string& message) const;

  YAML::Node node_;
  Source source_;
  std::string path_;
  std::set<std::string> known_;
  std::map<std::string, std::string> aliases_;  // key -> its old spelling, which the file has
};

namespace internal {
template <class T> struct is_vector : std::false_type {};
template <class T> struct is_vector<std::vector<T>> : std::true_type {};
template <class T> struct is_ordered : std::false_type {};
template <class T> struct is_ordered<Ordered<T>> : std::true_type {};
template <class T> struct is_located : std::false_type {};
template <class T> struct is_located<Located<T>> : std::true_type {};
template <class T> struct is_optional : std::false_type {};
template <class T> struct is_optional<std::optional<T>> : std::true_type {};
template <class T> struct is_string_map : std::false_type {};
template <class T> struct is_string_map<std::map<std::string, T>> : std::true_type {};

bool to_bool(const std::string&, bool& out);
bool to_integer(const std::string&, std::int64_t& out);
bool to_number(const std::string&, double& out);
}  // namespace internal

template <class T>
void Decoder::value(const YAML::Node& n, T& out, const std::string& path, const char* doc) const {
  if constexpr (std::is_same_v<T, nlohmann::json>) {
    out = to_json(n);
  } else if constexpr (std::is_same_v<T, std::string>) {
    out = scalar(n, "a string", path);
  } else if constexpr (std::is_same_v<T, bool>) {
    if (!internal::to_bool(scalar(n, "true or false", path), out)) fail(n, path, "expected true or false");
  } else if constexpr (std::is_integral_v<T>) {
    std::int64_t i = 0;
    if (!internal::to_integer(scalar(n, "a whole number", path), i))
      fail(n, path, "expected a whole number, found `" + n.Scalar() + "`");
    out = static_cast<T>(i);
    if (static_cast<std::int64_t>(out) != i || (std::is_unsigned_v<T> && i < 0))
      fail(n, path, "`" + n.Scalar() + "` is out of range");
  } else if constexpr (std::is_floating_point_v<T>) {
    if (!internal::to_number(scalar(n, "a number", path), out))
      fail(n, path, "expected a number, found `" + n.Scalar() + "`");
  } else if constexpr (std::is_same_v<T, Duration>) {
    const auto text = scalar(n, "a duration such as 300ms, 5s, 2min", path);
    const auto d = parse_duration(text);
    if (!d) fail(n, path, "expected a duration such as 300ms, 5s, 2min, found `" + text + "`");
    out = *d;
  } else if constexpr (NamedEnum<T>) {
    const auto text = scalar(n, "a name", path);
    const auto found = find_named<T>(text);
    if (!found) fail(n, path, "expected one of " + all_names(T{}) + "; found `" + text + "`");
    out = *found;
  } else if constexpr (internal::is_located<T>::value) {
    value(n, out.value, path, doc);
    out.where = source_.where(n.Mark());
  } else if constexpr (internal::is_optional<T>::value) {
    typename T::value_type v{};
    value(n, v, path, doc);
    out = std::move(v);
  } else if constexpr (internal::is_ordered<T>::value || internal::is_string_map<T>::value) {
    check_map(n, path);
    out.clear();
    for (const auto& entry : n) {
      const auto key = entry.first.Scalar();
      std::decay_t<decltype(out.begin()->second)> v{};
      value(entry.second, v, path + "." + key, doc);
      out.insert(out.end(), {key, std::move(v)});
    }
  } else if constexpr (internal::is_vector<T>::value) {
    if (!n.IsSequence()) fail(n, path, std::string("expected a list: ") + doc);
    out.clear();
    for (std::size_t i = 0; i < n.size(); ++i) {
      out.emplace_back();
      value(n[i], out.back(), path + "[" + std::to_string(i) + "]", doc);
    }
  } else {
    if constexpr (HasShortForm<T>)
      if (n.IsScalar()) return take_word(out, n.Scalar());
    check_map(n, path);
    Decoder inner(n, source_, path);
    describe(inner, out);
    inner.finish();
  }
}

// Throws Error(Blame::scenario, "file:line:column: message"): for rules between what was decoded.
[[noreturn]] void complain_at(const Source&, const YAML::Node& at, const std::string& message);

// The file's YAML. Throws Error(Blame::scenario) with file:line for what cannot be read or parsed.
YAML::Node load_yaml(const std::filesystem::path& file);
// The same, as a further file of `source`.
YAML::Node read_yaml(const std::filesystem::path& file, Source& source);
// Throws YAML::Exception for what is too much to walk, or nested too deeply: an alias may stand for what it stands in.
void check_bounded(const YAML::Node&);

template <class T>
T decode(const YAML::Node& node, const Source& source) {
  T out{};
  Decoder d(node, source, "");
  describe(d, out);
  d.finish();
  return out;
}

template <class T>
T decode_file(const std::filesystem::path& file) { return decode<T>(load_yaml(file), file.string()); }

// The one of `known` that `word` was probably meant to be, or empty.
std::string closest(const std::string& word, const std::set<std::string>& known);

}  // namespace rehearse
