// A genesis, made directly and by the chain's own commands. The "chain" is a shell script that writes down
// what it is told.
#include "localnet/network/genesis_maker.h"

#include <gmock/gmock.h>

#include "tests/unit/support/fakes.h"
#include "localnet/base/bech32.h"
#include "localnet/base/text.h"

namespace rehearse {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;

std::string lamp_account(std::uint8_t number) {
  return bech32_encode("lamp", std::vector<std::uint8_t>(20, number));
}

// Each command adds a line to `told`. A gentx shows the genesis it saw, and that the key is at hand.
constexpr const char* kChain = R"sh(
echo "$*" >> "$TOLD"
case $1 in
  init) mkdir -p "$2/config"; printf '%s' "$DEFAULTS" > "$2/config/genesis.json" ;;
  add-key) mkdir -p "$2/keyring-test"; touch "$2/keyring-test/$3.info"
    case $3 in alpha) echo "{\"address\": \"$ALPHA\"}" ;; *) echo "{\"address\": \"$BETA\"}" ;; esac ;;
  gentx) [ -f "$2/keyring-test/$3.info" ] && [ -f "$2/config/priv_validator_key.json" ] || exit 4
    mkdir "$2/config/gentx" && cp "$2/config/genesis.json" "$2/config/gentx/gentx-$3.json" ;;
  collect) ls "$2/config/gentx" | tr '\n' ' ' >> "$TOLD"; cp "$2/config/gentx/beta.json" "$2/config/genesis.json" ;;
esac
)sh";

class GenesisMakerTest : public testing::Test {
 protected:
  GenesisMakerTest() {
    profile_.file = "p.yaml";
    profile_.chain = {"lanternd", "lantern-7", "wick", "lamp", {}};
    auto& c = profile_.commands;
    c["init"].run = {"init", "{home}", "{chain_id}"};
    c["add-key"].run = {"add-key", "{home}", "{key}"};
    c["add-account"].run = {"add-account", "{account}", "{coins}"};
    c["gentx"].run = {"gentx", "{home}", "{key}", "{stake}", "--ip", "{ip}", "--min-self-delegation", "1"};
    c["collect-gentxs"].run = {"collect", "{home}"};
    c["validate-genesis"].run = {"validate", "{home}"};
    profile_.genesis_by = GenesisBy::commands;
    profile_.genesis = {{"app_state.late", "{validator_count}", Stage::after_validate, ""},
                        {"app_state.early", "{denom}", Stage::before_gentx, ""},
                        {"app_state.set", 1, Stage::after_validate, ""}};
    plan_.folder = folder_.path();
    plan_.nodes = {{"alpha", true, 3, {}}, {"full", false, 0, {}}, {"beta", true, 2, {}}};
    plan_.genesis = {{"app_state.set", 2}};
    chain(kChain);
    int i = 0;
    for (const auto& n : plan_.nodes) {
      identities_.push_back(
          {n.name, n.validator, n.power, "127.1.1." + std::to_string(++i), "id", "", "", ""});
      NodeConfig config;
      config.ip = identities_.back().ip;
      write_home(folder_ / ("nodes/" + n.name), config, keys_[n.name]);
    }
  }

  void chain(const std::string& script) { plan_.binary = folder_.script("lanternd", script); }
  // The made genesis.
  json make() {
    GenesisMaker maker(cli_, profile_, plan_, wait_);
    maker.make_keys(identities_);
    return json::parse(maker.make(identities_, keys_, lamp_account(9)));
  }
  std::string told() const { return read_file(folder_ / "told"); }

  made::TempFolder folder_;
  Loop loop_;
  Profile profile_;
  NetworkPlan plan_;
  std::vector<NodeIdentity> identities_;
  std::map<std::string, NodeKeys> keys_;
  ChainCli cli_{loop_,
                profile_,
                folder_ / "commands",
                {{"PATH", "/usr/bin:/bin"},
                 {"TOLD", folder_ / "told"},
                 {"ALPHA", lamp_account(1)},
                 {"BETA", lamp_account(2)},
                 {"DEFAULTS", R"({"app_state": {"auth": {}, "bank": {}, "staking": {}}})"}}};
  const WaitFor wait_ = [this](const std::string& what, const std::function<bool()>& done) {
    if (!made::run_until(loop_, done)) throw std::runtime_error(what);
  };
};

TEST_F(GenesisMakerTest, ByCommandsIsMadeAsTheValidatorsOfAChainMakeIt) {
  const auto genesis = make();
  EXPECT_EQ(identities_[2].account, lamp_account(2));
  EXPECT_EQ(identities_[2].operator_address, bech32_with_prefix(lamp_account(2), "lampvaloper"));
  const auto all = told();
  EXPECT_THAT(all, HasSubstr("init " + (folder_ / "commands/genesis").string() + " lantern-7\n"));
  EXPECT_THAT(all, HasSubstr("add-account " + lamp_account(1) + " 1000003000000wick\nadd-account " + lamp_account(2) +
                             " 1000002000000wick\nadd-account " + lamp_account(9) + " 123456789wick\ngentx "));
  EXPECT_THAT(all,
              AllOf(HasSubstr("gentx " + (folder_ / "nodes/alpha").string() +
                              " alpha 3000000wick --ip 127.1.1.1 --min-self-delegation 1\n"),
                    HasSubstr(" beta 2000000wick --ip 127.1.1.3 "), testing::Not(HasSubstr("nodes/full"))));
  const auto home = (folder_ / "commands/genesis").string();
  EXPECT_TRUE(all.ends_with("collect " + home + "\nalpha.json beta.json validate " + home + "\n")) << all;
}

TEST_F(GenesisMakerTest, PatchesBeforeGentxAndAfterValidateAndTheUsersValueLast) {
  const auto genesis = make();
  // As gentx saw it.
  const auto seen = json::parse(read_file(folder_ / "nodes/alpha/config/gentx/gentx-alpha.json"));
  EXPECT_EQ(seen["app_state"]["early"], "wick");
  EXPECT_FALSE(seen["app_state"].contains("late"));
  EXPECT_EQ(genesis["app_state"]["early"], "wick");
  EXPECT_EQ(genesis["app_state"]["late"], "2");
  EXPECT_EQ(genesis["app_state"]["set"], 2);
}

TEST_F(GenesisMakerTest, LeavesNoKeyringWhereNodesLive) {
  make();
  EXPECT_TRUE(std::filesystem::exists(folder_ / "operator/keyring-test/alpha.info"));
  EXPECT_FALSE(
      std::filesystem::exists(std::filesystem::symlink_status(folder_ / "nodes/alpha/keyring-test")));
}

TEST_F(GenesisMakerTest, DirectlyAsksTheChainForDefaultsAndKeysOnly) {
  profile_.genesis_by = GenesisBy::direct;
  profile_.genesis.push_back({"app_state.set", 0, Stage::before_gentx, ""});
  profile_.genesis.push_back({"genesis_time", "{genesis_time}", Stage::before_gentx, ""});
  const auto genesis = make();
  EXPECT_THAT(told(), testing::Not(HasSubstr("add-account")));
  EXPECT_EQ(genesis["chain_id"], "lantern-7");
  EXPECT_EQ(genesis["app_state"]["staking"]["validators"].size(), 2u);
  EXPECT_EQ(genesis["app_state"]["early"], "wick");
  EXPECT_EQ(genesis["app_state"]["late"], "2");
  EXPECT_EQ(genesis["app_state"]["set"], 2);
  EXPECT_THAT(genesis["genesis_time"].get<std::string>(), testing::MatchesRegex("[0-9T:-]+Z"));
}

TEST_F(GenesisMakerTest, BlamesTheReleaseForACommandThatFails) {
  for (const char* command : {"add-account", "gentx", "collect", "validate"}) {
    folder_.write("told", "");
    for (const char* left : {"nodes/alpha/config", "nodes/beta/config"})
      for (const char* part : {"genesis.json", "gentx"}) std::filesystem::remove_all(folder_ / left / part);
    chain("[ $1 = " + std::string(command) + " ] && { echo 'Error: no such wick' >&2; exit 1; }" + kChain);
    try {
      make();
      ADD_FAILURE() << command;
    } catch (const Error& e) {
      EXPECT_EQ(e.blame, Blame::release);
      EXPECT_EQ(e.trouble, Trouble::genesis_refused);
      EXPECT_THAT(e.what(), AllOf(HasSubstr(command), HasSubstr("Error: no such wick")));
    }
    std::filesystem::remove_all(folder_ / "commands/genesis");
  }
}

TEST_F(GenesisMakerTest, BlamesTheProfileForACommandThatTheProgramDoesNotKnow) {
  chain("[ $1 = gentx ] && { echo 'Error: unknown command \"gentx\"' >&2; exit 1; }" + std::string(kChain));
  EXPECT_THAT(made::trouble_of([&] { make(); }), HasSubstr("commands: gentx: the program does not know it"));
}

TEST_F(GenesisMakerTest, SaysWhatACommandDidNotMake) {
  chain("[ $1 = gentx ] || { :; " + std::string(kChain) + "}");
  EXPECT_THAT(made::trouble_of([&] { make(); }),
              AllOf(HasSubstr("`lanternd gentx"), HasSubstr("wrote nothing into")));
  profile_.genesis_by = GenesisBy::direct;
  chain("[ $1 = init ] && exit 0\n" + std::string(kChain));
  std::filesystem::remove_all(folder_ / "commands/genesis");
  EXPECT_THAT(made::trouble_of([&] { make(); }), HasSubstr("is no JSON object after `init`"));
}

}  // namespace
}  // namespace rehearse
