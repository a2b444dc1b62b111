#include "harness/run/conclusion.h"

#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "harness/judge/judge.h"
#include "harness/run/checkpoint_folder.h"
#include "harness/run/ending.h"
#include "harness/run/run_folder.h"
#include "harness/run/scenario_rules.h"
#include "harness/view/journal.h"
#include "localnet/base/error.h"
#include "localnet/base/sha256.h"
#include "localnet/base/text.h"
#include "localnet/profile/profile.h"

namespace rehearse {

namespace fs = std::filesystem;

std::string host_description() {
  utsname u{};
  ::uname(&u);
  return fmt::format("{} {} {}, {} cores", u.sysname, u.release, u.machine, ::sysconf(_SC_NPROCESSORS_ONLN));
}

namespace {

// What is known of a run without reading its files.
record::RunRecord record_of_none(const RunOptions& o) {
  record::RunRecord r;
  r.scenario = o.scenario.stem();
  r.profile = o.profile.stem();
  r.seed = o.seed;
  r.harness_version = o.harness_version;
  r.host = host_description();
  r.command = r.reproduce = o.command;
  return r;
}

}  // namespace

record::RunRecord record_of_skipped(const RunOptions& o, const std::string& reason) {
  auto r = record_of_none(o);
  auto scenario = read_scenario(o.scenario);
  if (!o.expect.empty()) expect(scenario, find_named<Cause>(o.expect));
  r.title = scenario.title;
  r.expected = expected_of(scenario);
  r.verdict = "skipped";
  r.skipped = reason;
  r.scenario_digest = sha256_file(o.scenario);
  r.profile_digest = sha256_hex(load_profile(o.profile, o.profiles).text);
  return r;
}

record::RunRecord record_of_not_begun(const RunOptions& o, const std::string& reason) {
  auto r = record_of_none(o);
  r.verdict = "error";
  r.diagnosis = record::Diagnosis{};
  r.diagnosis->first_evidence = reason;
  return r;
}

namespace {

record::RunStopped end_of_crashed(const NetworkView& view, const HarnessEnd& end, const fs::path& folder) {
  const auto step = last_step(view);
  if (end.cut_off) return {StopReason::cancelled, fmt::format("what carried it out was ended by {}", end.how), step, Cause::none};
  const std::string where = fs::exists(folder / kLog) ? fmt::format("; the end of {} has the backtrace", kLog) : "";
  return {StopReason::error, unexpected(end.how, step, view.run ? view.run->scenario : "") + where, step, Cause::none};
}

}  // namespace

record::RunRecord conclude_crashed(const fs::path& folder, const HarnessEnd& end) {
  std::error_code ignored;
  fs::remove_all(folder / kUnfinishedCheckpoint, ignored);
  const auto journal = folder / kJournal;
  const auto view = fold_all(read_journal(journal));
  if (!view.stopped) append_to_journal(journal, end_of_crashed(view, end, folder));
  return judge_folder(folder);
}

record::RunRecord record_in(const fs::path& run) {
  const auto json = record::Json::parse(read_file(run / "run.json"), nullptr, false);
  if (!fs::exists(run / "run.json")) throw Error(Blame::scenario, run.string() + ": no run.json: not the folder of a run that has ended");
  if (json.is_discarded()) throw Error(Blame::scenario, (run / "run.json").string() + ": is damaged: not JSON");
  try {
    return record::run_record_from_json(json);
  } catch (const std::exception& e) {  // of the JSON library, or of the record
    throw Error(Blame::scenario, (run / "run.json").string() + ": " + e.what());
  }
}

record::RunRecord judge_folder(const fs::path& folder) {
  auto view = fold_all(read_journal(folder / kJournal));
  auto scenario = load_scenario(folder / kScenarioCopy);
  auto profile = load_profile(folder / kProfileCopy);
  if (view.run) {
    scenario.name = view.run->scenario;
    if (const auto& told = view.run->conditions; told.contains("expect"))
      expect(scenario, find_named<Cause>(told["expect"]));
    profile.name = view.run->profile;
  }
  return judge(view, scenario, profile);
}

}  // namespace rehearse
