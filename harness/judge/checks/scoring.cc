#include "harness/judge/checks/scoring.h"

namespace rehearse {

using record::Json;

bool stub_answers(const Json& status) { return status.value("scorer", "") != "model"; }

std::string scoring_trouble(const Json& status, const std::string& hash) {
  if (const auto active = status.value("model_hash", ""); active != hash)
    return "the network's model is " + active + ", not " + hash;
  if (stub_answers(status)) return "its stub scorer answers: no model is loaded";
  if (const auto scoring = status.value("scoring_hash", ""); scoring != hash)
    return "it scores with " + scoring + ", not " + hash;
  return "";
}

std::string describe_scoring(const Json& status) {
  return stub_answers(status) ? "stub" : "model " + status.value("scoring_hash", "");
}

}  // namespace rehearse
