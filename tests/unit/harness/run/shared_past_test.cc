// Which runs may begin from one checkpoint, and why others may not.
#include "harness/run/shared_past.h"

#include <gmock/gmock.h>

namespace rehearse {
namespace {

using testing::HasSubstr;

Inputs upgrade() {
  Inputs in;
  in.scenario.upgrade.kind = "chain";
  in.to.name = "v2", in.to.reads = {"MADED_DEFECT"};
  return in;
}
std::string key(const Inputs& in) { return shared_past(in, {}).key; }
std::string why_not(const Inputs& in) { return shared_past(in, {}).why_not; }

Injection fault(const char* kind, const char* when) {
  Injection i;
  i.kind = kind, i.when = when;
  return i;
}

TEST(SharedPast, IsTheSameWhereOnlyWhatComesAfterTheHaltDiffers) {
  auto in = upgrade();
  const auto plain = key(in);
  EXPECT_NE(plain, "");
  in.scenario.title = "Another";
  in.scenario.upgrade.blocks_after = 60;
  in.scenario.after = {"network-verification"};
  in.scenario.upgrade.afterwards = {"governance", "validator-set", "replay"};
  in.scenario.expect = Cause::block_panic;
  in.faults = {fault("kill", "migration"), fault("pause", "first-block"), fault("clock", "height H+2")};
  in.scenario.network.environment["validator-1"]["MADED_DEFECT"] = "panic";
  EXPECT_EQ(key(in), plain);
}

TEST(SharedPast, IsAnotherForWhatActsBeforeIt) {
  const auto plain = key(upgrade());
  const auto differs = [&](const char* what, const std::function<void(Inputs&)>& change) {
    auto in = upgrade();
    change(in);
    EXPECT_NE(key(in), plain) << what;
    EXPECT_NE(key(in), "") << what;
  };
  differs("a variable that the old release may read",
          [](Inputs& in) { in.scenario.network.environment["validator-1"]["MADED_HALT_HEIGHT"] = "9"; });
  differs("power", [](Inputs& in) { in.scenario.network.validators.front().second = 41; });
  differs("genesis", [](Inputs& in) { in.scenario.network.genesis.emplace_back("app_state.gov", 1); });
  differs("a setting", [](Inputs& in) { in.scenario.network.config_toml["log_format"].value = "json"; });
  differs("the release", [](Inputs& in) { in.to.name = "v3"; });
  differs("the lead", [](Inputs& in) { in.scenario.upgrade.lead = 2; });
  differs("the procedure", [](Inputs& in) { in.scenario.upgrade.kind = "skip"; });
  differs("a list after that asks before", [](Inputs& in) { in.scenario.after = {"state-in-use"}; });
  differs("what is begun before", [](Inputs& in) { in.scenario.upgrade.afterwards = {"multisig"}; });
  differs("what is exported before", [](Inputs& in) { in.scenario.upgrade.afterwards = {"export"}; });
  differs("the lists before", [](Inputs& in) { in.scenario.before = {"pre-upgrade-24h"}; });
}

TEST(SharedPast, SaysWhyThereIsNone) {
  const auto says = [](const std::function<void(Inputs&)>& change) {
    auto in = upgrade();
    change(in);
    EXPECT_EQ(key(in), "");
    return why_not(in);
  };
  EXPECT_THAT(says([](Inputs& in) { in.faults = {fault("kill", "voting")}; }), HasSubstr("before the halt"));
  EXPECT_THAT(says([](Inputs& in) { in.faults = {fault("kill", "height H-1")}; }),
              HasSubstr("before the halt"));
  EXPECT_THAT(says([](Inputs& in) { in.faults = {fault("load", "first-block")}; }), HasSubstr("load"));
  EXPECT_THAT(says([](Inputs& in) { in.faults = {fault("cut", "first-block")}; }), HasSubstr("links"));
  EXPECT_THAT(says([](Inputs& in) { in.provider.emplace(); }), HasSubstr("workloads"));
  EXPECT_THAT(says([](Inputs& in) { in.scenario.upgrade.kind = "rolling"; }), HasSubstr("rolling"));
  EXPECT_THAT(says([](Inputs& in) { in.scenario.network.downloads = {"validator-1"}; }),
              HasSubstr("download"));
  EXPECT_THAT(says([](Inputs& in) { in.scenario.upgrade.vote = Vote::no; }), HasSubstr("vote"));
  const auto looks = [](TomlValues& config) { config["consensus.double_sign_check_height"].value = 10; };
  EXPECT_THAT(says([&](Inputs& in) { looks(in.scenario.network.config_toml); }), HasSubstr("just signed"));
  EXPECT_THAT(says([&](Inputs& in) { looks(in.scenario.network.nodes["validator-1"].config_toml); }), HasSubstr("just signed"));
}

}  // namespace
}  // namespace rehearse
