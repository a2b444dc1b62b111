#include "localnet/inject/clock_skew.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <sstream>

#include "localnet/inject/clock_code.h"
#include "localnet/base/error.h"
#include "localnet/process/probe.h"
#include "localnet/process/stopped_process.h"
#include "localnet/base/text.h"
#include "localnet/base/fd.h"

namespace rehearse {

namespace {

Error trouble(int pid, const std::string& what) {
  return Error(Blame::machine, fmt::format("process {}: its clock cannot be changed: {}", pid, what));
}

class Memory {
 public:
  Memory(int pid, int how) : fd_(::open(fmt::format("/proc/{}/mem", pid).c_str(), how | O_CLOEXEC)) {
    if (!fd_) throw trouble(pid, errno_text("/proc/PID/mem"));
  }
  // Less than `size` where there is no more.
  std::string read(std::uint64_t address, std::size_t size) const {
    std::string bytes(size, '\0');
    const auto got = ::pread(fd_.get(), bytes.data(), size, static_cast<off_t>(address));
    bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return bytes;
  }
  bool write(std::uint64_t address, const std::string& bytes) const {
    return ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(address)) == static_cast<ssize_t>(bytes.size());
  }

 private:
  Fd fd_;
};

struct Registers {
  std::uint64_t stack_pointer = 0, program_counter = 0;
};

// The last two words of /proc/PID/task/TID/syscall: "NUMBER ARGUMENTS... STACK PC", or "-1 STACK PC" outside of a call.
std::optional<Registers> registers_of(int pid, int thread) {
  std::istringstream line(read_file(fmt::format("/proc/{}/task/{}/syscall", pid, thread)));
  std::vector<std::string> words;
  for (std::string word; line >> word;) words.push_back(word);
  if (words.size() < 3) return std::nullopt;
  return Registers{std::strtoull(words[words.size() - 2].c_str(), nullptr, 16), std::strtoull(words.back().c_str(), nullptr, 16)};
}

// Of a thread, as text; it changes whenever it has run.
std::string time_on_processor(int pid, int thread) {
  const auto text = read_file(fmt::format("/proc/{}/task/{}/schedstat", pid, thread));
  return text.substr(0, text.find(' '));
}

// What a child of ours takes for the time, by the wall clock and by one that must not move.
std::string times() {
  timespec wall{}, steady{};
  ::clock_gettime(CLOCK_REALTIME, &wall);
  ::clock_gettime(CLOCK_MONOTONIC, &steady);
  return fmt::format("{} {}", wall.tv_sec, steady.tv_sec);
}

struct Times {
  long wall = 0, steady = 0;
};

Times parsed(const std::string& text) {
  Times t;
  std::istringstream(text) >> t.wall >> t.steady;
  return t;
}

std::string trouble_of_a_childs_clock() {
  constexpr long kHour = 3600, kMargin = 5;
  const auto is_ahead = [](const Times& child, long by) {
    const auto here = parsed(times());
    return std::abs(child.wall - here.wall - by) <= kMargin && std::abs(child.steady - here.steady) <= kMargin;
  };
  const AnsweringChild child(times);
  ClockSkew skew(child.pid());
  skew.set(std::chrono::hours(1));
  if (const auto said = child.ask(); !said || !is_ahead(parsed(*said), kHour))
    return fmt::format("its clock should be an hour ahead, it says {}", said.value_or("nothing"));
  skew.undo();
  if (const auto said = child.ask(); !said || !is_ahead(parsed(*said), 0))
    return fmt::format("its clock should be right again, it says {}", said.value_or("nothing"));
  return "";
}

}  // namespace

std::string clock_skew_needs() {
#ifndef __x86_64__
  return "needs x86-64 (the code that is put in place of the vDSO's; this program is built for another processor)";
#else
  std::string said;
  try {
    said = trouble_of_a_childs_clock();
  } catch (const Error& e) {
    said = e.what();
  }
  return said.empty() ? "" : fmt::format("needs a vDSO that can be overwritten (a child's, by an hour: {})", said);
#endif
}

ClockSkew::ClockSkew(int pid) {
  const auto process = identify(pid);
  if (!process || !is_alive(*process)) throw trouble(pid, "it has ended");
  process_ = *process;
  const auto range = vdso_range(read_file(fmt::format("/proc/{}/maps", pid)));
  if (!range) throw trouble(pid, "it has no vDSO");
  vdso_ = *range;
  const Memory memory(pid, O_RDONLY);
  for (const auto& f : vdso_functions(memory.read(range->begin, range->end - range->begin), range->begin)) {
    const auto code = clock_code(f.name, offset_);
    if (code.empty()) continue;
    if (code.size() > f.size) throw trouble(pid, fmt::format("{} has room for {} bytes, not for {}", f.name, f.size, code.size()));
    functions_.push_back({f.name, f.address, memory.read(f.address, code.size())});
    if (offset_in(f.name, functions_.back().original)) throw trouble(pid, "it is changed already");
  }
  if (functions_.empty()) throw trouble(pid, "its vDSO has none of the functions that read a clock");
}

ClockSkew::~ClockSkew() {
  try {
    undo();
  } catch (const Error&) {
    // It is traced, or ends just now; who undoes it in words is told.
  }
}

void ClockSkew::set(std::chrono::seconds offset) {
  if (!is_alive(process_)) throw trouble(process_.pid, "it has ended");
  write([offset](const Function& f) { return clock_code(f.name, offset); });
  offset_ = offset;
}

void ClockSkew::undo() {
  if (!is_alive(process_) || undone().holds) return;
  write([](const Function& f) { return f.original; });
}

void ClockSkew::write(const std::function<std::string(const Function&)>& code_of) {
  constexpr int kTries = 50;  // a thread is in this code for some ten nanoseconds
  const Memory memory(process_.pid, O_RDWR);
  for (int i = 0; i < kTries; ++i) {
    int busy = 0;
    {
      const StoppedProcess still(process_.pid);
      busy = thread_within();
      for (const auto& f : functions_)
        if (!busy && !memory.write(f.address, code_of(f))) throw trouble(process_.pid, errno_text("writing to " + f.name));
    }
    if (!busy) return;
    // Stopped again at once it would not have executed one instruction.
    const auto before = time_on_processor(process_.pid, busy);
    wait_until([&] { return time_on_processor(process_.pid, busy) != before; }, std::chrono::milliseconds(100));
  }
  throw trouble(process_.pid, fmt::format("a thread stood in the code that reads the clock each of {} times", kTries));
}

int ClockSkew::thread_within() const {
  for (const int thread : threads_of(process_.pid))
    if (is_within(thread)) return thread;
  return 0;
}

// Its next instruction is in the vDSO, or a signal's handler will go back there: then that address is on its stack, in
// the context that the kernel has saved (instruction, flags, and a word of segments that is always the same). Any word
// on the stack that looks like such an address would be too much: what calls have left behind stays there for long.
bool ClockSkew::is_within(int thread) const {
  const auto is_inside = [this](std::uint64_t address) { return address >= vdso_.begin && address < vdso_.end; };
  const auto registers = registers_of(process_.pid, thread);
  if (!registers) return process_state(thread).has_value();  // not known: to be safe
  if (is_inside(registers->program_counter)) return true;
  constexpr std::size_t kDepth = 32 * 1024 / sizeof(std::uint64_t);  // the stack of a Go thread's signal handlers
  constexpr std::uint64_t kSegments = 0x002b'0000'0000'0033;         // ss and cs of a 64-bit program
  const auto bytes = Memory(process_.pid, O_RDONLY).read(registers->stack_pointer & ~std::uint64_t{7}, kDepth * sizeof(std::uint64_t));
  std::vector<std::uint64_t> stack(bytes.size() / sizeof(std::uint64_t));
  std::memcpy(stack.data(), bytes.data(), stack.size() * sizeof(std::uint64_t));
  for (std::size_t i = 0; i + 2 < stack.size(); ++i)
    if (is_inside(stack[i]) && stack[i + 2] == kSegments) return true;
  return false;
}

std::string ClockSkew::read_back(const Function& f) const try {
  return Memory(process_.pid, O_RDONLY).read(f.address, f.original.size());
} catch (const Error&) {
  return "";  // it ended just now
}

Evidence ClockSkew::applied() const {
  if (!is_alive(process_)) return {false, fmt::format("process {} has ended", process_.pid)};
  Evidence evidence{true, fmt::format("process {}", process_.pid)};
  for (const auto& f : functions_) {
    const auto offset = offset_in(f.name, read_back(f));
    evidence.holds = evidence.holds && offset == offset_;
    evidence.facts += fmt::format(", {} at {:#x} ", f.name, f.address) +
                      (offset ? fmt::format("adds {} s", offset->count()) : "is the kernel's");
  }
  return evidence;
}

Evidence ClockSkew::undone() const {
  if (!is_alive(process_)) return {true, fmt::format("process {} has ended", process_.pid)};
  Evidence evidence{true, fmt::format("process {}", process_.pid)};
  for (const auto& f : functions_) {
    const bool is_original = read_back(f) == f.original;
    evidence.holds = evidence.holds && is_original;
    evidence.facts += fmt::format(", {} at {:#x} {}", f.name, f.address, is_original ? "is the kernel's" : "is not the kernel's");
  }
  return evidence;
}

std::optional<std::chrono::seconds> date_offset(const HttpResponse& answer, std::chrono::system_clock::time_point now) {
  const auto date = answer.headers.find("date");
  std::tm parts{};
  if (date == answer.headers.end() || !::strptime(date->second.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts)) return std::nullopt;
  return std::chrono::seconds(::timegm(&parts)) -
         std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch());
}

}  // namespace rehearse
