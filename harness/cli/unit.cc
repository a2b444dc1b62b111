// rehearse unit: what an operator puts into /etc/systemd/system.
#include <iostream>

#include "harness/cli/commands.h"
#include "localnet/network/systemd_unit.h"

namespace rehearse::cli {

int unit(const Project& project, const std::string& profile, const std::string& user, const std::string& home,
         const std::string& cosmovisor) {
  std::cout << systemd_unit(load_profile(project.profile(profile), project.profiles()), {user, home, cosmovisor});
  return 0;
}

}  // namespace rehearse::cli
