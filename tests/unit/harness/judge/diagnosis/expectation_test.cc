// A step that is about to take a failure back expects it: that one is none, every other one still is.
#include <gtest/gtest.h>

#include "harness/judge/diagnosis/diagnose.h"
#include "tests/unit/support/made_failures.h"

namespace rehearse {
namespace {

std::string proven(made::Upgrade u, Cause expected, bool taken_back = false) {
  u.add(made::at::kStarted, "", record::Expected{expected, "it is rolled back", true});
  if (taken_back) u.add(made::at::kHalt, "", record::Expected{expected, "", false});
  const auto found = proven_failure(u.view());
  return found ? name_of(found->cause) : "";
}

TEST(ExpectedFailure, SilencesItsRule) {
  EXPECT_EQ(proven(made::handler_error(), Cause::upgrade_handler_error), "node-exited") << "nobody expected the nodes to end";
}

TEST(ExpectedFailure, SilencesNoOtherRule) {
  EXPECT_EQ(proven(made::handler_panic(), Cause::upgrade_handler_error), "upgrade-handler-panic");
}

TEST(ExpectedFailure, IsAFailureAgainOnceItIsTakenBack) {
  EXPECT_EQ(proven(made::handler_error(), Cause::upgrade_handler_error, true), "upgrade-handler-error");
}

}  // namespace
}  // namespace rehearse
