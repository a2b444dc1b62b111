#include "harness/repro/smallest.h"

#include <algorithm>
#include <map>
#include <numeric>

namespace rehearse {

namespace {

Chosen both(const Chosen& a, const Chosen& b) {
  Chosen all;
  std::ranges::set_union(a, b, std::back_inserter(all));
  return all;
}

// Junker's QuickXplain. `always`: what every try has; `is_new`: something was added to it since it was tried.
class Search {
 public:
  Search(std::size_t count, const std::function<bool(const Chosen&)>& fails) : fails_(fails) {
    known_[all_of(count)] = true;
  }

  bool fails(const Chosen& some) {
    const auto [known, is_new] = known_.try_emplace(some, false);
    if (is_new) known->second = fails_(some);
    return known->second;
  }

  Chosen needed(const Chosen& always, bool is_new, const Chosen& some) {
    if (is_new && fails(always)) return {};
    if (some.size() <= 1) return some;
    const auto half = some.begin() + static_cast<std::ptrdiff_t>(some.size() / 2);
    const Chosen first(some.begin(), half), second(half, some.end());
    const auto of_second = needed(both(always, first), true, second);
    return both(needed(both(always, of_second), !of_second.empty(), first), of_second);
  }

  // One after the other is left out, where halves have led astray.
  Chosen one_by_one(Chosen all) {
    for (std::size_t i = all.size(); i-- > 0;) {
      auto less = all;
      less.erase(less.begin() + static_cast<std::ptrdiff_t>(i));
      if (fails(less)) all = less;
    }
    return all;
  }

 private:
  const std::function<bool(const Chosen&)>& fails_;
  std::map<Chosen, bool> known_;
};

}  // namespace

Chosen all_of(std::size_t count) {
  Chosen all(count);
  std::iota(all.begin(), all.end(), std::size_t{0});
  return all;
}

Chosen smallest(std::size_t count, const std::function<bool(const Chosen&)>& fails) {
  if (count == 0) return {};
  Search search(count, fails);
  const auto all = all_of(count);
  if (search.fails({})) return {};
  const auto found = search.needed({}, false, all);
  return search.fails(found) ? found : search.one_by_one(all);
}

}  // namespace rehearse
