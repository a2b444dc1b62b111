// Whatever JSON a node answers with: read as its head, as a block and as the answer to each question of the
// profile.
#include <vector>

#include "localnet/base/json_text.h"
#include "localnet/profile/profile.h"
#include "localnet/profile/questions.h"
#include "localnet/cosmos/rpc.h"
#include "tests/fuzz/input.h"

using namespace rehearse;

namespace {

const std::vector<AnswerSource>& sources() {
  static const std::vector<AnswerSource> all = [] {
    std::vector<AnswerSource> out;
    const auto profile = load_profile(REHEARSE_SOURCE_DIR "/fixtures/profiles/virtengine.yaml");
    for (const auto& [question, sources] : profile.questions)
      out.insert(out.end(), sources.begin(), sources.end());
    return out;
  }();
  return all;
}

// An answer that is not understood is an exception, which the caller makes the question's error.
template <class Read>
void tried(Read read) {
  try {
    read();
  } catch (const std::exception&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tried([&] {
    const auto json = parse_json(fuzz::text(data, size));
    tried([&] { parse_head(json, json); });
    tried([&] { parse_head(json.at(0).at("result"), json.at(1).at("result")); });
    tried([&] { parse_commit(json); });
    tried([&] { parse_commit(json.at("result")); });
    for (const auto& source : sources()) tried([&] { fuzz::require(read_answer(source, json).answered); });
  });
  return 0;
}
