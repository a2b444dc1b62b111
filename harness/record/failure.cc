#include "harness/record/failure.h"

#include <re2/re2.h>

#include <algorithm>

#include "harness/record/cause.h"

namespace rehearse {

const Ordered<Spread>& names(Spread) {
  static const Ordered<Spread> all = {{"none", Spread::none},
                                     {"one", Spread::one},
                                     {"minority", Spread::minority},
                                     {"third-or-more", Spread::third_or_more},
                                     {"all", Spread::all}};
  return all;
}

const Ordered<Likeness>& names(Likeness) {
  static const Ordered<Likeness> all = {{"same", Likeness::same},
                                        {"same-cause", Likeness::same_cause},
                                        {"other-scope", Likeness::other_scope},
                                        {"another", Likeness::another},
                                        {"passed", Likeness::none},
                                        {"not-told", Likeness::not_told}};
  return all;
}

namespace record {

namespace {

Spread spread_of(const RunRecord& r) {
  const auto& affected = r.diagnosis->affected_nodes;
  if (affected.empty()) return Spread::none;
  std::int64_t total = 0, power = 0;
  for (const auto& m : r.network) {
    total += m.power;
    if (std::ranges::find(affected, m.name) != affected.end()) power += m.power;
  }
  if (power == total && total > 0) return Spread::all;
  if (3 * power >= total && total > 0) return Spread::third_or_more;
  return affected.size() == 1 ? Spread::one : Spread::minority;
}

// Which nodes a failure is seen on before it is proven hangs on moments; whether the others could go on does not.
bool stops_a_chain(Spread s) { return s == Spread::third_or_more || s == Spread::all; }

}  // namespace

std::string fingerprint(const std::string& text) {
  static const RE2 kRunFolder(R"((?:/[\w.@+-]+)+/(operator|nodes|commands|release-server)\b)");  // wherever it was
  static const RE2 kTime(R"(\d{1,4}[-:]\d{2}[-:]\d{2}\S*)");
  static const RE2 kAddress(R"(\b[a-z]+1[02-9ac-hj-np-z]{20,}\b)");  // bech32
  static const RE2 kHex(R"(\b(?:0x)?[0-9a-fA-F]{8,}\b)");
  static const RE2 kNode(R"(\b(?:validator|full)-\d+)");
  static const RE2 kNumber(R"(\d+(?:\.\d+)?)");
  auto out = text;
  RE2::GlobalReplace(&out, kRunFolder, R"(\1)");
  RE2::GlobalReplace(&out, kTime, "T");
  RE2::GlobalReplace(&out, kAddress, "A");
  RE2::GlobalReplace(&out, kHex, "X");
  RE2::GlobalReplace(&out, kNode, "node");
  RE2::GlobalReplace(&out, kNumber, "N");
  return out;
}

Failure failure_of(const RunRecord& r) {
  Failure f;
  f.verdict = r.verdict;
  if (r.verdict == "pass" || !r.diagnosis) return f;
  const auto& d = *r.diagnosis;
  f.cause = d.cause;
  f.owner = d.owner;
  f.scope = spread_of(r);
  f.fingerprint = fingerprint(d.first_evidence);
  for (const auto& part : {d.where.method, d.where.module})
    if (!part.empty()) f.fingerprint += "; " + part;
  f.evidence = d.first_evidence;
  f.nodes = d.affected_nodes;
  return f;
}

Likeness compare(const Failure& first, const Failure& again) {
  if (again.verdict == "pass") return Likeness::none;
  // Two runs that could not be carried out, say, have no more in common than what they say.
  if (again.cause == Cause::unknown && again.verdict != "fail" && again.fingerprint != first.fingerprint) return Likeness::not_told;
  const bool known = again.cause != Cause::none || again.verdict == first.verdict;  // of some it is not known, and said to be so
  if (known && again.cause == first.cause && again.owner == first.owner) {
    if (stops_a_chain(again.scope) != stops_a_chain(first.scope)) return Likeness::other_scope;
    return again.fingerprint == first.fingerprint ? Likeness::same : Likeness::same_cause;
  }
  return again.verdict == "fail" ? Likeness::another : Likeness::not_told;
}

}  // namespace record
}  // namespace rehearse
