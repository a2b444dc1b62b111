// Any bytes are a journal that can be folded, judged and written down, or an Error that names the file.
#include "harness/view/journal.h"
#include "harness/judge/judge.h"
#include "tests/fuzz/input.h"
#include "harness/run/scenario_rules.h"

using namespace rehearse;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static fuzz::InputFile file("events.jsonl");
  static const auto scenario = load_scenario(REHEARSE_SOURCE_DIR "/scenarios/chain-upgrade.yaml");
  static const auto profile = load_profile(REHEARSE_SOURCE_DIR "/fixtures/profiles/virtengine.yaml");
  file.fill(data, size);
  try {
    const auto record = judge(fold_all(read_journal(file.path())), scenario, profile);
    fuzz::require(
        !record::to_json(record).dump(-1, ' ', false, record::Json::error_handler_t::replace).empty());
  } catch (const Error& e) {
    fuzz::require(e.blame == Blame::scenario);
    fuzz::require(std::string(e.what()).starts_with(file.path().string() + ":"));
  }
  return 0;
}
