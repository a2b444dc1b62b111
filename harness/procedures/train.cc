// A release as it comes in practice: a patch, the chain upgrade, a model, the provider daemon, one after the other on one
// network, in the scenario's order. Each leg is the runbook's procedure as it stands, and is verified by its own lists before
// the next begins: what goes on from a network that is not well proves nothing. In the end the whole is verified against what
// there was before the first.
#include <fmt/format.h>

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

struct Part {
  std::string name;
  const char* title;
  void (*run)(Rehearsal&);
  std::vector<std::string> lists;  // of the scenario that carries it out alone
};

Part part_of(TrainLeg leg) {
  const auto name = name_of(leg);
  switch (leg) {
    case TrainLeg::patch: return {name, "Patch", rolling_upgrade, lists_of_chain()};
    case TrainLeg::chain: return {name, "Chain upgrade", chain_upgrade, lists_of_chain()};
    case TrainLeg::model: return {name, "Model", model_upgrade, lists_of_chain()};
    case TrainLeg::provider: break;
  }
  return {name, "Provider daemon", provider_upgrade, {"provider-verification", "network-verification"}};
}

void carry_out(Rehearsal& r, const Part& part, const Release& from, const Release& to) {
  auto scenario = r.scenario();
  scenario.before.clear();  // they are for the whole
  scenario.after = part.lists;
  r.set_leg(Leg{std::move(scenario), from, to});
  r.network().set_client_binary(from.artifact.binary);
  r.record(
      record::LegStarted{part.name,
                         part.title,
                         {provenance(from), provenance(to), from.module_versions, to.module_versions, ""}});
  part.run(r);
  r.record(record::LegEnded{part.name});
  r.set_leg(std::nullopt);
}

// As the new release was before the network started.
Release fetch_patch(Rehearsal& r) {
  auto patch = *r.subject().patch;
  r.step("fetch-patch", "Download patch and verify checksum", kTypes, [&] {
    patch.artifact =
        fetch_published(r, *r.subject().release_server, patch, r.profile().chain.binary, r.subject().store);
    const auto answer = r.run_programs({{patch.artifact.binary, command_of(r.profile(), "version").run}}).front();
    if (!answer.trouble().empty())
      throw StepFailed(patch.name + ": " + answer.trouble(), Cause::binary_does_not_run);
    patch.printed_version = version_in(answer);
    if (!patch.version.empty() && patch.printed_version != patch.version)
      throw StepFailed(patch.name + " holds " + patch.printed_version, Cause::wrong_version_inside);
    for (const auto* other : {&r.from(), &r.to()})
      if (patch.printed_version == other->printed_version)
        throw StepFailed(fmt::format("both {} and {} are {}", patch.name, other->name, patch.printed_version), Cause::same_version);
    return fmt::format("{}: sha256 {}, {}", patch.printed_version, patch.artifact.sha256.substr(0, 16), how_published(patch));
  });
  return patch;
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
  std::optional<Release> patch;
  if (has_leg(u, TrainLeg::patch)) patch = fetch_patch(r);
  check_finally(r);

  auto running = r.from();
  for (const auto leg : u.legs) {
    const auto to = leg == TrainLeg::patch ? *patch : leg == TrainLeg::chain ? r.to() : running;
    carry_out(r, part_of(leg), running, to);
    running = to;
  }

  r.record(record::ExpectedOutcome{r.view().highest_height(), WhichRelease::to, true,
                                   of_model ? r.subject().model->to.hash() : "", of_provider ? WhichRelease::to : WhichRelease::from});
  ask_when_resumed(r);
  verify(r);
}

}  // namespace rehearse
