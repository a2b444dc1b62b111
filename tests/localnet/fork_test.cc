// Runs that begin from a checkpoint of their common past are judged as those that went through it themselves.
#include <gmock/gmock.h>
#include <signal.h>

#include <map>

#include "tests/localnet/rehearsal.h"

namespace rehearse::localnet {
namespace {

// A scenario of the field, with its verdict left open.
std::string text_of(const std::string& scenario) {
  return read(project() / "scenarios/field" / (scenario + ".yaml"));
}

constexpr const char* kGood = R"(title: As it should be
runbook: Chain Upgrades (Governance)
network:
  validators: {validator-1: 40, validator-2: 30, validator-3: 20, validator-4: 10}
releases: {to: v2-troubled}
upgrade: {kind: chain}
after: [validator-verification, network-verification, state-invariants]
expect: pass
)";

nlohmann::json record_of(const Rehearsal& suite, const std::string& scenario) {
  return nlohmann::json::parse(read(suite.folder() / scenario / "run.json"));
}

std::string cause_of(const nlohmann::json& record) {
  return record["diagnosis"].is_null() ? "" : record["diagnosis"]["cause"].get<std::string>();
}

TEST(Fork, TwoFuturesOfOnePastGetTheirOwnVerdicts) {
  Scratch scratch;
  scratch.write("good.yaml", kGood);
  scratch.write("begin-block-panic.yaml", text_of("begin-block-panic"));
  const auto suite = scratch.write(
      "forked.suite.yaml", "title: Two futures\nprofile: stock\nscenarios: [good, begin-block-panic]\n");
  auto r = run(scratch, {suite, "--fork", "auto"});
  EXPECT_EQ(r.wait(), 0) << r.output();
  const auto good = record_of(r, "good"), bad = record_of(r, "begin-block-panic");
  EXPECT_EQ(good["verdict"], "pass");
  EXPECT_FALSE(good.contains("forked_from"));
  EXPECT_EQ(bad["verdict"], "pass") << "it fails as it has to";
  EXPECT_EQ(cause_of(bad), "block-panic");
  ASSERT_TRUE(bad.contains("forked_from")) << r.output();
  EXPECT_EQ(bad["forked_from"]["scenario"], "good");
  EXPECT_EQ(bad["forked_from"]["phase"], "waiting");
  EXPECT_NE(good["network"], bad["network"]) << "each on addresses of its own";
  EXPECT_FALSE(fs::exists(r.folder() / "checkpoints"));
  EXPECT_TRUE(none_left(r.folder()));
}

TEST(Fork, ANetworkThatIsHeldGoesOnInACopy) {
  Scratch scratch;
  const auto held = scratch / "held", copy = scratch / "copy";
  Rehearsal first(scratch, {"net", "up", "--profile", "stock", "--out", held});
  ASSERT_TRUE(first.said("held:")) << first.output();
  Rehearsal second(scratch, {"net", "fork", held, "--out", copy});
  ASSERT_TRUE(second.said("held:")) << second.output();
  EXPECT_TRUE(second.said("Network taken up from a checkpoint")) << second.output();
  for (auto* r : {&second, &first}) {
    ::kill(r->pid(), SIGTERM);
    EXPECT_EQ(r->wait(), 128 + SIGTERM);
  }
  for (const auto& entry : fs::directory_iterator(held)) EXPECT_FALSE(entry.path().filename().string().starts_with("fork-")) << entry.path();
}

// Of each kind of failure one, and good ones. One has customers from before the halt: it runs from nothing either way.
TEST(LongFork, GivesTheSameCausesAsRunsFromNothing) {
  const std::vector<std::string> scenarios = {
      "begin-block-panic",         "end-block-panic-later",  "handler-panic",    "handler-error",   "start-panic",      "app-hash-divergence-one",
      "app-hash-divergence-third", "results-divergence-one", "blocks-stopped",   "exit-silently",   "proposal-refused", "vote-extension-panic",
      "transactions-refused",      "parameters-changed",     "query-broken",     "records-lost",    "migration-short",  "records-announced"};
  Scratch scratch;
  std::string text = "title: Both ways\nprofile: stock\nscenarios:\n";
  for (const auto& name : scenarios) scratch.write(name + ".yaml", text_of(name)), text += "  - " + name + "\n";
  const auto suite = scratch.write("both.suite.yaml", text);
  std::map<std::string, nlohmann::json> records[2];
  std::size_t forked = 0, doubtful = 0;
  for (const int way : {0, 1}) {
    Scratch own;
    auto r = run(own, {suite, "--fork", way ? "auto" : "never"});
    r.wait(std::chrono::minutes(20));
    for (const auto& name : scenarios) forked += (records[way][name] = record_of(r, name)).contains("forked_from");
  }
  for (const auto& name : scenarios) {
    const auto &nothing = records[0][name], &checkpoint = records[1][name];
    if (nothing["verdict"] == "inconclusive" || checkpoint["verdict"] == "inconclusive") ++doubtful;  // of the machine
    else EXPECT_EQ(cause_of(nothing), cause_of(checkpoint)) << name;
  }
  EXPECT_LE(doubtful, 2u);
  EXPECT_EQ(forked, scenarios.size() - 2);
}

}  // namespace
}  // namespace rehearse::localnet
