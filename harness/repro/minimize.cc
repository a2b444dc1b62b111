#include "harness/repro/minimize.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "harness/run/scenario_rules.h"
#include "localnet/base/error.h"
#include "localnet/base/json_text.h"
#include "localnet/base/log.h"
#include "localnet/base/sha256.h"
#include "localnet/base/text.h"
#include "localnet/cosmos/node_home.h"

namespace rehearse {

namespace fs = std::filesystem;
using record::Json;
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Trial, what, digest, ended, fails)

namespace {

constexpr const char* kTrials = "minimize.json";
constexpr int kRunsOfWhole = 2, kRunsOfSmallest = 3;  // at first, and at last

struct LimitReached {};

std::string numbers(const Chosen& some) {
  std::vector<std::size_t> from_one;
  for (const auto i : some) from_one.push_back(i + 1);
  return some.empty() ? "none" : fmt::format("{}", fmt::join(from_one, ", "));
}

class Minimizer {
 public:
  Minimizer(const Reducible& of, const record::Failure& failure, const std::string& about, fs::path folder, const MinimizeLimits& limits, const RunTrial& run)
      : of_(of), failure_(failure), about_(sha256_hex(about + name_of(failure.cause) + failure.owner)), folder_(std::move(folder)), limits_(limits), run_(run) {
    fs::create_directories(folder_);
    if (is_search(folder_)) go_on();
    else keep_trials();
  }

  Minimized carry_out() {
    left_ = {all_of(of_.faults().size()), all_of(of_.parts().size()), 0, false};
    try {
      calibrate();
      if (const auto likely = of_.faults_on(failure_.nodes); !likely.empty() && likely.size() < left_.faults.size())
        fails("faults on the nodes that fail, " + numbers(likely), {likely, left_.parts, 0, false});
      smallest(left_.faults.size(), [this, from = left_](const Chosen& c) {
        Chosen some;
        for (const auto i : c) some.push_back(from.faults[i]);
        return fails("faults " + numbers(some), {some, from.parts, from.validators, from.short_waits});
      });
      smallest(left_.parts.size(), [this, from = left_](const Chosen& c) {
        return fails("parts " + numbers(c), {from.faults, c, from.validators, from.short_waits});
      });
      for (std::size_t n = 1; n < of_.validators() && left_.validators == 0; n *= 2)
        fails(fmt::format("{} validators", n), {left_.faults, left_.parts, n, false});
      if (of_.waits()) fails("one block after the upgrade", {left_.faults, left_.parts, left_.validators, true});
      out_.again = confirm();
    } catch (const LimitReached&) {
      out_.whole = false;
    }
    out_.text = text(left_);
    tell_what_is_gone();
    return std::move(out_);
  }

 private:
  // From where an earlier search was ended.
  void go_on() {
    const auto file = folder_ / kTrials;
    Json json;
    try {
      json = parse_json(read_file(file));
      earlier_ = json.at("trials").get<std::vector<Trial>>();
    } catch (const std::exception& e) {
      throw Error(Blame::scenario, fmt::format("{}: is damaged, remove it to begin anew: {}", file.string(), e.what()));
    }
    if (json.value("of", Json()) != about_) throw Error(Blame::scenario, file.string() + ": of another search; give --out another folder");
  }

  // What is left of it.
  struct Left {
    Chosen faults, parts;
    std::size_t validators = 0;
    bool short_waits = false;
    std::size_t size() const { return faults.size() + parts.size(); }
  };
  std::string text(const Left& l) const { return of_.text(l.faults, l.parts, l.validators, l.short_waits); }

  // How often the whole fails decides how often a smaller one is tried.
  void calibrate() {
    Trial whole{"everything", text(left_), "", {}, false};
    const bool known = take_earlier(whole);
    std::vector<record::RunRecord> runs;
    for (int i = 0; !known && i < kRunsOfWhole; ++i) runs.push_back(try_once(whole));
    const auto failed = std::ranges::count_if(whole.ended, is_same);
    if (failed == 0) {
      if (!runs.empty() && std::ranges::all_of(runs, [](const auto& r) { return r.verdict == "error"; }))
        throw Error(Blame::machine, "the failure cannot be tried here: " + record::failure_of(runs.back()).evidence);
      throw Error(Blame::scenario, fmt::format("the failure does not come again: {} runs, none failed for {} in as much of the network: {}", kRunsOfWhole,
                                               name_of(failure_.cause), fmt::join(whole.ended, ", ")));
    }
    whole.fails = true;
    note(std::move(whole));
    tries_ = runs_to_see(static_cast<int>(failed), kRunsOfWhole);
  }

  static bool is_same(const std::string& ended) { return ended == name_of(Likeness::same) || ended == name_of(Likeness::same_cause); }

  // The smallest that failed is what is left, also when the search is ended.
  bool fails(const std::string& what, const Left& less) {
    Trial t{what, text(less), "", {}, false};
    if (!take_earlier(t)) {
      if (!is_valid(t.text)) return false;  // of what goes together
      for (int i = 0; i < tries_ && !t.fails; ++i) {
        try_once(t);
        t.fails = is_same(t.ended.back());
      }
    }
    if (t.fails && less.size() <= left_.size()) left_ = less;
    return note(std::move(t));
  }

  bool take_earlier(Trial& t) {
    t.digest = sha256_hex(t.text);
    const auto found = std::ranges::find(earlier_, t.digest, &Trial::digest);
    if (found == earlier_.end()) return false;
    t.ended = found->ended, t.fails = found->fails;
    earlier_.erase(found);
    return true;
  }

  bool is_valid(const std::string& text) const try {
    const auto file = folder_ / "checked.yaml";
    write_file(file, text);
    load_scenario(file);
    return true;
  } catch (const Error& e) {
    log_debug(e.what());
    return false;
  }

  record::RunRecord try_once(Trial& t) {
    if (runs_ >= limits_.tries || Clock::now() - begun_ > limits_.lasts) throw LimitReached();
    const auto file = folder_ / fmt::format("trial-{}.yaml", ++runs_);
    write_file(file, t.text);
    auto record = run_(file);
    t.ended.push_back(name_of(compare(failure_, record::failure_of(record))));
    return record;
  }

  // Kept at once, whole or not at all: a search that is killed goes on from here.
  bool note(Trial t) {
    const bool fails = t.fails;
    out_.trials.push_back(std::move(t));
    keep_trials();
    return fails;
  }

  void keep_trials() const {
    auto all = out_.trials;
    all.insert(all.end(), earlier_.begin(), earlier_.end());
    const auto file = folder_ / kTrials, unfinished = folder_ / (std::string(kTrials) + ".new");
    write_file(unfinished, Json{{"of", about_}, {"trials", all}}.dump(2) + "\n");
    fs::rename(unfinished, file);
  }

  Tally confirm() {
    Trial t{"the smallest, again", text(left_), "", {}, false};
    std::vector<record::RunRecord> again;
    for (int i = 0; i < kRunsOfSmallest; ++i) again.push_back(try_once(t));
    const auto found = tally(failure_, again);
    t.fails = found.same > 0;
    note(std::move(t));
    return found;
  }

  void tell_what_is_gone() {
    const auto tell = [this](const std::vector<std::string>& all, const Chosen& left) {
      for (std::size_t i = 0; i < all.size(); ++i)
        if (!std::ranges::binary_search(left, i)) out_.gone.push_back(all[i]);
    };
    tell(of_.faults(), left_.faults);
    tell(of_.parts(), left_.parts);
    if (left_.validators) out_.gone.push_back(fmt::format("{} of {} validators", of_.validators() - left_.validators, of_.validators()));
    if (left_.short_waits) out_.gone.push_back("all blocks after the upgrade but one");
  }

  using Clock = std::chrono::steady_clock;
  const Reducible& of_;
  const record::Failure& failure_;
  const std::string about_;
  const fs::path folder_;
  const MinimizeLimits limits_;
  const RunTrial& run_;
  const Clock::time_point begun_ = Clock::now();
  std::vector<Trial> earlier_;
  Left left_;
  int runs_ = 0, tries_ = 1;
  Minimized out_;
};

}  // namespace

Minimized minimize(const Reducible& of, const record::Failure& failure, const std::string& about, const fs::path& folder, const MinimizeLimits& limits,
                   const RunTrial& run) {
  return Minimizer(of, failure, about, folder, limits, run).carry_out();
}

bool is_search(const fs::path& folder) { return fs::exists(folder / kTrials); }

std::string minimize_md(const Minimized& m, const record::Failure& failure) {
  auto out = fmt::format("# The smallest scenario that fails for {}\n\n```yaml\n{}```\n\n", name_of(failure.cause), m.text);
  if (m.whole) out += "Run again: " + in_words(m.again, failure) + "\n";
  else out += "The search was ended by its limit: there may be a smaller one. The same command goes on from here.\n\n";
  out += "## Taken out\n\n";
  for (const auto& what : m.gone) out += "- " + what + "\n";
  if (m.gone.empty()) out += "Nothing: all of it matters.\n";
  out += "\n## Trials\n\n| | With | Runs ended |\n|--:|---|---|\n";
  for (std::size_t i = 0; i < m.trials.size(); ++i)
    out += fmt::format("| {} | {} | {} |\n", i + 1, m.trials[i].what, fmt::join(m.trials[i].ended, ", "));
  return out;
}

}  // namespace rehearse
