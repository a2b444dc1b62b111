// Patches of a genesis: their order, their stages, and the values they may name.
#include "localnet/cosmos/genesis_patch.h"

#include <gmock/gmock.h>

#include "tests/unit/support/fakes.h"
#include "localnet/cosmos/genesis.h"

namespace rehearse {
namespace {

using nlohmann::json;
using testing::HasSubstr;

const Values kValues = {{"denom", "wick"}, {"validator_count", "4"}};

json patched(const std::vector<GenesisPatch>& patches, Stage stage, json genesis = {{"a", 0}, {"b", 0}}) {
  apply_patches(genesis, patches, stage, kValues, "lamp", "p.yaml");
  return genesis;
}

TEST(GenesisPatch, IsAppliedInOrderAndAtItsStage) {
  const std::vector<GenesisPatch> patches = {{"a", 1, Stage::after_validate, ""},
                                             {"a", 2, Stage::before_gentx, ""},
                                             {"b", 3, Stage::before_gentx, ""},
                                             {"a", 4, Stage::before_gentx, ""},
                                             {"b", 5, Stage::after_validate, ""}};
  EXPECT_EQ(patched(patches, Stage::before_gentx), (json{{"a", 4}, {"b", 3}}));
  EXPECT_EQ(patched(patches, Stage::after_validate), (json{{"a", 1}, {"b", 5}}));
}

TEST(GenesisPatch, FillsInEachStringOfItsValue) {
  const json value = {{"coin", {{"denom", "{denom}"}, {"amount", "10"}}},
                      {"list", {"{validator_count} of {denom}", 7}}};
  const auto genesis = patched({{"a", value, Stage::before_gentx, ""}}, Stage::before_gentx);
  EXPECT_EQ(genesis["a"]["coin"]["denom"], "wick");
  EXPECT_EQ(genesis["a"]["list"], (json{"4 of wick", 7}));
}

TEST(GenesisPatch, KnowsTheAccountOfEachModule) {
  const auto genesis = patched(
      {{"a", "{module:gov}", Stage::before_gentx, ""}, {"b", "{module:mint}", Stage::before_gentx, ""}},
      Stage::before_gentx);
  EXPECT_EQ(genesis["a"], module_address("gov", "lamp"));
  EXPECT_EQ(genesis["b"], module_address("mint", "lamp"));
}

TEST(GenesisPatch, KnowsAClosedListOfValues) {
  for (const auto& v : known_genesis_values()) EXPECT_TRUE(is_genesis_value(v.name)) << v.name;
  EXPECT_TRUE(is_genesis_value("module:bonded_tokens_pool"));
  for (const char* none : {"", "home", "module:", "module:Gov", "module", "modules:gov"})
    EXPECT_FALSE(is_genesis_value(none)) << none;
}

TEST(GenesisPatch, OfAModuleThatTheGenesisLacksMayBeLeftOut) {
  const json genesis = {{"app_state", {{"mint", {{"rate", 1}}}}}};
  const auto patch = [](const char* at) { return GenesisPatch{at, 2, Stage::before_gentx, "", true}; };
  EXPECT_EQ(patched({patch("app_state.mint.rate")}, Stage::before_gentx, genesis)["app_state"]["mint"]["rate"], 2);
  EXPECT_EQ(patched({patch("app_state.crisis.fee.amount")}, Stage::before_gentx, genesis), genesis);
  EXPECT_THAT(made::trouble_of([&] { patched({patch("app_state.mint.parms.rate")}, Stage::before_gentx, genesis); }),
              HasSubstr("there is no 'parms'"));
}

TEST(GenesisPatch, NamesThePathThatIsNotThere) {
  EXPECT_THAT(made::trouble_of([] {
                patched({{"c.d", 1, Stage::before_gentx, ""}}, Stage::before_gentx);
              }),
              HasSubstr("genesis path c.d: there is no 'c'"));
}

}  // namespace
}  // namespace rehearse
