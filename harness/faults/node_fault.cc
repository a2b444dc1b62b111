#include "harness/faults/node_fault.h"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>

#include "harness/view/journal.h"
#include "localnet/process/guard.h"

namespace rehearse {

namespace {
constexpr Micros kRestart = 1'000'000;  // the runbook's RestartSec is ten seconds; a rehearsal has fewer
}

std::string NodeFault::cosmovisor_unavailable() {
  return node().supervisor_kind() == SupervisorKind::cosmovisor ? "" : "needs Cosmovisor: " + name() + " is run without it";
}

void NodeFault::stop_to_start() {
  node().stop(SIGKILL);
  stopping_ = true;
}

bool NodeFault::started(const std::function<void()>& work) {
  if (stopping_ && alive()) return false;
  if (std::exchange(stopping_, false)) {
    work();
    begun_to_inject();
    node().start_again();
  }
  return true;
}

const SeenEnd* NodeFault::last_end() const {
  const auto& ends = seen().ends;
  return ends.empty() || ends.back().seq <= injected_seq_ ? nullptr : &ends.back();
}

std::string NodeFault::end_since_injected() const {
  const auto* end = last_end();
  if (!end) return "";
  return end->end.signal ? fmt::format("{} ended: signal {}", end->end.program, end->end.signal)
                         : fmt::format("{} ended: exit {}", end->end.program, end->end.exit_code);
}

bool NodeFault::failed_since_injected() const {
  const auto* end = last_end();
  return end && is_failure({end->end.exit_code, end->end.signal});
}

std::string NodeFault::last_line() const {
  const auto* end = last_end();
  return end && !end->end.last_lines.empty() ? end->end.last_lines.back() : "";
}

std::string NodeFault::last_words(const std::string& text) const {
  if (const auto* end = last_end())
    for (const auto& line : end->end.last_lines)
      if (line.find(text) != std::string::npos) return line;
  return "";
}

std::ptrdiff_t NodeFault::failures_since_healing() const {
  return std::count_if(seen().ends.begin(), seen().ends.end(), [&](const SeenEnd& e) {
    return e.seen > healing_since_ && is_failure({e.end.exit_code, e.end.signal});
  });
}

std::string NodeFault::last_said(Pattern pattern) const {
  const auto& lines = seen().lines;
  const auto last =
      std::find_if(lines.rbegin(), lines.rend(), [&](const SeenLine& l) { return l.pattern == pattern; });
  return last == lines.rend() ? "" : last->line.text;
}

std::string NodeFault::answers() const {
  const auto& n = seen();
  if (!n.alive || n.head_seen <= std::max(healing_since_, n.started) || n.head.store_height == 0) return "";
  return fmt::format("it answers, at height {}", n.head.store_height);
}

// What an ended Cosmovisor has left behind would keep the ports.
void NodeFault::start_again() {
  started_ = now_micros();
  end_processes(run_id(), name());
  node().start_again();
}

// Not while its operator has it stopped, who starts it when the right release is installed.
bool NodeFault::may_start() { return !node().running() && !r().view().expects(name(), kProcessEnds); }

void NodeFault::revive() {
  begun_to_heal();
  if (may_start()) start_again();
}

void NodeFault::keep_running() {
  if (!alive() && may_start() && now_micros() - started_ > kRestart) start_again();
}

std::string NodeFault::revived() {
  keep_running();
  return answers();
}

}  // namespace rehearse
