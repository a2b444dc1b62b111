// Connections that CometBFT takes for open though they are lost.
#pragma once

#include <map>
#include <string>

#include "harness/view/view.h"

namespace rehearse {

// Peers that this node has no connection with because one of both, as it runs now, takes a lost one for open, and the line
// that says so. Two nodes that dial each other at the same moment close both connections, and CometBFT may keep the address of
// one, or the peer itself, until its next start: of that no release is guilty. It tries again every five seconds: whoever said
// so longer than that before `moment` has been connected since.
std::map<std::string, const SeenLine*> taken_connections(const NetworkView&, const std::string& node, Micros moment);

}  // namespace rehearse
