// Where binaries lie and what a supervisor's log lines say. The lines are Cosmovisor v1.5.0's own.
#include "localnet/network/supervisor.h"

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
      s->started_by_line(R"(2:27PM INF running app args=["start","--home","/h/validator-1"] )"
                         "module=cosmovisor path=/h/validator-1/cosmovisor/upgrades/v2.0.0/bin/virtengine"),
      "/h/validator-1/cosmovisor/upgrades/v2.0.0/bin/virtengine");
  EXPECT_EQ(s->started_by_line("2:27PM INF running app module=cosmovisor path=/h/bin/virtengine args=[]"),
            "/h/bin/virtengine");
  EXPECT_EQ(s->started_by_line("2:27PM INF running app module=cosmovisor"), "virtengine");
}

TEST_F(SupervisorTest, CosmovisorsOtherLinesStartNothing) {
  const auto s = make(SupervisorKind::cosmovisor);
  for (const char* line :
       {"2:27PM INF daemon shutting down in an attempt to restart module=cosmovisor",
        "2:27PM INF pre-upgrade command does not exist. continuing the upgrade. module=cosmovisor",
        "2:27PM INF upgrade detected, relaunching app=virtengine module=cosmovisor",
        "2:27PM INF starting node with ABCI CometBFT in-process module=server",
        "2:27PM INF running app of somebody else path=/h/bin/virtengine", ""})
    EXPECT_EQ(s->started_by_line(line), "") << line;
}

TEST_F(SupervisorTest, CosmovisorRepeatsTheExitOfItsNode) {
  const auto s = make(SupervisorKind::cosmovisor);
  EXPECT_TRUE(s->repeats_exit("Error: exit status 3"));
  EXPECT_TRUE(s->repeats_exit(R"(2:27PM ERR  error="exit status 1" module=cosmovisor)"));
  for (const char* line :
       {"binary not present, downloading disabled: stat /h/bin/virtengine: no such file or directory",
        "pre-upgrade command failed : exit status 30", R"(2:27PM ERR error="exit status 1" module=server)",
        R"(2:27PM ERR terminated error="os: process already finished" module=cosmovisor)",
        "panic: handler: exit status unknown", ""})
    EXPECT_FALSE(s->repeats_exit(line)) << line;
}

TEST_F(SupervisorTest, CosmovisorReadTooEarlyWhatIsWholeByNow) {
  const auto s = make(SupervisorKind::cosmovisor);
  const std::string panic = "panic: failed to parse upgrade info file: empty upgrade-info.json";
  const auto info = settings_.home / "data/upgrade-info.json";
  const auto write = [&](const char* text) {
    fs::create_directories(info.parent_path());
    std::ofstream(info) << text;
  };
  EXPECT_FALSE(s->read_too_early(panic)) << "there is none";
  fs::create_directories(info);
  EXPECT_FALSE(s->read_too_early(panic)) << "it is a folder";
  fs::remove(info);
  for (const char* half : {"", R"({"name":"v2.0.0","hei)"}) {
    write(half);
    EXPECT_FALSE(s->read_too_early(panic)) << half;
  }
  write(R"({"name":"v2.0.0","height":24})");
  EXPECT_TRUE(s->read_too_early(panic));
  EXPECT_FALSE(s->read_too_early("panic: UPGRADE NEEDED"));
  EXPECT_FALSE(make(SupervisorKind::bare)->read_too_early(panic));
}

TEST_F(SupervisorTest, UpgradeWaitsUntilItsReleaseIsCurrent) {
  const auto s = make(SupervisorKind::cosmovisor);
  const auto info = settings_.home / "data/upgrade-info.json";
  s->install(folder_.script("old", "exit 0"));
  s->stage("V2.0.0", folder_.script("new", "exit 0"));
  EXPECT_FALSE(s->upgrade_waits()) << "nothing is asked for";
  fs::create_directories(info.parent_path());
  for (const char* half : {"", R"({"name":"V2.0.0","hei)", R"({"height":24})", "[]"}) {
    std::ofstream(info) << half;
    EXPECT_FALSE(s->upgrade_waits()) << half;
  }
  std::ofstream(info) << R"({"name":"V2.0.0","height":24})";
  EXPECT_TRUE(s->upgrade_waits());
  EXPECT_FALSE(make(SupervisorKind::bare)->upgrade_waits());
  fs::create_directory_symlink(settings_.home / "cosmovisor/upgrades/v2.0.0", settings_.home / "cosmovisor/current");
  EXPECT_FALSE(s->upgrade_waits()) << "it is current";
}

TEST_F(SupervisorTest, CosmovisorSaysThatItHasNoticedTheUpgrade) {
  const auto s = make(SupervisorKind::cosmovisor);
  EXPECT_TRUE(s->notices_upgrade("2:27PM INF daemon shutting down in an attempt to restart module=cosmovisor"));
  EXPECT_TRUE(s->notices_upgrade("2:27PM INF starting to take backup of data directory module=cosmovisor"));
  EXPECT_FALSE(s->notices_upgrade(R"(2:27PM ERR UPGRADE "v2.0.0" NEEDED at height: 24: {} module=x/upgrade)"));
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
  EXPECT_FALSE(s->repeats_exit("Error: exit status 3"));
  EXPECT_EQ(s->started_by_line("running app module=cosmovisor path=/x"), "");
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
