// The made upgrade called off: governance cancels the plan, and the chain goes past its height on the old
// release.
#pragma once

#include "harness/judge/checks/check.h"
#include "tests/unit/support/made_journal.h"

namespace rehearse::made {

inline Upgrade called_off() {
  auto u = healthy();
  std::erase(u.scenario.after, "coordination-timeline");
  // Nothing halts, and no process starts but the first.
  std::erase_if(u.made, [](const auto& e) {
    const auto* start = std::get_if<record::ProcessStarted>(&e.body);
    return std::holds_alternative<record::LogLine>(e.body) || (start && start->pid == 0);
  });
  for (auto* head : u.all<record::HeadSeen>()) head->app_version = "v1.0.0";
  u.all<record::ReleasesOpened>().front()->from_module_versions = {{"bank", 4}, {"gov", 5}, {"veid", 1}};
  u.add(at::kPassed + 0.01, "", record::ExpectedOutcome{kHeight, WhichRelease::from, false});
  for (int i = 1; i <= 4; ++i) u.answer(kAfter, "app-version", validator(i)).value = "v1.0.0";
  auto& applied = u.answer(kAfter, "applied-plan");
  applied.absent = true, applied.value = nullptr;
  u.answer(kAfter, "module-versions").value = {{{"name", "bank"}, {"version", "4"}},
                                               {{"name", "gov"}, {"version", "5"}},
                                               {{"name", "veid"}, {"version", "1"}}};
  for (const char* kept : {"scored-records", "veid-params"})
    u.answer(kAfter, kept).value = u.answer(kBefore, kept).value;
  u.answer(kAfter, "supply", "", kHeight).height = 0;  // of now
  return u;
}

}  // namespace rehearse::made
