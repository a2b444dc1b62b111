// Faults of consensus: a validator's key that signs in two places, and a state that is not the others'.
#include <fmt/format.h>
#include <signal.h>

#include <algorithm>

#include "harness/judge/diagnosis/rules.h"
#include "harness/faults/kinds.h"
#include "harness/faults/node_fault.h"
#include "harness/procedures/operator.h"
#include "localnet/artifact/artifact.h"

namespace rehearse {

namespace {

// A second node with the same key and a signing state of its own, as when a validator is moved and the old one left running.
class DoubleSign : public NodeFault {
 public:
  using NodeFault::NodeFault;
  void inject() override {
    second_process_ = &r().network().add_second_process(name());
    second_process_->start();
    ask();
  }
  std::string applied() override { return *said_; }
  void heal() override {
    asking_.reset();
    if (second_process_) second_process_->kill();
  }
  std::string healed() override { return second_process_ && second_process_->running() ? "" : "no second process is there"; }

 private:
  // It takes part once it has caught up.
  void ask() {
    asking_ = r().loop().every(std::chrono::milliseconds(200), [this] {
      r().http().send({second_process_->rpc_url() + "/status"}, [said = said_](HttpResponse a) {
        const auto json = record::Json::parse(a.body, nullptr, false);
        const auto info = json.is_discarded() ? record::Json() : json.value(record::Json::json_pointer("/result/sync_info"), record::Json());
        if (info.is_object() && !info.value("catching_up", true))
          *said = fmt::format("a second process has caught up with the same key, at height {}", info.value("latest_block_height", "?"));
      });
    });
  }

  Node* second_process_ = nullptr;
  std::shared_ptr<std::string> said_ = std::make_shared<std::string>();
  Loop::Handle asking_;
};

// Another release under the new one's name, which computes another state from the upgrade on: a validator alone with it falls
// out, with a third of the power the chain stands still. It is healed as the runbook's backup is for.
class Diverge : public NodeFault {
 public:
  using NodeFault::NodeFault;
  std::string why_unavailable() override {
    if (!r().view().plan) return "needs a plan: none was proposed";
    return cosmovisor_unavailable();
  }
  void inject() override {
    const auto artifact = open_artifact(other().archive, r().profile().chain.binary, r().subject().store);
    link_or_copy(artifact.binary, staged());
    node().set(other().environment.set);
    stop_to_start();
  }
  std::string applied() override {
    started();
    const auto parted = first_divergence(r().view());
    if (!parted) return "";
    for (const auto& [state, nodes] : parted->groups)
      if (std::find(nodes.begin(), nodes.end(), name()) != nodes.end())
        return fmt::format("after block {} its state {} is not that of all", parted->height, state.substr(0, 8));
    return "";
  }
  void heal() override {
    node().unset(other().environment.set);
    link_or_copy(r().to().artifact.binary, staged());
    begun_to_heal();
    stop_to_start();
  }
  std::string healed() override {
    if (!started([this] { restore_data(r(), name()); })) return "";
    const auto up = revived();
    return up.empty() ? "" : "its data is what it was before the upgrade, the release the right one; " + up;
  }

 private:
  const Release& other() { return r().subject().others.at(option(kReleaseOption)); }
  std::filesystem::path staged() { return node().supervisor().staged(r().view().plan->name); }
};

bool is_anything(const std::string& text) { return !text.empty(); }

}  // namespace

std::vector<FaultKind> consensus_kinds() {
  return {
      {"double-sign", "a second node signs with the validator's key", ActsOn::node, false, {}, {}, make_one<DoubleSign>},
      {"diverge", "the node computes another state from the upgrade on", ActsOn::node, true,
       {{kReleaseOption, "fails:app-hash-divergence", "the release that does: a name, a path, a URL, or what it has to fail with", is_anything}},
       {Cause::app_hash_divergence, Cause::quorum_short}, make_one<Diverge>},
  };
}

}  // namespace rehearse
