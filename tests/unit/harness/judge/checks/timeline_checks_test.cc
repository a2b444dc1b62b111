// Service levels: the runbook's timeline and the hotfix's response times, at the scenario's scale.
#include <gmock/gmock.h>

#include "harness/judge/checks/checklist.h"
#include "tests/unit/support/made_journal.h"

namespace rehearse {
namespace {

using made::healthy;
using made::item;
using made::not_passed;
using record::Outcome;
using testing::ElementsAre;
using testing::HasSubstr;

record::CheckResult timeline_item(const made::Upgrade& u, const std::string& title) {
  for (const auto& c : u.judged().checks)
    if (c.title == title && c.checklist == "Upgrade Coordination Timeline") return c;
  throw std::invalid_argument("no item " + title);
}

TEST(TimelineChecks, EachIsPassedByAHealthyUpgrade) {
  for (const char* title :
       {"Governance proposal submitted", "Voting ends, upgrade confirmed", "Final preparation, binary ready",
        "Chain halts at upgrade height", "Majority validators upgraded", "Chain resumes", "Full verification complete"})
    EXPECT_EQ(timeline_item(healthy(), title).outcome, Outcome::pass) << title;
}

// The halt is at 3.86 s, the majority has upgraded at 4.8 s, the chain resumes at 5.4 s, all is asked at 6.15 s.
TEST(TimelineChecks, ABreachIsAFailedItemOfItsOwn) {
  auto u = healthy();
  u.scenario.service_levels.majority_upgraded = {std::chrono::seconds(15)};  // 0.75 s of the run
  EXPECT_THAT(not_passed(u), ElementsAre("Majority validators upgraded (network): fail"));
  EXPECT_THAT(item(u.judged(), "Majority validators upgraded").message, HasSubstr("the service level is breached"));

  u = healthy();
  u.scenario.service_levels.chain_resumes = {std::chrono::seconds(20)};
  EXPECT_THAT(not_passed(u), ElementsAre("Chain resumes (network): fail"));

  u = healthy();
  u.scenario.service_levels.verified = {std::chrono::seconds(40)};
  EXPECT_THAT(not_passed(u), ElementsAre("Full verification complete (network): fail"));
}

TEST(TimelineChecks, ABreachWhileANodeWaitedForAProcessorSaysNothing) {
  auto u = healthy();
  u.scenario.service_levels.verified = {std::chrono::seconds(40)};
  u.starve("validator-2");
  EXPECT_THAT(not_passed(u), ElementsAre("Full verification complete (network): inconclusive"));
}

TEST(TimelineChecks, ABreachIsNotExcusedByWhatANodeWaitedForBefore) {
  auto u = healthy();
  u.scenario.service_levels.verified = {std::chrono::seconds(40)};
  u.starve("validator-2");
  for (auto& e : u.made)  // half a minute before
    if (std::holds_alternative<record::Sampled>(e.body)) e.seen -= 30'000'000;
  EXPECT_THAT(not_passed(u), testing::Contains("Full verification complete (network): fail"));
}

TEST(TimelineChecks, ABreachThatIsMoreThanTheMachineTookIsABreachAllTheSame) {
  auto u = healthy();
  u.scenario.service_levels.verified = {std::chrono::seconds(1)};
  u.starve("validator-2");
  EXPECT_THAT(not_passed(u), ElementsAre("Full verification complete (network): fail"));
}

TEST(TimelineChecks, TheBinaryHasToBeReadyBeforeTheHalt) {
  auto u = healthy();
  for (auto& e : u.made)
    if (std::holds_alternative<record::ReleasesOpened>(e.body)) e.seen = made::micros(made::at::kHalt + 0.1);
  EXPECT_THAT(not_passed(u), ElementsAre("Final preparation, binary ready (network): fail"));
}

// --- What the verification waits for

TEST(Unsettled, IsWhatMayStillComeTrueThoughTheTimelineIsNotOver) {
  auto u = healthy();
  std::erase_if(u.made, [](const auto& e) {
    const auto* m = std::get_if<record::Milestone>(&e.body);
    return m && m->name == MilestoneName::asked;
  });
  u.answer(kAfter, "peers", "validator-2").value = "1";
  const auto view = u.view();
  EXPECT_THAT(unsettled({view, u.scenario, u.profile}), ElementsAre("Peer Count (validator-2)"));
}

// That may be explained once the nodes' states are read; or the other would be the cause that is told.
TEST(Unsettled, IsWaitedForBesideAnItemThatFails) {
  auto u = healthy();
  u.answer(kAfter, "peers", "validator-2").value = "1";
  u.answer(kAfter, "supply", "", made::kHeight).value = "1";
  const auto view = u.view();
  EXPECT_THAT(unsettled({view, u.scenario, u.profile}), ElementsAre("Peer Count (validator-2)"));
}

// --- A hotfix: announced at 2 s; nodes started at 4.5 s and a tenth later each (made_journal.h)

made::Upgrade hotfix() {
  auto u = healthy();
  u.scenario.after = {"hotfix-timeline"};
  u.add(1.95, "", record::StepStarted{"announce", "Announcement rendered", ""});
  u.add(2.0, "", record::StepEnded{"announce", StepOutcome::done, ""});
  return u;
}

TEST(HotfixTimeline, IsPassedInTime) {
  EXPECT_THAT(not_passed(hotfix()), ElementsAre());
  EXPECT_THAT(item(hotfix().judged(), "Response time").actual, HasSubstr("2.5 s, which stand for 50s"));
}

TEST(HotfixTimeline, ALateFirstNodeBreachesTheResponseTime) {
  auto u = hotfix();
  u.scenario.service_levels.response = {std::chrono::seconds(30)};
  EXPECT_THAT(not_passed(u), ElementsAre("Response time (network): fail"));
}

TEST(HotfixTimeline, ANodeIsToRunItAsSoonAsItsSeveritySays) {
  auto u = hotfix();
  u.scenario.service_levels.scale = 1000;  // 2.5 s stand for 41 min
  EXPECT_THAT(not_passed(u), testing::Contains("Response time (network): fail"));
  u.scenario.upgrade.severity = Severity::high;
  EXPECT_THAT(not_passed(u), testing::Not(testing::Contains("Response time (network): fail")));
  EXPECT_THAT(item(u.judged(), "Response time").expected, HasSubstr("within 4h"));
  u.scenario.upgrade.severity = Severity::medium;
  EXPECT_THAT(item(u.judged(), "Response time").expected, HasSubstr("within 24h"));
}

TEST(HotfixTimeline, ALateMajorityBreachesTheOther) {
  auto u = hotfix();
  u.scenario.service_levels.hotfix_majority = {std::chrono::seconds(51)};  // 40 of 100 at 2.5 s, 70 at 2.6 s
  EXPECT_THAT(not_passed(u), ElementsAre("Majority upgraded (network): fail"));
}

}  // namespace
}  // namespace rehearse
