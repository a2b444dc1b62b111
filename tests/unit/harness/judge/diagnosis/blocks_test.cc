// What fails beyond the upgrade's handler, each with a near miss that must not be called so.
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
using testing::StartsWith;

const record::Frame kOfHandler = {"cosmossdk.io/x/upgrade/keeper.Keeper.ApplyUpgrade",
                                  "x/upgrade/keeper/keeper.go", 400};
const record::Frame kOfMigration = {"example.org/chain/x/rewards.Keeper.Migrate", "x/rewards/migrate.go", 7};
const record::Frame kBuild = {"example.org/chain/app.New", "app/app.go", 120};

// Every process of the new binary ends by that panic.
made::Upgrade panics(std::vector<record::Frame> frames) {
  auto u = made::handler_panic();
  for (auto* e : u.all<record::ProcessEnded>())
    if (e->exit_code == 1) e->panic = {"assignment to entry in nil map", "goroutine 1 [running]", frames, 60};
  return u;
}

// All go on to H + 1, and their consensus fails there: their processes live on.
made::Upgrade consensus_fails(const std::string& error, const std::string& frames) {
  auto u = made::healthy();
  u.cut(5.2);
  for (int i = 1; i <= 4; ++i)
    u.error(5.1 + 0.01 * i, validator(i),
            "5:10AM ERR CONSENSUS FAILURE!!! err=\"" + error +
                "\" module=consensus stack=\"goroutine 9 [running]:\\nruntime/debug.Stack()\\n\\tdebug.go:26 "
                "+0x5e\\npanic({0x1, 0x2})\\n\\truntime/panic.go:8 +0x1\\n" +
                frames + "\"",
            "consensus-failure");
  u.stop(5.2, StopReason::failure_proven, "a rule of diagnosis");
  return u;
}

constexpr const char* kModuleInEndBlock =
    "example.org/chain/x/rewards.Keeper.Settle(0x1)\\n\\tx/rewards/keeper.go:41 +0x1\\n"
    "github.com/cosmos/cosmos-sdk/types/module.(*Manager).EndBlock(0x1)\\n\\ttypes/module/module.go:800 "
    "+0x1\\n"
    "github.com/cosmos/cosmos-sdk/baseapp.(*BaseApp).FinalizeBlock(0x1)\\n\\tbaseapp/abci.go:900 +0x1\\n";

// --- Panics: the stack says whose they are

TEST(Panics, OfTheHandlerAreThoseWhoseStackGoesThroughIt) {
  const auto u = panics({kOfMigration, kOfHandler, kFinalize});
  EXPECT_THAT(found_in(u), ElementsAre("upgrade-handler-panic", "node-exited"));
  EXPECT_EQ(diagnosed(u).where.module, "rewards");
}

TEST(Panics, OfABlockNameMethodModuleAndFrame) {
  const auto u = panics({kOfModule, kEndBlock, kFinalize});
  EXPECT_THAT(found_in(u), ElementsAre("block-panic", "node-exited"));
  const auto d = diagnosed(u);
  EXPECT_EQ(d.cause, Cause::block_panic);
  EXPECT_EQ(d.owner, "release");
  EXPECT_EQ(d.where.module, "rewards");
  EXPECT_EQ(d.where.height, made::kHeight);
  EXPECT_THAT(d.where.method, HasSubstr("ndBlock"));
  EXPECT_THAT(d.first_evidence, HasSubstr("x/rewards/keeper.go:41"));
  EXPECT_THAT(d.evidence_at, HasSubstr("node.log:60"));
}

TEST(Panics, BeforeAnyBlockAreOfTheStart) {
  const auto u = panics({kBuild});
  EXPECT_THAT(found_in(u), ElementsAre("start-panic", "node-exited"));
}

TEST(Panics, OfCosmovisorAreNotTheReleases) {
  EXPECT_THAT(
      found_in(panics({{"cosmossdk.io/tools/cosmovisor.(*fileWatcher).CheckUpdate", "scanner.go", 1}})),
      ElementsAre("node-exited"));
}

TEST(Panics, InConsensusAreReadFromItsStack) {
  const auto u = consensus_fails("runtime error: index out of range [4] with length 4", kModuleInEndBlock);
  EXPECT_THAT(found_in(u), ElementsAre("block-panic"));
  EXPECT_EQ(diagnosed(u).where.module, "rewards");
}

TEST(Panics, OfAProcessThatAnOperatorStopsAreNone) {
  auto u = made::healthy();
  u.add(6.0, validator(4), record::Expected{kProcessEnds, "an operator stops it", true});
  u.exits(6.1, validator(4), 2, {});
  for (auto* e : u.all<record::ProcessEnded>(validator(4)))
    if (e->exit_code == 2) e->panic = {"leveldb: closed", "goroutine 9 [running]", {kOfModule, kEndBlock, kFinalize}, 60};
  EXPECT_THAT(found_in(u), IsEmpty());
}

TEST(Panics, OfAnotherGoroutineAreNotOfTheStart) {
  auto u = panics({{"example.org/chain/feeder.Run", "feeder/run.go", 3}});
  for (auto* e : u.all<record::ProcessEnded>()) e->panic.goroutine = "goroutine 77 [running]";
  EXPECT_THAT(found_in(u), ElementsAre("node-exited"));
}

// The upgrade was carried out by then, and how the others end is not known yet.
TEST(Panics, AfterTheUpgradeAreNotOfItsHandler) {
  auto u = made::healthy();
  u.log(5.8, validator(1), "panic", "panic: runtime error: invalid memory address", {"runtime error: invalid memory address"});
  u.stop(5.9, StopReason::failure_proven, "a rule of diagnosis");
  EXPECT_THAT(found_in(u), IsEmpty());
}

TEST(Panics, OfTheRuntimeItselfAreNamedAsItDoes) {
  auto u = panics({kOfModule, kEndBlock, kFinalize});
  for (auto* e : u.all<record::ProcessEnded>()) e->panic.fatal = true;
  EXPECT_THAT(diagnosed(u).first_evidence, StartsWith("fatal error: assignment to entry in nil map; in "));
}

// Before it ends, a process may print stacks for minutes.
TEST(Panics, OfARuntimeThatGivesUpAreKnownBeforeTheProcessEnds) {
  auto u = made::healthy();
  u.log(5.8, validator(1), "panic", "fatal error: stack overflow", {"stack overflow"});
  EXPECT_THAT(found_in(u), IsEmpty()) << "it answered later";
  u.cut(5.8, validator(1));
  u.log(5.8, validator(1), "panic", "fatal error: stack overflow", {"stack overflow"});
  u.head_at(7.9, validator(2), made::kLast + 5, made::kLast + 5);
  EXPECT_THAT(found_in(u), ElementsAre("node-exited"));
  EXPECT_THAT(diagnosed(u).affected_nodes, ElementsAre(validator(1)));
}

// SDK 0.47 panics where later ones return an error.
TEST(Panics, ThatSayThatTheChainHaltsAreNone) {
  auto u = panics({kOfModule, kEndBlock, kFinalize});
  for (auto* e : u.all<record::ProcessEnded>())
    if (!e->panic.text.empty()) e->panic.text = "UPGRADE \"v2.0.0\" NEEDED at height: 20: ";
  EXPECT_THAT(found_in(u), ElementsAre("node-exited"));
}

// --- Errors of a block

TEST(BlockErrors, AreWhatConsensusFailsOn) {
  const auto u = consensus_fails(
      "failed to apply block; error rewards: 4 of 5",
      "github.com/cometbft/cometbft/consensus.(*State).finalizeCommit(0x1)\\n\\tstate.go:1 +0x1\\n");
  EXPECT_THAT(found_in(u), ElementsAre("block-error"));
  EXPECT_EQ(diagnosed(u).first_evidence, "rewards: 4 of 5");
}

TEST(BlockErrors, HaveTheirMethodAndModuleFromACopyOfTheNode) {
  auto u = consensus_fails("failed to apply block; error rewards: 4 of 5", "");
  EXPECT_EQ(diagnosed(u).where.method, "FinalizeBlock");
  for (const auto& [question, told] : {std::pair{"failed-method", "BeginBlock"}, {"failed-module", "rewards"}})
    u.add(6, validator(1), record::Answered{"stopped", question, {}, 0, "a copy", true, false, told, ""});
  EXPECT_EQ(diagnosed(u).cause, Cause::block_error);
  EXPECT_EQ(diagnosed(u).where.method, "BeginBlock");
  EXPECT_EQ(diagnosed(u).where.module, "rewards");
}

TEST(BlockErrors, AreNoHaltsForAnUpgrade) {
  EXPECT_THAT(found_in(consensus_fails(
                  "failed to apply block; error UPGRADE \\\"v2.0.0\\\" NEEDED at height: 20: ", "")),
              IsEmpty());
}

TEST(BlockErrors, AreNoHaltsThatASettingWants) {
  auto u = consensus_fails("failed to apply block; error halt per configuration height 21 time 0", "");
  const auto made = u.made;
  for (const auto& e : made)
    if (const auto* l = std::get_if<record::LogLine>(&e.body); l && l->pattern == "consensus-failure") {
      auto again = e;
      std::get<record::LogLine>(again.body).pattern = "setting app.toml halt-height";
      u.made.push_back(again);
    }
  EXPECT_THAT(found_in(u), ElementsAre("operator-setting"));
  const auto record = u.judged();
  EXPECT_EQ(record.diagnosis->owner, "operator");
  EXPECT_EQ(record::exit_code(record), 2);
}

TEST(ParamsRefused, AreSaidByCometBft) {
  auto u = made::handler_error();
  const auto made = u.made;
  for (const auto& e : made)
    if (const auto* l = std::get_if<record::LogLine>(&e.body); l && l->pattern == "replay-error") {
      auto again = e;
      auto& line = std::get<record::LogLine>(again.body);
      line.pattern = "consensus-params-refused", line.captures = {"block.MaxBytes cannot be 0"};
      u.made.push_back(again);
    }
  EXPECT_THAT(found_in(u), ElementsAre("consensus-params-refused", "node-exited"));
  EXPECT_EQ(diagnosed(u).first_evidence, "block.MaxBytes cannot be 0");
}

// --- Headers

TEST(Headers, NameTheFieldThatDiffers) {
  for (const auto& [field, cause] :
       std::map<std::string, std::string>{{"LastResultsHash", "results-divergence"},
                                          {"NextValidatorsHash", "validators-divergence"},
                                          {"Version", "app-version-divergence"}}) {
    auto u = made::healthy();
    u.log(5.3, validator(4), "wrong-header", "ERR prevote step: consensus deems this block invalid", {field})
        .error = true;
    EXPECT_THAT(found_in(u), ElementsAre(cause));
  }
  auto u = made::healthy();
  u.log(5.3, validator(4), "wrong-header", "ERR prevote step: consensus deems this block invalid",
        {"AppHash"});
  EXPECT_THAT(found_in(u), IsEmpty()) << "the states themselves say that";
}

// Nodes that still answer are asked for what LastResultsHash is of.
made::Upgrade results_differ(std::int64_t height, const std::string& gas_of_last) {
  auto u = made::healthy();
  u.log(5.3, validator(4), "wrong-header", "ERR prevote step: consensus deems this block invalid",
        {"LastResultsHash"})
      .error = true;
  u.cut(5.31);
  u.stop(5.4, StopReason::failure_proven, "a rule of diagnosis");
  const auto result = [](const std::string& gas) {
    return record::Json{{"code", 0}, {"gas_wanted", "500000"}, {"gas_used", gas}, {"data", "EiYK"}};
  };
  for (int i = 1; i <= 4; ++i)
    u.add(5.5, validator(i),
          record::Answered{"stopped", "block-results", {}, height, "/block_results", true, false,
                           record::Json{result("70000"), result(i == 4 ? gas_of_last : "71234")}, ""});
  return u;
}

TEST(Headers, OfResultsNameTheTransactionAndTheField) {
  const auto d = diagnosed(results_differ(made::kHeight + 1, "72234"));
  EXPECT_EQ(d.cause, Cause::results_divergence);
  EXPECT_EQ(d.proven_by,
            fmt::format("gas_used of transaction 2 of block {} is 72234 on validator-4, "
                        "71234 on validator-1, validator-2, validator-3",
                        made::kHeight + 1));
  EXPECT_EQ(d.where.height, made::kHeight + 1);
  ASSERT_EQ(d.groups.size(), 2u);
  EXPECT_THAT(d.groups.front().nodes, ElementsAre(validator(4)));
}

TEST(Headers, OfResultsThatAreTheSameEverywhereNameTheHashOnly) {
  EXPECT_THAT(diagnosed(results_differ(made::kHeight + 1, "71234")).proven_by, StartsWith("LastResultsHash in"));
}

// --- Proposals

made::Upgrade refuses(const std::vector<int>& ordinals, int rounds) {
  auto u = made::healthy();
  for (int i : ordinals)
    for (int round = 0; round < rounds; ++round)
      u.error(5.3 + 0.01 * round, validator(i),
              "5:10AM ERR prevote step: state machine rejected a proposed block; this should not happen "
              "height=21 module=consensus round=" +
                  std::to_string(round),
              "proposal-rejected");
  return u;
}

TEST(Proposals, ThatAThirdOfThePowerRefusesForTwoRoundsAreRefused) {
  EXPECT_THAT(found_in(refuses({1}, 2)), ElementsAre("proposal-refused"));
  EXPECT_THAT(found_in(refuses({1}, 1)), IsEmpty()) << "once may be the proposer's fault";
  EXPECT_THAT(found_in(refuses({4}, 2)), IsEmpty());
  EXPECT_THAT(found_in(refuses({4}, 3)), ElementsAre("proposal-refused"));
}

// --- The node, not the release

TEST(NodeFiles, AreWhatOneNodeCannotLoadAndOthersHave) {
  auto u = made::healthy();
  u.cut(made::at::kNewBinary, validator(4));
  u.starts_new_binary(4, false);
  u.log(4.9, validator(4), "store-mismatch", "panic: version of store group mismatch root store's version",
        {"group"});
  u.exits(4.91, validator(4), 2, {"goroutine 1 [running]"});
  u.stop(6.0, StopReason::failure_proven, "a rule of diagnosis");
  const auto d = diagnosed(u);
  EXPECT_EQ(d.cause, Cause::node_files);
  EXPECT_EQ(d.owner, "operator");
  EXPECT_EQ(diagnosed(made::missing_store()).cause, Cause::missing_store_upgrade)
      << "on every node it is the release's";
}

made::Upgrade fourth_ends(const std::string& said) {
  auto u = made::healthy();
  u.cut(made::at::kNewBinary, validator(4));
  u.starts_new_binary(4, false);
  u.exits(4.91, validator(4), 1, {said});
  for (auto* e : u.all<record::ProcessEnded>(validator(4)))
    if (e->exit_code == 1) e->said = said, e->said_line = e->line;
  u.stop(6.0, StopReason::failure_proven, "a rule of diagnosis");
  return u;
}

void make_setting(made::Upgrade& u, const std::string& node) {
  for (auto* r : u.all<record::RunStarted>())
    r->conditions["settings"] = {{node, {{"config.toml db_backend", "\"rocksdb\""}}}};
}

TEST(OperatorSetting, IsWhatAnEndingProcessNames) {
  auto u = fourth_ends("unknown rocksdb");
  EXPECT_EQ(diagnosed(u).cause, Cause::node_exited) << "nobody has set it";
  make_setting(u, "");
  EXPECT_EQ(diagnosed(u).cause, Cause::operator_setting);
}

TEST(OperatorSetting, IsOfJustTheNodesThatHaveOneOfTheirOwn) {
  auto u = fourth_ends("something else");
  make_setting(u, validator(4));
  EXPECT_EQ(diagnosed(u).cause, Cause::operator_setting);
  auto of_another = fourth_ends("something else");
  make_setting(of_another, validator(3));
  EXPECT_EQ(diagnosed(of_another).cause, Cause::node_exited);
}

TEST(OperatorSetting, IsNotToBlameForAPanicOfTheChainsOwnCode) {
  auto u = fourth_ends("something else");
  make_setting(u, validator(4));
  for (auto* e : u.all<record::ProcessEnded>(validator(4)))
    if (e->exit_code == 1) e->panic = {"index out of range", "goroutine 1 [running]", {kOfModule, kEndBlock, kFinalize}, 60};
  EXPECT_EQ(diagnosed(u).cause, Cause::block_panic);
}

TEST(OperatorSetting, IsInAFileThatIsNamed) {
  EXPECT_EQ(diagnosed(fourth_ends("app.toml: set oracle.endpoint, which this release needs to start")).cause,
            Cause::operator_setting);
}

// --- A proof beats a suspicion

TEST(Diagnosis, OfABusyMachineGivesWayToAProof) {
  auto u = consensus_fails("failed to apply block; error rewards: 4 of 5", "");
  u.stop(5.2, StopReason::time_out, "not reached; the machine is too slow", Cause::machine_stalled);
  const auto record = u.judged();
  EXPECT_EQ(record.diagnosis->cause, Cause::block_error);
  EXPECT_EQ(record.verdict, "fail");
  auto nothing = made::healthy();
  nothing.stop(5.2, StopReason::time_out, "not reached; the machine is too slow", Cause::machine_stalled);
  EXPECT_EQ(nothing.judged().diagnosis->cause, Cause::machine_stalled);
}

// --- A block that takes the processors and never ends

// All stand after their last block for twenty seconds, in which each has a processor for that many.
made::Upgrade stands_and_computes(double seconds) {
  auto u = made::healthy();
  u.cut(6.05);
  for (int i = 1; i <= 4; ++i)
    for (int s = 0; s <= 20; ++s) u.add(6.1 + s, validator(i), record::Sampled{150'000'000, 2 + seconds * s / 20, 0.9 * s});
  u.stop(26.2, StopReason::time_out, "height 30 not reached; validator-1 waited for a processor", Cause::machine_stalled, StepOutcome::failed);
  return u;
}

TEST(BlockNotExecuted, IsNoMatterOfTheMachineWhereTheNodesHadTheProcessors) {
  const auto d = diagnosed(stands_and_computes(9));
  EXPECT_EQ(d.cause, Cause::blocks_stopped);
  EXPECT_EQ(d.owner, "release");
  EXPECT_EQ(d.where.height, made::kLast + 1);
  EXPECT_THAT(d.first_evidence, HasSubstr("has computed for 9 s since block 25"));
}

TEST(BlockNotExecuted, IsNotSaidOfNodesThatWait) {
  EXPECT_EQ(diagnosed(stands_and_computes(2)).cause, Cause::machine_stalled);
}

}  // namespace
}  // namespace rehearse
