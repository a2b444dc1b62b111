// Whatever a node writes: what is printed of it is harmless, and the set of all patterns agrees with each
// pattern alone.
#include <re2/re2.h>

#include "localnet/base/text.h"
#include "localnet/network/node_log.h"
#include "localnet/profile/profile.h"
#include "tests/fuzz/input.h"

using namespace rehearse;

namespace {

const Ordered<std::string>& patterns() {
  static const auto all = load_profile(REHEARSE_SOURCE_DIR "/fixtures/profiles/virtengine.yaml").log_patterns;
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const LogMatcher matcher(patterns());
  const auto line = printable(fuzz::text(data, size));
  for (const unsigned char c : line) fuzz::require(c == '\t' || (c >= 0x20 && c != 0x7f));
  fuzz::require(printable(line) == line);

  const auto found = matcher.match(line);
  std::size_t matching = 0;
  for (const auto& [name, pattern] : patterns()) matching += RE2::PartialMatch(line, pattern);
  const bool error_alone = found.size() == 1 && found.front().pattern == "error";
  fuzz::require(found.size() == matching || (matching == 0 && error_alone));
  return 0;
}
