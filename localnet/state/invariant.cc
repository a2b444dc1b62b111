#include "localnet/state/invariant.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "localnet/state/describe.h"
#include "localnet/state/record_sums.h"

namespace rehearse {

namespace {

constexpr std::size_t kBreachExamples = 3;

// Without the places that only a cosmos.Dec has.
std::string in_words(const Number& n) {
  static const Number one = boost::multiprecision::pow(Number(10), kMostDecimals);
  const Number whole = n / one, rest = boost::multiprecision::abs(n % one);
  if (rest == 0) return whole.str();
  const auto places = rest.str();
  auto text = fmt::format("{}{}.{}{}", n < 0 && whole == 0 ? "-" : "", whole.str(),
                          std::string(kMostDecimals - places.size(), '0'), places);
  return text.erase(text.find_last_not_of('0') + 1);
}

std::string of_whom(const Invariant& i, const std::vector<std::string>& by) {
  std::vector<std::string> records{i.of.records}, parts;
  for (const auto& other : i.plus) records.push_back(other.records);
  for (std::size_t n = 0; n < by.size(); ++n) parts.push_back(i.of.by[n] + " " + describe_bytes(by[n]));
  return fmt::format("{}{}{}", fmt::join(records, " and "), parts.empty() ? "" : " of ", fmt::join(parts, ", "));
}

const RecordSum& other_side(const Invariant& i) {
  return i.equals ? *i.equals : i.at_most ? *i.at_most : *i.among;
}

Breaches of_records(const Sums& left, const Sums& right) {
  Breaches found;
  for (const auto* side : {&left, &right})
    if (!side->malformed.empty()) ++found.count, found.examples.push_back(side->malformed);
  return found;
}

// Of each sum of either side.
Breaches compare_sums(const Invariant& i, const Sums& left, const Sums& right) {
  Breaches found;
  const auto look_at = [&](const std::vector<std::string>& by) {
    const auto a = left.by.find(by), b = right.by.find(by);
    const Number have = a == left.by.end() ? 0 : a->second, want = b == right.by.end() ? 0 : b->second;
    if (i.among ? a == left.by.end() || b != right.by.end() : i.equals ? have == want : have <= want) return;
    ++found.count;
    if (found.examples.size() == kBreachExamples) return;
    found.examples.push_back(i.among ? fmt::format("{} is not in {}", of_whom(i, by), i.among->records)
                                     : fmt::format("{}: {}, {} {}", of_whom(i, by), in_words(have),
                                                   i.equals ? "not" : "above", in_words(want)));
  };
  for (const auto& [by, number] : left.by) look_at(by);
  for (const auto& [by, number] : right.by)
    if (!left.by.contains(by)) look_at(by);
  return found;
}

bool has_store(const ApplicationState& state, const RecordSum& s, std::int64_t version) {
  const auto commit = state.commit(version);
  return !commit || commit->find(s.records.substr(0, s.records.find('/')));
}

}  // namespace

std::vector<RecordSum*> Invariant::sides() {
  std::vector<RecordSum*> all{&of};
  for (auto& other : plus) all.push_back(&other);
  for (auto* other : {&equals, &at_most, &among})
    if (*other) all.push_back(&**other);
  return all;
}

bool Invariant::of_upgrade() const {
  return of.before || other_side(*this).before || std::ranges::any_of(plus, &RecordSum::before);
}

std::string wrong_form(const Invariant& i) {
  if (i.equals.has_value() + i.at_most.has_value() + i.among.has_value() != 1)
    return "says one of equals, at_most and among";
  if (i.among && !i.plus.empty()) return "among takes no plus: nothing is added up";
  for (const auto* side : {&i.of, &other_side(i)})
    if (auto wrong = wrong_form(*side); !wrong.empty()) return wrong;
  for (const auto& other : i.plus) {
    if (auto wrong = wrong_form(other); !wrong.empty()) return wrong;
    if (other.by.size() != i.of.by.size()) return "what is added is told apart `by` as many parts";
  }
  if (i.of.by.size() != other_side(i).by.size()) return "both sides are told apart `by` as many parts";
  return "";
}

Read<Breaches> breaches(const Invariant& i, const ApplicationState& state, std::int64_t height,
                        std::int64_t before) {
  const auto at = [&](const RecordSum& s) -> Read<Sums> {
    if (i.of_upgrade() && !s.before && !has_store(state, s, height)) return {Sums{}, {}};
    return read_sums(s, state, s.before ? before : height);
  };
  const auto first = at(i.of);
  if (!first) return {{}, first.trouble};
  auto left = *first;
  for (const auto& other : i.plus) {
    const auto more = at(other);
    if (!more) return {{}, more.trouble};
    for (const auto& [by, number] : more->by) left.by[by] += number;
    if (left.malformed.empty()) left.malformed = more->malformed;
  }
  const auto right = at(other_side(i));
  if (!right) return {{}, right.trouble};
  const auto malformed = of_records(left, *right);
  return {malformed.count ? malformed : compare_sums(i, left, *right), {}};
}

Held held(const Invariant& i, const ApplicationState& state, const UpgradeHeights& heights) {
  Held held;
  std::vector<std::int64_t> after{heights.upgrade};
  if (!i.of_upgrade()) {
    const auto before = breaches(i, state, heights.before, heights.before);
    held.trouble = before.trouble;
    if (before && before->count > 0)
      held.trouble = "it did not hold before the upgrade: " + before->examples.front();
    if (heights.last > heights.upgrade) after.push_back(heights.last);
  }
  for (const auto height : after) {
    if (!held.trouble.empty() || held.broken_at) break;
    const auto found = breaches(i, state, height, heights.before);
    held.trouble = found.trouble;
    if (!found || found->count == 0) continue;
    held.broken_at = height;
    held.breaches = *found;
  }
  return held;
}

}  // namespace rehearse
