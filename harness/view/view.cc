#include "harness/view/view.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace rehearse {

using namespace record;

namespace {

template <class... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};
template <class... Fs>
Overloaded(Fs...) -> Overloaded<Fs...>;  // clang 14 does not deduce it

// The heights below it that have no entry were passed by then too (find_reached): a node that jumps costs one entry.
void reach(std::map<std::int64_t, Micros>& reached, std::int64_t height, Micros now) {
  if (height > (reached.empty() ? 0 : reached.rbegin()->first)) reached[height] = now;
}

// What it says last: a node whose blocks were dropped may come to have others at their heights.
void hear_block(NetworkView& v, NodeView& n, std::int64_t height, const std::string& hash) {
  if (hash.empty() || std::exchange(n.block_hashes[height], hash) == hash) return;
  v.block_hashes.add(height, hash);
}

void fold_head(NetworkView& v, NodeView& n, const HeadSeen& h, Micros seen) {
  if (h.store_height > n.head.store_height || h.app_height > n.head.app_height) ++v.progress;
  n.head = h;
  n.head_seen = seen;
  if (!h.app_hash.empty() && n.app_hashes.try_emplace(h.app_height, h.app_hash).second)
    v.states.add(h.app_height, h.app_hash);
  hear_block(v, n, h.store_height, h.block_hash);
  reach(n.committed, h.app_height, seen);
  reach(n.stored, h.store_height, seen);
}

void fold_start(NetworkView& v, NodeView& n, const ProcessStarted& p, const Event& e) {
  n.incarnation = e.incarnation;
  n.alive = true;
  n.started = e.seen;
  n.starts.push_back(e.seen);
  n.program = p.program;
  n.head = {};
  const bool again = !n.ends.empty() && n.ends.back().end.starts_again;
  if (p.pid && (again || v.taken_down(e.node))) n.revived.insert(e.incarnation);
  ++v.progress;
}

// Starting it again helps as long as it comes to a block in between, or has not failed too often for that.
bool may_recover(NodeView& n) {
  constexpr int kMostInARow = 8;
  const auto highest = n.stored.empty() ? 0 : n.stored.rbegin()->first;
  if (highest > n.failed_above) n.failed = 0;
  n.failed_above = highest;
  return ++n.failed < kMostInARow;
}

// Killed then, a node may have half of the upgrade in its data, and fail until its operator restores them.
bool migrates(const NetworkView& v, const NodeView& n) {
  return v.plan && n.line(Pattern::applying_upgrade) && !n.committed_at(v.plan->height);
}

bool takes_down(const SeenFault& f, const std::string& node) { return std::ranges::find(f.takes_down, node) != f.takes_down.end(); }

// The old release again, which ends at each start until its operator installs the new one.
bool is_halted_as_before(const NodeView& n) { return n.halt && n.revived.contains(n.incarnation) && n.line(Pattern::upgrade_needed, n.incarnation); }

// Once the fault is undone, the node is started until it stays: what it dies of for the second time is its own.
bool is_of_fault(const NetworkView& v, const NodeView& n, const std::string& node) {
  return std::ranges::any_of(v.faults, [&](const SeenFault& f) {
    if (!f.open() || !takes_down(f, node)) return false;
    const auto* healing = f.transition(FaultState::healing);
    const auto died_since_healing = [&](const SeenEnd& e) { return e.seen > healing->seen; };
    return !healing || std::ranges::none_of(n.ends, died_since_healing) || migrates(v, n) || is_halted_as_before(n);
  });
}

void fold_end(NetworkView& v, NodeView& n, const ProcessEnded& p, const Event& e) {
  n.alive = false;
  const bool of_fault = is_of_fault(v, n, e.node);
  const bool excused = of_fault || v.expects(e.node, kProcessEnds) || (p.starts_again && may_recover(n));
  n.ends.push_back({e.seq, e.seen, e.incarnation, of_fault, excused, p});
  ++v.progress;
}

SeenLine seen_line(const Event& e, const LogLine& l, bool ending) {
  const bool setting = l.pattern.starts_with(kSettingLine);
  return {e.seq,
          e.seen,
          e.incarnation,
          l,
          ending,
          find_named<Pattern>(l.pattern),
          setting ? l.pattern.substr(std::string_view(kSettingLine).size()) : "",
          l.pattern == kErrorLine};
}

void fold_halt(NodeView& n, const Event& e) {
  if (!n.halt) n.halt = NodeView::Halt{e.seen, e.incarnation};
}

void fold_fault(NetworkView& v, const FaultTransition& m, Micros seen) {
  ++v.progress;
  for (auto& f : v.faults) {
    if (f.plan.id != m.id) continue;
    if (m.state == FaultState::injecting) f.due = m.due, f.nodes = m.nodes, f.takes_down = m.takes_down;
    f.transitions.push_back({m.state, m.detail, m.finding, seen});
  }
}

std::optional<Micros> find_reached(const std::map<std::int64_t, Micros>& reached, std::int64_t height) {
  const auto found = reached.lower_bound(height);
  if (found == reached.end()) return std::nullopt;
  return found->second;
}

void fold_plan(NetworkView& v, const PlanProposed& p, const Event& e) {
  v.plan = p, v.plan_seen = e.seen, v.plan_leg = v.named("");
  v.milestones.erase(MilestoneName::passed);  // another's vote
  for (auto& [name, node] : v.nodes) node.halt.reset();
}

// What a leg brought about on purpose says nothing of those after it.
void forget_expected(NetworkView& v) {
  const auto of_all = [](const auto& x) { return x.first.empty(); };
  if (std::erase_if(v.expected, of_all) == 0) return;
  for (auto& [name, n] : v.nodes) {
    n.lines_of_past_legs.insert(n.lines_of_past_legs.end(), n.lines.begin(), n.lines.end()), n.lines.clear();
    for (auto& e : n.ends)
      if (e.excused) e.end.starts_again = false;  // of which the last panic would count
  }
}


// A plan that was not carried out goes with the leg that proposed it: nothing is to halt for it any more.
void fold_leg_end(NetworkView& v, const Event& e) {
  if (v.plan && v.plan_leg == v.named("") && v.expected_outcome && !v.expected_outcome->applied) v.plan.reset();
  v.expected_outcome.reset(), ++v.progress;
  forget_expected(v);
  if (v.leg()) v.legs.back().ended = e.seen;
}

}  // namespace

const SeenLine* NodeView::line(Pattern pattern, int from_incarnation) const {
  for (const auto& l : lines)
    if (l.pattern == pattern && l.incarnation >= from_incarnation) return &l;
  return nullptr;
}

std::optional<Micros> NodeView::committed_at(std::int64_t h) const { return find_reached(committed, h); }
std::optional<Micros> NodeView::stored_at(std::int64_t h) const { return find_reached(stored, h); }

std::int64_t NodeView::height_at(Micros when) const {
  const auto later = std::ranges::find_if(stored, [&](const auto& s) { return s.second > when; });
  return later == stored.begin() ? 0 : std::prev(later)->first;
}

void NetworkView::ValuesByHeight::add(std::int64_t height, const std::string& value) {
  if (first.try_emplace(height, value).first->second != value) disputed.insert(height);
}

const SeenFault::Transition* SeenFault::transition(FaultState state) const {
  for (const auto& t : transitions)
    if (t.state == state) return &t;
  return nullptr;
}

const SeenFault::Transition* SeenFault::end() const {
  const auto* recovered = transition(FaultState::recovered);
  return recovered ? recovered : transition(FaultState::failed);
}

bool SeenFault::open() const { return transition(FaultState::injecting) && !end(); }

bool NetworkView::taken_down(const std::string& node) const {
  return std::any_of(faults.begin(), faults.end(), [&](const SeenFault& f) {
    return f.open() && takes_down(f, node);
  });
}

bool NetworkView::fault_open() const {
  return std::any_of(faults.begin(), faults.end(), [](const SeenFault& f) { return f.plan.disruptive && f.open(); });
}

bool NetworkView::disturbed() const {
  return std::any_of(faults.begin(), faults.end(), [](const SeenFault& f) { return f.plan.disruptive && f.transition(FaultState::injecting); });
}

bool SeenFault::open_at(Micros when) const {
  const auto *begun = transition(FaultState::injecting), *over = end();
  return begun && begun->seen <= when && (!over || when <= over->seen);
}

bool NetworkView::fault_open_at(Micros when) const {
  return std::any_of(faults.begin(), faults.end(), [&](const SeenFault& f) { return f.plan.disruptive && f.open_at(when); });
}

namespace {

// The address stands in it as a whole: 127.0.0.1 does not stand in 127.0.0.12:26656.
bool names_address(const std::string& line, const std::string& ip) {
  if (ip.empty()) return false;
  for (auto at = line.find(ip); at != std::string::npos; at = line.find(ip, at + 1)) {
    const auto next = at + ip.size();
    const auto digit = [&](std::size_t i) { return std::isdigit(static_cast<unsigned char>(line[i])) != 0; };
    if ((at == 0 || !digit(at - 1)) && (next == line.size() || !digit(next))) return true;
  }
  return false;
}

}  // namespace

bool NetworkView::in_wake_of_fault(const std::string& node, const std::string& line, Micros when) const {
  constexpr Micros kQuiet = 5'000'000;  // CometBFT gives up to dial after 3 s; the rest is margin
  return std::any_of(faults.begin(), faults.end(), [&](const SeenFault& f) {
    const auto* over = f.transition(FaultState::recovered);
    if (!over || when < over->seen || when > over->seen + kQuiet) return false;
    const auto acted_on = [&](const std::string& n) {
      return f.nodes.empty() || std::find(f.nodes.begin(), f.nodes.end(), n) != f.nodes.end();
    };
    // A peer that dialled in is named by a port of its moment, or by nothing but its id.
    return acted_on(node) || std::none_of(nodes.begin(), nodes.end(), [&](const auto& other) {
             return other.first != node && !acted_on(other.first) && names_address(line, other.second.member.ip);
           });
  });
}

bool NetworkView::taken_down_at(const std::string& node, Micros when) const {
  return std::any_of(faults.begin(), faults.end(), [&](const SeenFault& f) {
    return f.open_at(when) && takes_down(f, node);
  });
}

bool SeenFault::expects(Cause cause) const {
  return std::find(plan.expected_causes.begin(), plan.expected_causes.end(), cause) != plan.expected_causes.end();
}

bool NetworkView::fault_expects(Cause cause) const {
  return std::any_of(faults.begin(), faults.end(), [&](const SeenFault& f) { return f.transition(FaultState::injecting) && f.expects(cause); });
}

std::optional<Phase> NetworkView::phase_at(Micros when) const {
  std::optional<Phase> phase;
  for (const auto& [name, entered] : phases)
    if (entered <= when) phase = name;
  return phase;
}

std::int64_t NetworkView::total_power() const {
  std::int64_t sum = 0;
  for (const auto& [name, n] : nodes) sum += n.member.power;
  return sum;
}

std::int64_t NetworkView::power_of(const std::vector<std::string>& names) const {
  std::int64_t sum = 0;
  for (const auto& name : names)
    if (const auto found = nodes.find(name); found != nodes.end()) sum += found->second.member.power;
  return sum;
}

std::vector<const NodeView*> NetworkView::all() const {
  std::vector<const NodeView*> out;
  for (const auto& name : order) out.push_back(&nodes.at(name));
  return out;
}

std::string NetworkView::representative() const {
  const auto all = validators();
  const auto met = std::ranges::find_if(all, [](const NodeView* n) { return !n->member.node_id.empty(); });
  return met != all.end() ? (*met)->member.name : all.empty() ? "" : all.front()->member.name;
}

std::vector<const NodeView*> NetworkView::validators() const {
  auto out = all();
  std::erase_if(out, [](const NodeView* n) { return !n->member.validator; });
  return out;
}

std::int64_t NetworkView::lowest_height() const {
  std::int64_t lowest = nodes.empty() ? 0 : INT64_MAX;
  for (const auto& [name, n] : nodes) lowest = std::min(lowest, n.head.store_height);
  return lowest;
}

std::int64_t NetworkView::highest_height() const {
  std::int64_t highest = 0;
  for (const auto& [name, n] : nodes)
    if (!n.stored.empty()) highest = std::max(highest, n.stored.rbegin()->first);
  return highest;
}

const SeenAnswer* NetworkView::answer(const std::string& checkpoint, const std::string& question,
                                      const std::string& node, const std::map<std::string, std::string>& args,
                                      std::int64_t height) const {
  const auto wanted = named(checkpoint);
  for (auto it = answers.rbegin(); it != answers.rend(); ++it) {
    const auto& a = it->answer;
    if (a.checkpoint == wanted && a.question == question && it->node == node &&
        (args.empty() || a.args == args) && a.height == height)
      return &*it;
  }
  return nullptr;
}

const record::Surveyed* NetworkView::survey(const std::string& checkpoint) const {
  const auto wanted = named(checkpoint);
  const auto found = std::find_if(surveys.rbegin(), surveys.rend(), [&](const auto& s) { return s.checkpoint == wanted; });
  return found == surveys.rend() ? nullptr : &*found;
}

std::string NetworkView::agreed_app_hash(std::int64_t height) const {
  const auto found = blocks.find(height + 1);
  return found == blocks.end() ? "" : found->second.block.app_hash;
}

void fold(NetworkView& v, const Event& e) {
  v.last_seq = e.seq;
  v.last_seen = e.seen;
  NodeView* n = nullptr;
  if (const auto found = v.nodes.find(e.node); found != v.nodes.end()) n = &found->second;
  if (e.node == kProvider) n = &v.provider;
  std::visit(Overloaded{
                 [&](const ProcessStarted& p) {
                   if (n) fold_start(v, *n, p, e);
                 },
                 [&](const ProcessEnded& p) {
                   if (n) fold_end(v, *n, p, e);
                 },
                 [&](const LogLine& l) {
                   if (!n) return;
                   n->lines.push_back(seen_line(e, l, v.expects(e.node, kProcessEnds)));
                   if (n->lines.back().pattern == Pattern::upgrade_needed) fold_halt(*n, e);
                   if (!n->lines.back().unmatched) ++v.progress;
                 },
                 [&](const UpgradeInfoSeen& u) {
                   if (n && (!v.plan || u.height >= v.plan->height)) fold_halt(*n, e), ++v.progress;  // else what an earlier plan left
                 },
                 [&](const LogCounted& c) {
                   if (n) n->log = c;
                 },
                 // What was asked of an earlier process says nothing about this one.
                 [&](const HeadSeen& h) {
                   if (n && e.incarnation == n->incarnation) fold_head(v, *n, h, e.seen);
                 },
                 [&](const ConsensusProbed& c) {
                   if (n && e.incarnation == n->incarnation) n->probes.push_back({e.seen, e.incarnation, c}), ++v.asked;
                 },
                 [&](const BlockSeen& b) {
                   if (n) hear_block(v, *n, b.height, b.hash);
                   if (!v.blocks.try_emplace(b.height, SeenBlock{b, e.seen}).second) return;
                   ++v.progress;
                   if (!b.app_hash.empty()) v.states.add(b.height - 1, b.app_hash);
                 },
                 [&](const Answered& a) {
                   v.answers.push_back({e.seq, e.seen, e.node, a});
                 },
                 [&](const Surveyed& s) { v.surveys.push_back(s); },
                 [&](const TransactionTried& t) { v.tried.push_back(t), ++v.progress; },
                 [&](const Sampled& s) {
                   if (n) n->samples.push_back({e.seen, e.incarnation, s});
                 },
                 [&](const Stalled& s) { v.stalls.emplace_back(e.seen - static_cast<Micros>(s.seconds * 1e6), e.seen); },
                 [&](const RunStarted& r) { v.run = r, v.run_seen = e.seen; },
                 [&](const ReleasesOpened& r) { v.releases = r, v.releases_seen = e.seen; },
                 [&](const NetworkPlanned& p) {
                   v.network = p;
                   v.order.clear();  // one that is taken up again has other addresses
                   for (const auto& m : p.members) {
                     v.order.push_back(m.name);
                     v.nodes[m.name].member = m;
                   }
                 },
                 [&](const ProviderPlanned& p) { v.provider_plan = p; },
                 [&](const CommandRan& c) { v.provider_commands.emplace_back(c.started, e.seen), ++v.progress; },
                 [&](const PhaseEntered& p) { v.phases.emplace_back(p.phase, e.seen), ++v.progress; },
                 [&](const StepStarted& s) {
                   v.steps.push_back({s, e.seen, 0, StepOutcome::error, ""}), ++v.progress;
                 },
                 [&](const StepEnded& s) {
                   for (auto& step : v.steps)
                     if (step.step.step == s.step && !step.ended)
                       step.ended = e.seen, step.outcome = s.outcome, step.detail = s.detail;
                   ++v.progress;
                 },
                 [&](const PlanProposed& p) { fold_plan(v, p, e); },
                 [&](const LegStarted& l) { v.expected_outcome.reset(), v.legs.push_back({l, e.seen, 0}), ++v.progress; },
                 [&](const LegEnded&) { fold_leg_end(v, e); },
                 [&](const ExpectedOutcome& a) { v.expected_outcome = a, v.expected_outcome_seq = e.seq, v.expected_outcome_seen = e.seen; },
                 [&](const Expected& x) {
                   if (x.begins)
                     v.expected.emplace(e.node, x.what);
                   else
                     v.expected.erase({e.node, x.what});
                 },
                 [&](const FaultPlanned& p) { v.faults.push_back({p, p.nodes, {}, {}, 0}); },
                 [&](const FaultTransition& m) { fold_fault(v, m, e.seen); },
                 [&](const TransactionsAccounted& t) { v.transactions.push_back(t); },
                 [&](const RunStopped& s) { v.stopped = s, v.stopped_seen = e.seen, v.stopped_seq = e.seq; },
                 [&](const TeardownEnded& t) { v.teardown = t, v.torn_down = e.seen; },
                 [&](const Milestone& m) { v.milestones.try_emplace(m.name, e.seen); },
                 [&](const Forked& f) { v.forked = f; },
                 [](const Judged&) {},
                 [](const Concluded&) {},
             },
             e.body);
}

NetworkView fold_all(const std::vector<Event>& events) {
  NetworkView v;
  for (const auto& e : events) fold(v, e);
  return v;
}

}  // namespace rehearse
