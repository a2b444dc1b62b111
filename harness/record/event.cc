#include "harness/record/event.h"

#include <array>
#include <cmath>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace rehearse::record {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(ProcessStarted, pid, program)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Frame, function, file, line)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Panic, text, goroutine, frames, line, fatal)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(ProcessEnded, program, exit_code, signal, last_lines, file, line, starts_again, panic, said, said_line)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(LogLine, pattern, text, error, captures, file, offset, line)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(UpgradeInfoSeen, name, height)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(LogCounted, lines, levelled)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(HeadSeen, store_height, block_hash, app_height, app_hash,
                                                app_version, catching_up)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(ConsensusProbed, height, round, step, prevoted, precommitted, peers, extensions_from, stack, state, holder, goes_on)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Signature, validator, flag)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(BlockSeen, height, hash, app_hash, time, proposer, round,
                                                signatures)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Surveyed, checkpoint, listed, error, parameters, answered, refused, defaults,
                                                moving, served)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(TransactionTried, checkpoint, transaction, account, hash, height, code, codespace, log,
                                                error, was, is, forged, gas_used, events, paid, fee, attributes, indexed)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Sampled, rss_bytes, cpu_seconds, waited_seconds, open_files, data_bytes, goroutines)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Stalled, seconds)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(RunStarted, scenario, profile, profile_digest,
                                                scenario_digest, seed, harness_version, host, command,
                                                invoked, known_defects, conditions)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(ReleasesOpened, from, to, from_module_versions, to_module_versions,
                                                cosmovisor_sha256)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(NetworkPlanned, chain_id, supervisor, voting_period_s, watched_account, members)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(ProviderPlanned, address, from, to)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(CommandRan, command, started)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(PhaseEntered, phase)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(StepStarted, step, title, runbook)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(StepEnded, step, outcome, detail)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(PlanProposed, name, info, proposal, height)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(LegStarted, leg, title, releases)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(LegEnded, leg)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(ExpectedOutcome, height, release, applied, model_hash, provider)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(TransactionsAccounted, fault, accepted, sent_again, refused, in_blocks, missing,
                                                failed, sequence, received)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(RunStopped, reason, detail, step, cause)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(TeardownEnded, cpu_seconds,
                                                peak_rss_bytes)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Milestone, name)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Forked, checkpoint, scenario, phase, height, past_s)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Judged, check)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Concluded, verdict, diagnosis)

// Members whose names in the journal are older, and stay as they were written.
void to_json(Json& j, const Answered& a) {
  j = {{"moment", a.checkpoint}, {"question", a.question}, {"args", a.args},   {"height", a.height}, {"source", a.source},
       {"answered", a.answered}, {"absent", a.absent},     {"value", a.value}, {"error", a.error}};
}
void from_json(const Json& j, Answered& a) {
  const Answered none;
  a = {j.value("moment", none.checkpoint), j.value("question", none.question), j.value("args", none.args),
       j.value("height", none.height),     j.value("source", none.source),     j.value("answered", none.answered),
       j.value("absent", none.absent),     j.value("value", none.value),       j.value("error", none.error)};
}
void to_json(Json& j, const FaultPlanned& f) {
  j = {{"id", f.id},       {"fault", f.fault},           {"when", f.when},       {"who", f.who},
       {"nodes", f.nodes}, {"brings", f.expected_causes}, {"lasts_s", f.lasts_s}, {"hinders", f.disruptive}};
}
void from_json(const Json& j, FaultPlanned& f) {
  const FaultPlanned none;
  f = {j.value("id", none.id),       j.value("fault", none.fault),            j.value("when", none.when),       j.value("who", none.who),
       j.value("nodes", none.nodes), j.value("brings", none.expected_causes), j.value("lasts_s", none.lasts_s), j.value("hinders", none.disruptive)};
}
void to_json(Json& j, const FaultTransition& t) {
  j = {{"id", t.id}, {"to", t.state}, {"detail", t.detail}, {"nodes", t.nodes}, {"disabled", t.takes_down}, {"due", t.due}};
  if (!t.finding.empty()) j["finding"] = t.finding;
}
void from_json(const Json& j, FaultTransition& t) {
  const FaultTransition none;
  t = {j.value("id", none.id),       j.value("to", none.state),            j.value("detail", none.detail),
       j.value("nodes", none.nodes), j.value("disabled", none.takes_down), j.value("due", none.due),
       j.value("finding", none.finding)};
  // Older journals have it at the end of the detail.
  constexpr std::string_view kMark = "; finding: ";
  const auto at = t.detail.find(kMark);
  if (at == std::string::npos) return;
  t.finding = t.detail.substr(at + kMark.size());
  t.detail.resize(at);
}
constexpr const char* kProcessEnded = "process-ended";
void to_json(Json& j, const Expected& e) {
  j = {{"what", e.what == kProcessEnds ? kProcessEnded : name_of(e.what)}, {"reason", e.reason}, {"begins", e.begins}};
}
void from_json(const Json& j, Expected& e) {
  const Expected none;
  const auto what = j.value("what", kProcessEnded);
  e = {what == kProcessEnded ? kProcessEnds : Json(what).get<Cause>(), j.value("reason", none.reason), j.value("begins", none.begins)};
}

namespace {

// Observed kinds come first in Body, then those done, then those judged.
constexpr std::size_t kFirstDid = 13, kFirstJudged = 33;
static_assert(std::is_same_v<std::variant_alternative_t<kFirstDid, Body>, RunStarted>);
static_assert(std::is_same_v<std::variant_alternative_t<kFirstJudged, Body>, Judged>);

template <std::size_t I = 0>
Body body_from(const std::string& kind, const Json& j) {
  if constexpr (I == std::variant_size_v<Body>) {
    throw std::invalid_argument("unknown kind of event: " + kind);
  } else {
    using T = std::variant_alternative_t<I, Body>;
    if (kind == T::kind) return j.get<T>();
    return body_from<I + 1>(kind, j);
  }
}

// Times, heights and powers are far below this on any chain: what is computed of them stays a number.
void check_numbers(const Json& j) {
  constexpr double kMost = 9e15;
  if (j.is_number() && !(std::abs(j.get<double>()) <= kMost)) throw std::invalid_argument("out of range: " + j.dump());
  if (!j.is_structured()) return;
  for (const auto& [key, value] : j.items())
    if (key != "value" && key != "seed") check_numbers(value);  // an answer says what it will; a seed is only shown
}

// They are read by name: what has another type, or has no end, is no journal.
void check_conditions(const Json& c) {
  c.value("nominal_block_s", 0.0);
  c.value("lead", 0.0);
  c.value("validators", std::vector<std::string>{});
  const auto blocks = c.value("blocks_after", Json(0));
  if (!blocks.is_number_integer() || blocks > kMostBlocksAfter) throw std::invalid_argument("blocks_after: " + blocks.dump());
}

}  // namespace

const char* class_of(const Body& body) {
  if (body.index() >= kFirstJudged) return "judged";
  return body.index() >= kFirstDid ? "did" : "observed";
}

const char* kind_of(const Body& body) {
  return std::visit([](const auto& b) { return std::decay_t<decltype(b)>::kind; }, body);
}

Json to_json(const Event& e) {
  Json j = {{"seq", e.seq}, {"seen", e.seen}, {"class", class_of(e.body)}, {"kind", kind_of(e.body)}};
  if (e.at_source) j["at_source"] = e.at_source;
  if (!e.node.empty()) j["node"] = e.node;
  if (e.incarnation) j["incarnation"] = e.incarnation;
  j["body"] = std::visit([](const auto& b) { return Json(b); }, e.body);
  return j;
}

Event event_from_json(const Json& j) {
  check_numbers(j);
  Event e;
  e.seq = j.at("seq").get<std::int64_t>();
  e.seen = j.at("seen").get<Micros>();
  e.at_source = j.value("at_source", Micros{0});
  e.node = j.value("node", "");
  e.incarnation = j.value("incarnation", 0);
  e.body = body_from(j.at("kind").get<std::string>(), j.at("body"));
  if (const auto* run = std::get_if<RunStarted>(&e.body)) check_conditions(run->conditions);
  return e;
}

}  // namespace rehearse::record
