#include "localnet/cosmos/goroutines.h"

#include <re2/re2.h>

#include <algorithm>
#include <set>

#include "localnet/cosmos/go_panic.h"

namespace rehearse {

std::vector<GoFrame> Goroutine::frames() const {
  const auto stack = read_stack(text, "");
  return stack ? stack->frames : std::vector<GoFrame>{};
}

std::vector<Goroutine> read_goroutines(std::string_view dump) {
  // "goroutine 21 [sync.Mutex.Lock, 2 minutes, locked to thread]:"
  static const RE2 header(R"(^goroutine (\d+) (?:gp=\S+ m=\S+(?: mp=\S+)? )?\[([^\],]*)(?:, (\d+) minutes)?)");
  static const RE2 origin(R"(\ncreated by .* in goroutine (\d+)\n)");
  std::vector<Goroutine> all;
  for (std::size_t from = 0; from < dump.size();) {
    const auto end = std::min(dump.find("\n\n", from), dump.size());
    Goroutine one;
    one.text = dump.substr(from, end - from + (end < dump.size() ? 1 : 0));
    from = end + 2;
    const re2::StringPiece text(one.text.data(), one.text.size());
    std::string minutes;
    if (!RE2::PartialMatch(text, header, &one.number, &one.state, &minutes)) continue;
    one.minutes = minutes.empty() ? 0 : std::atoll(minutes.c_str());
    RE2::PartialMatch(text, origin, &one.begun_by);
    all.push_back(std::move(one));
  }
  return all;
}

std::int64_t goroutine_count(std::string_view profile) {
  static const RE2 header(R"(^goroutine profile: total (\d+)\n)");
  std::int64_t count = 0;
  RE2::PartialMatch(re2::StringPiece(profile.data(), profile.size()), header, &count);
  return count;
}

bool may_go_on(const Goroutine& g) {
  for (const char* waits : {"chan receive", "chan send", "semacquire", "sync.", "select (no cases)"})
    if (g.state.starts_with(waits)) return false;
  return true;
}

bool may_go_on(const Goroutine& g, const std::vector<Goroutine>& all) {
  std::set<std::int64_t> family{g.number};
  for (bool grown = true; std::exchange(grown, false);)
    for (const auto& other : all)
      if (family.contains(other.begun_by) && family.insert(other.number).second) grown = true;
  return std::any_of(all.begin(), all.end(), [&](const Goroutine& other) { return family.contains(other.number) && may_go_on(other); });
}

bool only_waits(const std::string& function) { return function.starts_with("sync.") || function.starts_with("internal/sync."); }

}  // namespace rehearse
