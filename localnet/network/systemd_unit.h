// The systemd unit of the runbook's appendix: what runs a node under Cosmovisor on a machine of its own. Its environment and
// command line are those that the nodes of a rehearsal have.
#pragma once

#include <filesystem>
#include <string>

#include "localnet/profile/profile.h"

namespace rehearse {

struct UnitSettings {
  std::string user;
  std::filesystem::path home;        // the node's; empty: the chain's, in the user's home
  std::filesystem::path cosmovisor;  // its program; empty: in the user's go/bin
};

std::string systemd_unit(const Profile&, UnitSettings);

}  // namespace rehearse
