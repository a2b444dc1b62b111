// Any bytes are a scenario, or an Error that names the file.
#include "tests/fuzz/input.h"
#include "harness/run/scenario_rules.h"

using namespace rehearse;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static fuzz::InputFile file("scenario.yaml");
  file.fill(data, size);
  try {
    const auto scenario = load_scenario(file.path());
    fuzz::require(!smallest_validator(scenario.network).empty());
    fuzz::require(nominal_block_seconds(scenario.network.pace) > 0);
  } catch (const Error& e) {
    fuzz::require(e.blame == Blame::scenario);
    fuzz::require(std::string(e.what()).starts_with(file.path().string() + ":"));
  }
  return 0;
}
