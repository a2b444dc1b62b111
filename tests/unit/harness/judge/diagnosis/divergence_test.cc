// Rules of what parts nodes: states, and blocks.
#include "harness/judge/diagnosis/diagnose.h"

#include <gmock/gmock.h>

#include "tests/unit/support/found.h"
#include "tests/unit/support/made_failures.h"

namespace rehearse {
namespace {

using made::diagnosis_of;
using made::kAllNodes;
using made::validator;
using record::Diagnosis;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

TEST(Diagnosis, OfADivergenceNamesTheStoresThatDiffer) {
  auto tell = [](made::Upgrade& u, int ordinal, const char* veid) {
    u.add(5.2, made::validator(ordinal),
          record::Answered{kStopped, kStoreHashes, {}, made::kHeight, "cli", true, false,
                           record::Json::parse(R"([{"name":"bank","hash":"AA"}])"), ""});
    auto& answer = std::get<record::Answered>(u.made.back().body);
    answer.value.push_back({{"name", "veid"}, {"hash", veid}});
  };
  auto u = made::diverges({4});
  tell(u, 1, "01");
  EXPECT_EQ(diagnosis_of(u).proven_by.find("stores that differ"), std::string::npos);  // one group has not told
  tell(u, 4, "02");
  EXPECT_TRUE(diagnosis_of(u).proven_by.ends_with("; stores that differ: veid")) << diagnosis_of(u).proven_by;
}

TEST(Diagnosis, OfADivergenceNamesTheOneOfFour) {
  const auto d = diagnosis_of(made::diverges({4}));
  EXPECT_EQ(d.cause, Cause::app_hash_divergence);
  EXPECT_THAT(d.affected_nodes, ElementsAre("validator-4"));
  EXPECT_EQ(d.affected_power, "10 of 100");
  EXPECT_THAT(d.proven_by, HasSubstr("app hashes after block 20 differ"));
  EXPECT_THAT(d.first_evidence, HasSubstr("on validator-1, validator-2, validator-3 (power 90 of 100)"));
  EXPECT_THAT(d.consequences, ElementsAre("the chain stands at height 20"));
  EXPECT_EQ(d.evidence_at, "");  // nobody logged a line: the answers are the evidence
}

// The next run's hashes stand in another order, and the failure is the same.
TEST(Diagnosis, OfADivergenceNamesTheFewFirstWhateverTheirHash) {
  for (const char* hash : {"00", "ZZ"}) {
    auto u = made::diverges({4});
    u.head(validator(4), made::kHeight).app_hash = hash;
    EXPECT_THAT(diagnosis_of(u).first_evidence, StartsWith(std::string("app hash after block 20: ") + hash + " on validator-4 (power 10 of 100); "));
    EXPECT_THAT(diagnosis_of(u).groups.front().nodes, ElementsAre("validator-4"));
  }
}

TEST(Diagnosis, OfADivergenceNamesTheTwoOfFourThatAreTheLesserPart) {
  const auto d = diagnosis_of(made::diverges({3, 4}));
  EXPECT_EQ(d.cause, Cause::app_hash_divergence);
  EXPECT_THAT(d.affected_nodes, ElementsAre("validator-3", "validator-4"));
  EXPECT_EQ(d.affected_power, "30 of 100");
}

TEST(Diagnosis, OfADivergenceNamesAllWhenNoPartHasMoreThanTwoThirds) {
  const auto d = diagnosis_of(made::diverges({1, 4}));
  EXPECT_EQ(d.cause, Cause::app_hash_divergence);
  EXPECT_EQ(d.affected_nodes, kAllNodes);
  EXPECT_EQ(d.affected_power, "100 of 100");
}

TEST(Diagnosis, OfADivergencePointsToTheLineOfTheNodeThatSaidSo) {
  auto u = made::diverges({4});
  u.error(5.05, validator(4), "ERR CONSENSUS FAILURE!!! err=\"wrong Block.Header.AppHash\"",
          "wrong-app-hash");
  const auto d = diagnosis_of(u);
  EXPECT_THAT(d.affected_nodes, ElementsAre("validator-4"));
  EXPECT_THAT(d.first_evidence, HasSubstr("wrong Block.Header.AppHash"));
  EXPECT_THAT(d.evidence_at, StartsWith("nodes/validator-4/logs/node.log:"));
}

// A node that was not asked in time has committed the next block: it holds what that block's header says.
TEST(Diagnosis, OfADivergenceCountsANodeThatWentOnWithTheOthers) {
  auto u = made::healthy();
  u.head(validator(4), made::kHeight).app_hash = "DD";
  std::erase_if(u.made, [](const auto& e) {
    const auto* h = std::get_if<record::HeadSeen>(&e.body);
    return h && h->app_height == made::kHeight && e.node == validator(1);
  });
  u.stop(5.5, StopReason::failure_proven, "a rule of diagnosis");
  const auto d = diagnosis_of(u);
  EXPECT_THAT(d.affected_nodes, ElementsAre("validator-4"));
  EXPECT_THAT(d.first_evidence, HasSubstr("(power 90 of 100)"));
}

TEST(Diagnosis, OfConflictingBlocksNamesTheHeightAndTheLesserPart) {
  const auto d = diagnosis_of(made::conflicting_blocks());
  EXPECT_EQ(d.cause, Cause::conflicting_blocks);
  EXPECT_EQ(d.proven_by, "two blocks at height 15");
  EXPECT_THAT(d.affected_nodes, ElementsAre("validator-4"));
  EXPECT_EQ(d.affected_power, "10 of 100");
  EXPECT_THAT(d.first_evidence, HasSubstr("on validator-4 (power 10 of 100)"));
}

// Its block was dropped, and it has come to have another one.
TEST(Diagnosis, OfConflictingBlocksTakesTheLastWordOfANode) {
  auto u = made::healthy();
  u.head_at(made::at::kHalt, "validator-4", 15, 15);
  u.head_at(made::at::kHalt + 0.01, "validator-4", 15, 15);
  u.made.back().body = record::HeadSeen{15, "C0FFEE", 15, made::app_hash(15), "v1.0.0", false};
  u.stop(made::at::kHalt + 0.1, StopReason::failure_proven, "a rule of diagnosis");
  EXPECT_EQ(diagnosis_of(u).proven_by, "two blocks at height 15");
}

}  // namespace
}  // namespace rehearse
