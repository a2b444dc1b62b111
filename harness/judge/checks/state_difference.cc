// State Difference: what the upgrade did to the state, and that no record vanished in it that nobody meant
// to.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "harness/judge/checks/checklist.h"
#include "harness/judge/diagnosis/rules.h"
#include "harness/judge/service.h"

namespace rehearse {

namespace {

using record::PrefixChanges;
using record::StateChanges;
using record::StoreChanges;

// Where x/upgrade keeps the plan, which carrying it out removes.
constexpr const char* kUpgradeStore = "upgrade";
// How many times what some block removes is no loss: entries of a queue that fall due together.
constexpr std::int64_t kTimesOrdinary = 4;

struct Loss {
  std::string where;         // "staking/0x71"
  std::string announced_as;  // the same; of a store that is removed itself, its name
  const PrefixChanges* of;   // null: the store itself
};

// Records that stand under another key with another value, as far as counting tells: as many have come below
// one prefix, in the same store or in one that the upgrade adds. All of a kind have gone then, or those that
// came are of the same kind. All of a kind may also have been packed into another number of the same kind.
class Reencoded {
 public:
  explicit Reencoded(const StateChanges& changes) {
    for (const auto& s : changes.at_upgrade)
      for (const auto& p : s.prefixes)
        if (p.come) came_.push_back({&s, &p, p.come});
  }
  bool find(const StoreChanges& store, const PrefixChanges& gone) {
    const bool whole = gone.removed == gone.before;
    for (auto& c : came_) {
      const bool same_kind = c.prefix == &gone, near = c.store == &store || c.store->added;
      const bool packed = same_kind && whole && c.left > 1;  // any block may have added one
      if (!packed && (!(same_kind || (whole && near)) || c.left < gone.gone)) continue;
      c.left -= std::min(c.left, gone.gone);
      return true;
    }
    return false;
  }

 private:
  struct Came {
    const StoreChanges* store;
    const PrefixChanges* prefix;
    std::int64_t left;
  };
  std::vector<Came> came_;
};

// All of a store, or what of it begins so.
bool is_announced(const Changes& changes, const std::string& where) {
  return std::ranges::any_of(changes.records, [&](const auto& name) {
    return where.starts_with(name.value.find('/') == std::string::npos ? name.value + "/" : name.value);
  });
}

// A module that is dropped: its store goes with all that it held, nothing of which stands anywhere, and no store comes that
// could be meant to have it. Who writes StoreUpgrades.Deleted means it, but for one that goes on answering; of one that is
// moved, some of it is found again.
bool is_dropped(const NetworkView& v, const StoreChanges& store, const StateChanges& changes) {
  if (answers_queries(v, store.store)) return false;
  std::int64_t removed = 0, gone = 0, come = 0;
  for (const auto& p : store.prefixes) removed += p.removed, gone += p.gone;
  for (const auto& s : changes.at_upgrade)
    for (const auto& p : s.prefixes)
      if (s.added) come = std::max(come, p.come);
  return store.removed && gone == removed && 2 * come < gone;
}

// An empty store that is taken from a module which goes on answering: it has none to write to. One that is renamed comes, as
// empty, under its other name.
bool is_taken_away(const NetworkView& v, const StoreChanges& store, const StateChanges& changes) {
  return store.removed && store.prefixes.empty() && answers_queries(v, store.store) &&
         std::ranges::none_of(changes.at_upgrade, [](const StoreChanges& s) { return s.added && s.prefixes.empty(); });
}

// A parameter of that module changes on purpose.
bool is_parameter_announced(const Changes& announced, const std::string& store) {
  return std::ranges::any_of(announced.parameters, [&](const auto& name) { return name.value.starts_with(store + "."); });
}

// Blocks remove such records as they come of age, and how long a module keeps them is a parameter of it, one of which changes on
// purpose.
bool is_kept_for_less(const Changes& announced, const std::string& store, const PrefixChanges& p) {
  return p.ordinary > 0 && p.removed < p.before && is_parameter_announced(announced, store);
}

std::vector<Loss> losses(const NetworkView& v, const StateChanges& changes) {
  const auto announced = announced_changes(v);
  std::vector<Loss> all;
  Reencoded reencoded(changes);
  for (const auto& s : changes.at_upgrade) {
    if (is_dropped(v, s, changes)) continue;
    for (const auto& p : s.prefixes) {
      const bool ordinary = p.gone <= kTimesOrdinary * p.ordinary || s.store == kUpgradeStore || is_kept_for_less(announced, s.store, p);
      const auto where = s.store + "/" + p.prefix;
      if (p.gone && !ordinary && !is_announced(announced, where) && !reencoded.find(s, p))
        all.push_back({where, s.removed ? s.store : where, &p});
    }
    if (is_taken_away(v, s, changes) && !is_announced(announced, s.store + "/"))
      all.push_back({s.store, s.store, nullptr});
  }
  return all;
}

std::string loss_text(const Loss& l) {
  if (!l.of) return fmt::format("store {} is removed, and its module goes on answering", l.where);
  return fmt::format("{} of {} records of {} vanished in the upgrade and stand nowhere else: {}", l.of->gone,
                     l.of->before, l.where, fmt::join(l.of->examples, ", "));
}

std::string summary(const std::vector<StoreChanges>& stores) {
  std::int64_t added = 0, removed = 0, changed = 0, bytes = 0;
  std::vector<std::string> come, gone;
  for (const auto& s : stores) {
    if (s.added) come.push_back(s.store);
    if (s.removed) gone.push_back(s.store);
    for (const auto& p : s.prefixes)
      added += p.added, removed += p.removed, changed += p.changed, bytes += p.bytes;
  }
  auto text = fmt::format("{} keys added, {} removed, {} changed in {} stores, {:+} bytes", added, removed,
                          changed, stores.size(), bytes);
  if (!come.empty()) text += fmt::format("; new: {}", fmt::join(come, ", "));
  if (!gone.empty()) text += fmt::format("; removed: {}", fmt::join(gone, ", "));
  return text;
}

std::string summary(const StateChanges& s) {
  auto text = fmt::format("{} -> {}: {}", s.before, s.upgrade, summary(s.at_upgrade));
  if (s.last > s.upgrade) text += fmt::format(". {} -> {}: {}", s.upgrade, s.last, summary(s.since));
  return text;
}

std::string first_trouble(const StateChanges& s) {
  for (const auto& store : s.at_upgrade)
    if (!store.trouble.empty()) return store.trouble;
  return "";
}

Finding judge_difference(const Context& c, const std::string&) {
  const auto [read, missing, evidence] = look_up_state(c);
  if (!read) return missing;
  const auto& changes = *read;
  if (const auto trouble = first_trouble(changes); !trouble.empty())
    return skipped("needs the whole difference: " + trouble);
  const auto want = "no record vanishes that stands nowhere else";
  const auto lost = losses(c.view, changes);
  if (lost.empty()) return passed(want, summary(changes), evidence);
  std::vector<std::string> more;
  std::set<std::string> names;
  for (const auto& l : lost) more.push_back(loss_text(l)), names.insert(l.announced_as);
  return failed(
      more.front() + (lost.size() > 1 ? fmt::format("; and of {} more kinds", lost.size() - 1) : ""), want,
      fmt::format("{}; {}. Announced by: changes: {{records: [{}]}}", fmt::join(more, "; "), summary(changes),
                  fmt::join(names, ", ")),
      evidence);
}

Finding judge_writes(const Context& c, const std::string&) {
  const auto [read, missing, evidence] = look_up_state(c);
  if (!read) return missing;
  const auto& writes = read->writes;
  if (!writes.before) return skipped("needs blocks without transactions before H and since, whose state can be read");
  const auto announced = announced_changes(c.view);
  std::vector<std::string> stopped;
  std::ranges::copy_if(writes.stopped, std::back_inserter(stopped), [&](const auto& where) {
    return !is_parameter_announced(announced, where.substr(0, where.find('/'))) && !is_announced(announced, where);
  });
  const auto want = "what each block wrote before the upgrade is written since";
  if (stopped.empty()) return passed(want, fmt::format("of {} blocks before, in {} since", writes.before, writes.since), evidence);
  return failed(fmt::format("no block since the upgrade writes {}, which each block did before", fmt::join(stopped, ", ")), want,
                fmt::format("none of {} blocks since, each of {} before. Announced by: changes: {{records: [{}]}}", writes.since, writes.before,
                            fmt::join(stopped, ", ")),
                evidence);
}

}  // namespace

const SeenAnswer* state_changes(const NetworkView& v) {
  for (auto it = v.answers.rbegin(); it != v.answers.rend(); ++it)
    if (it->answer.checkpoint == kStopped && it->answer.question == kStateChanges) return &*it;
  return nullptr;
}

StateLookup look_up_state(const Context& c) {
  if (!c.plan() || !c.applied()) return {{}, skipped("no upgrade was carried out"), {}};
  const auto* a = state_changes(c.view);
  if (!a) return {{}, skipped("needs a node that has stopped after a run that came to its end"), {}};
  if (!a->answer.answered)
    return {{}, skipped("needs the state of a stopped node at H-1 and H: " + a->answer.error), {}};
  auto changes = a->answer.value.get<StateChanges>();
  const auto evidence = fmt::format("application.db of {}, heights {}, {}, {}", changes.node, changes.before,
                                    changes.upgrade, changes.last);
  return {std::move(changes), {}, {evidence}};
}

std::vector<Check> state_difference_checks() {
  return {{.title = "State Difference",
           .scope = Scope::network,
           .questions = no_questions,
           .judge = judge_difference,
           .cause = Cause::records_lost},
          {"Block State Writes", Scope::network, no_questions, judge_writes}};
}

}  // namespace rehearse
