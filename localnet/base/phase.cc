#include "localnet/base/phase.h"

namespace rehearse {

const Ordered<Phase>& names(Phase) {
  static const Ordered<Phase> all = {{"prepare", Phase::prepare},         {"voting", Phase::voting},
                                     {"waiting", Phase::waiting},         {"halted", Phase::halted},
                                     {"backup", Phase::backup},           {"swap", Phase::swap},
                                     {"migration", Phase::migration},     {"first-block", Phase::first_block},
                                     {"catch-up", Phase::catch_up},       {"verified", Phase::verified}};
  return all;
}

bool is_of_procedure(Phase p) {
  return p != Phase::halted && p != Phase::backup && p != Phase::migration && p != Phase::catch_up;
}

bool can_trigger(Phase p) { return p != Phase::prepare && p != Phase::verified; }

}  // namespace rehearse
