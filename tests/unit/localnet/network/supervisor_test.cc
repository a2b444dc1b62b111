// Where binaries lie and what a supervisor's log lines say. The lines are Cosmovisor v1.5.0's own.
#include "localnet/network/cosmovisor.h"

#include <gmock/gmock.h>

#include "tests/unit/support/fakes.h"
#include "tests/unit/support/golden.h"

namespace rehearse {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

class SupervisorTest : public testing::Test {
 protected:
  SupervisorTest() {
    settings_.binary = "virtengine";
    settings_.home = folder_ / "home";
    settings_.cosmovisor = "/opt/cosmovisor";
  }
  std::unique_ptr<Supervisor> make(SupervisorKind kind) {
    settings_.kind = kind;
    return make_supervisor(settings_);
  }

  made::TempFolder folder_;
  SupervisorSettings settings_;
  fs::path one_ = folder_.script("one", "exit 1"), two_ = folder_.script("two", "exit 2");
};

TEST_F(SupervisorTest, CosmovisorHasTheRunbooksLayout) {
  const auto s = make(SupervisorKind::cosmovisor);
  const auto root = settings_.home / "cosmovisor";
  EXPECT_EQ(s->current(), root / "genesis/bin/virtengine") << "where the first is put";
  s->install(one_);
  s->stage("V2.0.0-RC1", two_);
  EXPECT_EQ(made::read_file(root / "genesis/bin/virtengine"), made::read_file(one_));
  EXPECT_EQ(s->staged("V2.0.0-RC1"), root / "upgrades/v2.0.0-rc1/bin/virtengine")
      << "it lower-cases plan names";
  EXPECT_EQ(made::read_file(s->staged("V2.0.0-RC1")), made::read_file(two_));
  EXPECT_EQ(s->current(), root / "genesis/bin/virtengine") << "staged is not switched";
}

TEST_F(SupervisorTest, CosmovisorsCurrentIsWhereItsLinkPoints) {
  const auto s = make(SupervisorKind::cosmovisor);
  const auto root = settings_.home / "cosmovisor";
  s->install(one_);
  s->stage("v2", two_);
  fs::create_directory_symlink(root / "upgrades/v2", root / "current");
  EXPECT_EQ(fs::canonical(s->current()), fs::canonical(s->staged("v2")));
}

TEST_F(SupervisorTest, CosmovisorIsSwitchedBackAndNotToldOfTheUpgradeAgain) {
  const auto s = make(SupervisorKind::cosmovisor);
  const auto root = settings_.home / "cosmovisor";
  s->install(one_);
  s->stage("v2", two_);
  fs::create_directory_symlink(root / "upgrades/v2", root / "current");
  folder_.write("home/data/upgrade-info.json", "{}");
  s->switch_back();
  EXPECT_EQ(made::read_file(s->current()), made::read_file(one_));
  EXPECT_TRUE(fs::exists(settings_.home / "data/upgrade-info.json")) << "that is another step";
  s->forget_upgrade();
  s->forget_upgrade();
  EXPECT_FALSE(fs::exists(settings_.home / "data/upgrade-info.json"));
  s->switch_back();
  EXPECT_EQ(made::read_file(s->current()), made::read_file(one_)) << "twice is as good as once";
}

TEST_F(SupervisorTest, CosmovisorRunsTheStartCommand) {
  const auto s = make(SupervisorKind::cosmovisor);
  EXPECT_THAT(s->command({"start", "--home", "/h"}),
              ElementsAre("/opt/cosmovisor", "run", "start", "--home", "/h"));
}

TEST_F(SupervisorTest, CosmovisorGetsTheRunbooksVariablesAndOurs) {
  settings_.cosmovisor_environment = {{"DAEMON_POLL_INTERVAL", "50ms"}, {"UNSAFE_SKIP_BACKUP", "true"}};
  const auto e = make(SupervisorKind::cosmovisor)->environment();
  EXPECT_EQ(e.at("DAEMON_NAME"), "virtengine");
  EXPECT_EQ(e.at("DAEMON_HOME"), settings_.home);
  EXPECT_EQ(e.at("DAEMON_ALLOW_DOWNLOAD_BINARIES"), "false");
  EXPECT_EQ(e.at("DAEMON_RESTART_AFTER_UPGRADE"), "true");
  EXPECT_EQ(e.at("DAEMON_POLL_INTERVAL"), "50ms");
  EXPECT_EQ(e.at("UNSAFE_SKIP_BACKUP"), "true") << "ours win";
}

TEST_F(SupervisorTest, CosmovisorSaysWhatItHasStarted) {
  const auto s = make(SupervisorKind::cosmovisor);
  EXPECT_EQ(
      s->says(R"(2:27PM INF running app args=["start","--home","/h/validator-1"] )"
                         "module=cosmovisor path=/h/validator-1/cosmovisor/upgrades/v2.0.0/bin/virtengine").started,
      "/h/validator-1/cosmovisor/upgrades/v2.0.0/bin/virtengine");
  EXPECT_EQ(s->says("2:27PM INF running app module=cosmovisor path=/h/bin/virtengine args=[]").started,
            "/h/bin/virtengine");
  EXPECT_EQ(s->says("2:27PM INF running app module=cosmovisor").started, "virtengine");
}

TEST_F(SupervisorTest, CosmovisorsOtherLinesStartNothing) {
  const auto s = make(SupervisorKind::cosmovisor);
  for (const char* line :
       {"2:27PM INF daemon shutting down in an attempt to restart module=cosmovisor",
        "2:27PM INF pre-upgrade command does not exist. continuing the upgrade. module=cosmovisor",
        "2:27PM INF upgrade detected, relaunching app=virtengine module=cosmovisor",
        "2:27PM INF starting node with ABCI CometBFT in-process module=server",
        "2:27PM INF running app of somebody else path=/h/bin/virtengine", ""})
    EXPECT_EQ(s->says(line).started, "") << line;
}

TEST_F(SupervisorTest, CosmovisorRepeatsTheExitOfItsNode) {
  const auto s = make(SupervisorKind::cosmovisor);
  EXPECT_TRUE(s->says("Error: exit status 3").repeats_exit);
  EXPECT_TRUE(s->says(R"(2:27PM ERR  error="exit status 1" module=cosmovisor)").repeats_exit);
  for (const char* line :
       {"binary not present, downloading disabled: stat /h/bin/virtengine: no such file or directory",
        "pre-upgrade command failed : exit status 30", R"(2:27PM ERR error="exit status 1" module=server)",
        R"(2:27PM ERR terminated error="os: process already finished" module=cosmovisor)",
        "panic: handler: exit status unknown", ""})
    EXPECT_FALSE(s->says(line).repeats_exit) << line;
}

constexpr ExitStatus kFailed{1, 0}, kKilled{-1, SIGKILL};
constexpr const char* kInfo = R"({"name":"V2.0.0","height":24})";

// Under Cosmovisor, at the halt: the old binary is current, the new one staged.
class CosmovisorAtTheHalt : public SupervisorTest {
 protected:
  CosmovisorAtTheHalt() : s_(settings_) {
    s_.install(one_);
    s_.stage("V2.0.0", two_);
    fs::create_directories(info_.parent_path());
  }
  // What it does with this in upgrade-info.json, when it ends by itself after having said the line.
  bool misses(const std::string& info, const std::string& line = "") {
    std::ofstream(info_) << info;
    s_.operated();
    s_.starts();
    s_.says(line);
    return s_.ends_in_vain(kFailed);
  }

  fs::path info_ = settings_.home / "data/upgrade-info.json";
  Cosmovisor s_;
};

TEST_F(CosmovisorAtTheHalt, MissesAnUpgradeThatItDidNotNotice) {
  EXPECT_FALSE(s_.ends_in_vain(kFailed)) << "nothing is asked for";
  for (const char* half : {"", R"({"name":"V2.0.0","hei)", R"({"height":24})", "[]"}) EXPECT_FALSE(misses(half)) << half;
  EXPECT_TRUE(misses(kInfo));
  EXPECT_FALSE(misses(kInfo, "2:27PM INF daemon shutting down in an attempt to restart module=cosmovisor"));
  EXPECT_FALSE(misses(kInfo, "2:27PM INF starting to take backup of data directory module=cosmovisor"));
  EXPECT_TRUE(misses(kInfo, R"(2:27PM ERR UPGRADE "v2.0.0" NEEDED at height: 24: {} module=x/upgrade)"));
  fs::create_directory_symlink(settings_.home / "cosmovisor/upgrades/v2.0.0", settings_.home / "cosmovisor/current");
  EXPECT_FALSE(misses(kInfo)) << "it is current";
}

TEST_F(CosmovisorAtTheHalt, LooksLaterEachTimeThatItMissedIt) {
  misses(kInfo);
  EXPECT_EQ(s_.environment().at("DAEMON_POLL_INTERVAL"), "600ms");
  s_.starts();
  EXPECT_TRUE(s_.ends_in_vain(kFailed));
  EXPECT_EQ(s_.environment().at("DAEMON_POLL_INTERVAL"), "1200ms");
  s_.starts();
  EXPECT_FALSE(s_.ends_in_vain(kKilled)) << "somebody else has ended it";
  EXPECT_FALSE(s_.environment().contains("DAEMON_POLL_INTERVAL"));
}

// A node in block sync ends within milliseconds of the halt; others are asked for longer than that.
TEST_F(CosmovisorAtTheHalt, MissesWhatTheChainWroteSinceItsStart) {
  s_.starts();
  s_.says("panic: failed to parse upgrade info file: empty upgrade-info.json");
  EXPECT_FALSE(s_.ends_in_vain(kFailed)) << "there is none";
  s_.starts();
  std::ofstream(info_) << kInfo;
  s_.says("panic: UPGRADE NEEDED");
  EXPECT_TRUE(s_.ends_in_vain(kFailed));
}

TEST_F(CosmovisorAtTheHalt, WaitsForNoReleaseThatIsNotStaged) {
  EXPECT_FALSE(misses(R"({"name":"v3.0.0","height":24})"));
}

// A killed node that is started again at the halt, where the race is lost as often as by another.
TEST_F(CosmovisorAtTheHalt, MissesWhatItWouldHaveDownloaded) {
  settings_.cosmovisor_environment = {{"DAEMON_ALLOW_DOWNLOAD_BINARIES", "true"}};
  Cosmovisor s(settings_);
  std::ofstream(info_) << R"({"name":"v3.0.0","height":24})";
  s.starts();
  EXPECT_TRUE(s.ends_in_vain(kFailed));
  s.starts();
  s.says("2:27PM INF daemon shutting down in an attempt to restart module=cosmovisor");
  EXPECT_FALSE(s.ends_in_vain(kFailed)) << "what it could not download is not the race";
}

TEST_F(SupervisorTest, BareRunsTheBinaryItself) {
  const auto s = make(SupervisorKind::bare);
  s->install(one_);
  s->stage("V2", two_);
  EXPECT_EQ(s->current(), settings_.home / "bin/virtengine");
  EXPECT_EQ(s->staged("V2"), settings_.home / "bin/virtengine-V2");
  EXPECT_EQ(made::read_file(s->current()), made::read_file(one_));
  EXPECT_EQ(made::read_file(s->staged("V2")), made::read_file(two_));
  EXPECT_THAT(s->command({"start"}), ElementsAre(s->current().string(), "start"));
  EXPECT_THAT(s->environment(), IsEmpty());
  EXPECT_FALSE(s->says("Error: exit status 3").repeats_exit);
  EXPECT_EQ(s->says("running app module=cosmovisor path=/x").started, "");
}

TEST_F(SupervisorTest, InstallingReplacesWhatIsThere) {
  const auto s = make(SupervisorKind::bare);
  s->install(one_);
  s->install(two_);
  EXPECT_EQ(made::read_file(s->current()), made::read_file(two_));
  EXPECT_EQ(made::read_file(one_), "#!/bin/sh\nexit 1") << "what it was linked from stays";
}

}  // namespace
}  // namespace rehearse
