#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <functional>

#include "harness/faults/plan.h"
#include "harness/faults/random.h"
#include "harness/plans/legality.h"
#include "harness/plans/parts.h"
#include "harness/plans/plan.h"
#include "harness/procedures/procedure.h"
#include "harness/run/fitness.h"
#include "harness/run/scenario_rules.h"

namespace rehearse {

namespace {

// Validators, and the least and most of each one's power.
struct Powers {
  std::size_t fewest, most;
  std::int64_t least, greatest;
};
constexpr Powers kWithoutAThird{4, 5, 20, 28};  // with the power of any one gone more than 2/3 is left
constexpr Powers kAny{3, 5, 8, 50};

constexpr const char *kValidatorSet = "validator-set", *kUnbonding = "unbonding";  // see all_afterwards()
constexpr const char* kUnbondingTime = "app_state.staking.params.unbonding_time";  // the chain's own is weeks

const std::vector<std::string> kRoles = {"one", "smallest", "minority", "blocking"};
// A train takes minutes, and what acts in one leg would be felt in others.
const std::set<std::string> kWithFaults = {"chain", "cancelled", "skip"};

// What one operator may have otherwise than the others: no release may mind.
struct OwnSetting {
  TomlValues NodeFiles::*file;
  const char* key;
  nlohmann::json value;
};
const OwnSetting kOwnSettings[] = {
    {&NodeFiles::app_toml, "pruning", "everything"},      {&NodeFiles::app_toml, "pruning", "nothing"},
    {&NodeFiles::app_toml, "inter-block-cache", false},   {&NodeFiles::app_toml, "iavl-disable-fastnode", true},
    {&NodeFiles::config_toml, "log_format", "json"},      {&NodeFiles::config_toml, "log_level", "error"},
};

// Not `config`, which has nodes refuse what customers send.
const std::set<std::string> kWithLoad = {"chain", "cancelled", "skip", "rolling", "hotfix"};

// Customers pay from the vote to the end, or from the first block on.
FaultSpec load_of(const std::string& procedure) {
  FaultSpec load;
  const bool votes = !find_procedure(procedure)->phases.empty();
  load.kind = "load", load.when = votes ? name_of(Phase::voting) : "time 0s", load.who = "network", load.lasts.value = std::chrono::minutes(5), load.with = {{"rate", "5"}};
  return load;
}

Ordered<std::int64_t> validators_with(const Powers& p, Random random) {
  Ordered<std::int64_t> all;
  const auto count = p.fewest + random.below(p.most - p.fewest + 1);
  while (all.size() < count)
    all.emplace_back(fmt::format("validator-{}", all.size() + 1), p.least + static_cast<std::int64_t>(random.below(static_cast<std::size_t>(p.greatest - p.least + 1))));
  return all;
}

class Drawing {
 public:
  Drawing(PlanSeed seed, const Weights& weights, const std::vector<TrainLeg>& legs, bool breaking, const Paths& paths, const Tried& tried)
      : seed_(seed), weights_(weights), legs_(legs), breaking_(breaking), paths_(paths), tried_(tried) {}

  Scenario draw() {
    s_.name = fmt::format("plan-{}", seed_.own);
    set_procedure();
    draw_releases();
    draw_network();
    if (!s_.expect) draw_options();
    if (kWithFaults.contains(s_.upgrade.kind) && !s_.expect) draw_faults();
    if (!s_.expect) draw_load();
    s_.after = lists_after(s_);
    s_.title = title_of(s_);
    return s_;
  }

 private:
  Random part(const std::string& name) const { return Random(derived_seed(seed_.own, name)); }
  Random of_network(const std::string& name) const { return Random(derived_seed(seed_.network, name)); }
  static bool happens(Random random, double how_often) { return random.fraction() < how_often; }

  // By its weight, and the less the more often it was tried.
  static std::string choose(Random random, const Ordered<double>& weights, const std::function<std::int64_t(const std::string&)>& tried) {
    double total = 0;
    Ordered<double> steered;
    for (const auto& [what, weight] : weights) steered.emplace_back(what, weight / (1 + static_cast<double>(tried(what)))), total += steered.back().second;
    auto at = random.fraction() * total;
    for (const auto& [what, weight] : steered)
      if ((at -= weight) < 0) return what;
    return steered.empty() ? "" : steered.front().first;
  }

  std::int64_t times(const std::function<bool(const Exercise&)>& which) const {
    std::int64_t sum = 0;
    for (const auto& [what, count] : tried_) sum += which(what) ? count : 0;
    return sum;
  }

  void set_procedure() {
    // Twice as often while it was never tried; beyond that the operators' weights stand.
    const auto of_procedure = [&](const auto& kind) { return std::min<std::int64_t>(1, times([&](const auto& e) { return e.procedure == kind; })); };
    const auto name = s_.name;
    s_ = bare_plan(choose(part("procedure"), weights_.procedures, of_procedure), drawn_legs());
    s_.name = name;
  }

  // At least two, the chain's upgrade among them, in any order that can be gone.
  std::vector<TrainLeg> drawn_legs() const {
    auto all = legs_;
    if (all.size() < 2 || !std::ranges::count(all, TrainLeg::chain)) return all;
    auto random = part("legs");
    random.shuffle(all);
    // Both come together, and no order of the two can be gone.
    if (std::ranges::count(all, TrainLeg::patch)) std::erase(all, random.below(2) ? TrainLeg::patch : TrainLeg::hotfix);
    const auto chain = std::ranges::find(all, TrainLeg::chain);
    std::iter_swap(all.begin(), chain);
    all.resize(std::min(all.size(), 2 + random.below(static_cast<std::size_t>(weights_.most_legs - 1))));
    do random.shuffle(all);
    while (trouble_with_legs(all));
    return all;
  }

  // By how seldom a plan went to it.
  std::string draw_target(Random random, const std::vector<Release>& all, bool canary) const {
    Ordered<double> names;
    for (const auto& r : all) names.emplace_back(r.name, 1);
    return choose(std::move(random), names, [&](const auto& to) {
      return times([&](const auto& e) { return e.releases == pair_with(to) && is_kind_of_chain(e.procedure) && (e.fault == history::kCanary) == canary; });
    });
  }

  void draw_releases() {
    if (!is_kind_of_chain(s_.upgrade.kind)) return;
    s_.releases.to.name = draw_target(of_network("releases"), paths_.targets(installs_patch(s_.upgrade)), false);
    if (s_.upgrade.kind != "chain" || paths_.canaries().empty() || !happens(part("canary"), weights_.canary)) return;
    s_.releases.to.name = draw_target(part("bad-release"), paths_.canaries(), true);
    expect(s_, std::ranges::find(paths_.canaries(), s_.releases.to.name, &Release::name)->fails);
  }

  std::string pair_with(const std::string& to) const { return fmt::format("{} -> {}", paths_.from(), to); }
  static bool is_kind_of_chain(const std::string& procedure) { return procedure == "chain" || procedure == "train"; }

  void draw_network() {
    auto& n = s_.network;
    n.validators = validators_with(changes_one_by_one(s_) || s_.upgrade.kind == "restore" ? kWithoutAThird : kAny, of_network("powers"));
    if (kWithFaults.contains(s_.upgrade.kind)) n.genesis = {{"app_state.slashing.params.signed_blocks_window", "1000"}};  // nobody is jailed for what a fault does
    if (s_.expect) return;  // nothing beside the release can be the reason
    if (happens(of_network("full-node"), weights_.full_node)) n.full_nodes = {"full-1"};
    if (happens(of_network("chain-in-use"), weights_.chain_in_use)) n.population.accounts = 200, n.population.delegations = 20;
    if (happens(of_network("own-settings"), weights_.own_settings)) draw_own_setting();
    if (s_.upgrade.kind == "chain" && happens(of_network(kValidatorSet), how_often_afterwards(kValidatorSet))) add_candidate();
    if (s_.upgrade.kind == "chain" && happens(of_network(kUnbonding), how_often_afterwards(kUnbonding))) n.genesis.emplace_back(kUnbondingTime, "30s");
  }

  double how_often_afterwards(const std::string& what) const {
    const auto found = std::ranges::find(weights_.afterwards, what, &std::pair<std::string, double>::first);
    return found == weights_.afterwards.end() ? 0 : found->second;
  }

  void draw_own_setting() {
    auto random = of_network("own-setting");
    const auto& own = kOwnSettings[random.below(std::size(kOwnSettings))];
    auto& files = s_.network.nodes[s_.network.validators[random.below(s_.network.validators.size())].first];
    (files.*own.file)[own.key].value = own.value;
  }

  void draw_options() {
    if (s_.upgrade.kind == "rollback") s_.network.supervisor = happens(of_network("by-hand"), 0.5) ? SupervisorKind::bare : SupervisorKind::cosmovisor;
    if (s_.upgrade.kind == "hotfix" && happens(part("breaking"), breaking_ ? 0.5 : 0)) s_.upgrade.breaking = true, s_.releases.to.role = ReleaseRole::hotfix;
    if (s_.upgrade.kind != "chain") return;
    draw_supervisors();
    auto& u = s_.upgrade;
    u.expedited = happens(of_network("expedited"), weights_.expedited);
    u.lead = 0.5 * static_cast<double>(of_network("lead").below(3));
    u.blocks_after = std::array{5, 8, 12}[part("blocks-after").below(3)];
    draw_afterwards();
    if (happens(of_network("newcomer"), weights_.newcomer)) draw_newcomer();
  }

  void draw_newcomer() {
    auto with = s_;
    with.upgrade.joining_node = true;
    with.network.app_toml["state-sync.snapshot-interval"].value = 5, with.network.app_toml["state-sync.snapshot-keep-recent"].value = 0;
    if (why_illegal(with).empty()) s_ = std::move(with);
  }

  void draw_afterwards() {
    for (const auto& [name, how_often] : weights_.afterwards) {
      if (name == "replay" && !uses_cosmovisor(s_.network)) continue;
      const bool wanted = name == kValidatorSet ? !s_.network.inactive.empty() : name == kUnbonding ? unbonds_soon() : happens(part(name), how_often);
      if (wanted) s_.upgrade.afterwards.push_back(name);
    }
  }

  bool unbonds_soon() const { return std::ranges::any_of(s_.network.genesis, [](const auto& value) { return value.first == kUnbondingTime; }); }

  // Who is to leave has less power than the others, and who is to enter has less than that.
  void add_candidate() {
    auto& validators = s_.network.validators;
    const auto least = validators.front().second;
    for (auto other = std::next(validators.begin()); other != validators.end(); ++other) other->second = std::max(other->second, least + 1);
    s_.network.inactive = {{"candidate-1", least - 1}};
  }

  // Each is less often than the one before it: together no more than 1.
  void draw_supervisors() {
    auto& n = s_.network;
    auto at = of_network("supervisors").fraction();
    const auto& one = n.validators[of_network("which").below(n.validators.size())].first;
    if ((at -= weights_.by_hand) < 0) {
      n.supervisor = SupervisorKind::bare;
      draw_late();
    } else if ((at -= weights_.one_by_hand) < 0) {
      n.supervisors = {{one, SupervisorKind::bare}};
      draw_late();
    } else if ((at -= weights_.downloads) < 0) {
      n.downloads = {one};
    }
  }

  // Of those who switch by hand, the smallest first; as often as not one alone, and never more than the others can do without.
  void draw_late() {
    if (!happens(of_network("late"), weights_.late_validator)) return;
    auto by_power = s_.network.validators;
    std::ranges::stable_sort(by_power, {}, &std::pair<std::string, std::int64_t>::second);
    auto random = of_network("how-many-late");
    for (const auto& [name, power] : by_power) {
      if (supervisor_of(s_.network, name) != SupervisorKind::bare) continue;
      s_.upgrade.late.push_back(name);
      if (!why_illegal(s_).empty()) return s_.upgrade.late.pop_back();
      if (random.below(2) == 0) return;
    }
  }

  void draw_faults() {
    const auto& phases = find_procedure(s_.upgrade.kind)->phases;
    for (std::int64_t i = 1; i <= weights_.most_faults; ++i) {
      const auto name = fmt::format("fault-{}", i);
      const auto when = name_of(phases[part(name + "/when").below(phases.size())]);
      const auto kind = choose(part(name), weights_.faults, [&](const auto& fault) {
        return fault == kNoFault ? 0 : times([&](const auto& e) { return e.fault == fault && e.phase == when && is_on_the_way(e); });
      });
      if (kind == kNoFault) continue;
      auto random = part(name + "/whom");
      FaultSpec f;
      f.kind = kind, f.when = when, f.who = kRoles[random.below(kRoles.size())];
      f.after.value = std::chrono::milliseconds(100 * random.below(10)), f.lasts.value = std::chrono::milliseconds(1000 + 100 * random.below(30));
      if (const auto acts_on = find_fault_kind(kind)->acts_on; acts_on == ActsOn::network) f.who = "network";
      add_if_it_may(f);
    }
  }

  // Of runs that are given another release than their plan's it is not known.
  bool is_on_the_way(const Exercise& e) const { return e.procedure == s_.upgrade.kind && (s_.releases.to.empty() || e.releases == pair_with(s_.releases.to.name)); }

  void draw_load() {
    if (!is_kind(s_, kWithLoad) || std::ssize(s_.faults) >= weights_.most_faults || !happens(part("load"), weights_.load)) return;
    add_if_it_may(load_of(s_.upgrade.kind));
  }

  void add_if_it_may(const FaultSpec& fault) {
    if (!trouble_with(fault, s_.network).what.empty()) return;
    s_.faults.push_back(fault);
    if (!why_illegal(s_).empty()) s_.faults.pop_back();
  }

  const PlanSeed seed_;
  const Weights& weights_;
  const std::vector<TrainLeg>& legs_;
  const bool breaking_;
  const Paths& paths_;
  const Tried& tried_;
  Scenario s_;
};

// On a network that is no reason against it.
bool may_be_drawn(const std::string& procedure, const std::string& fault, const std::string& phase, const std::string& role) {
  auto s = bare_plan(procedure, {});
  s.network.validators = {{"a", 28}, {"b", 26}, {"c", 24}, {"d", 22}};
  auto& f = s.faults.emplace_back();
  f.kind = fault, f.when = phase, f.who = role, f.lasts.value = std::chrono::seconds(1);
  return why_illegal(s).empty();
}

std::set<Exercise> possible_faults(const std::string& procedure, const Ordered<double>& weights) {
  std::set<Exercise> all;
  for (const auto& [fault, weight] : weights) {
    if (fault == kNoFault || weight <= 0) continue;
    const bool on_all = find_fault_kind(fault)->acts_on == ActsOn::network;
    for (const auto phase : find_procedure(procedure)->phases)
      for (const auto& role : on_all ? std::vector<std::string>{"network"} : kRoles)
        if (may_be_drawn(procedure, fault, name_of(phase), role)) all.insert({procedure, name_of(phase), fault, role});
  }
  return all;
}

std::string why_not_drawn(const Scenario& plan, const Profile& profile, const Paths& paths) {
  const auto unfit = why_unfit(plan, profile);
  return unfit.empty() ? paths.why_no_way(plan) : unfit;
}

// A train may lead over the patch, or to what fails, only where its releases do.
std::vector<TrainLeg> possible_legs(const Profile& profile, const Paths& paths) {
  auto all = legs_of(profile);
  std::erase_if(all, [&](auto leg) {
    const bool over_another = installs_patch(leg) || leg == TrainLeg::rollback;
    return over_another && !paths.why_no_way(bare_plan("train", {leg, TrainLeg::chain})).empty();
  });
  return all;
}

// Why not, of each that was left out.
std::vector<std::string> leave_out_unfit(Weights& w, const Profile& profile, const std::vector<TrainLeg>& legs, const Paths& paths) {
  std::vector<std::string> why;
  std::erase_if(w.procedures, [&](const auto& p) {
    const bool one_leg = p.first == "train" && (legs.size() < 2 || !std::ranges::count(legs, TrainLeg::chain));
    const auto unfit = one_leg ? "there is nothing beside the chain's upgrade" : why_not_drawn(bare_plan(p.first, legs), profile, paths);
    if (!unfit.empty() && p.second > 0) why.push_back(p.first + ": " + unfit);
    return !unfit.empty() || p.second <= 0;
  });
  const auto chain_bears = [&](const std::function<void(Scenario&)>& add) {
    auto plan = bare_plan("chain", legs);
    add(plan);
    return why_unfit(plan, profile).empty();
  };
  const auto bears_fault = [&](const std::string& kind) { return chain_bears([&](auto& plan) { plan.faults.emplace_back().kind = kind; }); };
  std::erase_if(w.faults, [&](const auto& f) { return f.first != kNoFault && !bears_fault(f.first); });
  std::erase_if(w.afterwards, [&](const auto& a) { return !chain_bears([&](auto& plan) { plan.upgrade.afterwards = {a.first}; }); });
  if (!bears_fault("load")) w.load = 0;
  if (!chain_bears([](auto& plan) { plan.network.population.accounts = 1; })) w.chain_in_use = 0;
  return why;
}

}  // namespace

Planner::Planner(const Profile& profile, Weights weights, PlanReleases releases)
    : weights_(std::move(weights)), paths_(profile, std::move(releases)) {
  legs_ = possible_legs(profile, paths_);
  const auto why = leave_out_unfit(weights_, profile, legs_, paths_);
  if (weights_.procedures.empty())
    throw Error(Blame::scenario, fmt::format("{}: there is nothing that can be drawn: {}", profile.name, fmt::join(why, "; ")));
  auto hotfix = bare_plan("hotfix", legs_);
  hotfix.upgrade.breaking = true, hotfix.releases.to.role = ReleaseRole::hotfix;
  breaking_ = why_not_drawn(hotfix, profile, paths_).empty();
}

Scenario Planner::draw(PlanSeed seed, const Tried& tried) const { return Drawing(seed, weights_, legs_, breaking_, paths_, tried).draw(); }

std::set<Exercise> Planner::possible() const {
  std::set<Exercise> all;
  for (const auto& [procedure, weight] : weights_.procedures) all.insert({procedure, "", kNoFault, ""});
  if (all.contains({"chain", "", kNoFault, ""}) && weights_.canary > 0 && !paths_.canaries().empty()) all.insert({"chain", "", history::kCanary, ""});
  if (weights_.most_faults == 0) return all;
  for (const auto& [procedure, weight] : weights_.procedures) {
    if (weights_.load > 0 && kWithLoad.contains(procedure)) all.insert({procedure, load_of(procedure).when, "load", "network"});
    if (kWithFaults.contains(procedure)) all.merge(possible_faults(procedure, weights_.faults));
  }
  return all;
}

Planner Planner::without_long_ones() const {
  auto others = *this;
  std::erase_if(others.weights_.procedures, [](const auto& p) { return p.first == "train"; });
  return others.weights_.procedures.empty() ? *this : others;
}

std::vector<Exercise> exercises(const Scenario& s, const Profile& p) {
  const auto name = [](const ReleaseChoice& choice, const std::string& usual) { return choice.empty() ? usual : to_string(choice); };
  const auto releases = fmt::format("{} -> {}", name(s.releases.from, p.from), name(s.releases.to, p.to));
  if (s.expect) return {{s.upgrade.kind, "", history::kCanary, "", releases}};
  if (s.faults.empty()) return {{s.upgrade.kind, "", kNoFault, "", releases}};
  std::vector<Exercise> all;
  for (const auto& f : s.faults) all.push_back({s.upgrade.kind, f.when, f.kind, f.who, releases});
  return all;
}

}  // namespace rehearse
