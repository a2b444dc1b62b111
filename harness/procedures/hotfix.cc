// Emergency hotfix, as the runbook says: the checksum confirmed from two sources and by the operator, the announcement
// rendered from the release's facts, then every node restarted on it with as much overlap as the voting power allows.
#include <fmt/format.h>

#include <fstream>

#include "harness/procedures/in_turn.h"
#include "harness/procedures/procedure.h"
#include "harness/procedures/verification.h"
#include "localnet/sha256.h"
#include "localnet/text.h"

namespace rehearse {

namespace {

constexpr const char* kHotfix = "Emergency Hotfix Procedure";
constexpr const char* kTemplate = "Emergency Communication Template";

// The facts of the runbook's template. What only people know is said to be so, and not left as a gap.
std::string announcement(Rehearsal& r, const std::string& sha256) {
  const auto& binary = r.profile().chain.binary;
  return fmt::format(
      "Subject: [URGENT] Hotfix {to} of {title} is to be installed now\n\n"
      "Severity: {severity}\nAffected version: {from}\nFixed version: {to}\n\n"
      "Every validator and node operator is asked to install {to} at once.\n\n"
      "Release: {url}\nSHA-256: {sha256}\n\n"
      "Steps: download it; compare the checksum with this one; stop {binary}; keep a copy of it; put the new one in its "
      "place; start it.\n"
      "Afterwards `{binary} version` prints {to}.\n\n"
      "Details of the issue follow when most of the voting power runs {to}, expected within two hours.\n",
      fmt::arg("to", r.to.printed_version), fmt::arg("from", r.from.printed_version), fmt::arg("title", r.profile().title),
      fmt::arg("severity", "CRITICAL"), fmt::arg("url", r.to.url), fmt::arg("sha256", sha256), fmt::arg("binary", binary));
}

// The other source: whoever announces has the archive itself, and neither the download nor its SHA256SUMS. A scenario in
// which the sources differ announces another checksum.
std::string announced_checksum(Rehearsal& r) {
  const auto sha256 = sha256_file(r.to.archive);
  return r.scenario().upgrade.second_source == SecondSource::agrees ? sha256 : sha256_hex(sha256);
}

void announce(Rehearsal& r) {
  r.step("announce", "Announcement rendered", kTemplate, [&] {
    const auto text = announcement(r, announced_checksum(r));
    if (text.find_first_of("[") != text.rfind("[URGENT]") || text.find("{") != std::string::npos)
      throw StepFailed("a placeholder is left in the announcement", "check-failed");
    const auto file = r.folder() / "announcement.txt";
    if (!(std::ofstream(file) << text).flush()) throw Error(Blame::machine, file.string() + ": cannot be written");
    return file.filename().string();
  });
}

void confirm(Rehearsal& r) {
  r.step("sources", "Verify checksum from multiple sources", kHotfix, [&] {
    const auto announced = read_file(r.folder() / "announcement.txt");
    if (announced.find("SHA-256: " + r.to.artifact.sha256 + "\n") == std::string::npos)
      throw StepFailed("SHA256SUMS says " + r.to.artifact.sha256 + ", the announcement says another; nothing was touched",
                       "checksum-mismatch");
    return "SHA256SUMS and the announcement agree";
  });
  r.step("confirmed", "Checksum verified from official source? (yes/no)", kHotfix, [&] {
    if (!r.scenario().upgrade.confirmed)
      throw StepFailed("the operator answers no; every node is left as it is", "not-confirmed");
    return "yes";
  });
}

}  // namespace

void emergency_hotfix(Rehearsal& r) {
  begin_in_turn(r);
  announce(r);
  confirm(r);
  const auto from = r.view().highest_height();
  r.enter("swap");
  Downs downs;
  int count = 0;
  for (const auto& names : batches(r.view(), smallest_first(r)))
    r.step("hotfix-" + std::to_string(++count), fmt::format("Apply hotfix: {}", fmt::join(names, ", ")), kHotfix, [&] {
      downs.merge(restart(r, names, [&] { install_on(r, names, r.from, r.to); }, false));
      return fmt::format("{} of {} power at a time", r.view().power_of(names), r.view().total_power());
    });
  r.step("signed", "Every block signed by all but those that restart", kHotfix, [&] { return check_signatures(r.view(), from, downs); });
  r.record(record::Aimed{r.view().highest_height(), "to", false});
  ask_when_resumed(r);
  verify(r);
}

}  // namespace rehearse
