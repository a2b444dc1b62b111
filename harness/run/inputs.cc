#include "harness/run/inputs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "harness/spec/defects.h"
#include "harness/record/cause.h"
#include "harness/faults/plan.h"
#include "harness/procedures/procedure.h"
#include "harness/run/fitness.h"
#include "harness/run/scenario_rules.h"
#include "harness/spec/release_path.h"
#include "localnet/base/text.h"

namespace rehearse {

namespace fs = std::filesystem;

namespace {

// A release of the fixture chains is built when a rehearsal first asks for it.
Release release_of(const RunOptions& o, const ReleaseChoice& choice, const fs::path& manifest) {
  auto r = find_release(choice, manifest, o.built);
  if (o.build_release && !r.remote && !fs::exists(r.archive)) o.build_release(manifest, r.name);
  return r;
}

ProviderReleases provider_releases(const Inputs& in, const RunOptions& o) {
  if (!in.profile.provider)
    throw Error(Blame::scenario, in.profile.file.string() + ": this chain has no provider daemon, which `" +
                                     in.scenario.name + "` is about");
  const auto& p = *in.profile.provider;
  const auto& chosen = in.scenario.releases.provider;
  const auto manifest = (in.profile.file.parent_path() / p.releases).lexically_normal();
  const auto pick = [&](const ReleaseChoice& choice, const std::string& else_) {
    return choice.empty() ? release_of(o, release_choice(else_), manifest) : release_of(o, choice, manifest);
  };
  ProviderReleases r{pick(chosen.from, p.from), pick(chosen.to, p.to)};
  for (const auto* release : {&r.from, &r.to})
    if (release->remote)
      throw Error(Blame::scenario, release->name + ": a provider daemon's release is given by its name or its path");
  return r;
}

// Other names are the chain's: whether it has them is known once it was asked.
void check_announced(const Changes& c, const Profile& p) {
  std::string known;
  for (const auto& [kind, t] : p.transactions) known += (known.empty() ? "; there are " : ", ") + kind;
  for (const auto& [name, where] : c.transactions)
    if (std::none_of(p.transactions.begin(), p.transactions.end(), [&, wanted = name](const auto& kind) { return kind.first == wanted; }))
      throw Error(Blame::scenario, fmt::format("{}: changes: transactions: the profile {} has no kind `{}`{}", where, p.name, name, known));
}

// A scenario's own are checked when it is loaded.
void check_steps(const Inputs& in, const fs::path& schedule) {
  const auto text = read_file(schedule);
  for (const auto& fault : in.faults)
    if (const auto trouble = trouble_with_step(fault.when, in.scenario); !trouble.empty()) {
      const auto before = text.substr(0, text.find(nlohmann::json(fault.when).dump()));  // all, where it is escaped otherwise
      throw Error(Blame::scenario, fmt::format("{}:{}: {}: {}", schedule.string(), 1 + std::count(before.begin(), before.end(), '\n'), fault.id, trouble));
    }
}

// What is given on the command line counts more.
void take_releases(const RunOptions& o, Scenario& s) {
  const auto take = [](const std::string& flag, ReleaseChoice& choice) {
    if (!flag.empty()) choice = release_choice(flag);
  };
  take(o.from, s.releases.from);
  take(o.to, s.releases.to);
  if (installs_patch(s.upgrade)) take(o.patch, s.releases.patch);
  if (has_leg(s.upgrade, TrainLeg::rollback)) take(o.failing, s.releases.failing);
}

}  // namespace

void check_break_at(const std::string& text, const char* flag) {
  if (const auto phase = find_named<Phase>(text); text.empty() || (phase && is_of_procedure(*phase))) return;
  std::vector<std::string> all;
  for (const auto& [name, phase] : names(Phase{}))
    if (is_of_procedure(phase)) all.push_back(name);
  throw Error(Blame::scenario, fmt::format("{} takes a phase: {}; found `{}`", flag, fmt::join(all, ", "), text));
}

Inputs read_inputs(const RunOptions& o) {
  check_break_at(o.break_at);
  Inputs in;
  in.scenario = load_scenario(o.scenario);
  in.profile = load_profile(o.profile, o.profiles);
  in.store = o.store, in.results = o.results, in.keras = o.keras;
  in.defects = mask_defects(in.scenario, in.profile);
  if (o.validators) set_validators(in.scenario, *o.validators);
  if (o.backend) in.scenario.network.backend = *o.backend;
  if (!o.attest.empty()) attest(in.scenario, o.attest);
  if (!o.expect.empty()) {
    const auto cause = find_named<Cause>(o.expect);
    if (!cause && o.expect != kPass)
      throw Error(Blame::scenario,
                  "--expect takes pass or a cause of `rehearse list`; found `" + o.expect + "`");
    expect(in.scenario, cause);
  }
  take_releases(o, in.scenario);
  if (const auto why = why_unfit(in.scenario, in.profile); !why.empty()) throw ScenarioSkipped(in.scenario.name, why);
  if (!o.one_release)
    if (const auto why = why_forbidden(path_of(in.scenario, in.profile)); !why.empty()) throw Error(Blame::scenario, why);
  in.faults = o.schedule.empty() ? plan_faults(in.scenario, o.seed) : read_schedule(o.schedule);
  if (!o.schedule.empty()) check_steps(in, o.schedule);
  const auto manifest = manifest_of(in.profile);
  auto pick = [&](const ReleaseChoice& scenario, const std::string& profile, const char* which) {
    const auto choice = scenario.empty() ? release_choice(profile) : scenario;
    if (choice.empty())
      throw Error(Blame::scenario, std::string("which release? give --release ") + which + "=...");
    return release_of(o, choice, manifest);
  };
  if (uses_cosmovisor(in.scenario.network) && !fs::is_regular_file(o.cosmovisor))
    throw Error(Blame::scenario, o.cosmovisor.string() + ": there is no Cosmovisor; ./rehearse builds it where Go is on the PATH, or --cosmovisor names another");
  in.from = pick(in.scenario.releases.from, in.profile.from, "from");
  in.to = pick(in.scenario.releases.to, in.profile.to, "to");
  check_announced(merged(in.scenario.changes, in.to.changes), in.profile);
  const auto& procedure = *find_procedure(in.scenario.upgrade.kind);
  if (needs_of(procedure, in.scenario.upgrade).provider) in.provider = provider_releases(in, o);
  if (installs_patch(in.scenario.upgrade)) in.patch = pick(in.scenario.releases.patch, "", "patch");
  if (has_leg(in.scenario.upgrade, TrainLeg::rollback)) in.failing = pick(in.scenario.releases.failing, "", "failing");
  for (const auto* on_the_way : {&in.patch, &in.failing})
    if (*on_the_way && (*on_the_way)->remote)
      throw Error(Blame::scenario, (*on_the_way)->name + ": what is installed on the way is given by its name or its path");
  if (!in.patch && !o.patch.empty())
    throw Error(Blame::scenario, "--release patch=" + o.patch + ": `" + in.scenario.name + "` installs no patch before its upgrade");
  if (!in.failing && !o.failing.empty())
    throw Error(Blame::scenario, "--release failing=" + o.failing + ": `" + in.scenario.name + "` takes no release back before its upgrade");
  for (const auto& fault : in.faults)
    if (const auto other = fault.options.find(kReleaseOption); other != fault.options.end())
      in.others.emplace(other->second, release_of(o, release_choice(other->second), manifest));
  if (const auto& section = in.profile.model) {
    const auto version = [&](const std::string& scenario, const std::string& profile) {
      return find_model(*section, o.models, scenario.empty() ? profile : scenario);
    };
    const auto& models = in.scenario.models;
    in.model = ModelChange{version(models.from, section->from), version(models.to, section->to), "", {}};
  }
  return in;
}

}  // namespace rehearse
