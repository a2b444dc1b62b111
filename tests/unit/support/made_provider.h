// The made upgrade with a provider daemon beside it that goes from v1.0.0 to v1.1.0: three workloads run before, a fourth
// order is won after. And that gone wrong.
#pragma once

#include "harness/judge/checks/check.h"
#include "tests/unit/support/made_journal.h"

namespace rehearse::made {

inline constexpr const char* kAccount = "ve1provider";
inline constexpr std::int64_t kResumedAt = kHeight + 1;

inline record::Json order(const std::string& id, const std::string& status, const std::string& provider) {
  return {{"id", id}, {"status", status}, {"provider", provider}};
}

inline Upgrade provider_upgrade() {
  auto u = healthy();
  u.scenario.after = {"provider-verification"};
  std::erase_if(u.made, [](const auto& e) {  // asked as records to keep
    const auto* a = std::get_if<record::Answered>(&e.body);
    return a && a->question == "provider-orders";
  });
  u.add(1.15, "", record::ProviderPlanned{kAccount, {"v1.0.0", "v1.0.0", "", "", "", "", "v1.0.0"},
                                          {"v1.1.0", "v1.1.0", "", "", "", "", "v1.1.0"}});
  u.add(1.2, kProvider, record::ProcessStarted{300, "provider-daemon"}, 1);
  u.error(1.25, kProvider, "{\"level\":\"error\",\"msg\":\"of the release before\"}");
  std::get<record::LogLine>(u.made.back().body).line = 1;
  u.made.back().incarnation = 1;
  u.add(4.4, kProvider, record::Expected{kProcessEnds, "its operator stops it", true});
  u.add(4.5, kProvider, record::ProcessEnded{"provider-daemon", 0, 0, {}, "", 0}, 1);
  u.add(4.55, kProvider, record::Expected{kProcessEnds, "it runs", false});
  u.add(4.6, kProvider, record::ProcessStarted{301, "provider-daemon"}, 2);
  u.add(5.4, "", record::ExpectedOutcome{kResumedAt, WhichRelease::to, true});
  auto answer = [&u](double when, const char* checkpoint, const std::string& node, const char* question, record::Json value,
                     std::map<std::string, std::string> args = {}) {
    u.add(when, node, record::Answered{checkpoint, question, std::move(args), 0, "rest", true, false, std::move(value), ""});
  };
  record::Json orders = {order("order-1", "MATCHED", kAccount), order("order-2", "MATCHED", kAccount),
                         order("order-3", "MATCHED", kAccount)};
  const std::string ran = "order-1 running pid=1 started=5\norder-2 running pid=2 started=6\norder-3 running pid=3 started=7";
  answer(at::kBefore, kBefore, validator(1), "provider-orders", orders);
  answer(at::kBefore, kBefore, kProvider, "workloads", ran);
  orders.push_back(order("order-4", "MATCHED", kAccount));
  answer(at::kAnswers, kAfter, validator(1), "provider-orders", orders);
  answer(at::kAnswers, kAfter, validator(1), "provider-info", {{"status", "ACTIVE"}}, {{"address", kAccount}});
  answer(at::kAnswers, kAfter, kProvider, "workloads", ran + "\norder-4 running pid=4 started=9");
  answer(at::kAnswers, kAfter, kProvider, "version", "v1.1.0");
  answer(at::kAnswers, kAfter, kProvider, "health",
         {{"status", "ok"}, {"version", "v1.1.0"}, {"chain", {{"reachable", true}, {"height", kLast}}}});
  answer(at::kAnswers, kAfter, kProvider, "bids", {{"state", "running"}, {"last_height", kLast}, {"in_flight", 0}});
  return u;
}

inline Upgrade provider_forgets_workloads() {
  auto u = provider_upgrade();
  u.answer(kAfter, "workloads", kProvider).value = "order-4 running pid=4 started=9";
  return u;
}

inline Upgrade provider_bids_stuck() {
  auto u = provider_upgrade();
  u.answer(kAfter, "bids", kProvider).value["last_height"] = kResumedAt - 4;
  return u;
}

// The new release ends at its start, saying that.
inline Upgrade provider_ends(const std::string& text, const std::string& pattern) {
  auto u = provider_upgrade();
  u.cut(4.7);
  if (!pattern.empty()) {
    u.log(4.71, kProvider, pattern, text);
    u.made.back().incarnation = 2;
  }
  u.add(4.72, kProvider, record::ProcessEnded{"provider-daemon", 1, 0, {text}, "nodes/provider/logs/node.log", 9}, 2);
  u.stop(4.8, StopReason::failure_proven, "a rule of diagnosis");
  return u;
}

inline Upgrade provider_config_refused() {
  return provider_ends("Error: config.yaml has schema 1, this release (v1.1.0) reads schema 2", "config-refused");
}
inline Upgrade provider_exits() { return provider_ends("Error: state.db: timeout", ""); }

}  // namespace rehearse::made
