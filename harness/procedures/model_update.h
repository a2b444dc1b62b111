// The steps of a change of the model that nodes score with, as the runbook's "Model Upgrades (VEID)" has them: approved by
// governance, downloaded and loaded by every operator, active at a height.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "harness/procedures/governance.h"
#include "harness/procedures/in_turn.h"
#include "harness/engine/rehearsal.h"

namespace rehearse {

// Of the runbook.
inline constexpr const char* kModelGovernance = "Model Upgrade Governance";
inline constexpr const char* kModelDownload = "Model Download and Verification";
inline constexpr const char* kModelActivation = "Model Activation";
inline constexpr const char* kModelRollback = "Model Rollback";

class ModelUpdate {
 public:
  // Throws Error(Blame::scenario) for a chain without a model.
  explicit ModelUpdate(Rehearsal&);

  void begin();  // records are scored, the state before is asked for
  // Proposed, checked and voted for; effective at a height that leaves time to report after the vote, and, if `to_switch`,
  // for all nodes to restart one after the other.
  void propose(bool to_switch);
  void pass();
  // What these operators do before anything of their nodes changes.
  void fetch(const NodeNames&, const char* runbook);
  void load();
  // These nodes' configurations name the new model, and they restart, one after the other.
  void switch_nodes(const NodeNames&, const char* runbook, const std::function<void()>& after_each = {});
  // Validators whose nodes have loaded it report it; `unseen`: all do, without a look at their nodes.
  void report(bool unseen);
  void await_height(const std::string& remark = "");
  // Every node scores with it, and what they score is the same.
  void finish();

  // All nodes in the order in which they restart.
  const NodeNames& nodes() const { return nodes_; }
  // All but those whose operators leave out what the others do.
  NodeNames diligent() const;
  // A record by each of these; the height at which the last was in a block.
  std::int64_t score(const std::vector<const NodeView*>&);
  // The answer of each of these nodes to `model-status`.
  std::vector<record::Json> status_of(const std::string& checkpoint, const NodeNames&);
  std::string show(const Model&) const;

 private:
  const ModelSection& section() const { return *r_.profile().model; }
  const ModelChange& change() const { return *r_.subject().model; }
  Values values() const;
  void submit(bool to_switch);
  void check_proposal();
  void verify_active();
  std::string compare_scores();
  std::vector<record::Json> scored_records(const std::string& checkpoint);

  Rehearsal& r_;
  NodeNames nodes_;
  std::string proposal_;
  bool all_voted_ = false;
  std::int64_t height_ = 0;  // effective
  std::int64_t from_ = 0;    // the first block that this looks at
  Downs downs_;
  std::vector<record::Json> scored_before_;
};

}  // namespace rehearse
