#include "harness/faults/driver.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <stdexcept>

#include "harness/engine/goals.h"
#include "harness/view/journal.h"
#include "localnet/base/log.h"

namespace rehearse {

namespace {

// For the proofs: what is not in effect by then never is.
constexpr double kMostToApply = 20, kMostToHeal = 40;

double seconds_since(Micros then) { return static_cast<double>(now_micros() - then) / 1e6; }

// A network that has done nothing yet shows nothing: no trigger counts before the first blocks.
constexpr std::int64_t kFirstBlocks = 3;

std::optional<Micros> traffic(const NetworkView& v) {
  std::optional<Micros> first;
  for (const auto* n : v.all())
    if (const auto at = n->stored_at(kFirstBlocks); at && (!first || *at < *first)) first = at;
  return first;
}

// Whoever proposed the latest block that was seen.
std::vector<std::string> proposer(const NetworkView& v) {
  if (!v.blocks.empty())
    for (const auto* n : v.validators())
      if (n->member.consensus_address == v.blocks.rbegin()->second.block.proposer) return {n->member.name};
  return {};
}

// What goes wrong with a fault is not the run's trouble; empty: nothing.
std::string trouble_of(const std::function<void()>& work) {
  try {
    work();
    return "";
  } catch (const Error& e) {
    return e.what();
  } catch (const StepFailed& e) {
    return e.what();
  } catch (const std::filesystem::filesystem_error& e) {
    return e.what();
  } catch (const record::Json::exception& e) {
    return e.what();
  } catch (const std::out_of_range& e) {  // what was not begun lacks what its heal looks for
    return e.what();
  }
}

}  // namespace

struct FaultDriver::ActiveFault {
  Injection what;
  Trigger trigger;
  std::unique_ptr<Fault> fault;
  FaultState state = FaultState::planned;
  Micros since = 0;  // in this state
  bool in_effect = false;
  std::string given_up;  // why it is healed before its time; empty: it is not
  bool busy = false;  // one of its verbs waits, and the others go on
  // Of its recovery.
  Micros clear = 0;  // no other fault is in its way since then
  std::int64_t height = 0;
};

std::unique_ptr<Fault> make_fault(Rehearsal& r, const Injection& i) { return find_fault_kind(i.kind)->make(r, i); }

FaultDriver::FaultDriver(Rehearsal& r, std::vector<Injection> planned, Make make, Peers::Restart restart)
    : r_(r), make_(std::move(make)), peers_(r, std::move(restart)) {
  for (auto& i : planned) {
    for (const auto& name : i.target.nodes)
      if (!r.view().nodes.contains(name))
        throw Error(Blame::scenario, fmt::format("fault {}: there is no node {} in this network", i.id, name));
    auto c = std::make_unique<ActiveFault>();
    c->trigger = parse_trigger(i.when);
    const auto& kind = *find_fault_kind(i.kind);
    r.record(record::FaultPlanned{i.id, i.kind, i.when, i.who, i.target.nodes, kind.expected_causes, i.lasts_s, kind.disruptive});
    c->what = std::move(i);
    all_.push_back(std::move(c));
  }
}

FaultDriver::~FaultDriver() { close(); }

void FaultDriver::close() {
  for (auto& c : all_) {
    if (!std::exchange(c->in_effect, false)) continue;
    try {
      if (c->state == FaultState::applied) transition(*c, FaultState::healing, "");
      c->fault->heal();
      if (c->state != FaultState::healing) continue;
      if (const auto proof = c->fault->healed(); !proof.empty()) transition(*c, FaultState::healed, proof);
    } catch (const std::exception& e) {
      log_warning(fmt::format("fault {} ({}) was not healed: {}", c->what.id, c->what.kind, e.what()));
    }
  }
}

void FaultDriver::transition(ActiveFault& c, FaultState state, const std::string& detail, const std::string& finding) {
  c.state = state;
  c.since = now_micros();
  r_.record(record::FaultTransition{c.what.id, state, detail, {}, {}, 0, finding});
  log_info(fmt::format("fault {}: {} {}", c.what.id, name_of(state), detail));
  if (state == FaultState::injecting || state == FaultState::healing) return;
  r_.note(fmt::format("fault {}: {}: {}{}{}", c.what.id, c.what.kind, name_of(state), detail.empty() ? "" : ", " + detail,
                      finding.empty() ? "" : "; finding: " + finding));
}

bool FaultDriver::over(const ActiveFault& c) const {
  return c.state == FaultState::recovered || c.state == FaultState::skipped || c.state == FaultState::missed || c.state == FaultState::failed;
}

void FaultDriver::advance() {
  for (auto& c : all_) {
    if (over(*c) || c->busy) continue;
    c->busy = true;
    try {
      advance(*c);
    } catch (...) {
      c->busy = false;
      throw;
    }
    c->busy = false;
  }
  peers_.watch(std::any_of(all_.begin(), all_.end(), [](const auto& c) { return c->state == FaultState::healed; }));
}

void FaultDriver::advance(ActiveFault& c) {
  if (const auto trouble = trouble_of([&] { go_on(c); }); !trouble.empty()) give_up(c, trouble);
}

void FaultDriver::go_on(ActiveFault& c) {
  if (c.state == FaultState::planned) return wait_for_trigger(c);
  if (c.state == FaultState::injecting) {
    if (const auto proof = c.fault->applied(); !proof.empty()) return transition(c, FaultState::applied, proof);
    if (seconds_since(c.since) > kMostToApply) give_up(c, fmt::format("not seen to be applied in {} s", kMostToApply));
    return;
  }
  if (c.state == FaultState::applied) {
    if (seconds_since(c.since) < c.what.lasts_s) return;
    transition(c, FaultState::healing, "");
    c.fault->heal();
    c.in_effect = false;
  }
  if (c.state == FaultState::healing) return watch_heal(c);
  watch_recovery(c);
}

// What its node is without, and does, stays excused until all is as it was before.
void FaultDriver::give_up(ActiveFault& c, const std::string& why) {
  if (!c.in_effect || c.state == FaultState::healing) return transition(c, FaultState::failed, c.given_up.empty() ? why : c.given_up + "; " + why);
  c.given_up = why;
  transition(c, FaultState::healing, "");
  const auto trouble = trouble_of([&] { c.fault->heal(); });
  if (!trouble.empty()) return transition(c, FaultState::failed, why + "; " + trouble);
  c.in_effect = false;
}

void FaultDriver::watch_heal(ActiveFault& c) {
  const auto proof = c.fault->healed();
  if (proof.empty() && seconds_since(c.since) <= kMostToHeal) return;
  if (!c.given_up.empty()) return transition(c, FaultState::failed, c.given_up);
  if (proof.empty()) return transition(c, FaultState::failed, fmt::format("not seen to be healed in {} s", kMostToHeal));
  c.height = r_.view().highest_height();
  c.clear = now_micros();
  transition(c, FaultState::healed, proof);
}

void FaultDriver::wait_for_trigger(ActiveFault& c) {
  const auto when = came_true(c.trigger, r_.view(), c.what.target.nodes), may = traffic(r_.view());
  if (!when || !may) return;
  const auto due = std::max(*when, *may) + static_cast<Micros>(c.what.after_s * 1e6);
  if (now_micros() < due || in_the_way(c)) return;
  if (c.what.target.proposer) {
    const auto node = proposer(r_.view());
    if (node.empty()) return;
    const auto& kind = *find_fault_kind(c.what.kind);
    c.what.target = kind.acts_on == ActsOn::link ? isolate(r_.scenario().network, node) : Target{node, {}, {}, false};
  }
  begin(c, due);
}

// Two faults of one kind of target undo each other's doing: what kills a node and starts it again ends a pause of it, and a link
// has one condition. The later one waits until the earlier has been healed.
bool FaultDriver::in_the_way(const ActiveFault& c) const {
  const auto acts_on = [](const ActiveFault& o) { return find_fault_kind(o.what.kind)->acts_on; };
  const auto shares = [](const auto& one, const auto& other) {
    return (one.empty() && other.empty()) ||
           std::any_of(one.begin(), one.end(), [&](const auto& x) { return std::find(other.begin(), other.end(), x) != other.end(); });
  };
  return std::any_of(all_.begin(), all_.end(), [&](const auto& o) {
    if (o.get() == &c || acts_on(*o) != acts_on(c)) return false;
    if (o->state != FaultState::injecting && o->state != FaultState::applied && o->state != FaultState::healing) return false;
    const auto &mine = c.what.target, &theirs = o->what.target;
    return acts_on(c) == ActsOn::link ? shares(mine.links, theirs.links) : shares(mine.nodes, theirs.nodes);
  });
}

void FaultDriver::begin(ActiveFault& c, Micros due) {
  const auto& kind = *find_fault_kind(c.what.kind);
  c.fault = make_(r_, c.what);
  if (const auto why = c.fault->why_unavailable(); !why.empty()) return transition(c, FaultState::skipped, why);
  const auto& t = c.what.target;
  record::FaultTransition begins{c.what.id, FaultState::injecting, "", t.nodes, {}, due};
  if (kind.takes_down)
    begins.takes_down = kind.acts_on == ActsOn::link ? t.cut_off : kind.acts_on == ActsOn::provider ? std::vector<std::string>{kProvider} : t.nodes;
  c.state = FaultState::injecting;
  c.since = now_micros();
  r_.record(begins);
  c.in_effect = true;
  c.fault->inject();
  advance(c);
}

// Another fault that has begun since acts on one of its nodes by now: what becomes of the node is its matter.
bool FaultDriver::begun_since(const ActiveFault& c) const {
  const auto& faults = r_.view().faults;
  const auto mine = std::find_if(faults.begin(), faults.end(), [&](const SeenFault& f) { return f.plan.id == c.what.id; });
  return std::any_of(faults.begin(), faults.end(), [&](const SeenFault& f) {
    const auto* begun = f.transition(FaultState::injecting);
    return &f != &*mine && f.plan.disruptive && f.open() && begun->seen > mine->transition(FaultState::injecting)->seen &&
           std::any_of(f.nodes.begin(), f.nodes.end(), [&](const auto& n) {
             return std::find(mine->nodes.begin(), mine->nodes.end(), n) != mine->nodes.end();
           });
  });
}

// In its parts: the fault is removed, peers are back, the chain goes on, and the nodes have caught up with it.
void FaultDriver::watch_recovery(ActiveFault& c) {
  const auto& v = r_.view();
  const auto& nodes = c.what.target.nodes;
  if (begun_since(c)) return transition(c, FaultState::recovered, "another fault acts on it by now");
  const auto part = [&](FaultState state, bool done) {
    const auto& f = *std::find_if(v.faults.begin(), v.faults.end(), [&](const SeenFault& s) { return s.plan.id == c.what.id; });
    if (done && !f.transition(state)) r_.record(record::FaultTransition{c.what.id, state, fmt::format("{:.1f} s after its heal", seconds_since(c.since)), {}, {}, 0});
    return f.transition(state) != nullptr || done;
  };
  std::vector<std::string> up;
  for (const auto& name : v.order)
    if (!v.taken_down(name) || std::find(nodes.begin(), nodes.end(), name) != nodes.end()) up.push_back(name);
  const auto lacking = peers_.lacking(up, c.since);
  const bool peers = part(FaultState::peers_back, lacking.empty());
  const bool advances = part(FaultState::height_advances, v.highest_height() > c.height);
  const bool caught_up = part(FaultState::caught_up, std::all_of(nodes.begin(), nodes.end(), [&](const auto& n) {
    return v.nodes.at(n).alive && v.nodes.at(n).head.store_height >= c.height;
  }));
  if (peers && advances && caught_up)
    return transition(c, FaultState::recovered, fmt::format("{:.1f} s after its heal", seconds_since(c.since)), peers_.finding(c.since));
  const bool others = std::any_of(all_.begin(), all_.end(), [&](const auto& o) { return o.get() != &c && o->in_effect; });
  if (others) c.clear = now_micros();
  const bool all_there = std::all_of(up.begin(), up.end(), [&](const auto& n) { return v.nodes.at(n).alive; });
  if (!peers && advances && caught_up && all_there) peers_.help(lacking, c.clear);
  if (seconds_since(c.clear) <= r_.scenario().demands.recovery.seconds()) return;
  transition(c, FaultState::failed, fmt::format("not recovered in {} s: {}{}{}", r_.scenario().demands.recovery.seconds(), peers ? "" : "peers missing; ",
                                advances ? "" : "the chain stands; ", caught_up ? "" : "behind"));
}

void FaultDriver::end() {
  if (all_.empty()) return;
  r_.step("faults", "Faults healed, the network has recovered", "", [&] {
    for (auto& c : all_) {
      if (c->state == FaultState::planned && !came_true(c->trigger, r_.view(), c->what.target.nodes))
        transition(*c, FaultState::missed, "`" + c->what.when + "` never came");
      if (!find_fault_kind(c->what.kind)->disruptive) c->what.lasts_s = 0;
    }
    constexpr std::chrono::minutes kMost{30};  // each has bounds of its own
    r_.await_done("the faults' end", [&] { return std::all_of(all_.begin(), all_.end(), [&](const auto& c) { return over(*c); }); },
                  {kMost, kMost});
    std::size_t recovered = 0, failed = 0;
    for (const auto& c : all_) recovered += c->state == FaultState::recovered, failed += c->state == FaultState::failed;
    // What is wrong still shows in what the network does by itself.
    constexpr std::int64_t kQuietBlocks = 3;
    if (r_.view().disturbed() && !failed) r_.await("a quiet period", above(r_.view().highest_height() + kQuietBlocks - 1));
    r_.record(record::Milestone{MilestoneName::faults_over});
    return fmt::format("{} of {}", recovered, all_.size());
  });
}

}  // namespace rehearse
