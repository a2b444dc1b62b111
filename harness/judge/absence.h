// Who is absent from commits, and what x/slashing says of it.
#pragma once

#include <algorithm>
#include <optional>
#include <string>

#include "harness/record/event.h"
#include "localnet/base/text.h"

namespace rehearse {

// A vote that names nobody (CometBFT's BlockIDFlagAbsent).
inline bool is_absent(const record::Signature& s) { return s.flag == 1; }

// Of x/slashing, as a survey has it (null: there was none); nothing when it is not told.
inline std::optional<double> slashing_parameter(const record::Surveyed* survey, const char* field) {
  if (!survey || !survey->parameters.contains("slashing")) return std::nullopt;
  const auto& p = survey->parameters["slashing"];
  if (!p.contains(field)) return std::nullopt;
  return std::strtod(text_of(p[field]).c_str(), nullptr);
}

// By its signing info. Who is has its count begun anew, and was slashed.
inline bool was_jailed(const record::Json& signing_info) {
  const auto until = signing_info.is_object() ? signing_info.value("jailed_until", "") : "";
  return !until.empty() && !until.starts_with("1970-01-01T00:00:00");
}

}  // namespace rehearse
