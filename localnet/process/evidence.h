// What was read back of a failure that was injected on purpose: from the kernel or from the process itself, never from
// what was meant to be done. Each mechanism (limits, throttle, clock_skew, strace, small_disk, namespaces) offers
//   NAME_needs()        "" where this machine can do it, else "needs X (how it was probed: what that said)"
//   applied(), undone() evidence of either
// and undoes itself when its object goes; all end with the processes they are done to or with the harness.
#pragma once

#include <string>

namespace rehearse {

struct Evidence {
  bool holds = false;  // the facts show it
  std::string facts;   // of one line; said also when they do not show it
};

}  // namespace rehearse
