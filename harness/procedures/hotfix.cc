// Emergency hotfix, as the runbook says: its severity, the checksum confirmed from two sources and by the operator, the announcement
// rendered from the release's facts, then every node restarted on it with as much overlap as the voting power allows.
#include <fmt/format.h>

#include <boost/algorithm/string/case_conv.hpp>
#include <fstream>

#include "harness/engine/goals.h"
#include "harness/procedures/in_turn.h"
#include "harness/procedures/operator.h"
#include "harness/procedures/procedure.h"
#include "harness/procedures/verification.h"
#include "harness/view/step_ids.h"
#include "localnet/base/sha256.h"
#include "localnet/base/text.h"

namespace rehearse {

namespace {

constexpr const char* kHotfix = "Emergency Hotfix Procedure";
constexpr const char* kTemplate = "Emergency Communication Template";
constexpr const char* kAssessment = "Severity Assessment";
constexpr const char* kUrgent = "[URGENT] ";

// A row of the runbook's table.
struct Assessed {
  const char *of, *response, *coordination;
  bool urgent;
};

Assessed assessed(Severity severity) {
  switch (severity) {
    case Severity::high: return {"a consensus bug", "within four hours", "validator chat", true};
    case Severity::medium: return {"functionality", "within 24 hours", "normal process", false};
    case Severity::critical: break;
  }
  return {"security", "at once", "emergency call", true};
}

// The facts of the runbook's template. What only people know is said to be so, and not left as a gap.
std::string announcement(Rehearsal& r, const std::string& sha256) {
  const auto& binary = r.profile().chain.binary;
  const auto severity = r.scenario().upgrade.severity;
  const auto row = assessed(severity);
  return fmt::format(
      "Subject: {urgent}Hotfix {to} of {title} is to be installed {response}\n\n"
      "Severity: {severity} ({of})\nCoordination: {coordination}\nAffected version: {from}\nFixed version: {to}\n\n"
      "Every validator and node operator is asked to install {to} {response}.\n\n"
      "Release: {url}\nSHA-256: {sha256}\n\n"
      "Steps: download it; compare the checksum with this one; stop {binary}; keep a copy of it; put the new "
      "one in its "
      "place; start it.\n"
      "Afterwards `{binary} version` prints {to}.\n\n"
      "Details of the issue follow when most of the voting power runs {to}, expected within {majority}.\n",
      fmt::arg("to", r.to().printed_version), fmt::arg("from", r.from().printed_version),
      fmt::arg("title", r.profile().title), fmt::arg("severity", boost::algorithm::to_upper_copy(name_of(severity))), fmt::arg("of", row.of),
      fmt::arg("response", row.response), fmt::arg("coordination", row.coordination), fmt::arg("majority", to_string(majority_time(r.scenario()))), fmt::arg("urgent", row.urgent ? kUrgent : ""), fmt::arg("url", r.to().url),
      fmt::arg("sha256", sha256), fmt::arg("binary", binary));
}

// The other source: whoever announces has the archive itself, and neither the download nor its SHA256SUMS. A scenario in
// which the sources differ announces another checksum.
std::string announced_checksum(Rehearsal& r) {
  const auto sha256 = sha256_file(r.to().archive);
  return r.scenario().upgrade.second_source == SecondSource::agrees ? sha256 : sha256_hex(sha256);
}

void assess(Rehearsal& r) {
  const auto severity = r.scenario().upgrade.severity;
  r.step("severity", "Severity assessed: " + name_of(severity), kAssessment, [&] {
    const auto row = assessed(severity);
    return fmt::format("{}: {}, by {}", row.of, row.response, row.coordination);
  });
}

void announce(Rehearsal& r) {
  r.step(step_id::announce, "Announcement rendered", kTemplate, [&] {
    const auto text = announcement(r, announced_checksum(r));
    if (text.find_first_of("[") != text.rfind(kUrgent) || text.find("{") != std::string::npos)
      throw StepFailed("a placeholder is left in the announcement", Cause::check_failed);
    const auto file = r.folder() / "announcement.txt";
    if (!(std::ofstream(file) << text).flush()) throw Error(Blame::machine, file.string() + ": cannot be written");
    return file.filename().string();
  });
}

void confirm(Rehearsal& r) {
  r.step("sources", "Verify checksum from multiple sources", kHotfix, [&] {
    const auto announced = read_file(r.folder() / "announcement.txt");
    if (announced.find("SHA-256: " + r.to().artifact.sha256 + "\n") == std::string::npos)
      throw StepFailed("SHA256SUMS says " + r.to().artifact.sha256 +
                           ", the announcement says another; nothing was touched",
                       Cause::checksum_mismatch);
    return "SHA256SUMS and the announcement agree";
  });
  r.step("confirmed", "Checksum verified from official source? (yes/no)", kHotfix, [&] {
    if (!r.scenario().upgrade.confirmed)
      throw StepFailed("the operator answers no; every node is left as it is", Cause::not_confirmed);
    return "yes";
  });
}

// Some nodes with it and some without would part: all stop at one height, and start together on the hotfix, which executes
// that block.
void install_at_one_height(Rehearsal& r) {
  NodeNames all;
  for (const auto& n : r.network().nodes()) all.push_back(n->identity().name);
  std::int64_t height = 0;
  r.step("halt-height", "Every node is told the height to stop at", kHotfix, [&] {
    for (const auto cause : {Cause::operator_setting, Cause::block_error}) r.record(record::Expected{cause, "every node is told the height to stop at", true});
    stop_nodes(r, all);
    constexpr std::int64_t kBlocksLeft = 4;  // what is stored is seen a moment later
    height = r.view().highest_height() + kBlocksLeft;
    start_nodes(r, all, r.command("halt-height", all.front(), {{"height", std::to_string(height)}}));
    return fmt::format("height {}", height);
  });
  r.step("halt", "Every node stops at that height", kHotfix, [&] {
    r.await(fmt::format("halt at {}", height), on_every_node([height](const NodeView& n) {
              const bool halted = n.head.store_height == height && n.head.app_height == height - 1 && n.line(Pattern::consensus_failure);
              return halted ? std::string() : fmt::format("is at {}", n.head.store_height);
            }));
    return fmt::format("block {} stored and not executed on {} nodes", height, all.size());
  });
  r.step("hotfix", "Apply hotfix: all nodes, started together", kHotfix, [&] {
    keep_binary(r, all, r.from());
    stop_nodes(r, all);
    replace_binary(r, all, r.to());
    start_nodes(r, all);
    check_installed(r, all, r.to());
    r.await(fmt::format("height {} on all", height + 1), stored_on_all(height + 1));
    return fmt::format("height {} on all nodes", height + 1);
  });
  r.record(record::ExpectedOutcome{height, WhichRelease::to, false});
}

void install_with_overlap(Rehearsal& r) {
  const auto from = r.view().highest_height();
  Downs downs;
  int count = 0;
  for (const auto& names : batches(r.view(), then_full_nodes(r, smallest_first(r))))
    r.step("hotfix-" + std::to_string(++count), fmt::format("Apply hotfix: {}", fmt::join(names, ", ")), kHotfix, [&] {
      downs.merge(restart_on(r, names, false));
      return fmt::format("{} of {} power at a time", r.view().power_of(names), r.view().total_power());
    });
  r.step("signed", "Every block signed by all but those that restart", kHotfix, [&] { return check_signatures(r.view(), from, downs); });
  r.record(record::ExpectedOutcome{r.view().highest_height(), WhichRelease::to, false});
}

}  // namespace

void emergency_hotfix(Rehearsal& r) {
  begin_in_turn(r);
  assess(r);
  announce(r);
  confirm(r);
  r.enter(Phase::swap);
  if (r.scenario().upgrade.breaking)
    install_at_one_height(r);
  else
    install_with_overlap(r);
  ask_when_resumed(r);
  verify(r);
}

}  // namespace rehearse
