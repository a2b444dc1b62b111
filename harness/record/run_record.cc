#include "harness/record/run_record.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace rehearse::record {

namespace {
constexpr std::array<std::pair<Outcome, const char*>, 5> kOutcomes = {
    {{Outcome::pass, "pass"},
     {Outcome::fail, "fail"},
     {Outcome::inconclusive, "inconclusive"},
     {Outcome::skipped, "skipped"},
     {Outcome::error, "error"}}};
}  // namespace

const char* to_string(Outcome o) {
  for (const auto& [outcome, name] : kOutcomes)
    if (outcome == o) return name;
  throw std::invalid_argument("no such outcome");
}

Outcome outcome_from(const std::string& s) {
  for (const auto& [outcome, name] : kOutcomes)
    if (s == name) return outcome;
  throw std::invalid_argument("no such outcome: " + s);
}

void to_json(Json& j, Outcome o) { j = to_string(o); }
void from_json(const Json& j, Outcome& o) { o = outcome_from(j.get<std::string>()); }

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(TimePart, name, seconds)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Timing, wall_s, floor_s, boot_s, switch_s, to_verdict_s,
                                                harness_cpu_s, harness_peak_mb, parts, from_evidence_s)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(TimelineEntry, what, node, t_s, after_halt_s)

Json to_json(const RunRecord& r) {
  Json j = {{"schema", kSchemaVersion},
            {"scenario", r.scenario},
            {"title", r.title},
            {"profile", r.profile},
            {"expected", r.expected},
            {"verdict", r.verdict},
            {"diagnosis", r.diagnosis ? Json(*r.diagnosis) : Json()},
            {"timing", r.timing},
            {"timeline", r.timeline},
            {"checks", r.checks},
            {"coverage", r.coverage},
            {"state", r.state ? Json(*r.state) : Json()},
            {"seed", r.seed},
            {"cosmovisor_sha256", r.cosmovisor_sha256},
            {"scenario_digest", r.scenario_digest},
            {"profile_digest", r.profile_digest},
            {"known_defects", r.known_defects},
            {"harness_version", r.harness_version},
            {"host", r.host},
            {"command", r.command},
            {"started", r.started},
            {"reproduce", r.reproduce},
            {"network", r.network}};
  if (!r.skipped.empty()) j["skipped"] = r.skipped;
  if (r.forked_from) j["forked_from"] = *r.forked_from;
  if (!r.bundle.empty()) j["bundle"] = r.bundle;
  if (r.reproduced) j["reproduced"] = *r.reproduced;
  j["releases"] = {{"from", r.from ? Json(*r.from) : Json()}, {"to", r.to ? Json(*r.to) : Json()}};
  return j;
}

RunRecord run_record_from_json(const Json& j) {
  if (j.at("schema").get<int>() != kSchemaVersion)
    throw std::invalid_argument("run.json is of schema " + j.at("schema").dump() + ", this harness reads " +
                                std::to_string(kSchemaVersion));
  RunRecord r;
  j.at("scenario").get_to(r.scenario);
  j.at("title").get_to(r.title);
  j.at("profile").get_to(r.profile);
  r.expected = j.value("expected", Expectation{});
  j.at("verdict").get_to(r.verdict);
  r.skipped = j.value("skipped", "");
  if (!j.at("diagnosis").is_null()) r.diagnosis = j.at("diagnosis").get<Diagnosis>();
  j.at("timing").get_to(r.timing);
  j.at("timeline").get_to(r.timeline);
  j.at("checks").get_to(r.checks);
  r.coverage = j.value("coverage", std::vector<FaultCoverage>{});
  if (const auto state = j.find("state"); state != j.end() && !state->is_null()) r.state = state->get<StateChanges>();
  j.at("seed").get_to(r.seed);
  j.at("cosmovisor_sha256").get_to(r.cosmovisor_sha256);
  j.at("scenario_digest").get_to(r.scenario_digest);
  j.at("profile_digest").get_to(r.profile_digest);
  j.at("known_defects").get_to(r.known_defects);
  j.at("harness_version").get_to(r.harness_version);
  j.at("host").get_to(r.host);
  j.at("command").get_to(r.command);
  j.at("started").get_to(r.started);
  j.at("reproduce").get_to(r.reproduce);
  j.at("network").get_to(r.network);
  r.bundle = j.value("bundle", "");
  if (const auto again = j.find("reproduced"); again != j.end()) r.reproduced = again->get<Reproduced>();
  if (const auto from = j.find("forked_from"); from != j.end()) r.forked_from = from->get<ForkedFrom>();
  if (const auto& from = j.at("releases").at("from"); !from.is_null()) r.from = from.get<Provenance>();
  if (const auto& to = j.at("releases").at("to"); !to.is_null()) r.to = to.get<Provenance>();
  return r;
}

std::vector<FaultCoverage> sum_up(const std::vector<FaultCoverage>& all) {
  std::vector<FaultCoverage> sums;
  for (const auto& one : all) {
    auto sum = std::find_if(sums.begin(), sums.end(), [&](const auto& s) { return s.fault == one.fault && s.phase == one.phase; });
    if (sum == sums.end()) sum = sums.insert(sums.end(), {one.fault, one.phase});
    sum->planned += one.planned, sum->applied += one.applied, sum->healed += one.healed, sum->skipped += one.skipped;
  }
  return sums;
}

int exit_code(const RunRecord& r) {
  if (r.verdict == "pass") return 0;
  if (r.verdict == "fail") return r.diagnosis && r.diagnosis->cause == Cause::operator_setting ? 2 : 1;
  return r.verdict == "cancelled" ? 130 : 3;
}

}  // namespace rehearse::record
