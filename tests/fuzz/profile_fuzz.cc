// Any bytes are a profile whose patterns compile, or an Error that names the file.
#include "localnet/network/node_log.h"
#include "localnet/profile/profile.h"
#include "tests/fuzz/input.h"

using namespace rehearse;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static fuzz::InputFile file("profile.yaml");
  file.fill(data, size);
  try {
    const auto profile = load_profile(file.path(), REHEARSE_SOURCE_DIR "/fixtures/profiles");
    LogMatcher(profile.log_patterns).match("panic: an example");
  } catch (const Error& e) {
    fuzz::require(e.blame == Blame::scenario);
    const std::string what = e.what();  // the input, or a profile that it extends
    fuzz::require(what.find(file.path().string() + ":") != std::string::npos || what.find(".yaml:") != std::string::npos);
  }
  return 0;
}
