// A chain as data: the profiles that come with it, one of a chain that nobody has heard of, and what is said
// of a profile that is wrong.
#include "localnet/profile/profile.h"

#include <gmock/gmock.h>

#include "tests/unit/support/fakes.h"

namespace rehearse {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// The least that a profile may say, of a chain whose every word is its own.
constexpr const char* kOtherChain = R"yaml(
title: Lantern
chain:
  binary: lanternd
  id: lantern-7
  denom: wick
  bech32: lamp
  environment: {LANTERND_LOG: "1"}
commands:
  version: {run: [--version], answer: stderr}
  init: {run: [setup, "{moniker}"]}
  add-key: {run: [wallet, new, "{key}"]}
  start: {run: [light]}
  submit-proposal: {run: [council, ask, "{file}"]}
  vote: {run: [council, vote, "{proposal}", "{option}"]}
transaction: [--as, "{key}"]
minimum_gas_prices: 1wick
governance: {deposit: 5wick, expedited_deposit: 9wick}
genesis:
  - {at: app_state.council.days, set: 3, reason: a rehearsal is short}
  - {at: app_state.council.fee, set: {denom: "{denom}", amount: "10"}, stage: after-validate}
known_defects:
  - {name: soot, symptom: it smokes, mask: {environment: {WICK: trimmed}, genesis: [{at: app_state.soot, set: "{denom}"}]}}
  - {name: draft, symptom: it flickers, masked: false, mask: {config_toml: {a.b: "1"}, app_toml: {c: "2"}}}
log_patterns:
  panic: 'wick (\d+) is gone'
harmless_errors:
  - {match: flicker, phase: swap, reason: it comes back}
questions:
  app-version: [{rpc: abci_info, at: /response/version}]
  peers: [{rpc: net_info, at: /n_peers}]
  consensus-state: [{rpc: consensus_state}]
  validators: [{cli: [lamps, list]}]
  signing-info: [{rest: "/lamps/{consensus_address}", absent: ["no such lamp"], absent_status: [404]}]
  current-plan: [{rest: /plan}]
  applied-plan: [{rest: "/plan/{name}"}]
  module-versions: [{rest: /parts}]
  proposal: [{rest: "/council/{id}"}]
  transaction: [{rest: "/tx/{hash}"}]
  balance: [{rest: "/purse/{address}"}]
  supply: [{rest: /wax}]
  delegation: [{rest: "/trust/{delegator}/{validator}"}]
  app-hash: [{rpc: block_results, params: {height: "{height}"}}]
  oil-levels: [{rest: /oil, at: /levels}]
preserved:
  - {name: oil, question: oil-levels, args: {tank: all}, scaled: {/*/litres: 1000}, ignored: [/*/colour]}
memory: {most_mb: 64, most_growth: 1.5}
)yaml";

std::filesystem::path source(const std::string& name) {
  return std::filesystem::path(REHEARSE_SOURCE_DIR) / "fixtures/profiles" / name;
}

class ProfileFile : public testing::Test {
 protected:
  Profile load(const std::string& text) { return load_profile(folder_.write("lantern.yaml", text)); }
  // What is said of the profile with `what` in it replaced; without the file's name.
  std::string trouble(const std::string& what, const std::string& by) {
    std::string text = kOtherChain;
    const auto at = text.find(what);
    if (at == std::string::npos) throw std::logic_error("there is no " + what);
    text.replace(at, what.size(), by);
    const auto said = made::trouble_of([&] { load(text); });
    const auto file = (folder_ / "lantern.yaml").string();
    EXPECT_EQ(said.find(file + ":"), 0u) << said;
    return said.substr(file.size() + 1);
  }
  made::TempFolder folder_;
};

TEST(Profile, LoadsTheOnesThatComeWithIt) {
  const auto ve = load_profile(source("virtengine.yaml"));
  EXPECT_EQ(ve.name, "virtengine");
  EXPECT_EQ(ve.chain.binary, "virtengine");
  EXPECT_EQ(ve.chain.bech32, "ve");
  EXPECT_TRUE(ve.questions.contains("model-status"));
  EXPECT_THAT(ve.preserved, testing::SizeIs(3));

  const auto stock = load_profile(source("stock.yaml"));
  EXPECT_EQ(stock.chain.binary, "stockd");
  EXPECT_EQ(stock.chain.environment.at("STOCKD_CHAIN_ID"), "{chain_id}") << "a template, filled in for each command";
  EXPECT_FALSE(stock.questions.contains("model-status")) << "an optional question";
  EXPECT_THAT(stock.preserved, IsEmpty());
}

TEST_F(ProfileFile, LoadsAChainThatNobodyHasHeardOf) {
  const auto p = load(kOtherChain);
  EXPECT_EQ(p.name, "lantern");
  EXPECT_EQ(p.title, "Lantern");
  EXPECT_EQ(p.chain.binary, "lanternd");
  EXPECT_EQ(p.chain.id, "lantern-7");
  EXPECT_EQ(p.chain.denom, "wick");
  EXPECT_EQ(p.chain.bech32, "lamp");
  EXPECT_EQ(p.chain.environment, (std::map<std::string, std::string>{{"LANTERND_LOG", "1"}}));
  EXPECT_THAT(p.commands.at("vote").run, ElementsAre("council", "vote", "{proposal}", "{option}"));
  EXPECT_EQ(p.commands.at("version").answer, Stream::err);
  EXPECT_EQ(p.commands.at("init").answer, Stream::out);
  EXPECT_THAT(p.transaction, ElementsAre("--as", "{key}"));
  EXPECT_EQ(p.minimum_gas_prices, "1wick");
  EXPECT_EQ(p.governance.deposit, "5wick");
  EXPECT_EQ(p.governance.expedited_deposit, "9wick");
  EXPECT_EQ(p.genesis.at(0).value, 3);
  EXPECT_EQ(p.genesis.at(0).reason, "a rehearsal is short");
  EXPECT_EQ(p.genesis.at(1).value, (nlohmann::json{{"denom", "{denom}"}, {"amount", "10"}}));
  EXPECT_EQ(p.log_patterns, (Ordered<std::string>{{"panic", R"(wick (\d+) is gone)"}}));
  EXPECT_EQ(p.harmless_errors.at(0).match, "flicker");
  EXPECT_EQ(p.harmless_errors.at(0).phase, Phase::swap);
  EXPECT_EQ(p.questions.at("app-hash").at(0).params.at("height"), "{height}");
  EXPECT_THAT(p.questions.at("validators").at(0).cli, ElementsAre("lamps", "list"));
  EXPECT_THAT(p.questions.at("signing-info").at(0).absent, ElementsAre("no such lamp"));
  EXPECT_THAT(p.questions.at("signing-info").at(0).absent_status, ElementsAre(404));
  EXPECT_EQ(p.genesis_by, GenesisBy::direct);
  EXPECT_EQ(p.genesis.at(0).stage, Stage::before_gentx);
  EXPECT_EQ(p.genesis.at(1).stage, Stage::after_validate);
  EXPECT_EQ(p.questions.at("oil-levels").at(0).at, "/levels");
  EXPECT_EQ(p.preserved.at(0).args.at("tank"), "all");
  EXPECT_EQ(p.preserved.at(0).scaled.at("/*/litres"), 1000);
  EXPECT_THAT(p.preserved.at(0).ignored, ElementsAre("/*/colour"));
  EXPECT_EQ(p.memory.most_mb, 64);
  EXPECT_EQ(p.memory.most_growth, 1.5);
  ASSERT_THAT(p.known_defects, testing::SizeIs(2));
  EXPECT_EQ(p.known_defects[0].symptom, "it smokes");
  EXPECT_TRUE(p.known_defects[0].masked) << "unless it says otherwise";
  EXPECT_FALSE(p.known_defects[1].masked);
  EXPECT_EQ(p.releases + p.from + p.to, "") << "the user names the releases";
}

TEST_F(ProfileFile, HasASourceForEachQuestionThatIsAsked) {
  EXPECT_EQ(trouble("  supply: [{rest: /wax}]\n", ""),
            "30:3: questions: `supply` is missing: total supply of the staking denomination");
}

TEST_F(ProfileFile, RefusesAQuestionThatNobodyAsks) {
  EXPECT_EQ(trouble("  supply:", "  colour: [{rest: /c}]\n  supply:"),
            "41:11: questions: nobody asks `colour`");
  EXPECT_EQ(trouble("  supply:", "  suply: [{rest: /c}]\n  supply:"),
            "41:10: questions: nobody asks `suply`, did you mean `supply`?");
}

TEST_F(ProfileFile, RefusesASourceOfNoneOrTwoKinds) {
  const std::string said = "41:12: questions: supply: a source is one of rpc, rest and cli";
  EXPECT_EQ(trouble("{rest: /wax}", "{rest: /wax, rpc: wax}"), said);
  EXPECT_EQ(trouble("{rest: /wax}", "{rest: /wax, cli: [wax]}"), said);
  EXPECT_EQ(trouble("{rest: /wax}", "{at: /wax}"), said);
  EXPECT_EQ(trouble("[{rest: /wax}]", "[]"), "41:11: questions: supply: no source");
}

TEST_F(ProfileFile, RefusesAStatusThatCannotSayNone) {
  for (const char* status : {"200", "503", "600"})
    EXPECT_THAT(trouble("absent_status: [404]", "absent_status: [" + std::string(status) + "]"),
                HasSubstr(std::string(": questions: signing-info: ") + status + " cannot say \"none\""));
  EXPECT_EQ(trouble("[{rpc: net_info,", "[{absent_status: [404], rpc: net_info,"),
            "31:27: questions: peers: only a source `rest` has a status");
}

TEST_F(ProfileFile, RefusesABadRegularExpression) {
  EXPECT_THAT(trouble("wick (",
                      "wick ("
                      "("),
              HasSubstr("26:10: log_patterns: panic: not a regular expression: missing )"));
  EXPECT_THAT(trouble("flicker,", "'*',"), HasSubstr("28:13: harmless_errors: not a regular expression: "));
}

TEST_F(ProfileFile, NeedsEachCommandThatIsUsed) {
  for (const char* command : {"version", "init", "add-key", "start", "submit-proposal", "vote"})
    EXPECT_THAT(trouble("\n  " + std::string(command) + ":", "\n  other:"),
                testing::MatchesRegex(std::string("10:3: commands: `") + command + "` is missing: it .*"));
}

TEST_F(ProfileFile, NeedsMoreCommandsWhenTheyMakeTheGenesis) {
  const std::string all =
      "genesis_by: commands\ncommands:\n  add-account: {run: [\"{account}\", \"{coins}\"]}\n"
      "  gentx: {run: [\"{key}\", \"{stake}\", \"{ip}\", \"{node_id}\", \"{moniker}\", \"{home}\"]}\n"
      "  collect-gentxs: {run: [collect]}\n  validate-genesis: {run: [validate], answer: stderr}\n";
  std::string text = kOtherChain;
  text.replace(text.find("commands:\n"), 10, all);
  const auto p = load(text);
  EXPECT_EQ(p.genesis_by, GenesisBy::commands);
  EXPECT_EQ(p.commands.at("validate-genesis").answer, Stream::err);
  for (const char* command : {"add-account", "gentx", "collect-gentxs", "validate-genesis"}) {
    auto without = all;
    without.replace(without.find("  " + std::string(command) + ":"), std::string(command).size() + 3,
                    "  other:");
    EXPECT_THAT(trouble("commands:\n", without),
                testing::MatchesRegex(std::string("[0-9:]+ commands: `") + command + "` is missing: it .*"));
  }
}

TEST_F(ProfileFile, RefusesACommandThatNamesWhatItIsNotGiven) {
  EXPECT_EQ(trouble("run: [wallet, new, \"{key}\"]", "run: [wallet, \"{kee}\"]"),
            "12:27: commands: add-key: there is no {kee}; there are {home}, {key}");
}

TEST_F(ProfileFile, RefusesAKindOfTransactionThatCannotBeMadeOrToldOf) {
  const auto with = [this](const std::string& kind) { return trouble("commands:\n", "transactions: {gift: " + kind + "}\ncommands:\n"); };
  EXPECT_THAT(with("{run: [give, \"{payeee}\"]}"), HasSubstr("transactions: gift: there is no {payeee}; there are {home}, "));
  EXPECT_THAT(with("{run: [give], effect: balance, args: {address: \"{whom}\"}}"), HasSubstr("transactions: gift: there is no {whom}"));
  EXPECT_THAT(with("{effect: balance}"), HasSubstr("transactions: gift: give it one of run, message and of"));
  EXPECT_THAT(with("{run: [give], of: [give]}"), HasSubstr("transactions: gift: give it one of run, message and of"));
  EXPECT_THAT(with("{of: [gift]}"), HasSubstr("transactions: gift: no kind of one message is called `gift`"));
  EXPECT_THAT(with("{message: {to: you}}"), HasSubstr("transactions: gift: a message is a map with its `@type`"));
  EXPECT_THAT(with("{message: {\"@type\": /gift.MsgGive}}"), HasSubstr("transactions: gift: no kind has run"));
  EXPECT_THAT(with("{run: [give]}, more: {message: {\"@type\": /gift.MsgGive, to: [{who: \"{whom}\"}]}}"), HasSubstr("transactions: more: there is no {whom}"));
  EXPECT_THAT(with("{run: [give], fee: {granter: you}}"), HasSubstr("transactions: gift: a fee is a map, of a kind with message or of"));
  EXPECT_THAT(with("{run: [give]}, more: {of: [gift], fee: [1]}"), HasSubstr("transactions: more: a fee is a map"));
  EXPECT_THAT(with("{run: [give]}, more: {of: [gift], fee: {granter: \"{whom}\"}}"), HasSubstr("transactions: more: there is no {whom}"));
  EXPECT_THAT(with("{run: [give], effect: joy}"), HasSubstr("transactions: gift: there is no question `joy`"));
}

TEST_F(ProfileFile, RefusesAnInvariantThatSaysNothing) {
  const auto with = [this](const std::string& all) { return trouble("commands:\n", "invariants: [" + all + "]\ncommands:\n"); };
  EXPECT_THAT(with("{name: wax, of: {records: wax/0x0}, equals: {records: wick}}"), HasSubstr("invariants: wax: `wax/0x0` is not STORE"));
  EXPECT_THAT(with("{name: wax, of: {records: wax}}"), HasSubstr("invariants: wax: says one of equals, at_most and among"));
  const std::string good = "{name: wax, of: {records: wax}, equals: {records: wick}}";
  EXPECT_THAT(with(good + ", " + good), HasSubstr("invariants: two are called `wax`"));
}

TEST_F(ProfileFile, RefusesAComputedValueThatThereIsNot) {
  const std::string there_are =
      "; there are {chain_id}, {denom}, {genesis_time}, {validator_count}, {voting_period}, "
      "{expedited_voting_period}, {inflation}, "
      "{model_version}, {model_hash}, {gov_authority}, {account}, {watched}, {granter}, {module:NAME}";
  EXPECT_EQ(trouble("{denom: \"{denom}\", amount", "{denom: \"{denum}\", amount"),
            "21:46: genesis: there is no value for {denum}" + there_are);
  EXPECT_THAT(trouble("{denom: \"{denom}\", amount", "{denom: \"{module:}\", amount"),
              HasSubstr(": there is no value for {module:}"));
  EXPECT_THAT(trouble("set: \"{denom}\"", "set: [{deep: \"a {colour}\"}]"),
              testing::StartsWith("23:119: genesis: there is no value for {colour}"));
}

TEST_F(ProfileFile, RefusesAStageThatThereIsNot) {
  EXPECT_THAT(trouble("stage: after-validate", "stage: later"),
              HasSubstr("genesis[1].stage: expected one of before-gentx, after-validate; found `later`"));
}

TEST_F(ProfileFile, RefusesADefectThatCannotBeToldOrMasked) {
  EXPECT_EQ(trouble("name: draft", "name: soot"), "24:12: known_defects: two are called `soot`");
  EXPECT_THAT(trouble("name: draft", "name: \"\""), HasSubstr("24:12: known_defects: a defect needs a name"));
  EXPECT_THAT(trouble("{config_toml: {a.b: \"1\"}, app_toml: {c: \"2\"}}", "{}"),
              HasSubstr(": known_defects: draft: its mask hides nothing: give genesis, "));
  EXPECT_THAT(trouble("symptom: it smokes, ", ""), HasSubstr("known_defects[0]: `symptom` is missing"));
}

TEST_F(ProfileFile, PutsTheMasksOfMaskedDefectsInItsPlaces) {
  auto p = load(kOtherChain);
  auto masked = p;
  apply_masks(masked);
  ASSERT_EQ(masked.genesis.size(), 3u);
  EXPECT_EQ(masked.genesis.back().at, "app_state.soot") << "after the profile's";
  EXPECT_EQ(masked.chain.environment.at("WICK"), "trimmed");
  EXPECT_EQ(masked.chain.environment.at("LANTERND_LOG"), "1");
  EXPECT_THAT(masked.config_toml, IsEmpty());
  for (auto& d : p.known_defects) d.masked = !d.masked;
  apply_masks(p);
  EXPECT_EQ(p.genesis.size(), 2u);
  EXPECT_FALSE(p.chain.environment.contains("WICK"));
  EXPECT_EQ(p.config_toml.at("a.b").value, "1");
  EXPECT_THAT(p.app_toml.at("c").where, HasSubstr(":24:"));
}

// What a chain with a model needs beside.
TEST_F(ProfileFile, NeedsWhatAModelIsChangedBy) {
  const std::string model =
      "model: {file: 'm/{model_version}', config: c, match: 'path = .*', set: 'path = {path}', from: a, to: b, proposal: {}}\n";
  const std::string questions = "  model-status: [{rest: /model}]\n  scored-records: [{rest: /oil}]\n";
  const std::string command = "  report-model: {run: [report]}\n";
  const auto text = [&](const std::string& m, const std::string& q, const std::string& c) {
    std::string all = kOtherChain + m;
    all.insert(all.find("preserved:\n"), q);
    return all.insert(all.find("transaction:"), c);
  };
  const auto said = [&](const std::string& all) { return made::trouble_of([&] { load(all); }); };
  EXPECT_EQ(load(text(model, questions, command)).model->to, "b");
  EXPECT_FALSE(load(kOtherChain).model);
  EXPECT_THAT(said(text(model, questions, "")), HasSubstr("commands: `report-model` is missing"));
  EXPECT_THAT(said(text(model, "  model-status: [{rest: /model}]\n", command)),
              HasSubstr("model: the question `scored-records` is missing"));
  auto bad = model;
  bad.replace(bad.find("path = .*"), 9, "path = (.");
  EXPECT_THAT(said(text(bad, questions, command)), HasSubstr("model: match: not a regular expression"));
}

TEST_F(ProfileFile, RefusesToKeepWhatItCannotAskFor) {
  EXPECT_EQ(trouble("question: oil-levels", "question: oil-level"),
            "46:27: preserved: oil: there is no question `oil-level`");
}

// The daemon of another chain, in its own words.
constexpr const char* kDaemon = R"yaml(provider:
  binary: keeper
  releases: keeper.yaml
  from: a
  to: b
  key: keeper
  config: keeper.yaml
  settings: {wick: 3}
  migrated: {/wick: /wicks/number}
  certificate: keeper.crt
  certificate_key: keeper.key
  port: 99
  daemon: {version: {run: [--version]}, start: {run: [go]}, migrate-config: {run: [renew]}}
  commands:
    add-key: {run: [wallet, new, "{key}"]}
    fund: {run: [pay, "{address}"]}
    create: {run: [keeper, new]}
    pause: {run: [keeper, rest, "{reason}"]}
    resume: {run: [keeper, go]}
    order: {run: [light, "{ordinal}"]}
  transaction: [--as, "{key}"]
  log_patterns: {config-refused: 'gone'}
  questions: {health: [{rest: /well}], version: [{cli: [--version]}], bids: [{cli: [bids]}], workloads: [{cli: [lamps]}]}
)yaml";

TEST_F(ProfileFile, MayHaveAProviderDaemon) {
  const std::string asked = "  provider-info: [{rest: \"/keepers/{address}\"}]\n  provider-orders: [{rest: /orders}]\n";
  const auto whole = [&](std::string daemon) {
    std::string text = kOtherChain;
    return text.insert(text.find("preserved:"), asked) + daemon;
  };
  EXPECT_FALSE(load(kOtherChain).provider);
  const auto p = load(whole(kDaemon)).provider.value();
  EXPECT_EQ(p.daemon.at("start").run, std::vector<std::string>{"go"});
  EXPECT_EQ(p.settings.at("wick"), 3);
  for (const auto& [line, by, said] : std::vector<std::array<std::string, 3>>{
           {"start: {run: [go]}, ", "", "daemon: `start` is missing: it runs the daemon"},
           {"    resume: {run: [keeper, go]}\n", "", "commands: `resume` is missing"},
           {", bids: [{cli: [bids]}]", "", "questions: `bids` is missing"},
           {"[{cli: [bids]}]", "[{cli: [bids], rest: /bids}]", "a source is one of"},
           {"'gone'", "'('", "not a regular expression"},
           {"/wick: ", "wick: ", "a JSON pointer starts with /"}}) {
    std::string daemon = kDaemon;
    daemon.replace(daemon.find(line), line.size(), by);
    EXPECT_THAT(made::trouble_of([&] { load(whole(daemon)); }), HasSubstr(said));
  }
  EXPECT_THAT(made::trouble_of([&] { load(std::string(kOtherChain) + kDaemon); }), HasSubstr("has `provider-info`"));
}

TEST_F(ProfileFile, SaysWhereItIsMalformed) {
  EXPECT_EQ(trouble("binary:", "binry:"),
            "4:3: chain: `binary` is missing: name of the chain's program; is `binry` meant?");
  EXPECT_THAT(trouble("answer: stderr", "answer: both"),
              HasSubstr("commands.version.answer: expected one of stdout, stderr; found `both`"));
  EXPECT_THAT(trouble("set: 3, ", ""), HasSubstr("genesis[0]: `set` is missing: the value"));
  EXPECT_THAT(trouble("/*/litres: 1000", "/*/litres: many"),
              HasSubstr("expected a whole number, found `many`"));
}

TEST(ToJson, TakesPlainScalarsForWhatTheyAre) {
  const auto j = [](const std::string& text) { return to_json(YAML::Load(text)); };
  EXPECT_EQ(j("12"), 12);
  EXPECT_EQ(j("-3"), -3);
  EXPECT_EQ(j("0.5"), 0.5);
  EXPECT_EQ(j("true"), true);
  EXPECT_EQ(j("false"), false);
  EXPECT_EQ(j("~"), nullptr);
  EXPECT_EQ(j("null"), nullptr);
  EXPECT_EQ(j("60s"), "60s");
  EXPECT_EQ(j("two words"), "two words");
  for (const char* text : {"nan", "inf", "infinity", "yes"}) EXPECT_EQ(j(text), text);
}

TEST(ToJson, LeavesQuotedScalarsStrings) {
  const auto j = [](const std::string& text) { return to_json(YAML::Load(text)); };
  for (const char* text : {"12", "0.5", "true", "null", ""}) {
    EXPECT_EQ(j('"' + std::string(text) + '"'), text);
    EXPECT_EQ(j("'" + std::string(text) + "'"), text);
  }
  EXPECT_EQ(j("|\n  12\n"), "12\n");
}

TEST(ToJson, KeepsListsAndMaps) {
  EXPECT_EQ(to_json(YAML::Load("{a: [1, \"1\", {b: ~}], c: {}, d: []}")).dump(),
            R"({"a":[1,"1",{"b":null}],"c":{},"d":[]})");
}

}  // namespace
}  // namespace rehearse
