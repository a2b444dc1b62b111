#include "harness/procedures/next_block.h"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <map>
#include <set>

#include "harness/engine/goals.h"
#include "harness/view/starvation.h"

namespace rehearse {

namespace {

using namespace std::chrono_literals;

// They switch, load or execute block H: nothing of them listens until they are through with it.
std::vector<std::string> not_through(const NetworkView& v, std::int64_t height) {
  std::vector<std::string> names;
  for (const auto* n : v.all()) {
    const bool switches = n->halt && (n->incarnation > n->halt->incarnation ||
                                      n->line(Pattern::upgrade_found, n->halt->incarnation));
    if (n->alive && switches && !n->committed_at(height)) names.push_back(n->member.name);
  }
  return names;
}

// Go prints every goroutine's stack on SIGQUIT, and ends.
void ask_where_they_are(Rehearsal& r, const std::vector<std::string>& names) {
  for (const auto& name : names) {
    if (const auto& n = r.view().nodes.at(name); n.incarnation <= n.halt->incarnation)
      continue;  // it has not come to the new program
    r.record(record::Expected{kProcessEnds, "it is asked for its stacks", true}, name);
    if (const int pid = r.network().node(name).chain_process()) ::kill(pid, SIGQUIT);
  }
  constexpr std::chrono::seconds kDump{5};
  const auto until = Loop::Clock::now() + kDump;
  r.await_done("the stacks of nodes that still execute the block", [&] {
    return Loop::Clock::now() > until || std::none_of(names.begin(), names.end(), [&](const auto& name) {
             return r.view().nodes.at(name).alive;
           });
  });
}

std::chrono::milliseconds window_of(const Rehearsal& r) {
  constexpr auto kLeast = 10000ms;  // where not even the start of a node fits into the level, the timeline tells
  return std::max(kLeast, resumes_within(r.scenario().service_levels));
}

// Of the window since the last of them has halted.
std::chrono::milliseconds left_of(std::chrono::milliseconds window, const NetworkView& v) {
  Micros halted = 0;
  for (const auto* n : v.all())
    if (n->halt) halted = std::max(halted, n->halt->seen);
  if (!halted) return window;
  const auto starved = starved_since(v, halted);
  const double ran = static_cast<double>(v.last_seen - halted) * (1 - std::min(starved ? starved->share : 0, kMostThatIsWaited));
  return std::max(window - std::chrono::milliseconds(static_cast<std::int64_t>(ran / 1000)), 0ms);
}

}  // namespace

// A node that executes block H may take its window, whatever the others do; whoever is through with it has to
// go on.
void await_next_block(Rehearsal& r, std::int64_t height) {
  constexpr auto kIdle = 20000ms;
  const auto window = window_of(r);
  const auto latest = Loop::Clock::now() + 3 * std::max(window, kIdle);
  for (;;) {
    const auto left = left_of(window, r.view());
    const bool within = left > 0ms;
    try {
      return r.await(fmt::format("height {} on all", height + 1), stored_on_all(height + 1),
                     {kIdle, within ? left : kIdle});
    } catch (const TimedOut&) {
      const auto executing = not_through(r.view(), height);
      const bool still_within = left_of(window, r.view()) > 0ms, over = Loop::Clock::now() > latest;
      if (executing.empty() && (!within || still_within || over)) throw;
      if (executing.empty() || (still_within && !over)) continue;
      ask_where_they_are(r, executing);
      throw;
    }
  }
}

std::string migration_times(const NetworkView& v, std::int64_t height) {
  constexpr double kShown = 0.5;
  std::map<double, std::string, std::greater<>> longest;
  for (const auto* n : v.all()) {
    const auto through = n->committed_at(height);
    const SeenLine* begun = nullptr;
    const auto end = [&](Micros when) {
      if (begun && !begun->line.captures.empty())
        longest.emplace(static_cast<double>(when - begun->seen) / 1e6, begun->line.captures[0]);
      begun = nullptr;
    };
    for (const auto& l : n->lines) {
      if (l.pattern != Pattern::module_migrates) continue;
      end(l.seen);
      begun = &l;
    }
    if (through) end(*through);
  }
  std::vector<std::string> shown;
  std::set<std::string> modules;
  for (const auto& [seconds, module] : longest)
    if (seconds >= kShown && modules.insert(module).second)
      shown.push_back(fmt::format("{} {:.1f} s", module, seconds));
  return shown.empty() ? "" : fmt::format("; longest migrations: {}", fmt::join(shown, ", "));
}

}  // namespace rehearse
