// The four items of the "Network-Wide Verification": one changed fact, one item that fails.
#include <gmock/gmock.h>

#include "tests/unit/support/made_journal.h"

namespace rehearse {
namespace {

using made::healthy;
using made::item;
using made::not_passed;
using record::Outcome;
using testing::ElementsAre;

TEST(NetworkChecks, EachIsPassedByAHealthyUpgrade) {
  const auto record = healthy().judged();
  for (const char* title :
       {"Validator Versions", "Block Production", "Active Validators", "Jailed Validators"})
    EXPECT_EQ(item(record, title).outcome, Outcome::pass) << title;
}

// Both items read the same answer: see ValidatorChecks.
TEST(NetworkChecks, ValidatorVersionsNamesTheNodesOnAnotherVersion) {
  auto u = healthy();
  u.answer("after", "app-version", "validator-2").value = "v1.0.0";
  u.answer("after", "app-version", "validator-4").value = "v2.0.1";
  EXPECT_THAT(not_passed(u), ElementsAre("Version (validator-2): fail", "Version (validator-4): fail",
                                         "Validator Versions (network): fail"));
  EXPECT_EQ(item(u.judged(), "Validator Versions").message, "not on v2.0.0: validator-2, validator-4");
}

// A node that is behind the others is behind the last block, which Sync Status asks of each node.
TEST(NetworkChecks, BlockProductionFailsWithFewerBlocksThanAskedForAndSoDoesSyncStatus) {
  auto u = healthy();
  std::erase_if(u.made, [](const auto& e) {
    const auto* h = std::get_if<record::HeadSeen>(&e.body);
    return h && e.node == "validator-4" && h->store_height == made::kLast;
  });
  EXPECT_THAT(not_passed(u),
              ElementsAre("Sync Status (validator-4): fail", "Block Production (network): fail"));
  EXPECT_EQ(item(u.judged(), "Block Production").message, "behind: validator-4");
}

TEST(NetworkChecks, ActiveValidatorsFailsWhenOneIsNotBonded) {
  auto u = healthy();
  u.answer("after", "validators").value[3]["status"] = "BOND_STATUS_UNBONDING";
  EXPECT_THAT(not_passed(u), ElementsAre("Active Validators (network): fail"));
  EXPECT_EQ(item(u.judged(), "Active Validators").message, "not bonded: validator-4");
}

TEST(NetworkChecks, ActiveValidatorsFailsWhenOneIsNotListed) {
  auto u = healthy();
  u.answer("after", "validators").value.erase(1);
  EXPECT_THAT(not_passed(u), ElementsAre("Active Validators (network): fail"));
  EXPECT_EQ(item(u.judged(), "Active Validators").message, "not bonded: validator-2");
}

TEST(NetworkChecks, JailedValidatorsFailsByTheFlag) {
  auto u = healthy();
  u.answer("after", "validators").value[0]["jailed"] = true;
  EXPECT_THAT(not_passed(u), ElementsAre("Jailed Validators (network): fail"));
  const auto r = u.judged();
  EXPECT_EQ(item(r, "Jailed Validators").message, "jailed: validator-1");
  ASSERT_TRUE(r.diagnosis);
  EXPECT_EQ(r.diagnosis->cause, Cause::validator_jailed);
  EXPECT_THAT(r.diagnosis->affected_nodes, testing::ElementsAre("validator-1"));
}

TEST(NetworkChecks, AValidatorThatMissedNoBlocksIsJailedByTheRelease) {
  auto u = healthy();
  u.answer("after", "validators").value[0]["jailed"] = true;
  EXPECT_EQ(u.judged().diagnosis.value().owner, "release");
  for (auto* s : u.all<record::Surveyed>()) s->parameters["slashing"]["min_signed_per_window"] = "0.9";
  for (auto* b : u.all<record::BlockSeen>())
    if (b->height > 4) b->signatures[0] = {"", 1};
  EXPECT_EQ(u.judged().diagnosis.value().owner, "operator") << "it missed more than 10 of 100";
}

TEST(NetworkChecks, JailedValidatorsIsInconclusiveWhenTheChainListsNone) {
  auto u = healthy();
  u.answer("after", "validators").value = record::Json::array();
  EXPECT_THAT(not_passed(u),
              ElementsAre("Active Validators (network): fail", "Jailed Validators (network): inconclusive", "Validators Kept (network): skipped"));
}

}  // namespace
}  // namespace rehearse
