// The runbook's "Validator Verification Checklist": eight items, on each validator.
#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "harness/judge/checks/checklist.h"
#include "harness/judge/checks/scoring.h"
#include "harness/judge/service.h"
#include "harness/judge/taken_connections.h"
#include "harness/view/step_ids.h"
#include "localnet/cosmos/log_entry.h"
#include "localnet/profile/question_names.h"

namespace rehearse {

namespace {

const NodeView& node_of(const Context& c, const std::string& node) { return c.view.nodes.at(node); }

// --- Version: the application's, from /abci_info; node_info.version is CometBFT's and is never compared
// ---------

Question version_question(const std::string& node) { return {question::app_version, node, {}, 0}; }

std::vector<Question> ask_version(const Context&, const std::string& checkpoint, const std::string& node) {
  if (checkpoint != kAfter) return {};
  return {version_question(node)};
}

Finding judge_version(const Context& c, const std::string& node) {
  const auto want = c.version_of(node);
  if (want.empty()) return skipped("the program was built without a version");
  const auto [a, missing] = look_up(c, kAfter, version_question(node));
  if (!a) return missing;
  const auto have = text_of(a->answer.value);
  if (have != want) return failed("it runs " + have + ", not " + want, want, have, {a->answer.source});
  return passed(want, have, {a->answer.source});
}

// --- Sync Status
// ------------------------------------------------------------------------------------------------

Finding judge_sync(const Context& c, const std::string& node) {
  const auto& head = node_of(c, node).head;
  const auto want = fmt::format("not catching up, height >= {}", c.last_height());
  const auto have =
      fmt::format("{}, height {}", head.catching_up ? "catching up" : "not catching up", head.store_height);
  if (head.store_height == 0 && c.seen_from_outside()) return failed("it does not answer", want, "nothing", {"/status"});
  if (head.store_height == 0) return inconclusive("it did not answer since it started");
  if (head.catching_up) return failed("it is still catching up", want, have, {"/status"});
  if (head.store_height < c.last_height())
    return failed("it has not reached the last block", want, have, {"/status"});
  return passed(want, have, {"/status"});
}

// --- Validator Signing: its signature in the commits of the last blocks, and its signing info
// -------------------

Question signing_question(const std::string& node) { return {question::signing_info, node, {}, 0}; }

std::vector<Question> ask_signing(const Context&, const std::string& checkpoint, const std::string& node) {
  if (checkpoint != kAfter) return {};
  return {signing_question(node)};
}

Finding judge_signing(const Context& c, const std::string& node) {
  const auto& member = node_of(c, node).member;
  const auto want = std::string("signed blocks after the upgrade; signing info not tombstoned");
  int signed_blocks = 0, sealed = 0;
  std::int64_t last = 0;
  for (auto it = c.view.blocks.upper_bound(c.upgrade_height()); it != c.view.blocks.end(); ++it) {
    ++sealed;
    for (const auto& s : it->second.block.signatures)
      if (s.validator == member.consensus_address && s.flag == 2) ++signed_blocks, last = it->first;
  }
  if (sealed == 0) return inconclusive("no commit after the upgrade was seen");
  if (member.consensus_address.empty()) return inconclusive("it did not say with which key it signs");
  const auto have =
      fmt::format("{} of {} blocks after H signed, the last at {}", signed_blocks, sealed, last);
  if (signed_blocks == 0) return failed("it signed no block after the upgrade", want, have, {"/commit"});
  const auto [a, missing] = look_up(c, kAfter, signing_question(node));
  if (!a) return missing;
  if (a->answer.absent || !a->answer.value.is_object())
    return failed("the chain has no signing info of it", want, text_of(a->answer.value), {a->answer.source});
  if (a->answer.value.value("tombstoned", false))
    return failed("it is tombstoned", want, have + "; tombstoned", {a->answer.source});
  return passed(want, have, {"/commit", a->answer.source});
}

// --- Peer Count
// -------------------------------------------------------------------------------------------------

Question peers_question(const std::string& node) { return {question::peers, node, {}, 0}; }

std::vector<Question> ask_peers(const Context&, const std::string& checkpoint, const std::string& node) {
  if (checkpoint != kAfter) return {};
  return {peers_question(node)};
}

Finding judge_peers(const Context& c, const std::string& node) {
  const auto [a, missing] = look_up(c, kAfter, peers_question(node));
  if (!a) return missing;
  // Whom the nodes of others are to know is not known.
  const auto others = c.seen_from_outside() ? c.view.run->conditions.value("peers", std::size_t{1}) : c.view.nodes.size() - 1;
  const auto taken = taken_connections(c.view, node, a->seen);
  auto want = fmt::format("{}", others);
  auto sources = std::vector{a->answer.source};
  if (!taken.empty()) {
    want += fmt::format(", less {} by CometBFT's own account", taken.size());
    for (const auto& [peer, line] : taken) sources.push_back(line->place());
  }
  const auto have = text_of(a->answer.value);
  if (std::strtoull(have.c_str(), nullptr, 10) + taken.size() < others)
    return failed(fmt::format("{} of {} peers", have, others), want, have, sources);
  return passed(want, have, sources);
}

// --- Consensus: height and round advance
// ------------------------------------------------------------------------

Question consensus_question(const std::string& node) { return {question::consensus_state, node, {}, 0}; }

std::vector<Question> ask_consensus(const Context&, const std::string& checkpoint, const std::string& node) {
  if (checkpoint != kResumed && checkpoint != kAfter) return {};
  return {consensus_question(node)};
}

// "H/R/S" -> height, round.
std::pair<std::int64_t, std::int64_t> height_round(const std::string& text) {
  std::int64_t height = -1, round = -1;
  RE2::PartialMatch(text, R"(^(\d+)/(\d+)/)", &height, &round);
  return {height, round};
}

Finding judge_consensus(const Context& c, const std::string& node) {
  const auto [first, no_first] = look_up(c, kResumed, consensus_question(node));
  if (!first) return no_first;
  const auto [last, no_last] = look_up(c, kAfter, consensus_question(node));
  if (!last) return no_last;
  const auto before = height_round(text_of(first->answer.value)),
             after = height_round(text_of(last->answer.value));
  const auto want =
      fmt::format("beyond {}/{}, height > {}", before.first, before.second, c.last_height() - 1);
  const auto have = fmt::format("{}/{}", after.first, after.second);
  if (before.first < 0 || after.first < 0)
    return inconclusive("no height/round/step: " + text_of(last->answer.value));
  if (after <= before || after.first < c.last_height())
    return failed("its consensus stands still", want, have, {last->answer.source});
  return passed(want, have, {last->answer.source});
}

// --- VEID Scoring: the model of the network answers, the one from before unless the procedure was to change it
// ------------------------------------------

Question model_question(const std::string& node) { return {question::model_status, node, {}, 0}; }

std::vector<Question> ask_model(const Context& c, const std::string& checkpoint, const std::string& node) {
  if (checkpoint == kResumed || !c.profile.questions.contains(question::model_status)) return {};
  return {model_question(node)};
}

Finding judge_model(const Context& c, const std::string& node) {
  if (!c.profile.questions.contains(question::model_status))
    return skipped("the profile names no model: no question `model-status`");
  const auto [before, no_before] = look_up(c, kBefore, model_question(node));
  if (!before) return no_before;
  const auto [after, no_after] = look_up(c, kAfter, model_question(node));
  if (!after) return no_after;
  if (before->answer.absent || after->answer.absent)
    return failed("there is no model", text_of(before->answer.value), text_of(after->answer.value), {after->answer.source});
  const bool changes = c.view.expected_outcome && !c.view.expected_outcome->model_hash.empty();
  const auto want = changes ? c.view.expected_outcome->model_hash : before->answer.value.value("model_hash", "");
  if (const auto trouble = scoring_trouble(after->answer.value, want); !trouble.empty())
    return failed(trouble, "the model " + want, describe_scoring(after->answer.value), {after->answer.source});
  return passed("the model " + want, describe_scoring(after->answer.value), {after->answer.source});
}

// --- Memory
// -----------------------------------------------------------------------------------------------------

Finding judge_memory(const Context& c, const std::string& node) {
  if (c.seen_from_outside()) return skipped("needs the node's machine");
  constexpr std::int64_t kMB = 1'000'000;
  const auto& n = node_of(c, node);
  std::int64_t before = 0, after = 0;
  for (const auto& s : n.samples) {
    auto& most =
        n.committed_at(c.upgrade_height()) && s.seen >= *n.committed_at(c.upgrade_height()) ? after : before;
    most = std::max(most, s.of.rss_bytes);
  }
  if (!before || !after)
    return inconclusive(fmt::format("no sample {} the upgrade", before ? "after" : "before"));
  const auto bound = std::min<double>(static_cast<double>(c.profile.memory.most_mb),
                                      c.profile.memory.most_growth * static_cast<double>(before / kMB));
  const auto want = fmt::format("<= {:.0f} MB ({} MB before)", bound, before / kMB);
  const auto have = fmt::format("{} MB", after / kMB);
  if (static_cast<double>(after) > bound * static_cast<double>(kMB))
    return failed("it takes more memory than it may", want, have, {"/proc"});
  return passed(want, have, {"/proc"});
}

// --- Recent Errors: ERR lines after its first block beyond H, less what the profile calls harmless
// ---------------

const HarmlessError* harmless(const Context& c, const SeenLine& l) {
  const auto phase = c.view.phase_at(l.seen);
  const auto text = read_log_line(l.line.text).text;
  for (const auto& h : c.profile.harmless_errors)
    if ((!h.phase || h.phase == phase) && RE2::PartialMatch(text, h.match)) return &h;
  return nullptr;
}

// Between the upgrade's beginning and the end of block H, in which nothing but the application runs.
bool in_the_upgrade(const Context& c, const NodeView& n, const SeenLine& l) {
  const auto* applying = n.line(Pattern::applying_upgrade);
  const auto executed = n.committed_at(c.upgrade_height());
  return applying && executed && l.seq > applying->seq && l.seen <= *executed && l.unmatched &&
         l.incarnation == applying->incarnation && read_log_line(l.line.text).module != "p2p";
}

// All nodes of the network that a checkpoint holds start at once, and dial each other before the last of them listens. Of a node that
// replays the chain, its peers see how its old program ends; of one whose state is exported, that it stands still.
bool while_connections_end(const Context& c, const SeenLine& l) {
  return read_log_line(l.line.text).module == "p2p" && std::ranges::any_of(c.view.steps, [&](const SeenStep& s) {
           const bool ends = s.step.step == step_id::fork || s.step.step == step_id::replay || s.step.step == step_id::exported || s.step.step == step_id::join;
           return ends && s.started <= l.seen && (!s.ended || l.seen <= s.ended);
         });
}

Finding judge_errors(const Context& c, const std::string& node) {
  if (c.seen_from_outside()) return skipped("needs the node's log");
  const auto& n = node_of(c, node);
  const auto first = n.stored_at(c.upgrade_height() + 1);
  if (!first) return inconclusive("it stored no block after the upgrade");
  if (n.log.lines && !n.log.levelled) return inconclusive("no line of its log says its level: errors cannot be told");
  std::vector<std::string> places, excused;
  std::set<std::int64_t> counted;  // a line may match several patterns
  std::string text;
  std::string findings;
  std::vector<std::string> messages;  // different ones
  std::size_t of_halt = 0;
  const auto announced = announced_changes(c.view).errors;
  for (const auto& l : n.lines) {
    if (!l.line.error || !counted.insert(l.line.line).second) continue;
    if (l.seen < *first) {
      if (findings.empty() && in_the_upgrade(c, n, l)) findings = fmt::format("; finding: it logged an error in the upgrade, and went on: {}", l.line.text);
      ++of_halt;
      excused.push_back(l.place() + " of halt and restart");
    } else if (c.view.fault_open_at(l.seen)) {
      excused.push_back(l.place() + " while a fault acted");
    } else if (c.view.in_wake_of_fault(node, l.line.text, l.seen) && read_log_line(l.line.text).module == "p2p") {
      excused.push_back(l.place() + " in the wake of a fault");
    } else if (while_connections_end(c, l)) {
      excused.push_back(l.place() + " as a node was taken up from a checkpoint, or replayed the chain");
    } else if (const auto* h = harmless(c, l)) {
      excused.push_back(l.place() + " harmless: " + h->reason);
    } else if (const auto message = read_log_line(l.line.text).message; announces_error(announced, message)) {
      excused.push_back(l.place() + " announced");
    } else {
      if (text.empty()) text = l.line.text;
      if (std::ranges::find(messages, message) == messages.end()) messages.push_back(message);
      places.push_back(l.place());
    }
  }
  const auto have = fmt::format("{} since height {}; {} before it, of halt and restart; {} harmless{}", places.size(),
                                c.upgrade_height() + 1, of_halt, excused.size() - of_halt, findings);
  const std::string want = "no errors but those that the profile's `harmless_errors` or `changes: {errors: [...]}` name";
  if (!places.empty()) return failed(text, fmt::format("{}, as `{}`", want, announcement({{"errors", messages}})), have, places);
  return passed(want, have, excused);
}

}  // namespace

std::vector<Check> validator_checks() {
  return {
      {check_title::version, Scope::each_validator, ask_version, judge_version},
      {"Sync Status", Scope::each_validator, no_questions, judge_sync, true},
      {"Validator Signing", Scope::each_validator, ask_signing, judge_signing, true},
      {"Peer Count", Scope::each_validator, ask_peers, judge_peers, true},
      {"Consensus", Scope::each_validator, ask_consensus, judge_consensus, true},
      {"VEID Scoring", Scope::each_validator, ask_model, judge_model},
      {"Memory", Scope::each_validator, no_questions, judge_memory},
      {"Recent Errors", Scope::each_validator, no_questions, judge_errors},
  };
}

}  // namespace rehearse
