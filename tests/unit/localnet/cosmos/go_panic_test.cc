#include "localnet/cosmos/go_panic.h"

#include <gmock/gmock.h>

#include <chrono>
#include <filesystem>
#include <sstream>

#include "localnet/base/text.h"

namespace rehearse {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

std::optional<GoPanic> panic_in(const std::string& output) {
  PanicReader reader;
  std::istringstream lines(output);
  std::int64_t number = 0;
  for (std::string line; std::getline(lines, line);) reader.line(line, ++number);
  return reader.panic();
}

std::string panic_log(const char* file) {
  return read_file(std::filesystem::path(REHEARSE_SOURCE_DIR) / "tests/unit/localnet/cosmos/logs" / file);
}

std::vector<std::string> functions(const GoPanic& p) {
  std::vector<std::string> all;
  for (const auto& f : p.frames) all.push_back(f.function);
  return all;
}

std::vector<GoFrame> stack_of(std::initializer_list<const char*> functions) {
  std::vector<GoFrame> frames;
  for (const char* f : functions) frames.push_back({f, "file.go", 1});
  return frames;
}

constexpr const char* kSdk = "github.com/cosmos/cosmos-sdk/";

// What the chain writes whose genesis has a balance of an address that is none.
TEST(GoPanic, ReadsANodeThatDiesInInitChain) {
  const auto found = panic_in(panic_log("panic-init-chain.txt"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->kind, GoPanic::Kind::panic);
  EXPECT_EQ(found->text, "decoding bech32 failed: invalid bech32 string length 4");
  EXPECT_THAT(found->chain, ElementsAre(found->text));
  EXPECT_EQ(found->goroutine, "goroutine 1 [running]");
  EXPECT_EQ(found->goroutines, 1);
  EXPECT_EQ(found->line, 16);
  const GoFrame first{std::string(kSdk) + "x/bank/keeper.BaseKeeper.InitGenesis",
                      "github.com/cosmos/cosmos-sdk@v0.53.4/x/bank/keeper/genesis.go", 31};
  EXPECT_EQ(found->frames.front(), first);
  EXPECT_EQ(found->frames.back().function, "main.main");
  EXPECT_EQ(abci_method(found->frames), AbciMethod::init_chain);
  EXPECT_EQ(module_of(found->frames), "bank");
  EXPECT_EQ(first_application_frame(found->frames), &found->frames.front());
  EXPECT_FALSE(through_upgrade_handler(found->frames));
  EXPECT_FALSE(in_consensus_engine(found->frames));
}

TEST(GoPanic, OfTheRuntimeSaysTheSignal) {
  const auto found = panic_in(
      "panic: runtime error: invalid memory address or nil pointer dereference\n"
      "[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x4a256d]\n"
      "\n"
      "goroutine 1 [running]:\n"
      "example.com/app/x/vote/keeper.(*Keeper[...]).Fail.func1(...)\n"
      "\t/build/app/x/vote/keeper/keeper.go:11\n"
      "example.com/app/x/vote/keeper.(*Keeper[...]).Fail(0x235c28d7e000?, {0x7ffddb753ad2?, 0x235c28d401e0?})\n"
      "\t/build/app/x/vote/keeper/keeper.go:20 +0x2d\n"
      "main.main()\n"
      "\t/build/app/main.go:19 +0x205\n");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->text, "runtime error: invalid memory address or nil pointer dereference");
  EXPECT_THAT(found->notes, ElementsAre(StartsWith("[signal SIGSEGV")));
  EXPECT_THAT(functions(*found), ElementsAre("example.com/app/x/vote/keeper.(*Keeper[...]).Fail.func1",
                                             "example.com/app/x/vote/keeper.(*Keeper[...]).Fail", "main.main"));
  EXPECT_EQ(found->frames[0].line, 11);
  EXPECT_EQ(module_of(found->frames), "vote");
}

// A deferred function panics, too: the frames are of where it all began.
TEST(GoPanic, TheFirstOfSeveralCounts) {
  const auto found = panic_in(
      "panic: first\n"
      "\twith {\n"
      "\t} lines\n"
      "\tpanic: second: 2 [recovered]\n"
      "\tpanic: third\n"
      "\n"
      "goroutine 1 [running]:\n"
      "main.main.func2()\n"
      "\t/build/app/main.go:28 +0x59\n"
      "panic({0x4ad860?, 0x112c82af20e0?})\n"
      "\t/usr/local/go/src/runtime/panic.go:860 +0x13a\n"
      "example.com/app/x/vote/keeper.(*Keeper[...]).Fail(0x112c82b36000?, {0x4cc209?, 0x112c82ad21e0?})\n"
      "\t/build/app/x/vote/keeper/keeper.go:20 +0x54\n");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->text, "first\nwith {\n} lines");
  EXPECT_THAT(found->chain, ElementsAre(found->text, "second: 2", "third"));
  EXPECT_THAT(functions(*found), ElementsAre(HasSubstr("Fail")));
  EXPECT_EQ(panic_in("panic: boom [recovered, repanicked]\n\ngoroutine 1 [running]:\n")->text, "boom") << "since Go 1.25";
  EXPECT_EQ(panic_in("panic: a [recovered]\n\tpanic: b\n")->text, "a");
}

TEST(GoPanic, KeepsWhatStandsAtTheEndOfALongText) {
  std::string genesis = "panic: failed to execute DeliverTx for '{\n";
  for (int i = 0; i < 5000; ++i) genesis += "  \"field\": \"value of a transaction\",\n\n";
  const auto found = panic_in(genesis + "}': account sequence mismatch\n\ngoroutine 1 [running, locked to thread]:\nmain.main()\n");
  ASSERT_TRUE(found);
  EXPECT_THAT(found->text, StartsWith("failed to execute DeliverTx"));
  EXPECT_THAT(found->text, testing::EndsWith("}': account sequence mismatch"));
  EXPECT_LT(found->text.size(), 40'000U);
  EXPECT_EQ(found->goroutine, "goroutine 1 [running, locked to thread]");
}

TEST(GoPanic, ReadsFatalErrors) {
  const auto maps = panic_in(
      "fatal error: concurrent map writes\n\ngoroutine 20 [running]:\ninternal/runtime/maps.fatal({0x4cc831?, 0x0?})\n"
      "\t/usr/local/go/src/runtime/panic.go:1181 +0x18\nmain.main.func4()\n\t/build/app/main.go:38 +0x28\n"
      "created by main.main in goroutine 1\n\t/build/app/main.go:36 +0x447\n\ngoroutine 1 [sleep]:\ntime.Sleep(0x12a05f200)\n");
  ASSERT_TRUE(maps);
  EXPECT_EQ(maps->kind, GoPanic::Kind::fatal_error);
  EXPECT_EQ(maps->first_line(), "fatal error: " + maps->text);
  EXPECT_EQ(maps->text, "concurrent map writes");
  EXPECT_THAT(functions(*maps), ElementsAre("main.main.func4"));
  EXPECT_EQ(maps->goroutines, 2);

  const auto overflow = panic_in(
      "runtime: goroutine stack exceeds 1000000000-byte limit\nruntime: sp=0x39ae1c3e0390 stack=[0x39ae1c3e0000, 0x39ae3c3e0000]\n"
      "fatal error: stack overflow\n\nruntime stack:\nruntime.throw({0x4cae79?, 0x58d201?})\n"
      "\t/usr/local/go/src/runtime/panic.go:1229 +0x48 fp=0x7ffe3e02d488 sp=0x7ffe3e02d458 pc=0x479c08\n\n"
      "goroutine 1 gp=0x39adfc3441e0 m=0 mp=0x58e040 [running]:\nmain.main.func6(0x1555521?)\n"
      "\t/build/app/main.go:57 +0x30 fp=0x39ae1c3e03a0 sp=0x39ae1c3e0398 pc=0x4a22d0\n");
  ASSERT_TRUE(overflow);
  EXPECT_EQ(overflow->text, "stack overflow");
  EXPECT_THAT(overflow->notes, ElementsAre(HasSubstr("stack exceeds"), StartsWith("runtime: sp=")));
  EXPECT_THAT(overflow->frames, ElementsAre(GoFrame{"main.main.func6", "/build/app/main.go", 57}));
  EXPECT_EQ(overflow->goroutine, "goroutine 1 [running]");
  EXPECT_EQ(overflow->line, 3);

  const auto asleep = panic_in("fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [sync.WaitGroup.Wait]:\n");
  EXPECT_EQ(asleep->goroutine, "goroutine 1 [sync.WaitGroup.Wait]");
}

TEST(GoPanic, ReadsWhatAQuitProcessWasAt) {
  const auto found = panic_in(panic_log("quit.txt"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->kind, GoPanic::Kind::signal);
  EXPECT_EQ(found->text, "SIGQUIT: quit");
  EXPECT_THAT(found->goroutine, StartsWith("goroutine 1 ["));
  EXPECT_THAT(functions(*found), testing::Contains(std::string(kSdk) + "server.startInProcess"));
  EXPECT_GT(found->goroutines, 20);
}

TEST(GoPanic, OfALogThatOnlySpeaksOfOneIsNone) {
  EXPECT_FALSE(panic_in("3:04PM ERR panic: x module=y\n\tpanic: indented\nno panic: here\ngoroutine 1 [running]:\nmain.main()\n"));
  EXPECT_FALSE(panic_in(""));
}

TEST(GoPanic, ALaterOneIsOfTheProcessThatWasStartedAgain) {
  const auto found = panic_in(
      "panic: old\n\ngoroutine 1 [running]:\nmain.a()\n\t/a.go:1 +0x1\n\n"
      "3:04PM INF starting module=server\npanic: new\n3:04PM INF of another goroutine module=p2p\n\n"
      "goroutine 1 [running]:\nmain.b()\n\t/b.go:2 +0x1\n");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->text, "new");
  EXPECT_EQ(found->line, 8);
  EXPECT_THAT(functions(*found), ElementsAre("main.b"));
}

TEST(GoPanic, IsBoundedAndLinear) {
  const auto begin = std::chrono::steady_clock::now();
  PanicReader reader;
  reader.line("panic: x", 1);
  for (int i = 0; i < 5000; ++i) {
    reader.line("goroutine " + std::to_string(i + 1) + " [select, 3 minutes]:", i);
    for (int f = 0; f < 10; ++f) reader.line("a/b.c(0x1)", i), reader.line("\t/a/b.go:1 +0x1", i);
    reader.line("", i);
  }
  EXPECT_EQ(reader.panic()->goroutines, 5000);
  EXPECT_EQ(reader.panic()->frames.size(), 10U);
  PanicReader endless;
  endless.line("panic: x", 1);
  for (int i = 0; i < 1000; ++i) endless.line(std::string(1000, 'x'), i), endless.line("\tpanic: y", i);
  EXPECT_EQ(endless.panic()->chain.size(), 16U);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
}

// debug.Stack() in the deferred function of CometBFT's receiveRoutine.
constexpr const char* kStack =
    "goroutine 180 [running]:\n"
    "runtime/debug.Stack()\n"
    "\truntime/debug/stack.go:26 +0x5e\n"
    "github.com/cometbft/cometbft/consensus.(*State).receiveRoutine.func2()\n"
    "\tgithub.com/cometbft/cometbft@v0.38.21/consensus/state.go:801 +0x46\n"
    "panic({0x31f0e20?, 0xc001f5a0c0?})\n"
    "\truntime/panic.go:860 +0x13a\n"
    "github.com/acme/chain/app.(*App).migrate(...)\n"
    "\tgithub.com/acme/chain/app/upgrade.go:40\n"
    "github.com/acme/chain/app.New.func3({0x3bdc5a8, 0x66934a0}, {0x1, 0x2})\n"
    "\tgithub.com/acme/chain/app/app.go:90 +0x11\n"
    "cosmossdk.io/x/upgrade/keeper.Keeper.ApplyUpgrade({{0x1, 0x2}, {...}}, {0x3, 0x4})\n"
    "\tcosmossdk.io/x/upgrade@v0.2.0/keeper/keeper.go:459 +0x100\n"
    "github.com/cosmos/cosmos-sdk/types/module.(*Manager).PreBlock(0x1, {0x2, 0x3})\n"
    "\tgithub.com/cosmos/cosmos-sdk@v0.53.4/types/module/module.go:758 +0x100\n"
    "github.com/cosmos/cosmos-sdk/baseapp.(*BaseApp).preBlock(0x1, 0x2)\n"
    "\tgithub.com/cosmos/cosmos-sdk@v0.53.4/baseapp/baseapp.go:711 +0x100\n"
    "github.com/cometbft/cometbft/state.(*BlockExecutor).applyBlock(_, {_, _})\n"
    "\tgithub.com/cometbft/cometbft@v0.38.21/state/execution.go:230 +0x100\n";

TEST(GoPanic, ReadsTheStackOfAConsensusFailure) {
  std::string escaped;
  for (const char* c = kStack; *c; ++c) escaped += *c == '\n' ? "\\n" : *c == '\t' ? "\\t" : std::string(1, *c);
  for (const auto& stack : {std::string(kStack), escaped}) {
    const auto found = read_stack(stack, "the migration is not for this chain");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->text, "the migration is not for this chain");
    EXPECT_EQ(found->goroutine, "goroutine 180 [running]");
    EXPECT_EQ(found->frames.size(), 6U);
    EXPECT_EQ(found->frames.front().function, "github.com/acme/chain/app.(*App).migrate");
    EXPECT_TRUE(through_upgrade_handler(found->frames));
    EXPECT_EQ(abci_method(found->frames), AbciMethod::pre_block);
    EXPECT_EQ(module_of(found->frames), "app");
    EXPECT_FALSE(in_consensus_engine(found->frames));
  }
  EXPECT_TRUE(read_stack(escaped.substr(0, 400), "x")) << "cut off";
  EXPECT_FALSE(read_stack("no stack", "x"));
  EXPECT_FALSE(read_stack("", ""));
}

TEST(GoFrames, TellTheAbciMethod) {
  using enum AbciMethod;
  const std::string base = std::string(kSdk) + "baseapp.(*BaseApp).";
  const auto method = [](const std::vector<std::string>& functions) {
    std::vector<GoFrame> frames;
    for (const auto& f : functions) frames.push_back({f, "", 0});
    return abci_method(frames);
  };
  const auto finalize = base + "internalFinalizeBlock";
  EXPECT_EQ(method({base + "runTx.func1", base + "runTx", base + "deliverTx", finalize}), deliver_tx);
  EXPECT_EQ(method({base + "runTx", base + "CheckTx"}), check_tx);
  EXPECT_EQ(method({base + "runTx", base + "PrepareProposalVerifyTx", base + "PrepareProposal"}), prepare_proposal);
  EXPECT_EQ(method({"a.b/x/c/keeper.Keeper.F", "a.b/x/c.AppModule.EndBlock", base + "endBlock", finalize}), end_block);
  EXPECT_EQ(method({"a.b/x/c.BeginBlocker", finalize}), begin_block);
  EXPECT_EQ(method({finalize, base + "FinalizeBlock"}), finalize_block);
  EXPECT_EQ(method({"cosmossdk.io/store/rootmulti.(*Store).Commit", base + "Commit"}), commit);
  EXPECT_EQ(method({"cosmossdk.io/store/rootmulti.(*Store).Commit"}), std::nullopt);
  EXPECT_EQ(method({base + "deliverTx", std::string(kSdk) + "x/genutil.DeliverGenTxs", "a.b/app.(*App).InitChainer"}), init_chain);
  EXPECT_EQ(method({"a.b/app.(*App).ProcessProposal", "github.com/cometbft/cometbft/state.(*BlockExecutor).ProcessProposal"}),
            process_proposal);
  EXPECT_EQ(method({base + "LoadLatestVersion", "a.b/app.New", std::string(kSdk) + "server.StartCmdWithOptions.func1"}), start);
  EXPECT_EQ(method({"github.com/cometbft/cometbft/node.NewNode", std::string(kSdk) + "server.startCmtNode"}), std::nullopt);
  EXPECT_EQ(method({}), std::nullopt);
}

TEST(GoFrames, TellWhoseCodeItIs) {
  const auto module = [](std::initializer_list<const char*> functions) { return module_of(stack_of(functions)); };
  EXPECT_EQ(module({"fmt.Sprintf", "cosmossdk.io/collections.Map[...].Get", "cosmossdk.io/x/upgrade/keeper.Keeper.F"}), "upgrade");
  EXPECT_EQ(module({"sync.(*Mutex).Lock", "github.com/acme/chain/v3/x/mint2/keeper.(*Keeper).F"}), "mint2");
  EXPECT_EQ(module({"golang.org/x/sync/errgroup.(*Group).Go.func1", "chain/x/oracle.EndBlocker"}), "oracle") << "no golang.org/x";
  EXPECT_EQ(module({"github.com/cosmos/ibc-go/v8/modules/core/02-client/keeper.Keeper.F"}), "02-client");
  EXPECT_EQ(module({"github.com/cosmos/ibc-go/v8/modules/apps/transfer.AppModule.F"}), "transfer");
  EXPECT_EQ(module({"github.com/acme/lib%2ego.(*T).M"}), "lib.go");
  EXPECT_EQ(module({"main.migrate", "main.main"}), "main");
  EXPECT_EQ(module({"github.com/cosmos/cosmos-sdk/baseapp.(*BaseApp).Commit", "github.com/spf13/cobra.(*Command).Execute",
                    "github.com/acme/chain/cli.Main", "main.main"}), "");
}

TEST(GoFrames, TellCometBftsOwnFailures) {
  EXPECT_TRUE(in_consensus_engine(stack_of({"github.com/cometbft/cometbft/libs/os.Exit", "github.com/cometbft/cometbft/node.NewNode",
                                            "github.com/cosmos/cosmos-sdk/server.start", "main.main"})));
  EXPECT_FALSE(in_consensus_engine(stack_of({"github.com/cometbft/cometbft/crypto/merkle.F", "github.com/acme/chain/x/a.F",
                                             "github.com/cometbft/cometbft/state.(*BlockExecutor).applyBlock"})));
  EXPECT_FALSE(in_consensus_engine({}));
  EXPECT_TRUE(through_upgrade_handler(stack_of({"a.b/x/c.Migrate", "github.com/cosmos/cosmos-sdk/types/module.Manager.RunMigrations"})));
  EXPECT_FALSE(through_upgrade_handler(stack_of({"cosmossdk.io/x/upgrade/keeper.Keeper.DumpUpgradeInfoToDisk", "a.b/x/c.ApplyUpgrade"})));
}

}  // namespace
}  // namespace rehearse
