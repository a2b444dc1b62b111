// rehearse score: how well a suite of bad and good releases was judged, against the last time.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <iostream>
#include <set>

#include "harness/cli/commands.h"
#include "localnet/base/text.h"
#include "reports/files.h"
#include "reports/score.h"

namespace rehearse::cli {

namespace {

constexpr const char* kLatest = "latest";

// What the suite's run.json holds.
struct SuiteRuns {
  std::string suite;
  std::size_t planned = 0;
  std::vector<record::RunRecord> runs;
};

record::Json json_of(const fs::path& file) {
  auto json = record::Json::parse(read_file(file), nullptr, false);
  if (json.is_discarded()) throw Error(Blame::scenario, file.string() + ": is no JSON: cut off, or damaged");
  return json;
}

SuiteRuns read_runs(const fs::path& folder) {
  const auto file = folder / "run.json";
  if (!fs::is_regular_file(file))
    throw Error(Blame::scenario, folder.string() + ": no run.json: not the folder of a run that has ended");
  const auto json = json_of(file);
  if (!json.is_object() || !json.contains("suite"))
    throw Error(Blame::scenario,
                file.string() + ": of one scenario; score takes the folder of a suite's run");
  SuiteRuns all;
  try {
    json.at("suite").get_to(all.suite);
    for (const auto& run : json.at("runs")) all.runs.push_back(record::run_record_from_json(run));
    all.planned = json.value("planned", all.runs.size());  // of an earlier harness: nobody knows
  } catch (const std::exception& e) {  // of the JSON library, or of the record
    throw Error(Blame::scenario, file.string() + ": " + e.what());
  }
  if (all.runs.size() < all.planned)
    throw Error(Blame::scenario, fmt::format("{}: {} of {} runs: the suite was ended before its end, and has no score", file.string(),
                                             all.runs.size(), all.planned));
  return all;
}

// The scores of a checkout: suite and profiles -> when, what run, each scenario's rating.
class Scores {
 public:
  explicit Scores(fs::path file) : file_(std::move(file)) {
    if (!fs::exists(file_)) return;
    all_ = json_of(file_);
    if (!all_.is_object()) throw Error(Blame::scenario, file_.string() + ": is no file of scores");
  }

  reports::Ratings last(const std::string& corpus) const {
    if (!all_.contains(corpus)) return {};
    try {
      return all_.at(corpus).at("ratings").get<reports::Ratings>();
    } catch (const std::exception& e) {
      throw Error(Blame::scenario, fmt::format("{}: {}: {}", file_.string(), corpus, e.what()));
    }
  }
  std::string last_run(const std::string& corpus) const { return all_.at(corpus).value("run", ""); }

  void keep(const std::string& corpus, const reports::Score& score, const fs::path& run) {
    all_[corpus] = {{"run", run.string()},
                    {"score", record::Json::parse(reports::score_json(score))},
                    {"ratings", reports::ratings_of(score)}};
    fs::create_directories(file_.parent_path());
    reports::write_atomically(file_, all_.dump(2) + "\n");
  }

 private:
  const fs::path file_;
  record::Json all_ = record::Json::object();
};

// Scores are comparable when they are of the same suite with the same chains: "corpus (stock, virtengine)".
std::string corpus_of(const SuiteRuns& runs) {
  std::set<std::string> profiles;
  for (const auto& run : runs.runs) profiles.insert(run.profile);
  return fmt::format("{} ({})", runs.suite, fmt::join(profiles, ", "));
}

}  // namespace

int score(const Project& project, const ScoreFlags& flags) {
  const auto folder = flags.run == kLatest ? project.results() / kLatest : fs::path(flags.run);
  const auto runs = read_runs(folder);
  reports::Score now;
  try {
    now = reports::score(runs.runs);
  } catch (const std::invalid_argument& e) {
    throw Error(Blame::scenario, (folder / "run.json").string() + ": " + e.what());
  }
  const auto corpus = corpus_of(runs);
  Scores scores(flags.scores.empty() ? project.results() / "scores.json" : fs::absolute(flags.scores));
  const auto last = scores.last(corpus);
  const auto worse = reports::worse(last, reports::ratings_of(now));
  std::cout << (flags.format == "json" ? reports::score_json(now)
                : flags.format == "md" ? reports::score_md(runs.suite, now)
                                       : reports::score_text(runs.suite, now));
  for (const auto& line : worse) std::cerr << "worse: " << line << "\n";
  if (!worse.empty() && !flags.accept) {
    std::cerr << fmt::format("rehearse: the score is worse than that of {}; --accept keeps it all the same\n",
                             scores.last_run(corpus));
    return 1;
  }
  scores.keep(corpus, now, fs::weakly_canonical(folder));
  return 0;
}

}  // namespace rehearse::cli
