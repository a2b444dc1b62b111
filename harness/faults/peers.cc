#include "harness/faults/peers.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/view/journal.h"
#include "harness/procedures/operator.h"
#include "localnet/cosmos/rpc.h"
#include "localnet/profile/question_names.h"

namespace rehearse {

void restart_node(Rehearsal& r, const std::string& node) {
  stop_nodes(r, {node});
  r.network().node(node).start_again();
  r.record(record::Expected{kProcessEnds, "it runs", false}, node);
}

Peers::Peers(Rehearsal& r, Restart restart)
    : r_(r), restart_(std::move(restart)), questioner_(r.http(), r.network().cli(), r.profile()) {}

void Peers::watch(bool wanted) {
  if (!wanted) asking_.reset();
  if (!wanted || asking_) return;
  ask();
  asking_ = r_.loop().every(std::chrono::milliseconds(200), [this] { ask(); });
}

void Peers::ask() {
  for (const auto& name : r_.view().order)
    questioner_.ask({question::peers, name, {}, 0}, r_.network().respondent(name), [this, name, asked = now_micros()](const Answer& a) {
      if (a.answered) said_[name] = {number_in(a.value), asked};
    });
}

std::vector<std::string> Peers::lacking(const std::vector<std::string>& up, Micros since) const {
  std::vector<std::string> lacking;
  for (const auto& name : up) {
    const auto said = said_.find(name);
    const bool all = said != said_.end() && said->second.asked >= since && said->second.count + 1 >= static_cast<std::int64_t>(up.size());
    if (!all) lacking.push_back(name);
  }
  return lacking;
}

void Peers::help(const std::vector<std::string>& lacking, Micros since) {
  const NodeView* least = nullptr;
  for (const auto& name : lacking) {
    const auto& n = r_.view().nodes.at(name);
    if (!started_again_.contains(name) && (!least || n.member.power < least->member.power)) least = &n;
  }
  for (const auto& [name, when] : started_again_) since = std::max(since, when);
  // CometBFT dials a lost peer again every 5 to 8 s: of the 60 s that a scenario has by default it did so twice by then.
  const double patience = r_.scenario().demands.recovery.seconds() / 3;
  if (!least || static_cast<double>(now_micros() - since) / 1e6 <= patience) return;
  const auto name = least->member.name;
  started_again_[name] = now_micros();
  r_.note(name + " does not find its peers again: it is started again");
  restart_(r_, name);
}

std::string Peers::finding(Micros since) const {
  std::string names;
  for (const auto& [name, when] : started_again_)
    if (when >= since) names += (names.empty() ? "" : ", ") + name;
  return names.empty() ? "" : "its peers did not come back by themselves, and this was started again: " + names;
}

}  // namespace rehearse
