#include "harness/history/merge.h"

#include <algorithm>
#include <map>

namespace rehearse::history {

namespace {

// Neither of the two is torn out of its own order by a clock that jumped.
std::vector<std::int64_t> interleaved(const std::vector<Night>& here, const std::vector<Night>& added) {
  std::vector<std::int64_t> order;
  auto next = added.begin();
  for (const auto& n : here) {
    for (; next != added.end() && next->started < n.started; ++next) order.push_back(next->id);
    order.push_back(n.id);
  }
  for (; next != added.end(); ++next) order.push_back(next->id);
  return order;
}

}  // namespace

int merge_nights(const Connection& into, const std::vector<NightRow>& nights, const std::vector<Iteration>& iterations) {
  Transaction t(into);
  std::map<std::string, Night> known;
  std::map<std::int64_t, std::int64_t> id_here;  // of nights that are added, by their id there
  for (const auto& row : read_nights(into)) known[row.uid] = row.night;
  std::vector<Night> added;
  for (const auto& row : nights) {
    const auto found = known.find(row.uid);
    const bool has_ended_since = found != known.end() && found->second.state == State::running && row.night.state != State::running;
    if (found != known.end() && !has_ended_since) continue;
    if (has_ended_since) Statement(into, "DELETE FROM nights WHERE id = ?").bind(found->second.id).run();
    added.push_back(row.night);
    added.back().id = id_here[row.night.id] = insert(into, row);
  }
  for (auto iteration : iterations) {
    const auto night = id_here.find(iteration.night);
    if (night == id_here.end()) continue;
    iteration.night = night->second;
    insert(into, iteration);
  }
  std::vector<Night> here;
  for (const auto& row : read_nights(into))
    if (std::ranges::find(added, row.night.id, &Night::id) == added.end()) here.push_back(row.night);
  std::int64_t place = 0;
  for (const auto id : interleaved(here, added)) Statement(into, "UPDATE nights SET place = ? WHERE id = ?").bind(++place).bind(id).run();
  t.commit();
  return static_cast<int>(added.size());
}

}  // namespace rehearse::history
