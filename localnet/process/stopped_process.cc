#include "localnet/process/stopped_process.h"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>

#include "localnet/base/error.h"
#include "localnet/process/probe.h"
#include "localnet/process/proc.h"

namespace rehearse {

namespace {

// A thread that is started while the others stop is stopped as well: once all stand, all stay.
bool all_stand(int pid) {
  const auto threads = threads_of(pid);
  return !threads.empty() && std::all_of(threads.begin(), threads.end(), [](int thread) {
    const auto state = process_state(thread);
    return !state || state == 'T' || state == 'Z';  // ended between the two looks, or before
  });
}

}  // namespace

StoppedProcess::StoppedProcess(int pid) : pid_(pid), stood_before_(all_stand(pid)) {
  const auto trouble = [pid](const std::string& what) {
    return Error(Blame::machine, fmt::format("process {}: it cannot be held still: {}", pid, what));
  };
  // Under a tracer a thread that stands may go on any moment.
  if (const auto tracer = status_value(pid, "TracerPid"); tracer && tracer != "0")
    throw trouble(fmt::format("process {} traces it; end that first", *tracer));
  if (::kill(pid, SIGSTOP) != 0) throw trouble(errno_text("SIGSTOP"));
  if (wait_until([pid] { return all_stand(pid); }, std::chrono::seconds(2))) return;
  if (!stood_before_) ::kill(pid, SIGCONT);
  throw trouble("not all of its threads have stopped after two seconds");
}

StoppedProcess::~StoppedProcess() {
  if (!stood_before_) ::kill(pid_, SIGCONT);
}

}  // namespace rehearse
