// The steps that all upgrades by governance share, in the runbook's order: a plan is proposed, voted for, and comes to its
// height. Each function is one step of the rehearsal.
#pragma once

#include <string>

#include "harness/procedures/governance.h"
#include "harness/engine/rehearsal.h"
#include "harness/procedures/survey.h"
#include "harness/procedures/transactions.h"

namespace rehearse {

inline constexpr const char* kTimeline = "Upgrade Coordination Timeline";

struct UpgradePlan {
  std::string name, info;
  std::int64_t height = 0;
};

// The chain has no upgrade planned, and how it was asked. Throws StepFailed with the complaint and the plan.
std::string ask_for_no_plan(Rehearsal&, const std::string& checkpoint, const std::string& complaint);

// Until a height: on a machine that has become slow it is further away than it was.
inline constexpr Budget kWhileBlocksCome{std::chrono::seconds(20), std::chrono::hours(1)};

class GovernedUpgrade {
 public:
  explicit GovernedUpgrade(Rehearsal&);
  const UpgradePlan& plan() const { return plan_; }

  // From no plan to one that has passed; for whoever has nothing to do in between.
  void go_through_vote();

  void expect_no_plan();
  void propose();  // and before it what the scenario wants to be voted on meanwhile
  void vote();        // first of all: the voting period runs
  void ask_before();  // once the profile's records are made
  void pass();      // the voting ends, and the plan is the proposed one
  void await_halt();  // proven on every node
  void resume();    // H+1 on every node

 private:
  std::int64_t choose_height() const;
  void throw_if_halted(const std::string& before_what) const;
  void submit();
  void await_end_of_vote();

  Rehearsal& r_;
  UpgradePlan plan_;
  std::string proposal_;
  int proposed_ = 0;  // times
  bool all_voted_ = false;
  // Under way while the vote is waited for.
  std::optional<ChainSurvey> survey_;
  std::optional<TransactionsBefore> transactions_;
};

}  // namespace rehearse
