// What stands without a word, each with a near miss that must not be called so.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "harness/judge/diagnosis/diagnose.h"
#include "harness/record/cause.h"
#include "localnet/cosmos/goroutines.h"
#include "tests/unit/support/found.h"
#include "tests/unit/support/made_failures.h"

namespace rehearse {
namespace {

using made::diagnosed;
using made::found_in;
using made::kEndBlock;
using made::kFinalize;
using made::kOfModule;
using made::validator;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

made::Upgrade stands(const record::ConsensusProbed& at, int questions,
                     const std::vector<int>& ordinals = {1, 2, 3, 4}) {
  auto u = made::healthy();
  u.cut(5.2);
  for (int q = 0; q < questions; ++q)
    for (int i : ordinals) u.add(5.2 + q + 0.01 * i, validator(i), at);
  u.stop(5.3 + questions, StopReason::time_out, "height 25 not reached");
  return u;
}

record::ConsensusProbed at_step(int step, double prevoted, double precommitted,
                                std::int64_t extensions_from) {
  return {made::kHeight + 10, 0, step, prevoted, precommitted, 3, extensions_from, {}, {}, {}, false};
}

TEST(Standing, AtPrecommitWithExtensionsOnIsTheirRefusal) {
  EXPECT_THAT(found_in(stands(at_step(6, 1, 0.4, made::kHeight + 3), 2)),
              ElementsAre("vote-extension-refused"));
  EXPECT_THAT(found_in(stands(at_step(6, 1, 0.4, 0), 2)), IsEmpty()) << "extensions are off";
  EXPECT_THAT(found_in(stands(at_step(6, 0.5, 0.4, made::kHeight + 3), 2)), IsEmpty())
      << "prevotes are missing, too";
}

TEST(Standing, InTheApplicationSaysWhere) {
  auto at = at_step(0, 0, 0, 0);
  at.stack = {kOfModule, kEndBlock, kFinalize};
  const auto u = stands(at, 5);
  EXPECT_THAT(found_in(u), ElementsAre("blocks-stopped"));
  EXPECT_THAT(diagnosed(u).first_evidence, HasSubstr("x/rewards/keeper.go:41"));
  EXPECT_THAT(found_in(stands(at, 4)), IsEmpty()) << "a long block, so far";
}

TEST(Standing, WithoutAWordNeedsMostOfThePowerAndTime) {
  EXPECT_THAT(found_in(stands(at_step(3, 0, 0, 0), 4)), ElementsAre("blocks-stopped"));
  EXPECT_THAT(found_in(stands(at_step(3, 0, 0, 0), 3)), IsEmpty());
  EXPECT_THAT(found_in(stands(at_step(3, 0, 0, 0), 4, {2, 3, 4})), IsEmpty()) << "60 of 100 may not go on";
}

// A call that sleeps, computes or reads has until the run's patience is over.
TEST(Standing, InACallThatMayGoOnIsNoProofWhileTheRunWaits) {
  auto at = at_step(0, 0, 0, 0);
  at.stack = {kOfModule, kEndBlock, kFinalize};
  auto stuck = stands(at, 20);
  at.goes_on = true;
  auto u = stands(at, 20);
  EXPECT_THAT(diagnosed(u).proven_by, HasSubstr("has not returned in the time"));
  EXPECT_TRUE(a_block_may_still_come(u.view()));
  for (auto* run : {&u, &stuck}) std::erase_if(run->made, [](const auto& e) { return std::holds_alternative<record::RunStopped>(e.body); });
  EXPECT_FALSE(proven_failure(u.view()));
  ASSERT_TRUE(proven_failure(stuck.view()));
  EXPECT_FALSE(a_block_may_still_come(stuck.view()));
}

TEST(Standing, BeforeADoorNamesTheCallThatIsInTheApplication) {
  auto at = at_step(0, 0, 0, 0);
  at.stack = {{"sync.(*Mutex).Lock", "sync/mutex.go", 46}, kFinalize};
  at.holder = {{"sync.(*Mutex).Lock", "sync/mutex.go", 46}, kOfModule, {"github.com/cosmos/cosmos-sdk/baseapp.(*BaseApp).CheckTx", "baseapp/abci.go", 350}};
  const auto d = diagnosed(stands(at, 5));
  EXPECT_EQ(d.cause, Cause::blocks_stopped);
  EXPECT_EQ(d.where.method, "CheckTx");
  EXPECT_EQ(d.where.module, "rewards");
  EXPECT_THAT(d.first_evidence, HasSubstr("x/rewards/keeper.go:41"));
}

made::Upgrade ends_without_a_word(const record::Json& told_by_copy = {}) {
  auto at = at_step(8, 1, 0.8, 0);
  at.state = kNoGoroutine;
  auto u = stands(at, 2);
  if (!told_by_copy.is_null()) u.add(9, validator(1), record::Answered{"stopped", "silent-failure", {}, 0, "a copy", true, false, told_by_copy, ""});
  return u;
}

TEST(Standing, WithoutConsensusIsAFailureOfWhichNothingIsSaid) {
  EXPECT_THAT(found_in(ends_without_a_word()), ElementsAre("blocks-stopped"));
  auto behind = ends_without_a_word();
  for (auto* h : behind.all<record::HeadSeen>()) h->catching_up = true;
  EXPECT_THAT(found_in(behind), IsEmpty()) << "whoever catches up runs no consensus";
  auto said = ends_without_a_word();
  for (int i = 1; i <= 4; ++i)
    said.error(5.19, validator(i), R"(5:10AM ERR CONSENSUS FAILURE!!! err="UPGRADE \"v3\" NEEDED at height: 30: " module=consensus)", "consensus-failure");
  EXPECT_THAT(found_in(said), IsEmpty()) << "it halts for another plan";
  auto at_plan = ends_without_a_word();
  for (auto* p : at_plan.all<record::ConsensusProbed>()) p->height = made::kHeight;
  EXPECT_THAT(found_in(at_plan), IsEmpty()) << "it halts for this one";
}

TEST(Standing, WithoutConsensusIsWhatACopyOfTheNodeEndsOf) {
  const auto error = ends_without_a_word({{"error", "rewards: 4 of 5"}});
  EXPECT_THAT(found_in(error), ElementsAre("block-error", "blocks-stopped"));
  EXPECT_EQ(diagnosed(error).first_evidence, "rewards: 4 of 5");
  EXPECT_EQ(diagnosed(error).affected_power, "100 of 100");
  const auto panic = diagnosed(ends_without_a_word(
      {{"panic", "no price"}, {"stack", "goroutine 1 [running]:\nexample.org/chain/x/rewards.Keeper.Settle()\n\tx/rewards/keeper.go:41\n"
                                        "github.com/cosmos/cosmos-sdk/types/module.(*Manager).EndBlock()\n\ttypes/module/module.go:800\n"}}));
  EXPECT_EQ(panic.cause, Cause::block_panic);
  EXPECT_EQ(panic.where.method, "EndBlock");
  EXPECT_EQ(panic.where.module, "rewards");
  EXPECT_EQ(panic.first_evidence, "panic: no price; in example.org/chain/x/rewards.Keeper.Settle (x/rewards/keeper.go:41)");
}

// They hold 40, 30, 20 and 10; each pair is named once, by its address or as a peer.
made::Upgrade not_connected(const std::vector<std::pair<int, int>>& pairs) {
  auto at = at_step(3, 0, 0, 0);
  at.peers = 0;
  auto u = stands(at, 4);
  const auto network = u.all<record::NetworkPlanned>().front()->members;
  for (const auto& [keeps, peer] : pairs) {
    const auto& member = network.at(static_cast<std::size_t>(peer - 1));
    u.log(8, validator(keeps), "connection-taken", "Inbound Peer rejected", peer % 2 ? std::vector{std::string(), member.node_id} : std::vector{member.ip});
  }
  return u;
}

TEST(Standing, ForLostConnectionsThatAreTakenForOpenIsTheChains) {
  const auto u = not_connected({{1, 2}, {1, 3}, {4, 1}, {3, 2}, {4, 2}});
  EXPECT_THAT(found_in(u), ElementsAre("blocks-stopped"));
  EXPECT_EQ(diagnosed(u).owner, "chain");
  EXPECT_EQ(diagnosed(u).first_evidence, "Inbound Peer rejected");
  EXPECT_THAT(found_in(not_connected({})), IsEmpty()) << "nobody says why they are not connected";
  EXPECT_THAT(found_in(not_connected({{1, 4}, {2, 4}, {3, 4}})), IsEmpty()) << "the first three reach each other";
  EXPECT_THAT(found_in(not_connected({{1, 2}, {1, 3}, {2, 4}})), IsEmpty()) << "all reach each other over the fourth and the third";
}

}  // namespace
}  // namespace rehearse
