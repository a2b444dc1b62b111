// The runbook's "Pre-Upgrade Checklist": fifteen items in three lists. What a machine can see is asserted; what people do is
// attested by them, or skipped.
#include <fmt/format.h>

#include <algorithm>

#include "harness/judge/checks/checklist.h"
#include "localnet/profile/question_names.h"
#include "localnet/base/number.h"

namespace rehearse {

namespace {

using record::Json;

const std::vector<std::string>& people() {
  static const std::vector<std::string> all = {"Notify team and stakeholders",   "Schedule maintenance window (if needed)",
                                               "Confirm team availability",      "Prepare communication channels",
                                               "Announce start of maintenance", "Have rollback procedure ready"};
  return all;
}

template <std::size_t Item>
Finding judge_attested(const Context& c, const std::string&) {
  const auto& title = people().at(Item);
  const auto given = c.view.run ? c.view.run->conditions.value("attestations", Json::object()) : Json::object();
  if (!given.contains(title)) return skipped("not attested");
  return passed("attested", text_of(given.at(title)), {"attestation"});
}

// A fact of the preparation; `node` empty: of the whole.
Lookup fact(const Context& c, const char* question, const std::string& node = "") {
  return look_up(c, kPrepared, {question, node, {}, 0});
}

// --- 24 Hours Before

Finding judge_changelog(const Context& c, const std::string&) {
  const auto [a, missing] = fact(c, "changelog");
  if (!a) return missing;
  if (!a->answer.absent) return passed("a changelog", fmt::format("{} characters", text_of(a->answer.value).size()), {a->answer.source});
  if (c.view.releases && c.view.releases->to.version.empty()) return skipped("the release was given as a file, without one");
  return failed("the release has no changelog", "a changelog", "none", {a->answer.source});
}

Finding judge_download(const Context& c, const std::string&) {
  if (!c.view.releases) return inconclusive("no release was opened");
  const auto& sha256 = c.view.releases->to.sha256;
  if (sha256.empty()) return failed("the new release's checksum was not taken", "a checksum", "none");
  const auto [published, unknown] = fact(c, kPublishedChecksum);
  const bool none = published && published->answer.absent;
  return passed(none ? "none is published: no SHA256SUMS lies beside the file" : "as published", sha256, {c.view.releases->to.archive});
}

Finding judge_staging(const Context& c, const std::string&) {
  const auto [a, missing] = fact(c, "earlier-run");
  if (!a) return missing;
  if (a->answer.absent) return skipped("no earlier rehearsal of these two releases passed");
  return passed("an earlier run of the same two checksums passed", text_of(a->answer.value), {a->answer.source});
}

Finding judge_rollback_binary(const Context& c, const std::string&) {
  const auto want = c.view.releases ? c.view.releases->from.binary_sha256 : "";
  for (const auto* n : c.view.all()) {
    const auto [a, missing] = fact(c, "rollback-binary", n->member.name);
    if (!a) return missing;
    if (text_of(a->answer.value) != want)
      return failed(n->member.name + " keeps another binary than the release that it runs", want, text_of(a->answer.value),
                    {a->answer.source});
  }
  return passed(want, fmt::format("kept on {} nodes", c.view.nodes.size()));
}

Finding judge_backups(const Context& c, const char* question) {
  std::size_t files = 0;
  for (const auto* n : c.view.all()) {
    const auto [a, missing] = fact(c, question, n->member.name);
    if (!a) return missing;
    const auto differing = a->answer.value.value("differing", std::vector<std::string>{});
    if (!differing.empty())
      return failed(fmt::format("{}: {} cannot be restored from the backup", n->member.name, differing.front()), "every file as it was",
                    fmt::format("{} files differ", differing.size()), {a->answer.source});
    const auto here = a->answer.value.value("files", std::size_t{0});
    if (!here) return failed(n->member.name + ": the backup is empty", "every file as it was", "no file", {a->answer.source});
    files += here;
  }
  return passed("every file as it was", fmt::format("{} files of {} nodes, read back", files, c.view.nodes.size()));
}

Finding judge_config_backup(const Context& c, const std::string&) { return judge_backups(c, "config-backup"); }

// --- 1 Hour Before

Finding judge_data_backup(const Context& c, const std::string&) { return judge_backups(c, "data-backup"); }

// "12/0/4" of every node, height/round/step.
Finding judge_health(const Context& c, const std::string& checkpoint) {
  constexpr std::int64_t kApart = 3, kMostRounds = 3;
  std::int64_t lowest = INT64_MAX, highest = 0;
  for (const auto& q : health_questions(c)) {
    const auto [a, missing] = look_up(c, checkpoint, q);
    if (!a) return failed(q.node + " does not answer: " + missing.message, "every node answers", "no answer");
    const auto text = text_of(a->answer.value);
    if (q.name == question::peers) {
      if (c.view.nodes.size() > 1 && text == "0") return failed(q.node + " has no peers", "peers", "none", {a->answer.source});
      continue;
    }
    const auto slash = text.find('/');
    const auto height = whole_number<std::int64_t>(text.substr(0, slash)).value_or(0);
    const auto rest = slash == std::string::npos ? "" : text.substr(slash + 1);
    const auto round = whole_number<std::int64_t>(rest.substr(0, rest.find('/'))).value_or(0);
    if (round > kMostRounds)
      return failed(fmt::format("{} is in round {} of height {}", q.node, round, height), "rounds up to 3", text, {a->answer.source});
    lowest = std::min(lowest, height), highest = std::max(highest, height);
  }
  const auto have = fmt::format("heights {} to {}", lowest, highest);
  if (highest - lowest > kApart) return failed("the nodes are not at one height", fmt::format("within {} blocks", kApart), have);
  return passed("every node answers, has peers and is at the chain's height", have);
}

Finding judge_health_and_room(const Context& c, const std::string&) {
  const auto [a, missing] = fact(c, "room");
  if (!a) return missing;
  const auto free = a->answer.value.value("free", std::uint64_t{0}), needed = a->answer.value.value("needed", std::uint64_t{0});
  if (free < needed)
    return failed("there is no room for a backup of the data", fmt::format("{} bytes", needed), fmt::format("{} bytes", free),
                  {a->answer.source});
  return judge_health(c, kPrepared);
}

Finding judge_alerts(const Context& c, const std::string&) {
  if (c.profile.monitoring.alerts.empty()) return skipped("the profile configures no monitoring");
  std::size_t rules = 0;
  for (const auto* n : c.view.all()) {
    const auto [a, missing] = fact(c, "alerts", n->member.name);
    if (!a) return failed(missing.message, "an endpoint with the metrics of all alerts", "no answer");
    const auto lacks = a->answer.value.value("missing", std::vector<std::string>{});
    if (!lacks.empty())
      return failed(fmt::format("{} has no {}: alerts over it never fire", n->member.name, fmt::join(lacks, ", ")),
                    "an endpoint with the metrics of all alerts", fmt::format("{} metrics missing", lacks.size()), {a->answer.source});
    rules = a->answer.value.value("rules", std::size_t{0});
  }
  return passed("an endpoint with the metrics of all alerts", fmt::format("{} alerts on {} nodes", rules, c.view.nodes.size()));
}

// --- Immediately Before

// The chain had come to the upgrade's height by the time that a node was asked in vain: it may have halted, and start again.
bool halted_meanwhile(const Context& c) {
  if (!c.plan()) return false;
  const auto last = c.view.blocks.find(c.upgrade_height() - 1);
  return std::ranges::any_of(health_questions(c), [&](const Question& q) {
    const auto* a = c.view.answer(kReady, q.name, q.node, q.args, q.height);
    const auto& halt = c.view.nodes.at(q.node).halt;
    return a && !a->answer.answered && ((halt && halt->seen <= a->seen) || (last != c.view.blocks.end() && last->second.seen <= a->seen));
  });
}

Finding judge_final_health(const Context& c, const std::string&) {
  if (halted_meanwhile(c)) return skipped("the chain came to the upgrade's height before all nodes had been asked");
  return judge_health(c, kReady);
}

}  // namespace

const std::vector<std::string>& attested_items() { return people(); }

std::vector<Question> health_questions(const Context& c) {
  std::vector<Question> all;
  for (const auto* n : c.view.all())
    for (const char* name : {question::consensus_state, question::peers}) all.push_back({name, n->member.name, {}, 0});
  return all;
}

std::vector<Check> day_before_checks() {
  return {
      {"Review upgrade documentation and changelog", Scope::network, no_questions, judge_changelog},
      {"Download new binary and verify checksum", Scope::network, no_questions, judge_download},
      {"Test upgrade on staging/testnet", Scope::network, no_questions, judge_staging},
      {"Prepare rollback binary", Scope::network, no_questions, judge_rollback_binary},
      {"Backup current configuration", Scope::network, no_questions, judge_config_backup},
      {people()[0].c_str(), Scope::network, no_questions, judge_attested<0>},
      {people()[1].c_str(), Scope::network, no_questions, judge_attested<1>},
  };
}

std::vector<Check> hour_before_checks() {
  return {
      {"Verify backup completed", Scope::network, no_questions, judge_data_backup},
      {"Check current chain/service health", Scope::network, no_questions, judge_health_and_room},
      {people()[2].c_str(), Scope::network, no_questions, judge_attested<2>},
      {"Verify monitoring alerts configured", Scope::network, no_questions, judge_alerts},
      {people()[3].c_str(), Scope::network, no_questions, judge_attested<3>},
  };
}

std::vector<Check> just_before_checks() {
  return {
      {"Final health check", Scope::network, no_questions, judge_final_health},
      {people()[4].c_str(), Scope::network, no_questions, judge_attested<4>},
      {people()[5].c_str(), Scope::network, no_questions, judge_attested<5>},
  };
}

}  // namespace rehearse
