#include "localnet/inject/throttle.h"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <thread>

#include "localnet/base/error.h"
#include "localnet/process/probe.h"
#include "localnet/process/proc.h"

namespace rehearse {

namespace {

double seconds_since(Loop::Clock::time_point start) {
  return std::chrono::duration<double>(Loop::Clock::now() - start).count();
}

}  // namespace

std::string signals_needs() {
  try {
    const AnsweringChild child([] { return std::string("."); });
    ::kill(child.pid(), SIGSTOP);
    const bool stopped = wait_until([&] { return is_stopped(child.pid()); }, std::chrono::seconds(2));
    ::kill(child.pid(), SIGCONT);
    if (!stopped || !child.ask()) return "needs signals (SIGSTOP and SIGCONT to a child: it did not stop and go on)";
  } catch (const Error& e) {
    return fmt::format("needs signals ({})", e.what());
  }
  return "";
}

CpuSeconds cpu_of_group(int group) {
  CpuSeconds seconds;
  for (const int pid : processes_of_group(group))
    if (const auto s = sample(pid)) seconds[pid] = s->cpu_seconds;
  return seconds;
}

double used_since(const CpuSeconds& before, const CpuSeconds& now) {
  double used = 0;
  for (const auto& [pid, seconds] : now) used += seconds - (before.contains(pid) ? before.at(pid) : 0);
  return used;
}

Throttle::Throttle(Loop& loop, int group, double share, std::chrono::milliseconds period)
    : loop_(loop), group_(group), share_(share), period_(period), start_(Loop::Clock::now()), before_(cpu_of_group(group)) {
  if (!(share > 0 && share < 1))
    throw Error(Blame::scenario, fmt::format("a CPU share of {}: expected more than 0 and less than 1", share));
  if (before_.empty()) throw Error(Blame::machine, fmt::format("process group {}: it has ended", group));
  let_run();
}

Throttle::~Throttle() { undo(); }

void Throttle::undo() {
  if (!next_) return;
  next_.reset();
  ::kill(-group_, SIGCONT);
}

bool Throttle::stands() const {
  // Those that were there at its start: ten looks a second at all processes of the machine would cost too much.
  int standing = 0;
  for (const auto& [pid, seconds] : before_) {
    const auto state = process_state(pid);
    if (state && state != 'Z' && !is_stopped(pid)) return false;
    standing += is_stopped(pid);
  }
  return standing > 0;
}

void Throttle::let_run() {
  if (stopped_ > 0) {
    seen_to_stand_ += stands();
    ::kill(-group_, SIGCONT);
  }
  next_ = loop_.after(std::chrono::round<std::chrono::milliseconds>(period_ * share_), [this] { let_stand(); });
}

void Throttle::let_stand() {
  ::kill(-group_, SIGSTOP);
  ++stopped_;
  next_ = loop_.after(std::chrono::round<std::chrono::milliseconds>(period_ * (1 - share_)), [this] { let_run(); });
}

Evidence Throttle::applied() const {
  const double wall = seconds_since(start_), used = used_since(before_, cpu_of_group(group_));
  return {seen_to_stand_ > 0,
          fmt::format("process group {}: stopped {} times, seen to stand {} times, {:.2f} CPU seconds in {:.2f} s, where a "
                      "share of {:.2f} allows {:.2f} on {} processors",
                      group_, stopped_, seen_to_stand_, used, wall, share_,
                      wall * share_ * std::thread::hardware_concurrency(), std::thread::hardware_concurrency())};
}

Evidence Throttle::undone() const {
  std::string states;
  bool stopped = false;
  for (const int pid : processes_of_group(group_)) {
    stopped = stopped || is_stopped(pid);
    states += fmt::format(", process {} {}", pid, process_state(pid).value_or('-'));
  }
  return {!next_ && !stopped, fmt::format("process group {}{}", group_, states.empty() ? " has ended" : states)};
}

CpuBurn::CpuBurn(Loop& loop, int processes, const std::map<std::string, std::string>& environment)
    : start_(Loop::Clock::now()) {
  for (int i = 0; i < processes; ++i) {
    children_.push_back(Child::spawn(
        loop, {{"/bin/sh", "-c", "while :; do :; done"}, environment, {}, "/dev/null", "/dev/null"}, [](ExitStatus) {}));
    pids_.push_back(children_.back()->pid());
  }
}

void CpuBurn::undo() { children_.clear(); }

Evidence CpuBurn::applied() const {
  double used = 0;
  bool all_live = !children_.empty();
  for (const auto& child : children_) {
    const auto s = child->running() ? sample(child->pid()) : std::nullopt;
    all_live = all_live && s;
    used += s ? s->cpu_seconds : 0;
  }
  return {all_live && used > 0, fmt::format("{} processes have used {:.2f} CPU seconds in {:.2f} s", children_.size(), used,
                                            seconds_since(start_))};
}

Evidence CpuBurn::undone() const {
  const auto left = std::count_if(pids_.begin(), pids_.end(), [](int pid) { return process_state(pid).has_value(); });
  return {left == 0, fmt::format("{} of {} processes are left", left, pids_.size())};
}

}  // namespace rehearse
