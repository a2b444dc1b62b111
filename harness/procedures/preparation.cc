#include "harness/procedures/preparation.h"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <chrono>

#include "harness/judge/checks/checklist.h"
#include "harness/engine/goals.h"
#include "harness/procedures/operator.h"
#include "harness/procedures/verification.h"
#include "localnet/artifact/artifact.h"
#include "localnet/network/backup.h"
#include "localnet/cosmos/metrics.h"
#include "localnet/base/sha256.h"
#include "localnet/base/text.h"

namespace rehearse {

namespace fs = std::filesystem;
using record::Json;

namespace {

constexpr const char* kChecklist = "Pre-Upgrade Checklist";

// A fact that the harness found out itself, as an answer: what is judged rests on nothing else.
void tell(Rehearsal& r, const std::string& question, const std::string& node, const std::string& source, Json value) {
  const bool absent = value.is_null();
  r.record(record::Answered{kPrepared, question, {}, 0, source, true, absent, std::move(value), ""}, node);
}

void find_changelog(Rehearsal& r) {
  const auto file = r.to().archive.parent_path() / "CHANGELOG.md";
  const auto text = read_file(file);
  tell(r, "changelog", "", file.filename().string(), text.empty() ? Json() : Json(text));
}

void tell_of_checksum(Rehearsal& r) {
  tell(r, kPublishedChecksum, "", "SHA256SUMS", r.to().published ? Json(r.to().artifact.sha256) : Json());
}

// Whether that folder is of a run of the same two releases that passed.
bool passed_with_the_same(Rehearsal& r, const fs::path& folder) {
  const auto text = read_file(folder / "run.json");
  for (const auto* release : {&r.from(), &r.to()})
    if (text.find(release->artifact.sha256) == std::string::npos) return false;  // most are of others: they are not parsed
  const auto run = Json::parse(text, nullptr, false);
  if (!run.is_object() || run.value("verdict", "") != "pass") return false;
  if (run.contains("diagnosis") && !run["diagnosis"].is_null()) return false;  // it passed by failing
  auto same = [releases = run.value("releases", Json::object())](const char* which, const Release& release) {
    return releases.contains(which) && releases[which].is_object() && releases[which].value("sha256", "") == release.artifact.sha256;
  };
  return same("from", r.from()) && same("to", r.to());
}

// Runs stand beside this one, or in the project's results; those of a suite a folder deeper.
void find_earlier_run(Rehearsal& r) {
  Json found;
  std::error_code unreadable;  // then there is none that we could see
  const auto look_in = [&](const fs::path& folder) {
    for (const auto& entry : fs::directory_iterator(folder, unreadable))
      if (found.is_null() && passed_with_the_same(r, entry.path())) found = entry.path().filename().string();
  };
  for (const auto& all : {r.folder().parent_path(), r.subject().results}) {
    look_in(all);
    for (const auto& entry : fs::directory_iterator(all, unreadable))
      if (found.is_null() && entry.is_directory(unreadable) && !entry.is_symlink(unreadable)) look_in(entry.path());
  }
  tell(r, "earlier-run", "", "run.json", std::move(found));
}

fs::path backups_of(Rehearsal& r, const Node& node) { return r.folder() / "backups" / node.identity().name; }

// What several names are links to is read once.
class Digests {
 public:
  const std::string& of(const fs::path& file) {
    const auto same = std::find_if(known_.begin(), known_.end(), [&](const auto& k) { return fs::equivalent(k.first, file); });
    return same != known_.end() ? same->second : known_.emplace_back(file, sha256_file(file)).second;
  }

 private:
  std::vector<std::pair<fs::path, std::string>> known_;
};

void keep_binary(Rehearsal& r, const Node& node, Digests& digests) {
  const auto kept = backups_of(r, node) / "bin" / r.profile().chain.binary;
  link_or_copy(node.supervisor().current(), kept);
  tell(r, "rollback-binary", node.identity().name, kept.lexically_relative(r.folder()).string(), digests.of(kept));
}

Json as_json(const Backup& b) { return {{"files", b.files}, {"bytes", b.bytes}, {"differing", b.differing}}; }

Backup back_up_part(Rehearsal& r, const Node& node, const char* part) {
  const auto to = backups_of(r, node) / part;
  auto backup = back_up(node.home() / part, to);
  tell(r, std::string(part) + "-backup", node.identity().name, to.lexically_relative(r.folder()).string(), as_json(backup));
  return backup;
}

// `data`: bytes that the nodes' data folders have now. Cosmovisor copies them once more at the halt.
void check_room(Rehearsal& r, std::uintmax_t data) {
  tell(r, "room", "", "statvfs", {{"free", fs::space(r.folder()).available}, {"needed", 2 * data}});
}

// Whether some node lacks one of these metrics.
bool ask_for_metrics(Rehearsal& r, const Alerts& alerts) {
  struct Asked {
    std::size_t open;
    bool lacks = false;
  };
  // Shared with the handlers: they may be called after the wait was given up.
  auto asked = std::make_shared<Asked>(Asked{r.network().nodes().size()});
  for (const auto& n : r.network().nodes())
    r.http().send({metrics_url(n->identity().ip)}, [&r, asked, alerts, name = n->identity().name](HttpResponse a) {
      --asked->open;
      const bool answered = a.status == 200;
      const auto missing = missing_metrics(alerts, a.body);
      asked->lacks = asked->lacks || !missing.empty();
      r.record(record::Answered{kPrepared, "alerts", {}, 0, "metrics", answered, false,
                                {{"rules", alerts.rules.size()}, {"missing", missing}},
                                answered ? "" : a.error.empty() ? fmt::format("HTTP {}", a.status) : a.error},
               name);
    });
  r.await_done("the nodes' metrics", [asked] { return asked->open == 0; });
  return asked->lacks;
}

// Whether each node has the metrics that the alert rules name. Some are there only once they have a value: the interval
// between blocks needs two of them.
void check_alerts(Rehearsal& r) {
  const auto& monitoring = r.profile().monitoring;
  if (monitoring.alerts.empty()) return;
  const auto alerts = read_alerts(r.profile().file.parent_path() / monitoring.alerts, monitoring.prefix);
  constexpr std::int64_t kBlocks = 5;
  const auto last = r.view().highest_height() + kBlocks;
  while (ask_for_metrics(r, alerts) && r.view().highest_height() < last)
    r.await("metrics of another block", above(r.view().highest_height()));
}

// What a list finds now; nothing goes on while an item of it does not hold.
std::string hold_against(Rehearsal& r, const char* list) {
  const auto results = judge_checklist(context_of(r), list);
  std::size_t skipped = 0;
  for (const auto& item : results) {
    if (item.outcome == record::Outcome::skipped) ++skipped;
    if (item.outcome == record::Outcome::fail)
      throw StepFailed(fmt::format("{} ({}): {}; nothing was upgraded", item.title, item.subject, item.message), Cause::not_ready);
  }
  return fmt::format("{} items{}", results.size(), skipped ? fmt::format(", {} of them skipped", skipped) : "");
}

// A node that is still behind gets the time in which its operator would look again, but for the halt.
void ask_until_healthy(Rehearsal& r) {
  constexpr auto kLooksAgain = std::chrono::seconds(15);
  const auto until = Loop::Clock::now() + kLooksAgain;
  for (bool healthy = false; !healthy && Loop::Clock::now() < until;) {
    const auto height = r.view().highest_height();
    r.ask(kReady, health_questions(context_of(r)));
    healthy = std::ranges::none_of(judge_checklist(context_of(r), kJustBefore), [](const auto& item) { return item.outcome == record::Outcome::fail; });
    if (!healthy) r.await_done("every node at the chain's height", [&] { return r.view().highest_height() > height || Loop::Clock::now() >= until; });
  }
}

bool wants(Rehearsal& r, const char* list) {
  const auto& before = r.scenario().before;
  return std::find(before.begin(), before.end(), list) != before.end();
}

}  // namespace

void prepare_upgrade(Rehearsal& r) {
  if (wants(r, kDayBefore))
    r.step(kDayBefore, "24 Hours Before", kChecklist, [&] {
      find_changelog(r);
      tell_of_checksum(r);
      find_earlier_run(r);
      Digests digests;
      for (const auto& n : r.network().nodes()) {
        keep_binary(r, *n, digests);
        back_up_part(r, *n, "config");
      }
      return hold_against(r, kDayBefore);
    });
  if (wants(r, kHourBefore))
    r.step(kHourBefore, "1 Hour Before", kChecklist, [&] {
      std::uintmax_t data = 0;
      for (const auto& n : r.network().nodes()) {
        const PausedNode paused(*n);  // files that change while they are copied are no backup
        r.await_done("the pause of " + n->identity().name, [&] { return n->paused(); });
        data += back_up_part(r, *n, "data").bytes;
      }
      check_room(r, data);
      check_alerts(r);
      const auto context = context_of(r);
      r.ask(kPrepared, health_questions(context));
      return hold_against(r, kHourBefore);
    });
}

void check_finally(Rehearsal& r) {
  if (!wants(r, kJustBefore)) return;
  r.step(kJustBefore, "Immediately Before", kChecklist, [&] {
    ask_until_healthy(r);
    return hold_against(r, kJustBefore);
  });
}

}  // namespace rehearse
