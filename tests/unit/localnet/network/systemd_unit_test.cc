// The unit that an operator gets: the runbook's lines, for any chain, with paths that systemd takes for what they are.
#include "localnet/network/systemd_unit.h"

#include <gmock/gmock.h>

namespace rehearse {
namespace {

using testing::HasSubstr;

std::string unit(UnitSettings settings, const char* profile = "virtengine") {
  auto file = std::filesystem::path(REHEARSE_SOURCE_DIR) / "fixtures/profiles" / profile;
  return systemd_unit(load_profile(file += ".yaml"), std::move(settings));
}

TEST(SystemdUnit, HasTheRunbooksLines) {
  const auto text = unit({"validator", "", ""});
  for (const char* line :
       {"# /etc/systemd/system/virtengine.service\n", "[Unit]\n", "Description=VirtEngine Node (Cosmovisor)\n",
        "After=network.target\n", "[Service]\n", "Type=simple\n", "User=validator\n",
        "Environment=\"DAEMON_NAME=virtengine\"\n", "Environment=\"DAEMON_HOME=/home/validator/.virtengine\"\n",
        "Environment=\"DAEMON_ALLOW_DOWNLOAD_BINARIES=false\"\n",
        "Environment=\"DAEMON_RESTART_AFTER_UPGRADE=true\"\n",
        "ExecStart=/home/validator/go/bin/cosmovisor run start", "Restart=on-failure\n", "RestartSec=10\n",
        "LimitNOFILE=65535\n", "[Install]\n", "WantedBy=multi-user.target\n"})
    EXPECT_THAT(text, HasSubstr(line));
}

TEST(SystemdUnit, IsTheChainsOwn) {
  const auto text = unit({"ops", "/srv/node", "/opt/cosmovisor"}, "stock");
  EXPECT_THAT(text, HasSubstr("Environment=\"DAEMON_NAME=stockd\"\n"));
  EXPECT_THAT(text, HasSubstr("User=ops\n"));
  EXPECT_THAT(text, HasSubstr("ExecStart=/opt/cosmovisor run start --home /srv/node\n"));
}

TEST(SystemdUnit, QuotesWhatSystemdWouldTakeForItsOwn) {
  const auto text = unit({"ops", "/srv/a 100% $node", "/opt/cosmovisor"});
  EXPECT_THAT(text, HasSubstr("Environment=\"DAEMON_HOME=/srv/a 100%% $node\"\n"));
  EXPECT_THAT(text, HasSubstr("--home \"/srv/a 100%% $$node\"\n"));
}

}  // namespace
}  // namespace rehearse
