// A release as it comes in practice: a patch or a hotfix, an upgrade that is called off, or fails and is taken back, and then carried
// out, a model, the provider daemon, one after the other on one network, in the scenario's order. Each leg is the runbook's procedure as it stands, and is
// verified by its own lists before the next begins: what goes on from a network that is not well proves nothing. In the end the
// whole is verified against what there was before the first.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "harness/judge/checks/checklist.h"
#include "harness/procedures/governance.h"
#include "harness/procedures/preparation.h"
#include "harness/procedures/procedure.h"
#include "harness/procedures/provider_operator.h"
#include "harness/procedures/verification.h"
#include "harness/engine/publication.h"

namespace rehearse {

namespace {

constexpr const char* kTypes = "Upgrade Types";

constexpr double kLeadToCancel = 2;  // voting periods: one for the cancellation's own vote

// An upgrade of the chain to the train's release, whether it is carried out in the end or not.
bool goes_to_target(TrainLeg leg) { return leg == TrainLeg::chain || leg == TrainLeg::cancelled || leg == TrainLeg::skip; }

const char* title_of(TrainLeg leg) {
  switch (leg) {
    case TrainLeg::patch: return "Patch";
    case TrainLeg::hotfix: return "Emergency hotfix";
    case TrainLeg::chain: return "Chain upgrade";
    case TrainLeg::model: return "Model";
    case TrainLeg::config: return "Configuration";
    case TrainLeg::cancelled: return "Cancelled upgrade";
    case TrainLeg::skip: return "Skipped upgrade";
    case TrainLeg::rollback: return "Upgrade taken back";
    case TrainLeg::provider: break;
  }
  return "Provider daemon";
}

// The train's scenario as that of one that carries out this leg alone.
Scenario scenario_of(TrainLeg leg, Scenario s) {
  s.before.clear();  // they are for the whole
  s.after = lists_of_chain();
  if (leg == TrainLeg::provider) s.after = {"provider-verification", "network-verification"};
  if (leg == TrainLeg::rollback) s.after.insert(s.after.begin(), "rollback-verification");
  if (leg == TrainLeg::cancelled) s.upgrade.lead = std::max(s.upgrade.lead, kLeadToCancel);
  return s;
}

void carry_out(Rehearsal& r, TrainLeg leg, const Release& from, const Release& to) {
  auto scenario = scenario_of(leg, r.scenario());
  r.set_leg(Leg{std::move(scenario), from, to});
  r.network().set_client_binary(from.artifact.binary);
  r.record(
      record::LegStarted{name_of(leg),
                         title_of(leg),
                         {provenance(from), provenance(to), from.module_versions, to.module_versions, ""}});
  procedure_of(leg).run(r);
  r.record(record::LegEnded{name_of(leg)});
  r.set_leg(std::nullopt);
}

// A release that is installed on the way, as the new one was before the network started. `others` are of other versions.
Release fetch(Rehearsal& r, const char* step, const char* title, Release release, const std::vector<const Release*>& others) {
  r.step(step, title, kTypes, [&] {
    release.artifact =
        fetch_published(r, *r.subject().release_server, release, r.profile().chain.binary, r.subject().store);
    const auto answer = r.run_programs({{release.artifact.binary, command_of(r.profile(), "version").run}}).front();
    if (!answer.trouble().empty())
      throw StepFailed(release.name + ": " + answer.trouble(), Cause::binary_does_not_run);
    release.printed_version = version_in(answer);
    if (!release.version.empty() && release.printed_version != release.version)
      throw StepFailed(release.name + " holds " + release.printed_version, Cause::wrong_version_inside);
    for (const auto* other : others)
      if (release.printed_version == other->printed_version)
        throw StepFailed(fmt::format("both {} and {} are {}", release.name, other->name, release.printed_version), Cause::same_version);
    return fmt::format("{}: sha256 {}, {}", release.printed_version, release.artifact.sha256.substr(0, 16), how_published(release));
  });
  return release;
}

}  // namespace

void release_train(Rehearsal& r) {
  const auto& u = r.scenario().upgrade;
  const bool of_provider = has_leg(u, TrainLeg::provider), of_model = has_leg(u, TrainLeg::model);
  if (of_provider) set_up_workloads(r);  // they are to run all the way
  r.step("before", "State before the first leg", kTypes, [&] {
    make_records(r);
    return ask_state_before(r);
  });
  std::optional<Release> patch, failing;
  if (installs_patch(u)) patch = fetch(r, "fetch-patch", "Download patch and verify checksum", *r.subject().patch, {&r.from(), &r.to()});
  // What is mended may call itself as what failed did.
  if (has_leg(u, TrainLeg::rollback)) failing = fetch(r, "fetch-failing", "Download the failing release and verify checksum", *r.subject().failing, {&r.from(), patch ? &*patch : &r.from()});
  check_finally(r);

  auto running = r.from();
  const auto release_of = [&](TrainLeg leg) {
    if (installs_patch(leg)) return *patch;
    if (leg == TrainLeg::rollback) return *failing;
    return goes_to_target(leg) ? r.to() : running;
  };
  for (const auto leg : u.legs) {
    const auto to = release_of(leg);
    carry_out(r, leg, running, to);
    if (installs_patch(leg) || leg == TrainLeg::chain) running = to;
  }

  r.record(record::ExpectedOutcome{r.view().highest_height(), WhichRelease::to, true,
                                   of_model ? r.subject().model->to.hash() : "", of_provider ? WhichRelease::to : WhichRelease::from});
  ask_when_resumed(r);
  verify(r);
}

}  // namespace rehearse
