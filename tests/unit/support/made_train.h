// The made upgrade as a leg of several: it has begun and ended when the whole is asked for.
#pragma once

#include "tests/unit/support/made_journal.h"

namespace rehearse::made {

inline constexpr double kLegBegins = 1.36, kLegEnds = 5.44;  // after what is asked before, before what is asked at last

inline Upgrade train() {
  auto u = healthy();
  const auto& whole = *u.all<record::ReleasesOpened>().front();
  auto patched = whole;
  patched.from.printed_version = "v1.0.1";
  u.add(kLegBegins - 0.01, "", record::LegStarted{"patch", "Patch", patched});
  u.add(kLegBegins - 0.005, "", record::LegEnded{"patch"});
  u.add(kLegBegins, "", record::LegStarted{"chain", "Chain upgrade", patched});
  u.add(kLegEnds, "", record::LegEnded{"chain"});
  u.add(kLegEnds + 0.001, "", record::ExpectedOutcome{kHeight, WhichRelease::to, true});
  u.answer("after", "supply", "", kHeight).height = 0;  // as a whole it is asked of now
  return u;
}

}  // namespace rehearse::made
