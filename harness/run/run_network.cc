#include "harness/run/run_network.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/engine/goals.h"
#include "harness/engine/publication.h"
#include "harness/run/network_of.h"
#include "localnet/base/text.h"
#include "localnet/inject/capabilities.h"
#include "localnet/process/guard.h"

namespace rehearse {

namespace fs = std::filesystem;

namespace {

// Without one nothing is known of the new release.
void await_first_block(Rehearsal& r) {
  try {
    r.await("first block on every node", stored_on_all(1));
  } catch (const TimedOut& e) {
    throw TimedOut(e.what(), e.cause == Cause::none ? Cause::no_first_block : e.cause);
  }
}

}  // namespace

RunNetwork::RunNetwork(Rehearsal& r, Inputs& in, const RunOptions& o, std::string run_id)
    : r_(r), in_(in), o_(o), id_(std::move(run_id)) {}

void RunNetwork::prepare() {
  addresses_.emplace(AddressBlock::claim(runtime_dir()));
  make_namespaces();
  constexpr int kServerAddress = 254;  // beyond the nodes
  release_server_.emplace(r_.loop(), addresses_->at(kServerAddress), o_.folder / "release-server");
  in_.release_server = &*release_server_;
  if (in_.model) publish_model(*in_.model);
}

// Without them the faults of links are skipped.
void RunNetwork::make_namespaces() {
  if (!acts_on_links(in_)) return;
  if (in_.scenario.network.backend == NetworkBackend::proxies)
    no_namespaces_ = "needs network namespaces (`backend: namespaces`)";
  else if (in_.from.remote || in_.to.remote)
    no_namespaces_ = "needs releases of this machine: no way leads out of network namespaces";
  else
    no_namespaces_ = capability("network-namespace").needs;
  if (!no_namespaces_.empty()) return;
  std::map<std::string, std::string> nodes;
  int number = 0;
  for (const auto& name : node_names(in_.scenario.network)) nodes[name] = addresses_->at(++number);
  namespaces_.emplace(nodes);
}

void RunNetwork::publish_others() {
  if (in_.patch) publish(*release_server_, *in_.patch);
  if (in_.failing) publish(*release_server_, *in_.failing);
  if (in_.provider) publish(*release_server_, in_.provider->to);
}

// What lies at its address need not be what governance is asked for.
void RunNetwork::publish_model(ModelChange& model) {
  auto file = model.to.file;
  if (in_.scenario.upgrade.published == PublishedModel::another) {
    file = o_.folder / "published" / file.filename();
    write_file(file, read_file(model.from.file));
  }
  constexpr const char* kTag = "models";
  release_server_->publish(kTag, file);
  model.url = release_server_->url(kTag, file.filename());
  model.ca_file = release_server_->ca_file();
}

NetworkPlan RunNetwork::plan(const fs::path& cosmovisor) {
  auto p = network_of(in_);
  p.folder = o_.folder;
  p.run_id = id_;
  p.seed = o_.seed;
  const auto& downloads = in_.scenario.network.downloads;
  for (auto& node : p.nodes)
    if (std::find(downloads.begin(), downloads.end(), node.name) != downloads.end())
      node.environment.insert(
          {{"DAEMON_ALLOW_DOWNLOAD_BINARIES", "true"}, {"SSL_CERT_FILE", release_server_->ca_file().string()}});
  p.namespaces = namespaces_ ? &*namespaces_ : nullptr;
  p.no_namespaces = no_namespaces_;
  p.binary = in_.from.artifact.binary;
  p.cosmovisor = cosmovisor;
  p.genesis.insert(p.genesis.end(), o_.genesis.begin(), o_.genesis.end());
  p.genesis_values = [this, start = Loop::Clock::now()] {
    const auto periods = voting_periods(in_, Loop::Clock::now() - start);
    voting_period_s_ = periods.upgrade_s;
    in_.faults_of_vote_s = periods.faults_s;
    auto values = periods.values;
    values["inflation"] = inflation_of(in_.scenario.upgrade.kind);
    return values;
  };
  return p;
}

void RunNetwork::make(const fs::path& cosmovisor) {
  r_.step("make", "Network made: keys, genesis, configuration", "", [&] {
    network_.emplace(r_.loop(), r_.http(), r_, in_.profile, *addresses_, plan(cosmovisor));
    r_.set_network(&*network_);
    network_->prepare(r_.wait_for());
    tell();
    return fmt::format("chain id {}", in_.profile.chain.id);
  });
}

void RunNetwork::start() {
  r_.step("network", "Network up", "", [&] {
    network_->start();
    r_.record(record::Milestone{MilestoneName::started});
    await_first_block(r_);
    return fmt::format("{} nodes at {}", network_->nodes().size(), network_->nodes().front()->identity().ip);
  });
}

void RunNetwork::take_up(const Checkpoint& from, const fs::path& cosmovisor) {
  copy_network(from, o_.folder);
  const auto was = *r_.view().network;
  voting_period_s_ = was.voting_period_s;
  network_.emplace(r_.loop(), r_.http(), r_, in_.profile, *addresses_, plan(cosmovisor));
  r_.set_network(&*network_);
  std::vector<NodeIdentity> members;
  for (const auto& m : was.members) members.push_back({m.name, m.validator, m.power, m.ip, m.node_id, m.consensus_address, m.account, m.operator_address});
  network_->take_up(members, was.watched_account);
  tell();
}

void RunNetwork::tell() {
  record::NetworkPlanned planned;
  planned.chain_id = in_.profile.chain.id;
  planned.supervisor = name_of(in_.scenario.network.supervisor);
  planned.voting_period_s = voting_period_s_;
  planned.watched_account = network_->watched_account();
  for (const auto& n : network_->nodes()) {
    const auto& i = n->identity();
    planned.members.push_back({i.name, i.validator && i.active, i.active ? i.power : 0, i.consensus_address, i.operator_address,
                               i.account, i.ip, i.id});
  }
  r_.record(std::move(planned));
}

}  // namespace rehearse
