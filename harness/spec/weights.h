// How often what happens in drawn plans, in the words of an operator: harness/plans/weights.yaml.
#pragma once

#include <cstdint>

#include "localnet/base/decode.h"

namespace rehearse {

// Parts of 1, unless it says otherwise.
struct Weights {
  Ordered<double> procedures;  // -> its weight among the others
  Ordered<double> faults;      // the same; `nothing` has the most
  std::int64_t most_faults = 3, most_legs = 5;  // of one plan
  double by_hand = 0, one_by_hand = 0, downloads = 0;  // who switches the binary
  double late_validator = 0;   // of the upgrades by hand
  double full_node = 0, newcomer = 0, expedited = 0, chain_in_use = 0, load = 0, own_settings = 0;
  Ordered<double> afterwards;  // what is rehearsed later (harness/procedures/afterwards.h) -> of the chain upgrades
  double canary = 0;  // of the chain upgrades
};

template <class V>
void describe(V& v, Weights& w) {
  v.required("procedures", w.procedures, "what is carried out -> its weight");
  v.required("faults", w.faults, "kind of fault, or `nothing` -> its weight");
  v.optional("most_faults", w.most_faults, "faults of one upgrade that is voted for");
  v.optional("most_legs", w.most_legs, "legs of one train");
  v.optional("by_hand", w.by_hand, "chain upgrades whose operators switch the binary themselves");
  v.optional("one_by_hand", w.one_by_hand, "chain upgrades in which one of them does, the others have Cosmovisor");
  v.optional("downloads", w.downloads, "chain upgrades in which a node's Cosmovisor downloads the release");
  v.optional("late_validator", w.late_validator, "upgrades by hand in which an operator is late, or several are");
  v.optional("full_node", w.full_node, "networks with a node that does not validate");
  v.optional("newcomer", w.newcomer, "chain upgrades after which a node joins by state sync");
  v.optional("expedited", w.expedited, "chain upgrades by an expedited proposal");
  v.optional("chain_in_use", w.chain_in_use, "networks whose genesis has accounts and delegations");
  v.optional("load", w.load, "upgrades through which customers pay all the while");
  v.optional("own_settings", w.own_settings, "networks with a node that has settings of its own");
  v.optional("afterwards", w.afterwards, "what an upgraded chain has to do later -> chain upgrades that rehearse it");
  v.optional("canary", w.canary, "chain upgrades to a release that its manifest says is bad: the gate has to catch it");
}

}  // namespace rehearse
