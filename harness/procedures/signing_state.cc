#include "harness/procedures/signing_state.h"

#include <fmt/format.h>

#include "harness/judge/checks/rollback.h"
#include "localnet/cosmos/rpc.h"
#include "localnet/base/text.h"

namespace rehearse {

namespace {

record::Answered read(const std::filesystem::path& file, const std::string& checkpoint) {
  record::Answered a{checkpoint, kSigningState, {}, 0, "file", false, false, {}, ""};
  try {
    const auto state = record::Json::parse(read_file(file));
    for (const char* key : {"height", "round", "step"}) a.value[key] = number_in(state.at(key));
    a.answered = true;
  } catch (const std::exception& e) {
    a.error = file.string() + ": holds no height, round and step: " + e.what();
  }
  return a;
}

}  // namespace

std::filesystem::path signing_state_file(Rehearsal& r, const std::string& node) {
  return r.network().node(node).home() / "data" / "priv_validator_state.json";
}

void read_signing_states(Rehearsal& r, const std::string& checkpoint) {
  for (const auto* n : r.view().validators())
    r.record(read(signing_state_file(r, n->member.name), checkpoint), n->member.name);
}

void check_signing_states(Rehearsal& r) {
  r.step("signing-state", "Last signed height never goes back", "Rollback Procedures", [&] {
    read_signing_states(r, "restored");
    for (const auto* n : r.view().validators())
      if (const auto back = signed_back(r.view(), n->member.name); !back.empty())
        throw StepFailed(n->member.name + " would start with a signing state that went back " + back,
                         Cause::signing_state_rewound);
    return fmt::format("on {} validators", r.view().validators().size());
  });
}

}  // namespace rehearse
