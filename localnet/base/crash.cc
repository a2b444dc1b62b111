#include "localnet/base/crash.h"

#include <execinfo.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <string>

#include "localnet/base/log.h"

namespace rehearse {

namespace {

std::atomic<int> crash_fd{STDERR_FILENO};
constexpr int kMostFrames = 64;

void put(int fd, const char* text) { (void)!::write(fd, text, std::strlen(text)); }

// Only async-signal-safe calls.
void on_crash(int signal) {
  std::array<void*, kMostFrames> frames;
  const int fd = crash_fd, count = ::backtrace(frames.data(), kMostFrames);
  const char* name = ::sigabbrev_np(signal);
  put(fd, "the harness crashed: SIG");
  put(fd, name ? name : "?");
  put(fd, "\n");
  ::backtrace_symbols_fd(frames.data(), count, fd);
  ::raise(signal);  // SA_RESETHAND: it now ends the process
}

// The stack is still that of the throw: abort()'s backtrace shows it.
[[noreturn]] void on_terminate() {
  try {
    if (const auto thrown = std::current_exception()) std::rethrow_exception(thrown);
    log_error("std::terminate was called");
  } catch (const std::exception& e) {
    log_error(std::string("an exception that nobody caught: ") + e.what());
  } catch (...) {
    log_error("an exception that nobody caught");
  }
  std::abort();
}

}  // namespace

void install_crash_handlers() {
  static const bool once = [] {
    void* frame = nullptr;
    ::backtrace(&frame, 1);  // its first call loads a library, which no signal handler may
    static std::array<char, 64 * 1024> stack;  // a stack that ran over has no room for a handler
    stack_t own{};
    own.ss_sp = stack.data();
    own.ss_size = stack.size();
    ::sigaltstack(&own, nullptr);
    struct sigaction action {};
    action.sa_handler = on_crash;
    action.sa_flags = static_cast<int>(SA_RESETHAND | SA_NODEFER | SA_ONSTACK);
    for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) ::sigaction(signal, &action, nullptr);
    std::set_terminate(on_terminate);
    return true;
  }();
  (void)once;
}

void tell_crashes_to(int fd) { crash_fd = fd; }

}  // namespace rehearse
