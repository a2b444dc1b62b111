// Any scenario with any profile: it runs, or it is skipped with a reason that names what the profile lacks.
#include "harness/run/fitness.h"

#include <gmock/gmock.h>

#include <functional>
#include <set>

#include "harness/faults/fault.h"
#include "harness/procedures/procedure.h"
#include "harness/run/scenario_rules.h"
#include "harness/spec/suite.h"

namespace rehearse::fitness {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

namespace fs = std::filesystem;

fs::path project() { return REHEARSE_SOURCE_DIR; }
Profile shipped(const std::string& name) { return load_profile(project() / "fixtures/profiles" / (name + ".yaml"), project() / "fixtures/profiles"); }

std::vector<Scenario> scenarios_of(const char* suite) {
  const auto file = project() / "scenarios" / suite;
  std::vector<Scenario> all;
  for (const auto& one : scenario_files(load_suite(file), file)) all.push_back(load_scenario(one));
  return all;
}

std::vector<Scenario> of_both_suites() {
  auto all = scenarios_of("default.suite.yaml");
  for (auto& one : scenarios_of("chaos.suite.yaml")) all.push_back(std::move(one));
  return all;
}

// What a profile may leave out, and whom that skips.
struct Part {
  std::string what;
  std::function<void(Profile&)> remove;
  std::set<std::string> skipped;
};

Part command(const std::string& name, std::set<std::string> skipped) {
  return {"command `" + name + "`", [name](Profile& p) { p.commands.erase(name); }, std::move(skipped)};
}
Part question(const std::string& name, std::set<std::string> skipped) {
  return {"question `" + name + "`", [name](Profile& p) { p.questions.erase(name); }, std::move(skipped)};
}

const std::set<std::string> kOfProvider = {"provider-upgrade", "rollback-provider", "provider", "workloads-killed"};
const std::set<std::string> kOfModel = {"model-upgrade", "rollback-model"};

std::vector<Part> parts() {
  auto of_seeds = kOfModel;
  of_seeds.insert("config-change");
  const std::set<std::string> rollbacks = {"chain-upgrade-skip", "rollback-chain", "rollback-chain-cosmovisor"};
  const std::set<std::string> in_use = {"chain-upgrade-real-state"};
  return {
      command("skip-upgrade", rollbacks),
      command("halt-height", {"emergency-hotfix-breaking"}),
      command("rollback", {"rollback-patch"}),
      command("unsigned-payment", {"load"}),
      command("sign-batch", {"load"}),
      command("store-hashes", {}),
      question("account", {"load"}),
      question("balances", in_use),
      question("delegations", in_use),
      question("votes", in_use),
      {"provider daemon", [](Profile& p) { p.provider.reset(); }, kOfProvider},
      {"model", [](Profile& p) { p.model.reset(); }, kOfModel},
      {"transaction of its own", [](Profile& p) { p.initial_transactions.clear(); }, of_seeds},
      {"genesis", [](Profile& p) { p.genesis_by = GenesisBy::commands; }, in_use},
      {"preserved", [](Profile& p) { p.preserved.clear(); }, {}},
      {"population", [](Profile& p) { p.population.clear(); }, {}},
      {"monitoring", [](Profile& p) { p.monitoring = {}; }, {}},
      {"harmless errors", [](Profile& p) { p.harmless_errors.clear(); }, {}},
      {"known defects", [](Profile& p) { p.known_defects.clear(); }, {}},
  };
}

TEST(Fitness, EveryScenarioIsForAWholeProfile) {
  const auto p = shipped("virtengine");
  for (const auto& s : of_both_suites()) EXPECT_EQ(why_unfit(s, p), "") << s.name;
}

TEST(Fitness, SkipsForEachPartThatIsGoneWhateverNeedsIt) {
  const auto all = of_both_suites();
  for (const auto& part : parts()) {
    auto p = shipped("virtengine");
    part.remove(p);
    std::set<std::string> skipped;
    for (const auto& s : all)
      if (const auto why = why_unfit(s, p); !why.empty()) {
        skipped.insert(s.name);
        EXPECT_THAT(why, StartsWith("virtengine has no " + part.what));
      }
    EXPECT_EQ(skipped, part.skipped) << part.what;
  }
}

// A profile without releases: whoever brings releases of their own can still rehearse what names none by what it is for.
TEST(Fitness, SkipsForAReleaseThatTheManifestDoesNotHave) {
  auto p = shipped("virtengine");
  p.releases.clear();
  std::set<std::string> skipped;
  for (const auto& s : of_both_suites())
    if (const auto why = why_unfit(s, p); !why.empty()) {
      skipped.insert(s.name);
      EXPECT_THAT(why, testing::ContainsRegex("^virtengine has no (patch release|hotfix release|release that fails with [a-z-]+)$"));
    }
  EXPECT_EQ(skipped, (std::set<std::string>{"rolling-patch", "emergency-hotfix", "emergency-hotfix-breaking", "rollback-chain",
                                            "rollback-chain-cosmovisor", "rollback-chain-backup", "rollback-patch", "diverging",
                                            "diverging-third"}));
}

TEST(Fitness, IsSaidOfTheStockChain) {
  const auto p = shipped("stock");
  const auto why = [&](const std::string& name) {
    return why_unfit(load_scenario(project() / "scenarios" / (name + ".yaml")), p);
  };
  EXPECT_EQ(why("chain-upgrade"), "");
  EXPECT_EQ(why("rolling-patch"), "stock has no patch release");
  EXPECT_EQ(why("rollback-chain-backup"), "stock has no release that fails with app-hash-divergence");
  EXPECT_THAT(why("model-upgrade"), StartsWith("stock has no model"));
  EXPECT_THAT(why("provider-upgrade"), StartsWith("stock has no provider daemon"));
  EXPECT_THAT(why("chain-upgrade-real-state"), HasSubstr("made by commands"));
}

// Whoever is told what is missing is told the line that gives it.
TEST(Fitness, GivesAnExampleOfEachPart) {
  Profile p;
  p.name = "made";
  p.file = "made.yaml";
  Needs all;
  for (const auto& procedure : procedures()) {
    UpgradeSection u;
    u.breaking = true, u.drops = 1;
    for (const auto* name : needs_of(procedure, u).commands) all.commands.push_back(name);
  }
  for (const auto& kind : fault_kinds()) {
    all.commands.insert(all.commands.end(), kind.needs.commands.begin(), kind.needs.commands.end());
    all.questions.insert(all.questions.end(), kind.needs.questions.begin(), kind.needs.questions.end());
  }
  for (const auto* name : all.commands)
    EXPECT_THAT(why_lacking({.commands = {name}}, p), HasSubstr("; in made.yaml: commands: {" + std::string(name) + ": {run: ["));
  for (const auto* name : all.questions)
    EXPECT_THAT(why_lacking({.questions = {name}}, p), HasSubstr("; in made.yaml: questions: {" + std::string(name) + ": [{rest: "));
  EXPECT_THAT(why_lacking({.initial_transactions = true}, p), HasSubstr("; in made.yaml: initial_transactions: [["));
}

}  // namespace
}  // namespace rehearse::fitness
