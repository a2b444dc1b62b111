// What stands without a word: votes that are refused, a call of the application that does not return, a block that never ends.
#include <fmt/format.h>

#include <algorithm>

#include "harness/judge/block_cost.h"
#include "harness/judge/diagnosis/diagnose.h"
#include "harness/judge/diagnosis/panics.h"
#include "harness/judge/taken_connections.h"

namespace rehearse {

namespace {

const char* step_name(int step) {
  constexpr const char* kNames[] = {"?",         "new height",     "new round",
                                    "propose",   "prevote",        "prevote wait",
                                    "precommit", "precommit wait", "commit"};
  return step >= 1 && step <= 8 ? kNames[step] : kNames[0];
}

constexpr int kPrecommit = 6, kPrecommitWait = 7;

// A node that has stood at one place for that many questions, the last of them.
struct Standing {
  const NodeView* node;
  const record::ConsensusProbed* at;
};

// Who works gets on.
bool at_same_place(const record::ConsensusProbed& a, const record::ConsensusProbed& b) {
  if (a.stack.empty() || b.stack.empty()) return true;
  return a.stack.front().function == b.stack.front().function && a.stack.front().line == b.stack.front().line;
}

// It waits for others of its process, and these work: the processor's time goes on since then.
bool waits_for_work(const NetworkView& v, const Standing& s, Micros since) {
  constexpr double kBusy = 0.5;  // of a processor
  if (s.at->stack.empty() || !only_waits(s.at->stack.front().function)) return false;
  const auto had = processor_time(*s.node, since, v.last_seen);
  return had.seconds > kBusy * had.of;
}

std::vector<Standing> standing(const NetworkView& v, std::size_t questions) {
  std::vector<Standing> all;
  for (const auto* n : v.all()) {
    if (!n->alive || n->probes.size() < questions) continue;
    const auto& last = n->probes.back().consensus;
    const bool stood = std::all_of(n->probes.end() - static_cast<std::ptrdiff_t>(questions), n->probes.end(),
                                   [&](const NodeView::Probe& p) {
                                     return p.incarnation == n->incarnation &&
                                            p.consensus.height == last.height &&
                                            p.consensus.round == last.round && p.consensus.step == last.step &&
                                            at_same_place(p.consensus, last);
                                   });
    if (stood && n->head.store_height <= last.height) all.push_back({n, &last});
  }
  return all;
}

std::string place_of(const Standing& s) {
  if (s.at->step == 0)
    return fmt::format("{} stands at height {}, and its consensus answers nothing", s.node->member.name,
                       s.at->height);
  return fmt::format(
      "{} stands at height {}, round {}, step {} ({}), with prevotes of {:.0f} % of the power and precommits "
      "of {:.0f} %",
      s.node->member.name, s.at->height, s.at->round, s.at->step, step_name(s.at->step), 100 * s.at->prevoted,
      100 * s.at->precommitted);
}

Found of_standing(const NetworkView& v, Cause cause, const std::string& proof,
                  const std::vector<Standing>& all) {
  Shown shown;
  for (const auto& s : all) shown.nodes.push_back(s.node->member.name);
  auto d = make_diagnosis(v, cause, proof, shown);
  d.where.height = all.front().at->height;
  d.first_evidence = place_of(all.front());
  for (std::size_t i = 1; i < all.size(); ++i) d.consequences.push_back(place_of(all[i]));
  return d;
}

}  // namespace

// A precommit with an extension that the application refuses is dropped without a word: each node has its own
// only.
Found vote_extension_refused(const NetworkView& v) {
  auto all = standing(v, 2);
  std::erase_if(all, [](const Standing& s) {
    const bool on = s.at->extensions_from > 0 && s.at->height >= s.at->extensions_from;
    const bool lacks_precommits = (s.at->step == kPrecommit || s.at->step == kPrecommitWait) &&
                                  3 * s.at->prevoted > 2 && 3 * s.at->precommitted <= 2;
    return !on || !lacks_precommits || s.at->peers == 0;
  });
  std::vector<std::string> nodes;
  for (const auto& s : all) nodes.push_back(s.node->member.name);
  if (all.empty() || 3 * v.power_of(nodes) <= v.total_power()) return std::nullopt;
  auto d = of_standing(
      v, Cause::vote_extension_refused,
      fmt::format("votes have extensions since height {}; prevotes are there, and no precommits of others",
                  all.front().at->extensions_from),
      all);
  d->where.method = name_of(AbciMethod::verify_vote_extension);
  return d;
}

namespace {

// Who is in the application: another goroutine, for whose end consensus waits, or consensus.
std::vector<GoFrame> in_application(const record::ConsensusProbed& at) { return go_frames(at.holder.empty() ? at.stack : at.holder); }

// In a call of the application that does not return: it says where. Who may go on by itself has until the run's patience is over.
Found does_not_return(const NetworkView& v) {
  constexpr std::size_t kInside = 5;
  auto inside = standing(v, kInside);
  std::erase_if(inside, [&](const Standing& s) {
    const auto since = s.node->probes[s.node->probes.size() - kInside].seen;
    return !abci_method(in_application(*s.at)) || (!v.stopped && (s.at->goes_on || waits_for_work(v, s, since)));
  });
  if (inside.empty()) return std::nullopt;
  const auto& at = *inside.front().at;
  const auto stack = in_application(at);
  auto d = of_standing(v, Cause::blocks_stopped,
                       !at.holder.empty() ? "consensus waits for its turn, and a call of the application does not return"
                       : at.goes_on       ? "consensus waits for the application, which has not returned in the time that a chain has to resume"
                                          : "consensus waits for the application, which does not return",
                       inside);
  d->where = failed_at(d->where.height, stack);
  d->first_evidence += ", " + in_words("", stack);
  return d;
}

// CometBFT's consensus fails by a panic, of which it says something at level error only. So it ends for a plan, too, and for whatever
// else is said of it: other rules know better.
Found has_ended(const NetworkView& v) {
  auto gone = standing(v, 2);
  std::erase_if(gone, [&](const Standing& s) {
    const bool halts = v.plan && s.at->height == v.plan->height;
    const bool says = s.node->line(Pattern::consensus_failure, s.node->incarnation);
    return s.at->state != kNoGoroutine || s.node->head.catching_up || halts || says;
  });
  if (gone.empty()) return std::nullopt;
  return of_standing(v, Cause::blocks_stopped, "the goroutine that runs consensus has ended: it failed, and the log does not say of what", gone);
}

}  // namespace

bool a_block_may_still_come(const NetworkView& v) {
  return std::ranges::any_of(standing(v, 1), [](const Standing& s) { return s.at->goes_on; });
}

Found blocks_stopped(const NetworkView& v) {
  if (auto found = does_not_return(v)) return found;
  if (auto found = has_ended(v)) return found;
  // Or nobody says anything, though there is enough power to go on.
  constexpr std::size_t kSilent = 4;
  auto all = standing(v, kSilent);
  std::erase_if(all, [](const Standing& s) { return s.at->peers == 0 || s.at->step == 0; });
  std::vector<std::string> nodes;
  for (const auto& s : all) nodes.push_back(s.node->member.name);
  if (all.empty() || 3 * v.power_of(nodes) <= 2 * v.total_power()) return std::nullopt;
  return of_standing(v, Cause::blocks_stopped,
                     "more than 2/3 of the power is up and connected, and stands at one place", all);
}

namespace {

// All that this node reaches, over others too.
std::vector<std::string> reached_by(const NetworkView& v, const std::string& node, const std::vector<std::string>& up) {
  const auto moment = v.stopped ? v.stopped_seen : v.last_seen;
  std::vector<std::string> reached = {node};
  for (std::size_t i = 0; i < reached.size(); ++i) {
    const auto taken = taken_connections(v, reached[i], moment);
    for (const auto& other : up)
      if (!taken.contains(other) && std::ranges::find(reached, other) == reached.end()) reached.push_back(other);
  }
  return reached;
}

}  // namespace

// More than 2/3 of the power is up, and not connected: some take lost connections for open.
Found not_connected(const NetworkView& v) {
  constexpr std::size_t kSilent = 4;
  Shown shown;
  for (const auto& s : standing(v, kSilent)) shown.nodes.push_back(s.node->member.name);
  if (3 * v.power_of(shown.nodes) <= 2 * v.total_power()) return std::nullopt;
  for (const auto& node : shown.nodes)
    if (3 * v.power_of(reached_by(v, node, shown.nodes)) > 2 * v.total_power()) return std::nullopt;
  shown.first = taken_connections(v, shown.nodes.front(), v.stopped ? v.stopped_seen : v.last_seen).begin()->second;
  auto d = make_diagnosis(v, Cause::blocks_stopped, "more than 2/3 of the power is up, and no node reaches as much: lost connections are taken for open",
                          shown);
  d.where.height = v.highest_height() + 1;
  d.owner = name_of(Owner::chain);
  d.advice = "run again, or start the nodes anew that refuse their peers: CometBFT keeps a lost connection until its next start";
  return d;
}

// However slow a machine is: what a block costs is counted in the time that a node did have a processor.
Found block_not_executed(const NetworkView& v) {
  constexpr double kLeast = 5, kTimes = 20;  // seconds; of what a block cost before the upgrade
  constexpr double kShare = 0.25;            // of the time; a node that only waits takes a tenth
  if (!v.plan) return std::nullopt;
  Shown shown;
  std::string evidence;
  for (const auto* n : v.all()) {
    if (!n->halt || n->stored.empty() || n->stored.rbegin()->first <= v.plan->height) continue;
    const auto& [height, since] = *n->stored.rbegin();
    const auto begun = n->stored.begin();
    const auto until = v.stopped ? v.stopped_seen : v.last_seen;
    const auto blocks = static_cast<double>(std::max<std::int64_t>(1, v.plan->height - begun->first));
    const double before = processor_time(*n, begun->second, n->halt->seen).seconds / blocks, now = processor_time(*n, since, until).seconds;
    if (now < std::max(kLeast, kTimes * before) || now < kShare * static_cast<double>(until - since) / 1e6) continue;
    shown.nodes.push_back(n->member.name);
    if (evidence.empty())
      evidence = fmt::format("{} has computed for {:.0f} s since block {}, and has not come to the next; a block cost {:.2f} s before the upgrade",
                             n->member.name, now, height, before);
  }
  if (3 * v.power_of(shown.nodes) <= v.total_power()) return std::nullopt;
  auto d = make_diagnosis(v, Cause::blocks_stopped, "the processors are the nodes' own, and no block comes", shown);
  d.where.height = v.highest_height() + 1;
  d.first_evidence = evidence;
  return d;
}

Found blocks_dearer(const NetworkView& v) {
  const auto dearer = dearer_blocks(v);
  if (!dearer) return std::nullopt;
  Shown shown;
  shown.nodes = dearer->nodes;
  auto d = make_diagnosis(v, Cause::blocks_slow, "blocks cost the nodes several times more of their own processor time, and come later", shown);
  d.first_evidence = in_words(*dearer);
  return d;
}

}  // namespace rehearse
