// A fault as a scenario writes it down: what is done, to whom, when, for how long.
//
//   faults:
//     - {do: kill, who: smallest, when: halted, for: 3s}
//     - {do: delay, who: link validator-1->validator-2, when: voting, for: 5s, with: {delay: 200ms}}
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "localnet/base/decode.h"

namespace rehearse {

struct FaultSpec {
  std::string kind;
  std::string who = "network";
  std::string when;
  Duration after;                                  // from its trigger
  Duration lasts{std::chrono::seconds(2)};         // from when it is applied until it is healed
  double probability = 1;
  std::int64_t times = 1;
  Duration every{std::chrono::seconds(1)};         // from one time to the next
  std::map<std::string, std::string> with;         // options of its kind
};

// Faults that are drawn at random from the run's seed. The heaviest of the weights should be `nothing`.
struct DrawSection {
  std::int64_t times = 0;
  Ordered<double> weights;  // kind of fault, or `nothing` -> weight
};

// What is demanded of the network while faults act on it and after.
struct DemandsSection {
  // The longest without a block while more than 2/3 of the power is live and connected: VirtEngine's chaos
  // experiments are broken off after 30 s.
  Duration progress{std::chrono::seconds(30)};
  // From the heal until peers, height and the target itself are where they were: the same allow a
  // partition 60 s.
  Duration recovery{std::chrono::seconds(60)};
};

template <class V>
void describe(V& v, FaultSpec& f) {
  v.required("do", f.kind, "the kind of fault");
  v.optional("who", f.who, "a name, a choice by power, a link, a partition; left out: what the kind is about");
  v.required("when", f.when, "what triggers it: a phase, `height H+2`, `log PATTERN`, `step ID`, `time 5s`");
  v.optional("after", f.after, "that long after its trigger");
  v.optional("for", f.lasts, "how long it lasts until it is healed");
  v.optional("probability", f.probability, "that it is planned at all, drawn from the seed");
  v.optional("times", f.times, "how often it is injected");
  v.optional("every", f.every, "from one injection to the next");
  v.optional("with", f.with, "options of the kind");
}

template <class V>
void describe(V& v, DrawSection& d) {
  v.required("times", d.times, "how many are drawn");
  v.required("weights", d.weights, "kind of fault, or `nothing` -> its weight");
}

template <class V>
void describe(V& v, DemandsSection& d) {
  v.optional("progress", d.progress, "the longest without a block while more than 2/3 of the power is live");
  v.optional("recovery", d.recovery, "the longest from a fault's heal until all is as before");
}

}  // namespace rehearse
