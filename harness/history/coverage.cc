#include "harness/history/coverage.h"

namespace rehearse::history {

std::vector<Exercised> coverage(const std::vector<NightTotals>& nights) {
  std::map<Covered, Exercised> found;
  for (std::size_t n = 0; n < nights.size(); ++n)
    for (const auto* i : nights[n].iterations)
      for (const auto& what : i->covered) {
        auto& e = found[what];
        e.what = what;
        ++e.times;
        e.last_night = nights[n].id();
        e.nights_since = static_cast<int>(nights.size() - 1 - n);
      }
  std::vector<Exercised> all;
  for (auto& [what, exercised] : found) all.push_back(std::move(exercised));
  return all;
}

std::vector<Exercised> not_exercised(const std::vector<Exercised>& all, int nights) {
  std::vector<Exercised> found;
  for (const auto& e : all)
    if (e.nights_since >= nights) found.push_back(e);
  return found;
}

}  // namespace rehearse::history
