// Semantic versions, and ranges of them as people write them.
//
//   const auto range = VersionRange::parse(">=v1.0.0 <v2.0.0 || =v2.1.0");   // a space is and, || is or
//   if (range->includes(*parse_version("v1.4.2"))) ...
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rehearse {

// What follows a + is no part of it: it counts for nothing.
struct Version {
  std::uint64_t major = 0, minor = 0, patch = 0;
  std::vector<std::string> prerelease;  // "rc.1": its identifiers; empty: the release itself
  bool operator==(const Version&) const = default;
};
// The order of semver.org, 2.0.0: a prerelease comes before its release, numbers in it before words.
std::strong_ordering operator<=>(const Version&, const Version&);

// "v1.4.2-rc.1"; the v may be left out, and so may patch and minor, which are 0 then ("v2"). Nothing for what is none.
std::optional<Version> parse_version(const std::string& text);

class VersionRange {
 public:
  VersionRange() = default;  // every version is in it

  // Comparisons by >=, >, <=, < and =, as `>=v1.0.0 <v2.0.0`. Order is all that counts: v2.0.0-rc.1 is in that one, too. Nothing
  // for what is none.
  static std::optional<VersionRange> parse(const std::string& text);

  bool includes(const Version&) const;
  const std::string& text() const { return text_; }  // as it was written; empty: every version
  bool empty() const { return text_.empty(); }

 private:
  enum class Relation { at_least, above, at_most, below, equal };
  struct Comparison {
    Relation relation;
    Version version;
  };
  static bool holds(const Comparison&, const Version&);
  static std::optional<std::vector<Comparison>> comparisons(const std::string& text);

  std::string text_;
  std::vector<std::vector<Comparison>> any_of_;  // of each, all
};

// In describe() (decode.h): a key of a file that holds a range, complained about at its line like any other.
template <class V>
void describe_range(V& v, const char* key, VersionRange& range, const char* doc) {
  auto text = range.text();
  v.optional(key, text, doc);
  if constexpr (requires { v.complain_about(key, text); }) {
    if (text.empty()) return;
    const auto written = VersionRange::parse(text);
    if (!written) v.complain_about(key, "expected a range of versions such as `>=v1.0.0 <v2.0.0 || =v2.1.0`, found `" + text + "`");
    range = *written;
  }
}

}  // namespace rehearse
