#include "tests/unit/support/made_journal.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <stdexcept>

#include "harness/judge/checks/checklist.h"
#include "harness/judge/diagnosis/rules.h"
#include "harness/judge/judge.h"
#include "harness/run/scenario_rules.h"

namespace rehearse::made {

using namespace record;

namespace {

constexpr int kPowers[] = {40, 30, 20, 10};
const std::map<std::string, std::int64_t> kModules = {{"bank", 4}, {"gov", 5}, {"group", 2}, {"veid", 2}};

double time_of(std::int64_t height) {
  return height <= kHeight ? at::kFirstBlock + static_cast<double>(height - 1) * kBlockSeconds
                           : at::kResumed + static_cast<double>(height - kHeight - 1) * kBlockSeconds;
}

std::string consensus_address(int ordinal) { return std::string(40, static_cast<char>('A' + ordinal - 1)); }
std::string operator_address(int ordinal) { return "vevaloper1operator" + std::to_string(ordinal); }
std::string account(int ordinal) { return "ve1account" + std::to_string(ordinal); }
std::string node_id(int ordinal) { return std::string(40, static_cast<char>('a' + ordinal - 1)); }

Json records(bool migrated) {
  Json all = Json::array();
  for (int i = 1; i <= 4; ++i)
    all.push_back({{"id", "passport-" + std::to_string(i)},
                   {"owner", account(i)},
                   {"height", std::to_string(3 + i / 4)},
                   {"score", (50 + i) * (migrated ? 100 : 1)},
                   {"status", migrated ? "RECORD_STATUS_REJECTED" : "RECORD_STATUS_UNSPECIFIED"}});
  return all;
}

Json bonded_validators() {
  Json all = Json::array();
  for (int i = 1; i <= 4; ++i)
    all.push_back({{"operator_address", operator_address(i)},
                   {"description", {{"moniker", validator(i)}}},
                   {"commission", {{"commission_rates", {{"rate", "0.100000000000000000"}, {"max_rate", "0.200000000000000000"}}}}},
                   {"min_self_delegation", "1"},
                   {"jailed", false},
                   {"status", "BOND_STATUS_BONDED"},
                   {"tokens", std::to_string(kPowers[i - 1]) + "000000"}});
  return all;
}

Json module_versions() {
  Json all = Json::array();
  for (const auto& [name, version] : kModules)
    all.push_back({{"name", name}, {"version", std::to_string(version)}});
  return all;
}

Json good_answer(const Question& q, const std::string& checkpoint) {
  const bool after = checkpoint == kAfter;
  if (q.name == "app-version") return "v2.0.0";
  if (q.name == "peers") return "3";
  if (q.name == "consensus-state") return after ? "26/0/1" : "22/0/4";
  if (q.name == "signing-info") return {{"missed_blocks_counter", "1"}, {"tombstoned", false}};
  if (q.name == "model-status") return {{"model_hash", "sha256:0a63"}, {"model_version", "v1.0.0"},
                                         {"scorer", "model"}, {"scoring_hash", "sha256:0a63"}};
  if (q.name == "validators") return bonded_validators();
  if (q.name == "app-hash") return app_hash(q.height);
  if (q.name == "current-plan") return nullptr;
  if (q.name == "applied-plan") return std::to_string(kHeight);
  if (q.name == "module-versions") return module_versions();
  if (q.name == "earliest-block") return "1";
  if (q.name == "balance") return "123456789";
  if (q.name == "supply") return "4000223456789";
  if (q.name == "delegation") return q.args.at("delegator").substr(10) + "0000000";
  if (q.name == "scored-records") return records(after);
  if (q.name == "provider-orders") return Json::array({{{"id", "order-1"}, {"status", "CLOSED"}}});
  if (q.name == "veid-params")
    return {{"max_records_per_owner", after ? "20000" : "10000"}, {"min_score", after ? 6000 : 60}};
  throw std::invalid_argument("made_journal.cc: there is no good answer to " + q.name);
}

void answer_all(Upgrade& u, double when, const std::string& checkpoint) {
  const auto view = u.view();
  for (const auto& q : questions_of({view, u.scenario, u.profile}, checkpoint)) {
    Answered a{
        checkpoint, q.name, q.args, q.height, "rest", true, q.name == "current-plan", good_answer(q, checkpoint), ""};
    u.add(when, q.node, a);
  }
}

// What the preparation finds out.
void facts(Upgrade& u) {
  auto tell = [&](const std::string& question, const std::string& node, Json value) {
    u.add(at::kPrepared, node, Answered{kPrepared, question, {}, 0, "the harness", true, false, std::move(value), ""});
  };
  tell("changelog", "", "New module: group.");
  tell("earlier-run", "", "20261124-120000");
  tell("room", "", {{"free", 1'000'000}, {"needed", 1'000}});
  for (int i = 1; i <= 4; ++i) {
    tell("rollback-binary", validator(i), "bb");
    for (const char* part : {"config-backup", "data-backup"})
      tell(part, validator(i), {{"files", 8}, {"bytes", 500}, {"differing", Json::array()}});
    tell("alerts", validator(i), {{"rules", 6}, {"missing", Json::array()}});
    for (const auto& [when, checkpoint] : {std::pair{at::kPrepared, kPrepared}, {at::kReady, kReady}}) {
      u.add(when, validator(i), Answered{checkpoint, "consensus-state", {}, 0, "rpc", true, false, "9/0/1", ""});
      u.add(when, validator(i), Answered{checkpoint, "peers", {}, 0, "rpc", true, false, "3", ""});
    }
  }
}

void steps(Upgrade& u) {
  struct Done {
    const char *id, *title;
    double from, to;
  };
  for (const auto& s : std::vector<Done>{
           {"checksum", "Download new binary and verify checksum", 0.03, 0.04},
           {"version", "Verify binary", 0.04, at::kReleasesOpened},
           {"network", "Network up", at::kReleasesOpened, 1.1},
           {kDayBefore, "24 Hours Before", 1.11, 1.15},
           {kHourBefore, "1 Hour Before", 1.15, 1.19},
           {"before", "State before the upgrade", 1.2, 1.35},
           {"propose", "Governance proposal submitted", 1.4, 1.51},
           {"vote", "Every validator votes", 1.52, 1.9},
           {"passed", "Voting ends, upgrade confirmed", 2.0, at::kPassed},
           {kJustBefore, "Immediately Before", 3.501, 3.505},
           {"halt", "Chain halts at upgrade height", 3.51, 3.9},
           {"resume", "Chain resumes", 3.91, 5.48},
           {"blocks", "Check blocks producing", 5.49, 6.01},
           {"verify", "Full verification", 6.02, at::kAsked},
       }) {
    u.add(s.from, "", StepStarted{s.id, s.title, "Chain Upgrades"});
    u.add(s.to, "", StepEnded{s.id, StepOutcome::done, ""});
  }
}

void beginning(Upgrade& u) {
  RunStarted run;
  run.scenario = u.scenario.name;
  run.profile = u.profile.name;
  run.scenario_digest = "5ce0", run.profile_digest = "9f0f";
  run.seed = 7;
  run.harness_version = "0.1.0", run.host = "a host", run.command = "rehearse run chain-upgrade --seed 7";
  run.invoked = kInvoked;
  Json attested;
  for (const auto& item : attested_items()) attested[item] = "seen to";
  run.conditions = {{"nominal_block_s", kBlockSeconds},
                    {"blocks_after", kBlocksAfter},
                    {"attestations", attested},
                    {"validators", {"validator-1", "validator-2", "validator-3", "validator-4"}}};
  u.add(at::kRunStarted, "", run);
  u.add(at::kRunStarted, "", PhaseEntered{Phase::prepare});
  ReleasesOpened releases;
  releases.from = {"v1.0.0", "v1.0.0", "", "virtengine_linux_amd64.tar.gz", "aa", "bb", "v1.0.0"};
  releases.to = {"v2.0.0", "v2.0.0", "v2.0.0", "virtengine_linux_amd64.tar.gz", "cc", "dd", "v2.0.0"};
  releases.to_module_versions = kModules;
  releases.cosmovisor_sha256 = "ee";
  u.add(at::kReleasesOpened, "", releases);
  NetworkPlanned network{"virtengine-rehearsal-1", "cosmovisor", 2.0, "ve1watched", {}};
  for (int i = 1; i <= 4; ++i)
    network.members.push_back({validator(i), true, kPowers[i - 1], consensus_address(i),
                               operator_address(i), account(i),
                               "127.1.2." + std::to_string(i), node_id(i)});
  u.add(0.2, "", network);
  for (int i = 1; i <= 4; ++i)
    u.add(0.3 + 0.01 * (i - 1), validator(i), ProcessStarted{100 + i, "cosmovisor"});
  u.add(at::kStarted, "", Milestone{MilestoneName::started});
  u.add(1.4, "", PhaseEntered{Phase::voting});
  u.add(at::kPlan, "", PlanProposed{"v2.0.0", "an archive", "1", kHeight});
  u.add(at::kPassed, "", Milestone{MilestoneName::passed});
  u.add(3.51, "", PhaseEntered{Phase::waiting});
}

void halt(Upgrade& u, int ordinal) {
  const auto node = validator(ordinal);
  const double when = at::kHalt + lag_of(ordinal);
  u.head_at(time_of(kHeight) + lag_of(ordinal), node, kHeight, kHeight - 1);
  const auto needed = fmt::format("UPGRADE \"v2.0.0\" NEEDED at height: {}", kHeight);
  auto& line = u.log(when, node, "upgrade-needed", "ERR " + needed, {"v2.0.0", std::to_string(kHeight)});
  line.error = true;
  u.error(when, node, "ERR CONSENSUS FAILURE!!! err=\"" + needed + "\"", "consensus-failure");
  u.error(4.3, node, "ERR Stopping peer for error err=EOF");
}

void block(Upgrade& u, std::int64_t height) {
  BlockSeen b{
      height, block_hash(height), app_hash(height - 1), micros(time_of(height)), consensus_address(1), 0, {}};
  for (int i = 1; i <= 4; ++i) b.signatures.push_back({consensus_address(i), 2});
  u.add(time_of(height), "validator-1", b);
}

// What the chain serves, before and after.
Json tally(int power) { return {{"yes_count", std::to_string(power) + "000000"}, {"no_count", "0"}, {"abstain_count", "0"}, {"no_with_veto_count", "0"}}; }

void served(Upgrade& u) {
  u.add(at::kPassed, validator(1), Answered{"voting", "proposal", {{"id", "1"}}, 0, "rest", true, false, {{"status", "PROPOSAL_STATUS_PASSED"}, {"final_tally_result", tally(100)}}, ""});
  const std::vector<std::string> routes = {"/cosmos.bank.v1beta1.Query/Params", "/cosmos.gov.v1.Query/Proposals", "/cosmos/gov/v1/proposals",
                                           "/cosmos/slashing/v1beta1/params"};
  const Json parameters = {{"gov", {{"quorum", "0.334"}, {"voting_period", "2s"}}},
                           {"slashing", {{"downtime_jail_duration", "10s"}, {"signed_blocks_window", 100}}}};
  int sent = 0;
  for (const auto& [when, checkpoint] : {std::pair{at::kBefore, kBefore}, {at::kAnswers, kAfter}}) {
    u.add(when, "", Surveyed{checkpoint, true, "", parameters, routes, {}, Json::object(), {}, {}});
    const auto height = checkpoint == std::string(kBefore) ? 5 : kHeight + 2;
    for (const char* kind : {"transfer", "delegate", "submit-proposal", "vote"}) {
      TransactionTried t{checkpoint, kind, account(4), fmt::format("{:0>64}", ++sent), height, 0, "", "", "", nullptr, nullptr};
      if (kind == std::string("transfer") && height > kHeight) t.was = "1", t.is = "2";
      if (kind == std::string("vote") && height > kHeight) t.was = "none", t.is = tally(kPowers[3]);
      u.add(when, "", t);
    }
  }
}

// Records are scored anew, the plan is carried out, a module comes with its store.
Json state_changes_made() {
  StateChanges s{"validator-1", kHeight - 1, kHeight, kLast, 0.01, {}, {}, {{"a coin's supply is what all accounts hold of it", 0, 0, {}, ""}}, {6, 5, {}}, ""};
  s.at_upgrade = {{"group", true, false, {{"0x00", 1, 0, 0, 12, 0, 0, 1, 0, {}}}, ""},
                  {"upgrade", false, false, {{"0x00", 0, 1, 0, -90, 1, 1, 0, 0, {"0x00"}}, {"0x01", 1, 0, 0, 20, 0, 0, 1, 0, {}}}, ""},
                  {"veid", false, false, {{"rec/", 0, 0, 4, 8, 0, 0, 0, 0, {}}}, ""}};
  return s;
}

Upgrade make() {
  Upgrade u;
  const std::filesystem::path root = REHEARSE_SOURCE_DIR;
  u.scenario = load_scenario(root / "scenarios/chain-upgrade.yaml");
  u.profile = load_profile(root / "fixtures/profiles/virtengine.yaml");
  beginning(u);
  steps(u);
  facts(u);
  for (std::int64_t h = 1; h <= kLast; ++h) block(u, h);
  for (int i = 1; i <= 4; ++i) {
    for (std::int64_t h = 1; h < kHeight; ++h) u.head_at(time_of(h) + lag_of(i), validator(i), h, h);
    u.add(2.0, validator(i), Sampled{120'000'000, 1});
    halt(u, i);
    u.starts_new_binary(i);
    u.head_at(at::kUpgraded + 0.1 * (i - 1), validator(i), kHeight, kHeight);
    for (std::int64_t h = kHeight + 1; h <= kLast; ++h) u.head_at(time_of(h) + lag_of(i), validator(i), h, h);
    u.add(5.8, validator(i), Sampled{150'000'000, 2});
  }
  answer_all(u, at::kBefore, kBefore);
  answer_all(u, 5.45, kResumed);
  answer_all(u, at::kAnswers, kAfter);
  served(u);
  // The procedure asks for the plan too; its answers are not those of the checks.
  u.add(3.49, "validator-1",
        Answered{"planned", "current-plan", {}, 0, "rest", true, false, {{"name", "v2.0.0"}}, ""});
  u.add(3.91, "", PhaseEntered{Phase::swap});
  u.add(5.48, "", PhaseEntered{Phase::first_block});
  u.add(at::kAsked, "", Milestone{MilestoneName::asked});
  u.add(at::kAsked, "", PhaseEntered{Phase::verified});
  u.add(at::kStopped, "", RunStopped{StopReason::completed, "", "", Cause::none});
  u.add(at::kStateRead, "validator-1", Answered{rehearse::kStopped, kStateChanges, {}, kHeight, "its database", true, false, state_changes_made(), ""});
  u.add(at::kTornDown, "", TeardownEnded{0.3, 50'000'000});
  return u;
}

}  // namespace

Micros micros(double s) { return kInvoked + static_cast<Micros>(std::llround(s * 1e6)); }
std::string block_hash(std::int64_t height) { return fmt::format("{:0>40}", "B" + std::to_string(height)); }
std::string app_hash(std::int64_t height) {
  return fmt::format("{:0<40}", "A" + std::to_string(height) + "F");
}

std::vector<Answered*> Upgrade::answers(const std::string& checkpoint, const std::string& question,
                                        const std::string& node, std::int64_t height) {
  std::vector<Answered*> found;
  for (auto* a : all<Answered>(node))
    if (a->checkpoint == checkpoint && a->question == question && a->height == height) found.push_back(a);
  return found;
}

Answered& Upgrade::answer(const std::string& checkpoint, const std::string& question, const std::string& node,
                          std::int64_t height) {
  const auto found = answers(checkpoint, question, node, height);
  if (found.size() != 1)
    throw std::invalid_argument(fmt::format("{} {} ({}): {} answers", node, question, checkpoint, found.size()));
  return *found.front();
}

HeadSeen& Upgrade::head(const std::string& node, std::int64_t store_height) {
  auto heads = all<HeadSeen>(node);
  std::erase_if(heads, [&](const auto* h) { return h->store_height != store_height; });
  return *heads.at(heads.size() - 1);
}

void Upgrade::starve(const std::string& node) {
  std::erase_if(made, [&](const Event& e) { return e.node == node && std::holds_alternative<Sampled>(e.body); });
  for (int second = 0; second < 10; ++second) add(2.0 + second, node, Sampled{120'000'000, 1, 0.9 * second});
}

void Upgrade::add(double when, const std::string& node, Body body, int incarnation) {
  Event e;
  e.seen = micros(when);
  e.node = node;
  e.incarnation = incarnation;
  e.body = std::move(body);
  made.push_back(std::move(e));
}

LogLine& Upgrade::log(double when, const std::string& node, const std::string& pattern,
                      const std::string& text, const std::vector<std::string>& captures) {
  const auto line = 100 + static_cast<std::int64_t>(all<LogLine>(node).size());
  add(when, node,
      LogLine{pattern, text, false, captures, "nodes/" + node + "/logs/node.log", line * 100, line});
  return std::get<LogLine>(made.back().body);
}

LogLine& Upgrade::error(double when, const std::string& node, const std::string& text,
                        const std::string& pattern) {
  auto& line = log(when, node, pattern, text);
  line.error = true;
  return line;
}

void Upgrade::head_at(double when, const std::string& node, std::int64_t store, std::int64_t app,
                      int incarnation) {
  add(when, node,
      HeadSeen{store, block_hash(store), app, app_hash(app), app < kHeight ? "v1.0.0" : "v2.0.0", false},
      incarnation);
}

void Upgrade::exits(double when, const std::string& node, int code,
                    const std::vector<std::string>& last_lines) {
  add(when, node, ProcessEnded{"cosmovisor", code, 0, last_lines, "nodes/" + node + "/logs/node.log", 900});
}

void Upgrade::starts_new_binary(int ordinal, bool applies) {
  const double from = at::kNewBinary + 0.1 * (ordinal - 1);
  const auto node = validator(ordinal);
  add(from, node, ProcessStarted{0, "upgrades/v2.0.0/bin/virtengine"});
  if (!applies) return;
  log(from + 0.05, node, "replay-blocks", "INF ABCI Replay Blocks appHeight=19 storeHeight=20", {"19", "20"});
  log(from + 0.06, node, "applying-upgrade", "INF applying upgrade \"v2.0.0\" at height: 20",
      {"v2.0.0", "20"});
}

void Upgrade::cut(double when, const std::string& node) {
  std::erase_if(made,
                [&](const Event& e) { return e.seen >= micros(when) && (node.empty() || e.node == node); });
}

void Upgrade::stop(double when, StopReason reason, const std::string& detail, Cause cause, StepOutcome of_step) {
  cut(when);
  StepStarted open;
  for (const auto& s : view().steps)
    if (!s.ended) open = s.step;
  if (!open.step.empty()) add(when, "", StepEnded{open.step, of_step, detail});
  add(when, "", RunStopped{reason, detail, open.title, cause});
  add(when + 0.3, "", TeardownEnded{0.3, 50'000'000});
}

std::vector<Event> Upgrade::events() const {
  auto events = made;
  std::stable_sort(events.begin(), events.end(),
                   [](const Event& a, const Event& b) { return a.seen < b.seen; });
  std::map<std::string, int> incarnations;
  std::int64_t seq = 0;
  for (auto& e : events) {
    e.seq = ++seq;
    if (std::holds_alternative<ProcessStarted>(e.body)) ++incarnations[e.node];
    if (!e.incarnation && !e.node.empty()) e.incarnation = incarnations[e.node];
  }
  return events;
}

NetworkView Upgrade::view() const { return fold_all(events()); }
RunRecord Upgrade::judged() const { return judge(view(), scenario, profile); }

Upgrade healthy() {
  static const Upgrade made = make();
  return made;
}

std::vector<std::string> not_passed(const RunRecord& r) {
  static const std::set<std::string> kNeedMore = {"State Difference", "Store Invariants", "Block Interval", "Growth", "Forged Transactions Refused", "Replayed Transactions Refused", "Transactions Simulated", "Transaction Costs", "Block State Writes", "Missed Blocks Counted", "Votes Counted"};
  std::vector<std::string> out;
  for (const auto& c : r.checks)
    if (c.outcome != Outcome::pass && !(c.outcome == Outcome::skipped && kNeedMore.contains(c.title)))
      out.push_back(fmt::format("{} ({}): {}", c.title, c.subject, to_string(c.outcome)));
  return out;
}

std::vector<std::string> not_passed(const Upgrade& u) { return not_passed(u.judged()); }

const CheckResult& item(const RunRecord& r, const std::string& title, const std::string& subject) {
  const CheckResult* found = nullptr;
  for (const auto& c : r.checks)
    if (c.title == title && c.subject == subject) {
      if (found) throw std::invalid_argument("two items " + title);
      found = &c;
    }
  if (!found) throw std::invalid_argument("no item " + title + " (" + subject + ")");
  return *found;
}

}  // namespace rehearse::made
