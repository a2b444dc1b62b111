// What a person sees in the terminal: one calm line a step while the run goes on, and a summary at its end.
//
//     0.0 s  -- prepare
//     3.2 s  proposal passed: v2.0.0 at height 41
//
// Nothing a node logged reaches the terminal unfiltered (text.h).
#pragma once

#include <iosfwd>
#include <string>

#include "harness/record/run_record.h"

namespace rehearse::reports {

// Not thread-safe: one thread tells the story. Every line is flushed, so that a log shows what a killed run
// was doing.
class Progress {
 public:
  // `out` must outlive it. `tty`: the step under way is shown on a last line that is written over when it
  // ends; without it no cursor is moved and only what is over is printed. `color` is separate, because CI
  // logs show colours and are no terminals.
  Progress(std::ostream& out, bool tty, bool color);

  // `seconds` below are since the user's command, the left column.
  void phase(const std::string& name, double seconds);
  // `runbook`: the section the step carries out, may be empty.
  void step_started(const std::string& title, const std::string& runbook);
  // `outcome`: done, failed or error. `detail` may be empty.
  void step_ended(const std::string& title, const std::string& outcome, const std::string& detail,
                  double seconds);
  // A remark between the steps, without a time.
  void note(const std::string& text);

 private:
  void line(const std::string& text);
  std::string paint(const char* code, const std::string& text) const;

  std::ostream& out_;
  const bool tty_, color_;
  std::string pending_;  // the line of the step under way, on a terminal
};

// What the console ends with: checklists, what did not pass, timeline, timing. The last two lines are the
// verdict ("FAIL <cause>: <nodes>, <first evidence>, <file:line>" or "PASS ...") and the command that
// reproduces the run. `results` is the run's folder as the user may type it. Ends in a newline.
std::string summary(const record::RunRecord&, const std::string& results, bool color = false);

}  // namespace rehearse::reports
