// What every report on a history says in the same words. The text is clean (text.h) and not yet escaped for a format.
#pragma once

#include <string>
#include <vector>

#include "harness/history/summary.h"

namespace rehearse::reports {

// What was not exercised for so many nights is told apart.
inline constexpr int kLongAgo = 7;

// "196 of 200, 98 % (95 to 99 %)"; "none" of nothing tried.
std::string rate_text(Rate);
// "night 3, 2026-05-03T20:00:00Z", by NightTotals::id().
std::string night_text(const history::Summary&, std::int64_t id);
// "known, flaky"
std::string state_text(const history::Cluster&);
// "kill when swap on minority, v1.0.0 -> v2.0.0"
std::string covered_text(const history::Covered&);
// "+60 MB an hour (p = 0.0003), 41 MB to 101 MB"
std::string trend_text(const history::Trend&);
// "12.5 MB"; "+3": with a sign.
std::string amount(double value, record::Quantity, bool with_sign = false);
// "caught 3 of 4, last in night 9, 2026-05-03T20:00:00Z, 2 nights ago"; empty: none was tried.
std::string canaries_text(const history::Summary&);
// How many of the nights' iterations there are.
std::size_t iterations_of(const history::Summary&);
// Those of tonight first, then by how often they came.
std::vector<const history::Cluster*> in_order(const std::vector<history::Cluster>&);
// Growth that counts first, then what is least likely by chance.
std::vector<const history::Trend*> in_order(const std::vector<history::Trend>&);
// What was not exercised for the longest time first.
std::vector<history::Exercised> in_order(std::vector<history::Exercised>);

}  // namespace rehearse::reports
