// What else governance may decide while an upgrade is under way. What is voted is carried out by the chain itself: there is
// nothing to heal, the run ends as governance has decided.
#include "harness/procedures/governance.h"

#include <fmt/format.h>

#include "harness/faults/kinds.h"
#include "localnet/base/text.h"
#include "localnet/profile/question_names.h"

namespace rehearse {

namespace {

class Proposed : public Fault {
 public:
  Proposed(Rehearsal& r, const Injection& i) : r_(r), kind_(i.kind) {}
  std::string why_unavailable() override { return r_.view().plan ? "" : "needs a plan: none was proposed"; }

  void inject() override {
    const auto& plan = *r_.view().plan;
    const auto id = submit_proposal(r_, kind_ == "competing-plan" ? competing(plan) : cancelling());
    await_passed(r_, id, approve(r_, id));
    proposal_ = id;
  }

  std::string applied() override {
    if (proposal_.empty()) return "";
    const auto a = r_.ask("fault", {{question::current_plan, r_.view().order.front(), {}, 0}}).front();
    if (!a.answered) return "";
    const bool mine = kind_ == "competing-plan" ? !a.absent && a.value.value("name", "") == kName : a.absent;
    return mine ? fmt::format("proposal {} has passed; the plan is {}", proposal_, a.absent ? "gone" : text_of(a.value)) : "";
  }

  void heal() override {}
  std::string healed() override { return "nothing to heal: governance has decided"; }

 private:
  static constexpr const char* kName = "another-upgrade";
  static Proposal competing(const record::PlanProposed& plan) {
    return {"Another upgrade", {{"@type", "/cosmos.upgrade.v1beta1.MsgSoftwareUpgrade"},
                                {"plan", {{"name", kName}, {"height", std::to_string(plan.height)}, {"info", ""}}}}};
  }
  static Proposal cancelling() { return {"No upgrade", {{"@type", "/cosmos.upgrade.v1beta1.MsgCancelUpgrade"}}}; }

  Rehearsal& r_;
  const std::string kind_;
  std::string proposal_;
};

}  // namespace

std::vector<FaultKind> governance_kinds() {
  return {
      {"competing-plan", "another proposal passes, with a plan of another name for the same height", ActsOn::network, false, {}, {}, make_one<Proposed>},
      {"plan-cancelled", "a proposal passes that cancels the plan", ActsOn::network, false, {}, {}, make_one<Proposed>},
  };
}

}  // namespace rehearse
