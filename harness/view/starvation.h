// Whether the run's own nodes were kept waiting for a processor. The kernel counts for each thread the time
// in which it could have run and did not (schedstat), and the samples hold the sum of a node's threads.
#pragma once

#include <optional>
#include <string>

#include "harness/view/view.h"

namespace rehearse {

// Of a time in which a node was starved: its threads' shares add up, and a release is not excused for what took longer.
inline constexpr double kMostThatIsWaited = 2.0 / 3;

struct Starvation {
  std::string node;
  double share =
      0;  // of the time, that its threads waited for a processor; together, so that it can be above 1
};

// The node that waited for most of the time since then, where it did so for more than half of it, and for
// some seconds. Nothing: none did, or the kernel does not say.
std::optional<Starvation> starved_between(const NetworkView&, Micros since, Micros until);
std::optional<Starvation> starved_since(const NetworkView&, Micros since);

// Seconds of that time in which the harness did not run although it wanted to: the machine stood still.
double stalled_between(const NetworkView&, Micros since, Micros until);

// "; validator-2 waited for a processor 71 % of the time: the machine is too slow". Empty: none was starved.
std::string in_words(const std::optional<Starvation>&);

}  // namespace rehearse
