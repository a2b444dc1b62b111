#include "localnet/discovery/findings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "localnet/profile/profile.h"
#include "tests/unit/support/fakes.h"

namespace rehearse {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Findings made_findings() {
  Findings f;
  f.program = "simd", f.version = "v1.2.0", f.sha256 = "00ff";
  f.denom = {"stake", "bond_denom of its default genesis"};
  f.bech32 = {"cosmos", "of a key that it makes"};
  f.transaction = {"--from", "{key}", "--gas", "500000", "--yes"};
  return f;
}

json genesis_with(const std::string& denom) { return {{"app_state", {{"staking", {{"params", {{"bond_denom", denom}}}}}, {"bank", json::object()}}}}; }

// The written profile as a run reads it.
Profile loaded(const Findings& f) {
  const made::TempFolder folder;
  return load_profile(folder.write("simd.yaml", profile_of(f)), std::filesystem::path(REHEARSE_SOURCE_DIR) / "fixtures/profiles");
}

TEST(Findings, AreReadFromWhatInitWrites) {
  auto f = made_findings();
  read_defaults(f, genesis_with("ustock"), "# comment\nminimum-gas-prices = \"0.0025ustock\"\n");
  EXPECT_EQ(f.denom.value, "ustock");
  EXPECT_THAT(f.modules, ElementsAre("bank", "staking"));
  EXPECT_EQ(f.minimum_gas_prices.value, "0.0025ustock");
  EXPECT_EQ(f.fees.value, "1250ustock");
  EXPECT_THAT(f.questions, IsEmpty());
}

TEST(Findings, HaveNoFeesWhereThereIsNoPrice) {
  for (const char* prices : {"", "minimum-gas-prices = \"\"\n", "minimum-gas-prices = \"0ustock\"\n", "minimum-gas-prices = 3\n"}) {
    auto f = made_findings();
    read_defaults(f, genesis_with("ustock"), prices);
    EXPECT_EQ(f.fees.value, "") << prices;
  }
}

TEST(Findings, AskWhereAnotherDenominationComesFrom) {
  auto f = made_findings();
  read_defaults(f, genesis_with("ustock"), "minimum-gas-prices = \"0.1ugas\"\n");
  EXPECT_EQ(f.fees.value, "50000ugas");
  EXPECT_THAT(f.questions, ElementsAre(HasSubstr("fees are wanted in ugas")));
  auto both = made_findings();
  read_defaults(both, genesis_with("ustock"), "minimum-gas-prices = \"0.1ugas,0.2ustock\"\n");
  EXPECT_EQ(both.fees.value, "100000ustock");
  EXPECT_THAT(both.questions, IsEmpty());
}

TEST(Findings, LearnTheFeeFromARefusal) {
  auto f = made_findings();
  EXPECT_TRUE(learn_from(f, "insufficient fees; got:  required: 1250stake: insufficient fee"));
  EXPECT_EQ(f.fees.value, "1250stake");
  EXPECT_FALSE(learn_from(f, "insufficient fees; got: 1250stake required: 1250stake: insufficient fee")) << "it was given";
  auto price = made_findings();
  EXPECT_TRUE(learn_from(price, "gas prices too low, got: 0.000000000000000000stake required: 0.010000000000000000stake. please retry using a higher gas price or a higher fee: insufficient fee"));
  EXPECT_EQ(price.fees.value, "5000stake");
  EXPECT_EQ(price.minimum_gas_prices.value, "0.010000000000000000stake") << "as it was written";
  auto whole = made_findings();
  EXPECT_TRUE(learn_from(whole, "gas prices too low, got: 0stake required: 1000000000stake. please retry"));
  EXPECT_EQ(whole.fees.value, "500000000000000stake");
  auto first = made_findings();
  EXPECT_TRUE(learn_from(first, "got length 0: no fee coin provided. Must provide one."));
  EXPECT_EQ(first.fees.value, "1stake");
  EXPECT_FALSE(learn_from(first, "got length 0: no fee coin provided. Must provide one."));
}

TEST(Findings, LearnTheGasFromARefusal) {
  auto f = made_findings();
  f.minimum_gas_prices = {"0.01stake", "app.toml"};
  EXPECT_TRUE(learn_from(f, "out of gas in location: WritePerByte; gasWanted: 500000, gasUsed: 601000: out of gas"));
  EXPECT_EQ(f.gas, 1'202'000);
  EXPECT_EQ(f.fees.value, "12020stake") << "more gas at that price";
}

TEST(Findings, LearnWhatAGenesisMayNotBe) {
  auto f = made_findings();
  EXPECT_TRUE(learn_from(f, "invalid chain-id format: rehearsal-1"));
  EXPECT_EQ(f.id.value, "rehearsal_9000-1");
  EXPECT_FALSE(learn_from(f, "invalid chain-id format: rehearsal_9000-1"));
  EXPECT_TRUE(learn_from(f, "cannot set validator commission to less than minimum rate of 0.250000000000000000"));
  ASSERT_EQ(f.genesis.size(), 1u);
  EXPECT_EQ(f.genesis[0].at, "app_state.staking.params.min_commission_rate");
  EXPECT_FALSE(learn_from(f, "cannot set validator commission to less than minimum rate of 0.250000000000000000"));
}

TEST(Findings, LearnNothingFromWhatSaysNothing) {
  auto f = made_findings();
  const auto before = profile_of(f);
  for (const char* refusal : {"", "panic: MFA required for validator_registration", "unauthorized", "simd ended (exit 1)", "commission of the exchange", "mint: commission unknown"})
    EXPECT_FALSE(learn_from(f, refusal)) << refusal;
  EXPECT_EQ(profile_of(f), before);
}

TEST(Findings, AreAProfileThatARunCanRead) {
  const auto plain = loaded(made_findings());
  EXPECT_EQ(plain.chain.binary, "simd");
  EXPECT_EQ(plain.chain.denom, "stake");
  EXPECT_FALSE(plain.initial_transactions.empty());

  auto f = made_findings();
  read_defaults(f, genesis_with("u/stock"), "minimum-gas-prices = \"0.0025u/stock\"\n");
  f.environment = {{"SIMD_NODE", "{rpc}"}};
  f.commands = {{"init", {"genesis", "init", "{moniker}", "--home", "{home}"}}};
  f.on_stderr = {"add-key", "init"};
  f.without = {{"commands", "rollback", "it has no `rollback`"}, {"questions", "votes", "it does not answer that"}, {"transactions", "authorize", "nothing answers"}};
  f.genesis.push_back({"app_state.staking.params.min_commission_rate", "0.0", Stage::before_gentx, "a \"reason\": of two words"});
  f.facts = {"Modules of its genesis: auth, bank."};
  f.questions = {"a network of one node does not get far by it: panic: what?"};
  const auto p = loaded(f);
  EXPECT_EQ(p.chain.denom, "u/stock");
  EXPECT_EQ(p.chain.environment.at("SIMD_NODE"), "{rpc}");
  EXPECT_THAT(p.commands.at("init").run, ElementsAre("genesis", "init", "{moniker}", "--home", "{home}"));
  EXPECT_EQ(p.commands.at("add-key").answer, Stream::err);
  EXPECT_EQ(p.commands.at("init").answer, Stream::err);
  EXPECT_FALSE(p.commands.contains("rollback"));
  EXPECT_FALSE(p.questions.contains("votes"));
  EXPECT_TRUE(std::ranges::none_of(p.transactions, [](const auto& t) { return t.first == "authorize"; }));
  EXPECT_THAT(p.transaction, testing::IsSupersetOf({"--fees", "1250u/stock", "--keyring-backend"}));
  EXPECT_EQ(p.minimum_gas_prices, "0.0025u/stock");
  EXPECT_EQ(p.genesis.back().reason, "a \"reason\": of two words");
}

TEST(Findings, ReplaceTheArgumentsOfTransactionsWhereTheyDiffer) {
  auto f = made_findings();
  f.usual_transaction = false;
  f.gas = 900'000;
  f.fees = {"9stake", "asked"};
  EXPECT_THAT(loaded(f).transaction, ElementsAre("--from", "{key}", "--gas", "900000", "--yes", "--fees", "9stake"));
}

}  // namespace
}  // namespace rehearse
