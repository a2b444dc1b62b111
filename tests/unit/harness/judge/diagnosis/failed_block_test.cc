// What a copy of a failed node told decides between causes that read the same in a log.
#include <gmock/gmock.h>

#include "tests/unit/support/found.h"
#include "tests/unit/support/made_failures.h"

namespace rehearse {
namespace {

using made::found_in;
using made::validator;
using record::Json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

made::Upgrade told(made::Upgrade u, const std::string& question, Json value) {
  u.add(made::kProven + 1, validator(2),
        record::Answered{"stopped", question, {}, 0, "a copy", true, false, std::move(value), ""});
  return u;
}

record::Diagnosis judged_from(const made::Upgrade& u) {
  return u.judged().diagnosis.value_or(record::Diagnosis{});
}

TEST(FailedBlock, AnErrorBehindTheHandlerIsTheBlocks) {
  const auto u = told(made::handler_error(), "failed-method", "EndBlock");
  EXPECT_THAT(found_in(u), ElementsAre("block-error", "node-exited"));
  const auto d = judged_from(u);
  EXPECT_EQ(d.where.method, "EndBlock");
  EXPECT_EQ(d.where.height, made::kHeight);
  EXPECT_EQ(d.first_evidence, "4 stored, totals say 5");
  EXPECT_THAT(d.affected_nodes, SizeIs(4));
}

TEST(FailedBlock, WhereItsModuleIsKnownItIsNamed) {
  const auto u = told(told(made::handler_error(), "failed-method", "EndBlock"), "failed-module", "rewards");
  EXPECT_EQ(judged_from(u).where.module, "rewards");
  EXPECT_EQ(judged_from(told(made::handler_error(), "failed-method", "EndBlock")).where.module, "");
}

TEST(FailedBlock, AnErrorBeforeBeginBlockIsTheHandlers) {
  EXPECT_THAT(found_in(told(made::handler_error(), "failed-method", "PreBlock")),
              ElementsAre("upgrade-handler-error", "node-exited"));
}

TEST(FailedBlock, AStoreThatIsNotAddedForWantOfThePlansNameIsAMissingHandler) {
  const auto d =
      judged_from(told(made::missing_store(), "plan-of-program", {{"known", "two"}, {"held", false}}));
  EXPECT_EQ(d.cause, Cause::upgrade_handler_missing);
  EXPECT_THAT(d.first_evidence, HasSubstr("the new binary knows `two`"));
}

TEST(FailedBlock, AStoreThatNoNearNameAddsIsMissingAndBothCausesAreNamedWhereTheProgramLacksThePlansName) {
  auto d = judged_from(told(made::missing_store(), "plan-of-program", {{"known", nullptr}, {"held", false}}));
  EXPECT_EQ(d.cause, Cause::missing_store_upgrade);
  EXPECT_THAT(d.consequences, Contains(HasSubstr("(upgrade-handler-missing)")));
  d = judged_from(told(made::missing_store(), "plan-of-program", {{"known", nullptr}, {"held", true}}));
  EXPECT_EQ(d.cause, Cause::missing_store_upgrade);
  EXPECT_THAT(d.consequences, Not(Contains(HasSubstr("upgrade-handler-missing"))));
}

// --- Past the halt

TEST(PastTheHalt, OfSomeWhileOthersHaltIsTheirSettings) {
  auto u = made::healthy();
  u.cut(made::at::kNewBinary);
  std::erase_if(u.made, [](const record::Event& e) {
    const auto* l = std::get_if<record::LogLine>(&e.body);
    return e.node == validator(4) &&
           ((l && l->pattern == "upgrade-needed") || std::holds_alternative<record::ProcessEnded>(e.body));
  });
  u.head_at(made::kProven - 0.1, validator(4), made::kHeight, made::kHeight, 1);
  u.stop(made::kProven, StopReason::failure_proven, "a rule of diagnosis");
  EXPECT_THAT(found_in(u), testing::Contains("operator-setting"));
  const auto d = judged_from(u);
  EXPECT_EQ(d.cause, Cause::operator_setting);
  EXPECT_THAT(d.affected_nodes, ElementsAre(validator(4)));
}

}  // namespace
}  // namespace rehearse
