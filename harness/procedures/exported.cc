#include "harness/procedures/exported.h"

#include <fmt/format.h>

#include "harness/procedures/afterwards.h"
#include "harness/procedures/joining_node.h"
#include "harness/view/step_ids.h"
#include "localnet/base/text.h"
#include "localnet/network/frozen_copy.h"

namespace rehearse {

namespace {

namespace fs = std::filesystem;

constexpr Cause kExportFailed = Cause::afterwards_failed;

// A command as it is typed on the machine of that node, for the home that is given.
void type(Rehearsal& r, const fs::path& program, ChainCli& cli, const char* command, const std::string& node, Values values) {
  const auto a = r.run_programs({{program, r.command(command, node, std::move(values)), &cli}}).front();
  if (!a.trouble().empty()) throw StepFailed(a.trouble(), kExportFailed);
}

// Of a node that stands still for that moment: the program wants a database that nobody else has open.
void copy_of_home(Rehearsal& r, Node& node, const fs::path& copy) {
  fs::create_directories(copy.parent_path());
  const PausedNode paused(node);
  r.await_done(node.identity().name + " to stand still", [&] { return node.paused(); });
  copy_frozen(node.home(), copy);
}

// Where one node's state is exported: from a copy of its home.
struct Export {
  Export(Rehearsal& r, const fs::path& folder)
      : node(smallest_validator(r.scenario().network)),
        home(folder / "home"),
        genesis(folder / "genesis.json"),
        cli(r.loop(), r.profile(), folder / "commands", r.network().node(node).environment()) {}

  std::string node;
  fs::path home, genesis;
  ChainCli cli;
};

void write(Rehearsal& r, Export& e, const Release& release) {
  copy_of_home(r, r.network().node(e.node), e.home);
  type(r, release.artifact.binary, e.cli, "export", e.node, {{"home", e.home.string()}, {"file", e.genesis.string()}});
}

std::int64_t first_height(const fs::path& genesis) {
  const auto json = record::Json::parse(read_file(genesis), nullptr, false);
  if (!json.is_object() || !json.contains("app_state"))
    throw StepFailed("what is exported is no genesis", kExportFailed);
  return json.contains("initial_height") ? number_in(json["initial_height"]) : 1;
}

}  // namespace

void try_export(Rehearsal& r) {
  r.step(step_id::export_before, "State exported by the current release", "", [&] {
    const auto folder = r.folder() / "export-before";
    std::string trouble;
    try {
      Export e(r, folder);
      write(r, e, r.from());
      first_height(e.genesis);
    } catch (const TimedOut&) {
      throw;
    } catch (const StepFailed& e) {
      trouble = e.what();
    }
    fs::remove_all(folder);
    if (!trouble.empty()) throw StepSkipped(fmt::format("{} cannot export: {}", r.from().printed_version, trouble));
    return std::string("it can");
  });
}

std::string start_from_export(Rehearsal& r) {
  constexpr std::int64_t kBlocks = 3;
  if (const auto why = skipped_before(r.view(), step_id::export_before); !why.empty()) throw StepSkipped(why);
  Export e(r, r.folder() / "export");
  write(r, e, r.to());
  const auto first = first_height(e.genesis);
  const auto nodes = r.network().add_network_again(e.genesis, r.to().artifact.binary);
  type(r, r.to().artifact.binary, e.cli, "validate-genesis", e.node, {{"home", nodes.front()->home().string()}});

  for (auto* n : nodes) n->start();
  for (auto* n : nodes)
    if (const auto joined = await_joined(r, *n, kExportFailed, kBlocks); joined.first != first)
      throw StepFailed(fmt::format("the first block of {} is {}, the genesis is for {}", n->identity().name,
                                   joined.first, first),
                       kExportFailed);
  for (auto* n : nodes) n->kill();
  return fmt::format("{} bytes, valid; {} nodes have made the blocks {} to {} from it",
                     fs::file_size(e.genesis), nodes.size(), first, first + kBlocks - 1);
}

}  // namespace rehearse
