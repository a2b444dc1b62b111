// A scenario as it is read: what the page says, and each rule between its fields at the line it is about.
#include "harness/spec/scenario.h"

#include <gmock/gmock.h>

#include "tests/unit/support/fakes.h"
#include "localnet/cosmos/config_files.h"
#include "harness/run/scenario_rules.h"

namespace rehearse {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

// One field a line, so that the line of a complaint names the field.
constexpr const char* kPage = R"(title: Made
network:
  validators:
    alpha: 3
    beta: 2
  full_nodes:
    - full-1
    - full-2
  supervisor: cosmovisor
  pace: fast
  environment:
    beta: {FAULT: write}
upgrade:
  kind: chain
  voting_period: 2s
  blocks_after: 5
after:
  - validator-verification
  - state-invariants
expect: pass
runbook: Made Upgrades
)";

class ScenarioFile : public testing::Test {
 protected:
  // What is said of the page with that line in the place of another; without the file's name.
  std::string trouble(const std::string& line, const std::string& instead) {
    std::string text = kPage;
    const auto at = text.find(line + "\n");
    if (at == std::string::npos) throw std::logic_error("there is no line " + line);
    text.replace(at, line.size(), instead);
    const auto file = folder_.write("made.yaml", text);
    const auto said = made::trouble_of([&] { load_scenario(file); });
    EXPECT_EQ(said.find(file.string() + ":"), 0u) << said;
    return said.substr(file.string().size());
  }
  made::TempFolder folder_;
};

TEST_F(ScenarioFile, SaysWhoseFailureIsExpected) {
  EXPECT_EQ(trouble("expect: pass", "owner: operator"), ":20:8: whose failure? it is expected to pass");
  EXPECT_THAT(trouble("expect: pass", "expect: block-error\nowner: nobody"), HasSubstr(":21:8: owner: expected one of release, operator, "));
  auto s = load_scenario(folder_.write("made.yaml", kPage));
  EXPECT_EQ(expected_of(s).owner, "");
  expect(s, Cause::quorum_short);
  EXPECT_EQ(expected_of(s).owner, "operator") << "of the table of causes";
  s.owner = Owner::release;
  EXPECT_EQ(expected_of(s).owner, "release") << "its own";
  expect(s, Cause::block_error);
  EXPECT_EQ(s.owner, std::nullopt) << "that was of the other cause";
}

TEST_F(ScenarioFile, ChecksAProviderOnlyWhereThereIsOne) {
  EXPECT_THAT(trouble("  - state-invariants", "  - provider-verification"),
              HasSubstr("`made` starts no provider daemon that could be checked"));
  EXPECT_THAT(trouble("  voting_period: 2s", "  revert_config: false"), HasSubstr("takes no `revert_config`"));
}

TEST_F(ScenarioFile, SaysWhereAnAnnouncedChangeCannotBeOne) {
  EXPECT_EQ(trouble("expect: pass", "changes:\n  parameters: [staking]"),
            ":21:16: changes: parameters: `staking` is not a module and its field, as staking.max_validators");
  EXPECT_THAT(trouble("expect: pass", "changes: {parametres: [staking.x]}"), HasSubstr(":20:11: changes: unknown key `parametres`"));
}

TEST(Scenario, TheChainUpgradeIsWhatThePageSays) {
  const auto s = load_scenario(std::filesystem::path(REHEARSE_SOURCE_DIR) / "scenarios/chain-upgrade.yaml");
  EXPECT_EQ(s.name, "chain-upgrade");
  EXPECT_EQ(s.runbook, "Chain Upgrades (Governance)");
  EXPECT_THAT(validator_names(s.network),
              ElementsAre("validator-1", "validator-2", "validator-3", "validator-4"));
  EXPECT_EQ(s.network.validators.front().second, 40);
  EXPECT_EQ(s.network.supervisor, SupervisorKind::cosmovisor);
  EXPECT_EQ(s.network.pace, "fast");
  EXPECT_EQ(s.upgrade.kind, "chain");
  EXPECT_EQ(s.upgrade.vote, Vote::yes);
  EXPECT_EQ(to_string(s.upgrade.voting_period), "2s");
  EXPECT_EQ(s.upgrade.blocks_after, 5);
  EXPECT_THAT(s.after, ElementsAre("validator-verification", "network-verification", "state-invariants", "coordination-timeline"));
  EXPECT_THAT(s.before, ElementsAre("pre-upgrade-24h", "pre-upgrade-1h", "pre-upgrade-now"));
  EXPECT_FALSE(s.expect) << "it has to pass";
}

TEST_F(ScenarioFile, SaysWhatFaultsOfLinksActBy) {
  std::string text = kPage;
  EXPECT_EQ(load_scenario(folder_.write("made.yaml", text)).network.backend, NetworkBackend::proxies);
  text.replace(text.find("  pace: fast"), 12, "  backend: namespaces");
  EXPECT_EQ(load_scenario(folder_.write("made.yaml", text)).network.backend, NetworkBackend::namespaces);
  EXPECT_THAT(trouble("  pace: fast", "  backend: walls"), HasSubstr("proxies, namespaces"));
}

TEST_F(ScenarioFile, ReadsThePage) {
  const auto s = load_scenario(folder_.write("made.yaml", kPage));
  EXPECT_EQ(s.name, "made");
  EXPECT_THAT(s.network.full_nodes, ElementsAre("full-1", "full-2"));
  EXPECT_EQ(s.network.environment.at("beta").at("FAULT"), "write");
}

TEST_F(ScenarioFile, HasAUsualNetworkWhenItNamesNone) {
  const auto s = load_scenario(folder_.write(
      "made.yaml", "title: x\nrunbook: y\nupgrade: {kind: chain}\nafter: [state-invariants]\n"));
  EXPECT_EQ(s.network.validators.size(), 4u);
  EXPECT_EQ(smallest_validator(s.network), "validator-4");
}

TEST_F(ScenarioFile, RefusesImpossiblePower) {
  EXPECT_EQ(trouble("    alpha: 3", "    alpha: 0"), ":4:12: power of alpha must be more than 0");
  EXPECT_EQ(trouble("    beta: 2", "    beta: -1"), ":5:11: power of beta must be more than 0");
  EXPECT_EQ(trouble("    beta: 2", "    beta: 1000000001"), ":5:11: power of beta is beyond 1000000000");
}

TEST_F(ScenarioFile, RefusesANetworkWithoutValidators) {
  EXPECT_EQ(trouble("  validators:\n    alpha: 3\n    beta: 2", "  validators: {}"),
            ":3:15: a network needs a validator");
}

TEST_F(ScenarioFile, RefusesTooManyNodes) {
  std::string many = "  full_nodes: [";
  for (int i = 0; i < 199; ++i) many += "n" + std::to_string(i) + ", ";
  EXPECT_THAT(trouble("  full_nodes:\n    - full-1\n    - full-2", many + "]"),
              EndsWith(": more than 200 nodes"));
}

TEST_F(ScenarioFile, RefusesNamesThatAreNone) {
  EXPECT_EQ(trouble("    alpha: 3", "    a/b: 3"), ":4:10: `a/b` is no name: letters, digits, - and _");
  EXPECT_EQ(trouble("    alpha: 3", "    operator: 3"),
            ":4:15: `operator` is a name with a meaning of its own");
  EXPECT_THAT(trouble("    - full-2", "    - " + std::string(41, 'x')), HasSubstr(":8:7: `xxx"));
  EXPECT_EQ(trouble("    - full-2", "    - \"\""), ":8:7: `` is no name: letters, digits, - and _");
}

TEST_F(ScenarioFile, RefusesTwoNodesOfOneName) {
  EXPECT_EQ(trouble("    - full-2", "    - alpha"), ":8:7: two nodes are called alpha");
  EXPECT_EQ(trouble("    - full-2", "    - full-1"), ":8:7: two nodes are called full-1");
  EXPECT_EQ(trouble("    beta: 2", "    alpha: 2"), ":5:5: network.validators: `alpha` stands twice");
}

TEST_F(ScenarioFile, RefusesTheEnvironmentOfANodeThatIsNotThere) {
  EXPECT_EQ(trouble("    beta: {FAULT: write}", "    gamma: {FAULT: write}"),
            ":12:12: there is no node gamma");
}

TEST_F(ScenarioFile, NamesThePacesThereAre) {
  EXPECT_EQ(trouble("  pace: fast", "  pace: faster"),
            ":10:9: there is no pace `faster`; there are fast, steady, realistic");
}

TEST_F(ScenarioFile, NamesTheProceduresThereAre) {
  EXPECT_THAT(trouble("  kind: chain", "  kind: trip"),
              HasSubstr(":14:9: there is no procedure `trip`; there are"));
}

TEST_F(ScenarioFile, RefusesWhatItsProcedureWouldNotLookAt) {
  EXPECT_THAT(trouble("  blocks_after: 5", "  confirmed: false"),
              HasSubstr(":16:3: the procedure `chain` takes no `confirmed`; it takes vote, voters"));
  EXPECT_THAT(trouble("  blocks_after: 5", "  cancel_before: 5"), HasSubstr(":16:3: the procedure `chain` takes no `cancel_before`"));
  EXPECT_THAT(trouble("  kind: chain", "  kind: cancelled\n  cancel_before: -1"), HasSubstr("a number of blocks"));
}

TEST_F(ScenarioFile, SaysHowAModelIsChanged) {
  const auto page = std::filesystem::path(REHEARSE_SOURCE_DIR) / "scenarios/twins";
  const auto literal = load_scenario(page / "model-upgrade-literal.yaml");
  EXPECT_EQ(literal.upgrade.activation, Activation::at_height);
  EXPECT_EQ(literal.upgrade.published, PublishedModel::right);
  const auto rollback = load_scenario(page / "rollback-model-missed.yaml");
  EXPECT_EQ(rollback.models.from, "v1.1.0");
  EXPECT_EQ(rollback.models.to, "v1.0.0");
  EXPECT_THAT(trouble("  kind: chain", "  kind: model-rollback\n  activation: at-height"),
              HasSubstr("the procedure `model-rollback` takes no `activation`"));
  EXPECT_THAT(trouble("  kind: chain", "  kind: model\n  activation: later"),
              HasSubstr("expected one of before-height, at-height; found `later`"));
}

TEST_F(ScenarioFile, NamesOnlyNodesThatThereAre) {
  EXPECT_THAT(trouble("  supervisor: cosmovisor", "  supervisors: {validator-9: bare}"),
              HasSubstr(": there is no node validator-9"));
  for (const char* list : {"voters", "late"})
    EXPECT_THAT(trouble("  blocks_after: 5", std::string("  ") + list + ": [validator-9]"),
                HasSubstr(": there is no node validator-9"));
}

TEST_F(ScenarioFile, RefusesAnUpgradeThatProvesNothing) {
  EXPECT_EQ(trouble("  blocks_after: 5", "  blocks_after: 0"), ":16:17: at least 1 block must follow");
  EXPECT_EQ(trouble("  voting_period: 2s", "  voting_period: 999ms"), ":15:18: at least 1s");
  EXPECT_THAT(trouble("after:\n  - validator-verification\n  - state-invariants", "after: []"),
              HasSubstr(":17:8: nothing would be checked; there are validator-verification"));
}

TEST_F(ScenarioFile, NamesTheChecklistsThereAre) {
  EXPECT_THAT(trouble("  - state-invariants", "  - state"),
              HasSubstr(":19:5: there is no checklist `state`; there are validator-verification"));
}

TEST_F(ScenarioFile, HasOnlyPreUpgradeListsBefore) {
  EXPECT_THAT(trouble("after:", "before: [network-verification]\nafter:"), HasSubstr("`network-verification` is no pre-upgrade list"));
  EXPECT_THAT(trouble("  - state-invariants", "  - pre-upgrade-1h"), HasSubstr("there is no checklist `pre-upgrade-1h`"));
}

TEST_F(ScenarioFile, AttestsOnlyWhatPeopleSeeTo) {
  EXPECT_THAT(trouble("after:", "attestations: {Version: me}\nafter:"), HasSubstr("nobody attests `Version`; there are Notify team"));
}

TEST_F(ScenarioFile, HasNoRecordsWithoutAccounts) {
  EXPECT_THAT(trouble("network:", "network:\n  population: {records: 5}"), HasSubstr("whose? give accounts too"));
}

TEST_F(ScenarioFile, HasOneVoteOfEachAccountAtMost) {
  EXPECT_THAT(trouble("network:", "network:\n  population: {accounts: 5, votes: 6}"), HasSubstr("each account has one"));
}

TEST_F(ScenarioFile, StartsAgainWhatFailsOnlyWhereItSaysAfterWhat) {
  EXPECT_EQ(load_scenario(folder_.write("made.yaml", kPage)).network.restart.after.value.count(), 0);
  EXPECT_THAT(trouble("  pace: fast", "  restart: {after: 0s}"), HasSubstr(":10:20: more than 0"));
  EXPECT_THAT(trouble("  pace: fast", "  restart: {}"), HasSubstr("after"));
  std::string text = kPage;
  text.replace(text.find("  pace: fast"), 12, "  restart: {after: 500ms}");
  EXPECT_EQ(load_scenario(folder_.write("restarts.yaml", text)).network.restart.after.seconds(), 0.5);
}

TEST_F(ScenarioFile, RefusesLegsThatCannotBeGoneInThatOrderAtTheirPlace) {
  const auto with = [this](const std::string& legs) { return trouble("  kind: chain", "  kind: train\n  legs: [" + legs + "]"); };
  EXPECT_EQ(with("patch"), ":15:9: its legs hold one upgrade of the chain");
  EXPECT_EQ(with("chain, model, model"), ":15:17: the leg `model` is there twice");
  EXPECT_EQ(with("chain, patch"), ":15:17: the patch is one of the release before the chain's upgrade, and comes after it");
  EXPECT_EQ(with("chain, hotfix"), ":15:17: the hotfix is one of the release before the chain's upgrade, and comes after it");
  EXPECT_EQ(with("chain, rollback"), ":15:17: an upgrade that was carried out cannot be taken back any more");
  EXPECT_EQ(with("patch, hotfix, chain"), ":15:17: `patch` and `hotfix` install the same release: one of them");
  EXPECT_EQ(trouble_with_legs({TrainLeg::model, TrainLeg::patch, TrainLeg::chain}), std::nullopt);
}

TEST_F(ScenarioFile, HasAPatchOnlyWhereItIsInstalled) {
  EXPECT_THAT(trouble("after:", "releases: {patch: v1.0.1}\nafter:"),
              HasSubstr("`made` installs no patch before its upgrade"));
  const auto train = load_scenario(std::filesystem::path(REHEARSE_SOURCE_DIR) / "scenarios/full-release-train.yaml");
  EXPECT_EQ(to_string(train.releases.patch), "patch release");
}

TEST_F(ScenarioFile, HasAReleaseThatFailsOnTheWayOnlyWhereItIsTakenBack) {
  EXPECT_THAT(trouble("after:", "releases: {failing: v2.0.0-handler-error}\nafter:"), HasSubstr("`made` takes no release back before its upgrade"));
  const auto train = load_scenario(std::filesystem::path(REHEARSE_SOURCE_DIR) / "scenarios/upgrade-taken-back-and-mended.yaml");
  EXPECT_EQ(train.releases.failing.fails, Cause::upgrade_handler_error);
  std::string text = kPage;
  text.replace(text.find("  kind: chain"), 13, "  kind: train\n  legs: [rollback, chain]");
  text.replace(text.find("\nafter:"), 1, "\nreleases: {failing: {fails: app-hash-divergence}}\n");
  EXPECT_THAT(made::trouble_of([&] { load_scenario(folder_.write("made.yaml", text)); }), HasSubstr("what fails with app-hash-divergence makes blocks at the upgrade height, and cannot be taken back"));
}

TEST_F(ScenarioFile, HasAScaleOfTime) {
  EXPECT_THAT(trouble("after:", "service_levels: {scale: 0}\nafter:"), HasSubstr("must be more than 0"));
}

TEST_F(ScenarioFile, ExpectsAPassOrACause) {
  EXPECT_THAT(trouble("expect: pass", "expect: success"),
              HasSubstr(":20:9: expect: expected pass or one of "));
  std::string text = kPage;
  const auto file = folder_.write("made.yaml", text.replace(text.find("pass\n"), 4, "app-hash-divergence"));
  EXPECT_EQ(load_scenario(file).expect, Cause::app_hash_divergence);
}

TEST_F(ScenarioFile, ReadsAnOldSpellingAndSaysSoOnce) {
  std::string text = kPage;
  const auto file = folder_.write("old.yaml", text.replace(text.find("upgrade:\n"), 9, "upgrade:\n  newcomer: true\n"));
  testing::internal::CaptureStderr();
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(load_scenario(file).upgrade.joining_node);
  const auto said = testing::internal::GetCapturedStderr();
  EXPECT_THAT(said, HasSubstr("`newcomer` is called `joining_node` now"));
  EXPECT_EQ(said.find("newcomer"), said.rfind("newcomer")) << said;
}

TEST_F(ScenarioFile, RefusesATypo) {
  EXPECT_EQ(trouble("  supervisor: cosmovisor", "  superviser: cosmovisor"),
            ":9:3: network: unknown key `superviser`, did you mean `supervisor`?");
  EXPECT_EQ(trouble("  kind: chain", "  kind: chain\n  vote: maybe"),
            ":15:9: upgrade.vote: expected one of all, no, abstain, veto; found `maybe`");
}

TEST_F(ScenarioFile, AwaitsOnlyValidators) {
  EXPECT_EQ(trouble("  blocks_after: 5", "  late: [full-1]"),
            ":16:10: full-1 is no validator: that it signs again could not be awaited");
  EXPECT_EQ(trouble("  blocks_after: 5", "  voters: [full-1]"),
            ":16:12: full-1 is no validator: it has no vote");
}

TEST_F(ScenarioFile, HasNobodyActByHandUnderCosmovisor) {
  const auto by_itself = HasSubstr(": beta is run by Cosmovisor, which acts by itself; give it the supervisor bare");
  EXPECT_THAT(trouble("  blocks_after: 5", "  late: [beta]"), by_itself);
  EXPECT_THAT(trouble("  kind: chain", "  kind: skip\n  missed: [beta]"), by_itself);
  std::string text = kPage;
  text.replace(text.find("supervisor: cosmovisor"), 22, "supervisors: {beta: bare, full-1: bare}");
  text.insert(text.find("  blocks_after"), "  late: [beta]\n");
  EXPECT_THAT(load_scenario(folder_.write("by-hand.yaml", text)).upgrade.late, ElementsAre("beta"));
}

// What `--validators` takes away may be named elsewhere.
TEST_F(ScenarioFile, SaysWhichNodesAnotherNumberOfValidatorsTakesAway) {
  const auto said = [&](const std::string& network, const std::string& upgrade) {
    const auto file =
        folder_.write("made.yaml", "title: x\nrunbook: y\nafter: [state-invariants]\nnetwork: {" + network +
                                       "}\nupgrade: {" + upgrade + "}\n");
    auto s = load_scenario(file);
    auto told = made::trouble_of([&] { set_validators(s, 2); });
    return told.starts_with(file.string()) ? told.substr(file.string().size()) : told;
  };
  const std::string gone = "there is no node validator-4; --validators 2 has validator-1 to validator-2";
  EXPECT_EQ(said("environment: {validator-4: {A: b}}", "kind: chain"), ":4:38: " + gone);
  EXPECT_EQ(said("supervisors: {validator-4: bare}", "kind: chain"), ":4:38: " + gone);
  EXPECT_EQ(said("supervisor: bare", "kind: chain, voters: [validator-4]"), ":5:33: " + gone);
  EXPECT_EQ(said("supervisor: bare", "kind: chain, late: [validator-1, validator-4]"), ":5:44: " + gone);
  EXPECT_EQ(said("supervisor: bare", "kind: skip, missed: [validator-4]"), ":5:32: " + gone);
  EXPECT_THAT(said("validators: {alpha: 1}, full_nodes: [validator-2]", "kind: chain"),
              HasSubstr("two nodes are called validator-2"));
}

TEST_F(ScenarioFile, SaysWhatIsWrongWithWhatComesAfterwards) {
  const auto said = [&](const std::string& network, const std::string& upgrade) {
    const auto file = folder_.write("made.yaml", "title: x\nrunbook: y\nafter: [state-invariants]\nnetwork: {" + network + "}\nupgrade: {" + upgrade + "}\n");
    const auto told = made::trouble_of([&] { load_scenario(file); });
    return told.substr(std::min(told.size(), file.string().size()));
  };
  const std::string four = "validators: {a: 4, b: 3, c: 2, d: 2}";
  EXPECT_EQ(said(four + ", inactive: {e: 2}", "kind: chain"), ":4:63: e would be in the set: it has no less than c");
  EXPECT_THAT(said(four + ", inactive: {d: 1}", "kind: chain"), HasSubstr("two nodes are called d"));
  EXPECT_THAT(said(four, "kind: chain, afterwards: [validator-set]"), HasSubstr("who enters? give the network a validator that is `inactive`"));
  EXPECT_THAT(said(four, "kind: chain, afterwards: [unjail]"), HasSubstr("who is jailed? give validators that are `late`"));
  EXPECT_THAT(said(four, "kind: chain, afterwards: [tea]"), HasSubstr("there is no `tea`; there are validator-set, governance, "));
  EXPECT_THAT(said(four, "kind: chain, afterwards: [governance, governance]"), HasSubstr("`governance` is there twice"));
  EXPECT_THAT(said(four, "kind: rolling, afterwards: [governance]"), HasSubstr("takes no `afterwards`"));
  EXPECT_THAT(said("supervisor: bare", "kind: chain, afterwards: [replay]"), HasSubstr("no node of the network is run by Cosmovisor"));
}

TEST_F(ScenarioFile, TakesAnotherNumberOfValidators) {
  auto s = load_scenario(folder_.write("made.yaml",
                                       "title: x\nrunbook: y\nupgrade: {kind: chain, voters: [validator-1]}\n"
                                       "after: [state-invariants]\n"));
  set_validators(s, 7);
  EXPECT_EQ(s.network.validators.size(), 7u);
  EXPECT_EQ(smallest_validator(s.network), "validator-7");
  for (std::size_t i = 1; i < 7; ++i)
    EXPECT_GT(s.network.validators[i - 1].second, s.network.validators[i].second) << "larger ones first";
  set_validators(s, 1);
  EXPECT_THAT(validator_names(s.network), ElementsAre("validator-1"));
  EXPECT_GT(s.network.validators[0].second, 0);
  for (const int bad : {0, -1, 101})
    EXPECT_EQ(made::trouble_of([&] { set_validators(s, bad); }), "--validators takes 1 to 100");
}

TEST(Scenario, TakesTheFirstNameOfTheSmallestValidators) {
  NetworkSection n;
  n.validators = {{"c", 5}, {"b", 1}, {"a", 1}, {"d", 1}};
  EXPECT_EQ(smallest_validator(n), "a");
}

TEST(Scenario, HasPacesByName) {
  EXPECT_EQ(pace_named("fast").timeout_commit, Pace{}.timeout_commit);
  EXPECT_LT(nominal_block_seconds("fast"), nominal_block_seconds("steady"));
  EXPECT_LT(nominal_block_seconds("steady"), nominal_block_seconds("realistic"));
  EXPECT_THROW(nominal_block_seconds("warp"), Error);
}

TEST(Scenario, NamesAVoteAsTheChainDoes) {
  EXPECT_EQ(to_string(Vote::yes), "yes");
  EXPECT_EQ(to_string(Vote::no), "no");
  EXPECT_EQ(to_string(Vote::abstain), "abstain");
  EXPECT_EQ(to_string(Vote::no_with_veto), "no_with_veto");
}

}  // namespace
}  // namespace rehearse
