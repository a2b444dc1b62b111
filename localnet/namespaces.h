// Network namespaces of our own. What the machine allows is tried in a copy of this process.
#pragma once

#include <string>

namespace rehearse {

std::string network_namespace_needs();
std::string nftables_needs();
std::string tun_needs();

}  // namespace rehearse
