// What makes the network of a run: its addresses, namespaces and release server, and the nodes on them.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "harness/run/checkpoint_folder.h"
#include "harness/run/inputs.h"
#include "localnet/inject/namespaces.h"

namespace rehearse {

class RunNetwork {
 public:
  // All outlive this. `run_id` marks what the run starts.
  RunNetwork(Rehearsal&, Inputs&, const RunOptions&, std::string run_id);

  // Claims addresses, and publishes the model that the inputs have. Before anything listens or dials: from then on this thread is
  // in the hub of the namespaces, if the run has some.
  void prepare();
  // The releases that stand beside the new one, once they are opened.
  void publish_others();

  // From nothing.
  void make(const std::filesystem::path& cosmovisor);
  void start();
  // That of the past, with addresses and processes of its own. Nothing of it runs yet.
  void take_up(const Checkpoint&, const std::filesystem::path& cosmovisor);

  // Null: there is none yet.
  Network* network() { return network_ ? &*network_ : nullptr; }
  const Network* network() const { return network_ ? &*network_ : nullptr; }

 private:
  void make_namespaces();
  void publish_model(ModelChange&);
  NetworkPlan plan(const std::filesystem::path& cosmovisor);
  void tell();

  Rehearsal& r_;
  Inputs& in_;
  const RunOptions& o_;
  std::string id_;
  std::optional<AddressBlock> addresses_;
  std::optional<NetworkNamespaces> namespaces_;
  std::string no_namespaces_;  // why there are none
  std::optional<ReleaseServer> release_server_;
  std::optional<Network> network_;
  double voting_period_s_ = 0;
};

}  // namespace rehearse
