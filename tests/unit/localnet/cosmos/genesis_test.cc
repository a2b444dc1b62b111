#include "localnet/cosmos/genesis.h"

#include <gtest/gtest.h>

#include "localnet/base/bech32.h"
#include "localnet/base/error.h"
#include "localnet/cosmos/keys.h"

namespace rehearse {
namespace {

using nlohmann::json;

// What matters here of the default genesis of a chain of SDK 0.53.
json defaults() {
  return json::parse(R"({
    "app_name": "ved", "genesis_time": "2026-01-01T00:00:00Z", "chain_id": "other", "initial_height": 1,
    "app_state": {
      "auth": {"params": {}, "accounts": []},
      "bank": {"params": {}, "balances": [], "supply": []},
      "staking": {"params": {"bond_denom": "stake", "max_validators": 100}, "validators": []},
      "mint": {"params": {"mint_denom": "stake"}},
      "gov": {"params": {"min_deposit": [{"denom": "stake", "amount": "10"}],
                         "expedited_min_deposit": [{"denom": "stake", "amount": "50"}],
                         "voting_period": "172800s"}},
      "crisis": {"constant_fee": {"denom": "stake", "amount": "1000"}},
      "slashing": {"params": {}, "signing_infos": []},
      "genutil": {"gen_txs": [{"body": {}}]},
      "note": {"text": "stake"}
    },
    "consensus": {"validators": [{"power": "1"}], "params": {"block": {"max_bytes": "1"}}}
  })");
}

std::string account(uint8_t number) { return bech32_encode("ve", std::vector<uint8_t>(20, number)); }

GenesisSpec two_validators() {
  GenesisSpec spec{"ve-1", "ve", "uve", {}, {}, "2026-11-24T00:00:00Z"};
  spec.accounts = {{account(1), {{"uve", 1000}, {"atom", 5}, {"none", 0}}}, {account(9), {{"uve", 7}}}};
  spec.validators = {{"validator-1", account(1), {1}, 40'000'000},
                     {"validator-2", account(2), {2}, 30'000'000}};
  return spec;
}

TEST(Genesis, NamesTheChain) {
  json genesis = make_genesis(defaults(), two_validators());
  EXPECT_EQ(genesis["chain_id"], "ve-1");
  EXPECT_EQ(genesis["genesis_time"], "2026-11-24T00:00:00Z");
  EXPECT_FALSE(genesis["consensus"].contains("validators"));
  EXPECT_EQ(genesis["consensus"]["params"]["block"]["max_bytes"], "1");
  EXPECT_TRUE(genesis["app_state"]["genutil"]["gen_txs"].empty());
}

TEST(Genesis, ReplacesTheDenomEverywhereButInText) {
  json state = make_genesis(defaults(), two_validators())["app_state"];
  EXPECT_EQ(state["staking"]["params"]["bond_denom"], "uve");
  EXPECT_EQ(state["mint"]["params"]["mint_denom"], "uve");
  EXPECT_EQ(state["gov"]["params"]["min_deposit"][0]["denom"], "uve");
  EXPECT_EQ(state["gov"]["params"]["expedited_min_deposit"][0]["denom"], "uve");
  EXPECT_EQ(state["crisis"]["constant_fee"]["denom"], "uve");
  EXPECT_EQ(state["note"]["text"], "stake");
}

TEST(Genesis, ListsEachAccountOnceWithANumberOfItsOwn) {
  json accounts = make_genesis(defaults(), two_validators())["app_state"]["auth"]["accounts"];
  ASSERT_EQ(accounts.size(), 3u);
  EXPECT_EQ(accounts[0]["address"], account(1));
  EXPECT_EQ(accounts[2]["address"], account(2));  // the validator's, which nobody listed
  EXPECT_EQ(accounts[2]["account_number"], "2");
}

TEST(Genesis, ThePoolHoldsTheStakes) {
  json bank = make_genesis(defaults(), two_validators())["app_state"]["bank"];
  std::string pool = bech32_with_prefix("cosmos1fl48vsnmsdzcv85q5d2q4z5ajdha8yu34mf0eh", "ve");
  bool found = false;
  for (const json& balance : bank["balances"]) {
    if (balance["address"] == pool) {
      found = true;
      EXPECT_EQ(balance["coins"], json::parse(R"([{"denom":"uve","amount":"70000000"}])"));
    }
    if (balance["address"] == account(1)) {  // sorted by denom, no zeros
      EXPECT_EQ(balance["coins"],
                json::parse(R"([{"denom":"atom","amount":"5"},{"denom":"uve","amount":"1000"}])"));
    }
  }
  EXPECT_TRUE(found);
  EXPECT_TRUE(bank["supply"].empty());
}

TEST(Genesis, ValidatorsAreBonded) {
  GenesisSpec spec = two_validators();
  json state = make_genesis(defaults(), spec)["app_state"];
  json validator = state["staking"]["validators"][1];
  EXPECT_EQ(validator["status"], "BOND_STATUS_BONDED");
  EXPECT_EQ(validator["operator_address"], bech32_with_prefix(account(2), "vevaloper"));
  EXPECT_EQ(validator["consensus_pubkey"]["key"], base64(spec.validators[1].consensus_pub));
  EXPECT_EQ(validator["tokens"], "30000000");
  EXPECT_EQ(validator["delegator_shares"], "30000000.000000000000000000");
  json delegation = state["staking"]["delegations"][1];
  EXPECT_EQ(delegation["delegator_address"], account(2));
  EXPECT_EQ(delegation["validator_address"], validator["operator_address"]);
  EXPECT_EQ(delegation["shares"], validator["delegator_shares"]);
}

TEST(Genesis, EachValidatorHasASigningInfo) {
  GenesisSpec spec = two_validators();
  json infos = make_genesis(defaults(), spec)["app_state"]["slashing"]["signing_infos"];
  ASSERT_EQ(infos.size(), 2u);
  std::string address = bech32_encode("vevalcons", address_bytes(spec.validators[0].consensus_pub));
  EXPECT_EQ(infos[0]["address"], address);
  EXPECT_EQ(infos[0]["validator_signing_info"]["address"], address);
}

TEST(Genesis, AnInactiveValidatorHasAStakeAndNoPlaceInTheSet) {
  GenesisSpec spec = two_validators();
  spec.validators[1].bonded = false;
  json state = make_genesis(defaults(), spec)["app_state"];
  EXPECT_EQ(state["staking"]["validators"][1]["status"], "BOND_STATUS_UNBONDED");
  EXPECT_EQ(state["slashing"]["signing_infos"].size(), 1u);
  std::map<std::string, json> pools;
  for (const json& b : state["bank"]["balances"]) pools[b["address"]] = b["coins"];
  const auto pool = [&](const char* name) { return pools[module_address(name, "ve")][0]["amount"]; };
  EXPECT_EQ(pool("bonded_tokens_pool"), std::to_string(spec.validators[0].tokens));
  EXPECT_EQ(pool("not_bonded_tokens_pool"), "30000000");
}

TEST(Genesis, InventsNoModules) {
  json without = defaults();
  for (const char* module : {"slashing", "mint", "gov", "crisis", "genutil"})
    without["app_state"].erase(module);
  json state = make_genesis(without, two_validators())["app_state"];
  EXPECT_EQ(state.size(), 4u);
  without["app_state"].erase("staking");
  EXPECT_THROW(make_genesis(without, two_validators()), Error);
}

TEST(Genesis, RefusesABadSpec) {
  GenesisSpec none = two_validators();
  none.validators.clear();
  EXPECT_THROW(make_genesis(defaults(), none), Error);
  GenesisSpec weightless = two_validators();
  weightless.validators[0].tokens = 0;
  EXPECT_THROW(make_genesis(defaults(), weightless), Error);
  GenesisSpec foreign = two_validators();
  foreign.accounts[0].address = bech32_with_prefix(account(1), "cosmos");
  EXPECT_THROW(make_genesis(defaults(), foreign), Error);
}

TEST(Genesis, SetsAValueAtAPath) {
  json doc = defaults();
  set_at(doc, "app_state.gov.params.voting_period", "2s");
  set_at(doc, "app_state.gov.params.min_deposit.0.amount", "1");
  set_at(doc, "app_state.gov.params.added", json{{"x", 1}});
  EXPECT_EQ(doc["app_state"]["gov"]["params"]["voting_period"], "2s");
  EXPECT_EQ(doc["app_state"]["gov"]["params"]["min_deposit"][0]["amount"], "1");
  EXPECT_EQ(doc["app_state"]["gov"]["params"]["added"]["x"], 1);
}

TEST(Genesis, NamesTheFirstPartOfAPathThatIsNotThere) {
  const std::pair<const char*, const char*> wrong[] = {
      {"app_state.goverment.params.voting_period", "'goverment' in app_state"},
      {"app_state.gov.params.min_deposit.1.amount", "'1' in app_state.gov.params.min_deposit"},
      {"app_state.gov.params.min_deposit.x", "'x' in"},
      {"chain_id.x", "'x' in chain_id"},
      {"nothing.x", "'nothing' at the top"},
      {"app_state.", "'' in app_state"}};
  for (const auto& [path, expected] : wrong) {
    json doc = defaults();
    try {
      set_at(doc, path, 1);
      ADD_FAILURE() << path;
    } catch (const Error& error) {
      EXPECT_EQ(error.blame, Blame::scenario);
      EXPECT_NE(std::string(error.what()).find(expected), std::string::npos) << error.what();
    }
    EXPECT_EQ(doc, defaults());
  }
}

}  // namespace
}  // namespace rehearse
