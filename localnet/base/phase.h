// The phases of an upgrade: scenarios key faults to them, profiles say in which one an error is harmless, and a run may be held
// at one (--break-at). Those of the procedure are entered by it; the rest are seen in what a node says.
#pragma once

#include "localnet/base/names.h"

namespace rehearse {

enum class Phase {
  prepare,      // the network is made and comes up
  voting,       // the proposal is voted on
  waiting,      // it has passed, its height has not come
  halted,       // the node says that it needs the upgrade
  backup,       // its Cosmovisor copies the data folder
  swap,         // the procedure: releases are exchanged; of a node: another process of it starts after the halt
  migration,    // the new release says that it applies the upgrade
  first_block,  // a block above the upgrade's height is there
  catch_up,     // the node is up and behind, while the others go on above the upgrade's height
  verified,     // everything was asked, and is judged
};
const Ordered<Phase>& names(Phase);

// The procedure enters it.
bool is_of_procedure(Phase);
// A fault can be keyed to it.
bool can_trigger(Phase);

}  // namespace rehearse
