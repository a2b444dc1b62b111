#include "harness/run/options.h"

namespace rehearse {

const Ordered<Keep>& names(Keep) {
  static const Ordered<Keep> all = {
      {"never", Keep::never}, {"on-failure", Keep::on_failure}, {"always", Keep::always}};
  return all;
}

}  // namespace rehearse
