// What the rules of diagnosis find in a made journal.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "harness/judge/diagnosis/diagnose.h"
#include "harness/judge/diagnosis/rules.h"
#include "tests/unit/support/made_journal.h"

namespace rehearse::made {

inline const std::vector<std::string> kAllNodes = {"validator-1", "validator-2", "validator-3", "validator-4"};

// Of a run that fails.
inline record::Diagnosis diagnosis_of(const Upgrade& u) {
  const auto record = u.judged();
  EXPECT_EQ(record.verdict, "fail");
  return record.diagnosis.value_or(record::Diagnosis{});
}

// Of a run that need not fail; none: {}.
inline record::Diagnosis diagnosed(const Upgrade& u) { return u.judged().diagnosis.value_or(record::Diagnosis{}); }

// The causes, each by its own rule.
inline std::vector<std::string> found_in(const Upgrade& u) {
  const auto view = u.view();
  std::vector<std::string> found;
  for (const auto& rule : rules())
    if (const auto d = rule.find(view)) {
      EXPECT_EQ(d->cause, rule.cause);
      found.push_back(name_of(rule.cause));
    }
  return found;
}

// As it grows, event by event: a tripwire that fires too early ends a good run.
inline void expect_no_tripwire(const Upgrade& u) {
  NetworkView view;
  for (const auto& e : u.events()) {
    fold(view, e);
    const auto proven = proven_failure(view);
    ASSERT_FALSE(proven) << name_of(proven->cause) << " after event " << e.seq << ": " << proven->proven_by;
  }
}

}  // namespace rehearse::made
