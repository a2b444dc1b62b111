#include "localnet/base/version_range.h"

#include <algorithm>
#include <cctype>
#include <tuple>
#include <utility>

#include "localnet/base/number.h"

namespace rehearse {

namespace {

constexpr const char* kDigits = "0123456789";
constexpr const char* kSpaces = " \t";

std::vector<std::string> parts_between(const std::string& text, const std::string& separator) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (auto end = text.find(separator); end != std::string::npos; end = text.find(separator, begin)) {
    parts.push_back(text.substr(begin, end - begin));
    begin = end + separator.size();
  }
  parts.push_back(text.substr(begin));
  return parts;
}

bool is_number(const std::string& text) { return !text.empty() && text.find_first_not_of(kDigits) == std::string::npos; }
bool begins_with_0(const std::string& number) { return number.size() > 1 && number.front() == '0'; }

bool is_identifier(const std::string& text) {
  const bool known = std::ranges::all_of(text, [](unsigned char c) { return c < 0x80 && (std::isalnum(c) || c == '-'); });
  return known && !text.empty() && !(is_number(text) && begins_with_0(text));
}

// Numbers may have more digits than fit.
std::strong_ordering compare_identifiers(const std::string& a, const std::string& b) {
  if (is_number(a) != is_number(b)) return is_number(a) ? std::strong_ordering::less : std::strong_ordering::greater;
  if (is_number(a) && a.size() != b.size()) return a.size() <=> b.size();
  return a.compare(b) <=> 0;
}

}  // namespace

std::strong_ordering operator<=>(const Version& a, const Version& b) {
  if (const auto order = std::tie(a.major, a.minor, a.patch) <=> std::tie(b.major, b.minor, b.patch); order != 0) return order;
  if (a.prerelease.empty() != b.prerelease.empty()) return a.prerelease.empty() ? std::strong_ordering::greater : std::strong_ordering::less;
  for (std::size_t i = 0; i < std::min(a.prerelease.size(), b.prerelease.size()); ++i)
    if (const auto order = compare_identifiers(a.prerelease[i], b.prerelease[i]); order != 0) return order;
  return a.prerelease.size() <=> b.prerelease.size();
}

std::optional<Version> parse_version(const std::string& text) {
  const auto begin = text.starts_with('v') ? 1u : 0u;
  const auto of_release = text.substr(begin, text.find('+') - begin);
  const auto dash = of_release.find('-');
  const auto numbers = parts_between(of_release.substr(0, dash), ".");
  if (numbers.size() > 3) return std::nullopt;
  Version v;
  std::uint64_t* const fields[] = {&v.major, &v.minor, &v.patch};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto number = whole_number<std::uint64_t>(numbers[i]);
    if (!number || begins_with_0(numbers[i])) return std::nullopt;
    *fields[i] = *number;
  }
  if (dash == std::string::npos) return v;
  v.prerelease = parts_between(of_release.substr(dash + 1), ".");
  return std::ranges::all_of(v.prerelease, is_identifier) ? std::optional(v) : std::nullopt;
}

// One after the other: what it is compared by, and with which version.
std::optional<std::vector<VersionRange::Comparison>> VersionRange::comparisons(const std::string& text) {
  static const std::vector<std::pair<std::string, Relation>> relations = {
      {">=", Relation::at_least}, {">", Relation::above}, {"<=", Relation::at_most}, {"<", Relation::below}, {"=", Relation::equal}};
  std::vector<Comparison> all;
  for (auto at = text.find_first_not_of(kSpaces); at != std::string::npos; at = text.find_first_not_of(kSpaces, at)) {
    const auto relation = std::ranges::find_if(relations, [&](const auto& r) { return text.compare(at, r.first.size(), r.first) == 0; });
    if (relation == relations.end()) return std::nullopt;
    at = std::min(text.find_first_not_of(kSpaces, at + relation->first.size()), text.size());
    const auto end = std::min(text.find_first_of(" \t<>=", at), text.size());
    const auto version = parse_version(text.substr(at, end - at));
    if (!version) return std::nullopt;
    all.push_back({relation->second, *version});
    at = end;
  }
  return all.empty() ? std::nullopt : std::optional(all);
}

std::optional<VersionRange> VersionRange::parse(const std::string& text) {
  VersionRange range;
  range.text_ = text;
  for (const auto& part : parts_between(text, "||")) {
    auto all = comparisons(part);
    if (!all) return std::nullopt;
    range.any_of_.push_back(std::move(*all));
  }
  return range;
}

bool VersionRange::holds(const Comparison& c, const Version& v) {
  switch (c.relation) {
    case Relation::at_least: return v >= c.version;
    case Relation::above: return v > c.version;
    case Relation::at_most: return v <= c.version;
    case Relation::below: return v < c.version;
    case Relation::equal: return v == c.version;
  }
  return false;
}

bool VersionRange::includes(const Version& v) const {
  return empty() || std::ranges::any_of(any_of_, [&](const auto& all) {
    return std::ranges::all_of(all, [&](const auto& c) { return holds(c, v); });
  });
}

}  // namespace rehearse
