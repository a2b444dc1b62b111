// The provider's checklist: each of its six items alone fails; and each rule of diagnosis about the daemon.
#include <gmock/gmock.h>

#include "harness/record/cause.h"
#include "harness/judge/diagnosis/diagnose.h"
#include "tests/unit/support/found.h"
#include "tests/unit/support/made_failures.h"
#include "tests/unit/support/made_provider.h"

namespace rehearse {
namespace {

using made::found_in;
using made::item;
using made::not_passed;
using made::provider_upgrade;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(ProviderChecks, AllPassWhenNothingIsLost) {
  const auto record = provider_upgrade().judged();
  EXPECT_THAT(not_passed(record), IsEmpty());
  EXPECT_EQ(record.verdict, "pass");
  std::vector<std::string> titles;
  for (const auto& c : record.checks)
    if (c.checklist == "Provider Verification Checklist") {
      EXPECT_EQ(c.subject, "provider");
      titles.push_back(c.title);
    }
  EXPECT_THAT(titles, ElementsAre("Health", "Version", "Bid Engine", "Active Workloads", "Chain Connectivity", "Recent Errors"));
  EXPECT_EQ(record.from->printed_version + " -> " + record.to->printed_version, "v1.0.0 -> v1.1.0");  // what was upgraded
}

TEST(ProviderChecks, HealthFailsWhenItIsNotOk) {
  auto u = provider_upgrade();
  u.answer(kAfter, "health", kProvider).value["status"] = "degraded";
  EXPECT_THAT(not_passed(u), ElementsAre("Health (provider): fail"));
}

TEST(ProviderChecks, HealthFailsWhenNobodyAnswers) {
  auto u = provider_upgrade();
  auto& health = u.answer(kAfter, "health", kProvider);
  health.answered = false, health.error = "rest: connection refused";
  EXPECT_THAT(not_passed(u), ElementsAre("Health (provider): fail"));
  EXPECT_THAT(item(u.judged(), "Health", "provider").actual, HasSubstr("connection refused"));
}

TEST(ProviderChecks, VersionFailsWhenTheProgramIsAnother) {
  auto u = provider_upgrade();
  u.answer(kAfter, "version", kProvider).value = "v1.0.0";
  EXPECT_THAT(not_passed(u), ElementsAre("Version (provider): fail"));
}

TEST(ProviderChecks, VersionFailsWhenWhatRunsIsAnother) {
  auto u = provider_upgrade();
  u.answer(kAfter, "health", kProvider).value["version"] = "v1.0.0";
  EXPECT_THAT(not_passed(u), ElementsAre("Version (provider): fail"));
  EXPECT_EQ(item(u.judged(), "Version", "provider").message, "what runs is v1.0.0, not v1.1.0");
}

TEST(ProviderChecks, VersionIsTheOldOneAfterARollback) {
  auto u = provider_upgrade();
  u.all<record::ExpectedOutcome>().front()->provider = WhichRelease::from;
  EXPECT_THAT(not_passed(u), ElementsAre("Version (provider): fail"));
  u.answer(kAfter, "version", kProvider).value = "v1.0.0";
  u.answer(kAfter, "health", kProvider).value["version"] = "v1.0.0";
  EXPECT_THAT(not_passed(u), IsEmpty());
}

TEST(ProviderChecks, BidEngineFailsWhenItStandsStill) {
  const auto u = made::provider_bids_stuck();
  EXPECT_THAT(not_passed(u), ElementsAre("Bid Engine (provider): fail"));
  EXPECT_EQ(item(u.judged(), "Bid Engine", "provider").message, "it does not follow the chain");
}

TEST(ProviderChecks, BidEngineFailsWhenItIsStillPaused) {
  auto u = provider_upgrade();
  u.answer(kAfter, "bids", kProvider).value["state"] = "paused";
  EXPECT_THAT(not_passed(u), ElementsAre("Bid Engine (provider): fail"));
}

TEST(ProviderChecks, BidEngineFailsWhenAnOrderHasNoBidOrABidIsLost) {
  auto open = provider_upgrade();
  open.answer(kAfter, "provider-orders").value[3] = made::order("order-4", "OPEN", "");
  EXPECT_THAT(not_passed(open), ElementsAre("Bid Engine (provider): fail"));
  EXPECT_EQ(item(open.judged(), "Bid Engine", "provider").message, "no bid on order-4");
  auto lost = provider_upgrade();
  lost.answer(kAfter, "provider-orders").value[0]["provider"] = "ve1another";
  EXPECT_THAT(not_passed(lost), ElementsAre("Bid Engine (provider): fail"));
  EXPECT_EQ(item(lost.judged(), "Bid Engine", "provider").message, "a bid was lost");
}

TEST(ProviderChecks, ActiveWorkloadsFailsWhenOneIsGone) {
  auto u = provider_upgrade();
  u.answer(kAfter, "workloads", kProvider).value = "order-1 running pid=1 started=5\norder-3 running pid=3 started=7";
  EXPECT_THAT(not_passed(u), ElementsAre("Active Workloads (provider): fail"));
  EXPECT_EQ(item(u.judged(), "Active Workloads", "provider").message, "gone: order-2 running pid=2 started=6");
}

// The runbook counts lines: that would not see it.
TEST(ProviderChecks, ActiveWorkloadsFailsWhenOneIsAnotherProcess) {
  auto u = provider_upgrade();
  u.answer(kAfter, "workloads", kProvider).value =
      "order-1 running pid=1 started=5\norder-2 running pid=2 started=8\norder-3 running pid=3 started=7";
  EXPECT_THAT(not_passed(u), ElementsAre("Active Workloads (provider): fail"));
}

TEST(ProviderChecks, ChainConnectivityFailsByWhatTheChainOrTheDaemonSays) {
  auto paused = provider_upgrade();
  paused.answer(kAfter, "provider-info").value["status"] = "PAUSED";
  EXPECT_THAT(not_passed(paused), ElementsAre("Chain Connectivity (provider): fail"));
  auto unknown = provider_upgrade();
  unknown.answer(kAfter, "provider-info").absent = true;
  EXPECT_THAT(not_passed(unknown), ElementsAre("Chain Connectivity (provider): fail"));
  auto cut_off = provider_upgrade();
  cut_off.answer(kAfter, "health", kProvider).value["chain"]["reachable"] = false;
  EXPECT_THAT(not_passed(cut_off), ElementsAre("Chain Connectivity (provider): fail"));
}

TEST(ProviderChecks, RecentErrorsFailsByAnErrorOfTheProcessThatRuns) {
  auto u = provider_upgrade();
  const std::string text = "{\"level\":\"error\",\"msg\":\"cannot answer\"}";
  u.error(5.0, kProvider, text);
  u.made.back().incarnation = 2;
  EXPECT_THAT(not_passed(u), ElementsAre("Recent Errors (provider): fail"));
  EXPECT_EQ(item(u.judged(), "Recent Errors", "provider").message, text);
  u.profile.provider->harmless_errors = {{"cannot answer", std::nullopt, "made to be harmless"}};
  EXPECT_THAT(not_passed(u), IsEmpty());
}

// --- Diagnosis

TEST(ProviderDiagnosis, FindsInEachJournalOnlyWhatIsThere) {
  EXPECT_THAT(found_in(provider_upgrade()), IsEmpty());
  EXPECT_THAT(found_in(made::provider_forgets_workloads()), ElementsAre("provider-workloads-lost"));
  EXPECT_THAT(found_in(made::provider_bids_stuck()), ElementsAre("provider-bids-stuck"));
  EXPECT_THAT(found_in(made::provider_config_refused()), ElementsAre("provider-config-refused", "provider-exited"));
  EXPECT_THAT(found_in(made::provider_exits()), ElementsAre("provider-exited"));
}

TEST(ProviderDiagnosis, NoTripwireFiresAtAnyMomentOfAGoodUpgrade) {
  made::expect_no_tripwire(provider_upgrade());
}

TEST(ProviderDiagnosis, HoldsAConfigurationThatWasNotTakenBackAgainstTheOperator) {
  auto u = made::provider_config_refused();
  const auto& plan = *u.all<record::ProviderPlanned>().front();
  auto& line = *u.all<record::LogLine>(kProvider).back();
  line.captures = {plan.to.printed_version};
  EXPECT_EQ(u.judged().diagnosis.value().owner, "release") << "the new one reads not even what its own migrate-config has written";
  line.captures = {plan.from.printed_version};
  EXPECT_EQ(u.judged().diagnosis.value().owner, "operator");
}

TEST(ProviderDiagnosis, NamesTheProviderAndItsWords) {
  const auto refused = made::provider_config_refused().judged().diagnosis.value();
  EXPECT_EQ(refused.cause, Cause::provider_config_refused);
  EXPECT_THAT(refused.affected_nodes, ElementsAre("provider"));
  EXPECT_THAT(refused.first_evidence, HasSubstr("reads schema 2"));
  EXPECT_THAT(refused.advice, HasSubstr("migrate-config"));
  const auto exited = made::provider_exits().judged().diagnosis.value();
  EXPECT_EQ(exited.cause, Cause::provider_exited);
  EXPECT_EQ(exited.first_evidence, "Error: state.db: timeout");
  EXPECT_EQ(exited.evidence_at, "nodes/provider/logs/node.log:9");
  EXPECT_NO_THROW(shown_by_all(made::provider_exits().view(), exited)) << "it is none of the network's nodes";
  const auto stuck = made::provider_bids_stuck().judged().diagnosis.value();
  EXPECT_THAT(stuck.proven_by, HasSubstr("stands at height 17, the chain is at 25"));
  EXPECT_THAT(stuck.first_evidence, HasSubstr("\"status\":\"ok\""));
}

// What the procedure itself has found out stands by its name.
TEST(ProviderDiagnosis, OfALostKeyHasAnAdvice) {
  EXPECT_TRUE(find_named<Cause>("provider-config-key-lost"));
  auto u = provider_upgrade();
  u.cut(4.6);
  u.stop(4.7, StopReason::step_failed, "lost: /bid_price (now /bids/price)", Cause::provider_config_key_lost);
  const auto d = u.judged().diagnosis.value();
  EXPECT_EQ(d.cause, Cause::provider_config_key_lost);
  EXPECT_EQ(d.first_evidence, "lost: /bid_price (now /bids/price)");
}

}  // namespace
}  // namespace rehearse
