// A genesis that the chain's own commands make, and a defect of the chain that the profile knows: kept, and
// masked.
#include "tests/localnet/rehearsal.h"

namespace rehearse::localnet {
namespace {

std::string scenario_with_defects(const std::string& defects) {
  auto text = read(project() / "scenarios" / "chain-upgrade.yaml");
  return text.insert(text.find("upgrade:"), "defects: " + defects + "\n");
}

TEST(GenesisByCommands, CarriesAnUpgradeWithTheKnownDefectMasked) {
  Scratch scratch;
  auto r = run(scratch, {"--profile", "stock"});
  ASSERT_EQ(r.wait(), 0) << r.output();
  const auto record = r.record();
  ASSERT_EQ(record["known_defects"].size(), 1u);
  EXPECT_EQ(record["known_defects"][0]["name"], "commission-floor");
  EXPECT_EQ(record["known_defects"][0]["masked"], true);
  EXPECT_TRUE(r.output().find("known defect commission-floor, masked: ") != std::string::npos) << r.output();
  const auto genesis = nlohmann::json::parse(read(r.folder() / "nodes/validator-1/config/genesis.json"));
  EXPECT_EQ(genesis["app_state"]["genutil"]["gen_txs"].size(), 4u);
  // What `genesis validate` refuses, set after it.
  EXPECT_EQ(genesis["app_state"]["slashing"]["params"]["downtime_jail_duration"], "10s");
}

TEST(GenesisByCommands, IsRefusedWithTheKnownDefectKept) {
  Scratch scratch;
  auto r = run(scratch, {scratch.write("kept.yaml", scenario_with_defects("{keep: [commission-floor]}")), "--profile",
                         "stock"});
  EXPECT_EQ(r.wait(), 1) << r.output();
  EXPECT_EQ(r.cause(), "genesis-refused");
  EXPECT_EQ(r.record()["known_defects"][0]["masked"], false);
  EXPECT_NE(r.record()["diagnosis"]["first_evidence"].get<std::string>().find(
                "commission cannot be less than min rate"),
            std::string::npos);
  EXPECT_TRUE(none_left(r.folder()));
}

TEST(GenesisByCommands, KnowsNoDefectThatTheProfileDoesNotName) {
  Scratch scratch;
  auto r = run(scratch, {scratch.write("wrong.yaml", scenario_with_defects("{mask: [comission-floor]}")), "--profile",
                         "stock"});
  EXPECT_EQ(r.wait(), 2) << r.output();
  EXPECT_NE(r.output().find("wrong.yaml:13:18: "), std::string::npos) << r.output();
  EXPECT_NE(r.output().find("knows no defect `comission-floor`; there are commission-floor"),
            std::string::npos);
}

}  // namespace
}  // namespace rehearse::localnet
