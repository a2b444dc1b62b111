// What goes on in a run, on the console.
#pragma once

#include <unistd.h>

#include <iostream>

#include "harness/cli/running.h"
#include "harness/engine/rehearsal.h"
#include "localnet/base/log.h"
#include "reports/console.h"

namespace rehearse::cli {

// In seconds since the user's command.
class ConsoleProgress : public ProgressReporter {
 public:
  explicit ConsoleProgress(record::Micros start)
      : start_(start), progress_(std::cout, ::isatty(STDOUT_FILENO), shows_color()) {}
  void phase(Phase p) override { progress_.phase(name_of(p), elapsed()); }
  void note(const std::string& text) override { progress_.note(text); }
  void step_started(const std::string& title, const std::string& runbook) override {
    progress_.step_started(title, runbook);
  }
  void step_ended(const std::string& title, StepOutcome outcome, const std::string& detail) override {
    progress_.step_ended(title, name_of(outcome), detail, elapsed());
  }

 private:
  double elapsed() const { return static_cast<double>(now_micros() - start_) / 1e6; }
  record::Micros start_;
  reports::Progress progress_;
};

}  // namespace rehearse::cli
