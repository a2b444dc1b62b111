#include "harness/procedures/exported.h"

#include <fmt/format.h>

#include "harness/procedures/joining_node.h"
#include "localnet/base/text.h"
#include "localnet/network/frozen_copy.h"

namespace rehearse {

namespace {

namespace fs = std::filesystem;

constexpr Cause kExportFailed = Cause::afterwards_failed;

// A command as it is typed on the machine of that node, for the home that is given.
void type(Rehearsal& r, ChainCli& cli, const char* command, const std::string& node, Values values) {
  const auto a =
      r.run_programs({{r.to().artifact.binary, r.command(command, node, std::move(values)), &cli}}).front();
  if (!a.trouble().empty()) throw StepFailed(a.trouble(), kExportFailed);
}

// Of a node that stands still for that moment: the program wants a database that nobody else has open.
fs::path copy_of_home(Rehearsal& r, Node& node) {
  const auto copy = r.folder() / "export" / "home";
  fs::create_directories(copy.parent_path());
  const PausedNode paused(node);
  r.await_done(node.identity().name + " to stand still", [&] { return node.paused(); });
  copy_frozen(node.home(), copy);
  return copy;
}

std::int64_t first_height(const fs::path& genesis) {
  const auto json = record::Json::parse(read_file(genesis), nullptr, false);
  if (!json.is_object() || !json.contains("app_state"))
    throw StepFailed("what is exported is no genesis", kExportFailed);
  return json.contains("initial_height") ? number_in(json["initial_height"]) : 1;
}

}  // namespace

std::string start_from_export(Rehearsal& r) {
  constexpr std::int64_t kBlocks = 3;
  const auto name = smallest_validator(r.scenario().network);
  auto& exporting = r.network().node(name);
  ChainCli cli(r.loop(), r.profile(), r.folder() / "export" / "commands", exporting.environment());
  const auto genesis = r.folder() / "export" / "genesis.json";
  type(r, cli, "export", name, {{"home", copy_of_home(r, exporting).string()}, {"file", genesis.string()}});
  const auto first = first_height(genesis);
  const auto nodes = r.network().add_network_again(genesis, r.to().artifact.binary);
  type(r, cli, "validate-genesis", name, {{"home", nodes.front()->home().string()}});

  for (auto* n : nodes) n->start();
  for (auto* n : nodes)
    if (const auto joined = await_joined(r, *n, kExportFailed, kBlocks); joined.first != first)
      throw StepFailed(fmt::format("the first block of {} is {}, the genesis is for {}", n->identity().name,
                                   joined.first, first),
                       kExportFailed);
  for (auto* n : nodes) n->kill();
  return fmt::format("{} bytes, valid; {} nodes have made the blocks {} to {} from it",
                     fs::file_size(genesis), nodes.size(), first, first + kBlocks - 1);
}

}  // namespace rehearse
