// Faults of consensus: a validator's key that signs in two places.
#include <fmt/format.h>

#include "harness/faults/kinds.h"
#include "harness/faults/node_fault.h"

namespace rehearse {

namespace {

// A second node with the same key and a signing state of its own, as when a validator is moved and the old one left running.
class DoubleSign : public NodeFault {
 public:
  using NodeFault::NodeFault;
  void inject() override {
    twin_ = &r().network().add_twin(name());
    twin_->start();
    ask();
  }
  std::string applied() override { return *said_; }
  void heal() override { twin_->kill(); }
  std::string healed() override { return twin_->running() ? "" : "the second process is gone"; }

 private:
  // It takes part once it has caught up.
  void ask() {
    asking_ = r().loop().every(std::chrono::milliseconds(200), [this] {
      r().http().send({twin_->rpc_url() + "/status"}, [said = said_](HttpResponse a) {
        const auto json = record::Json::parse(a.body, nullptr, false);
        const auto info = json.is_discarded() ? record::Json() : json.value(record::Json::json_pointer("/result/sync_info"), record::Json());
        if (info.is_object() && !info.value("catching_up", true))
          *said = fmt::format("a second process has caught up with the same key, at height {}", info.value("latest_block_height", "?"));
      });
    });
  }

  Node* twin_ = nullptr;
  std::shared_ptr<std::string> said_ = std::make_shared<std::string>();
  Loop::Handle asking_;
};

}  // namespace

std::vector<FaultKind> consensus_kinds() {
  return {{"double-sign", "a second node signs with the validator's key", ActsOn::node, false, {}, {}, make_one<DoubleSign>}};
}

}  // namespace rehearse
