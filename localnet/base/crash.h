// A crash of this process (SIGSEGV, SIGABRT, std::terminate, ...) leaves a backtrace before the process dies by the same
// signal. Names in it are mangled: c++filt, and addr2line for the addresses.
#pragma once

namespace rehearse {

// Of this process and what it forks; again: nothing happens.
void install_crash_handlers();

// The open file that gets the backtrace; before the first call: standard error.
void tell_crashes_to(int fd);

}  // namespace rehearse
