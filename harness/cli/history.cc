// rehearse history and rehearse issue: what a file of soaks says, tonight against the nights before.
#include "harness/history/history.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <iostream>

#include "harness/cli/commands.h"
#include "reports/files.h"
#include "reports/history.h"

namespace rehearse::cli {

namespace {

// A history with what its summary points into.
struct Told {
  std::vector<history::Iteration> iterations;
  history::Summary summary;
};

Told tell(const std::string& file) {
  const auto h = history::History::existing(file);
  const auto nights = h.nights();
  Told t{h.iterations(), {}};
  t.summary = history::sum_up(nights, t.iterations);
  return t;
}

std::string rendered(const history::Summary& s, const std::string& format) {
  return format == "json"   ? reports::history_json(s)
         : format == "md"   ? reports::history_md(s)
         : format == "html" ? reports::history_html(s)
                            : reports::history_text(s);
}

}  // namespace

int history_of(const HistoryFlags& flags) {
  if (flags.file.empty()) throw Error(Blame::scenario, "history takes a file that `rehearse soak --history` has written: rehearse history FILE");
  const auto told = tell(flags.file);
  const auto text = rendered(told.summary, flags.format);
  if (flags.out.empty()) {
    std::cout << text;
  } else {
    const auto out = fs::absolute(flags.out);
    if (fs::is_directory(out)) throw Error(Blame::scenario, "--out " + flags.out + ": is a folder, give a file");
    fs::create_directories(out.parent_path());
    reports::write_atomically(out, text);
  }
  const auto worse = reports::worse_lines(told.summary);
  if (!flags.compare || worse.empty()) return 0;
  for (const auto& line : worse) std::cerr << "worse: " << line << "\n";
  return 1;
}

int merge_histories(const std::vector<std::string>& files, const std::string& into) {
  std::vector<history::History> others;  // all of them are opened before anything is written
  for (const auto& file : files) others.push_back(history::History::existing(file));
  history::History h{into};
  for (std::size_t i = 0; i < files.size(); ++i) std::cout << fmt::format("{}: {} nights added\n", files[i], h.merge(others[i]));
  return 0;
}

int issue(const std::string& cluster, const std::string& file) {
  const auto told = tell(file);
  std::vector<std::string> all;
  for (const auto& c : told.summary.clusters) {
    all.push_back(c.name);
    if (c.name != cluster) continue;
    std::cout << reports::issue_md(told.summary, c);
    return 0;
  }
  throw Error(Blame::scenario, fmt::format("{}: has no failure {}; it has {}", file, cluster, all.empty() ? "none" : fmt::format("{}", fmt::join(all, ", "))));
}

}  // namespace rehearse::cli
