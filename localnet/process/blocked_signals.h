// For starting a thread: it inherits what is blocked. Signals are for the harness's own thread, and a write to a socket that is
// closed is an error to look at, not a signal.
#pragma once

#include <pthread.h>
#include <signal.h>

namespace rehearse {

class AllSignalsBlocked {
 public:
  AllSignalsBlocked() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, &before_);
  }
  ~AllSignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  AllSignalsBlocked(const AllSignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

}  // namespace rehearse
