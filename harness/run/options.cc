#include "harness/run/options.h"

namespace rehearse {

const Ordered<Keep>& names(Keep) {
  static const Ordered<Keep> all = {
      {"never", Keep::never}, {"on-failure", Keep::on_failure}, {"always", Keep::always}};
  return all;
}

const Ordered<LogLevel>& names(LogLevel) {
  static const Ordered<LogLevel> all = {
      {"debug", LogLevel::debug}, {"info", LogLevel::info}, {"warning", LogLevel::warning}, {"error", LogLevel::error}};
  return all;
}

}  // namespace rehearse
