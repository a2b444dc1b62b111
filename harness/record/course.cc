#include "harness/record/course.h"

namespace rehearse::record {

const Ordered<Stage>& names(Stage) {
  static const Ordered<Stage> all = {{"running", Stage::running},   {"halted", Stage::halted},   {"switching", Stage::switching},
                                     {"executing", Stage::executing}, {"applied", Stage::applied}, {"upgraded", Stage::upgraded},
                                     {"stuck", Stage::stuck},       {"gone", Stage::gone}};
  return all;
}

}  // namespace rehearse::record
