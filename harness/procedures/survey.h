// What the chain answers when it is asked everything that needs no arguments, before an upgrade and after it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "harness/engine/rehearsal.h"
#include "localnet/cosmos/survey.h"

namespace rehearse {

class ChainSurvey {
 public:
  // Begins at once, and goes on while the procedure waits for other things. After an upgrade it asks what was
  // answered before it, but for what is announced to be gone.
  ChainSurvey(Rehearsal&, std::string checkpoint);
  // Waits for it and journals it. What is refused after an upgrade is asked again with the next blocks: only
  // what stays so counts.
  void end();

 private:
  struct Asking {
    SurveyResult result;
    bool done = false;
  };
  void ask(SurveyRequest);
  SurveyResult await();
  record::Surveyed before();
  record::Surveyed after();
  SurveyRequest parameters_again() const;
  std::vector<std::string> take_witnesses(SurveyResult&) const;
  void find_moving(record::Surveyed&);

  Rehearsal& r_;
  const std::string checkpoint_;
  bool listed_ = true;              // as the survey before it
  std::shared_ptr<Asking> asking_;  // shared with the handler; null: there is nothing to ask
};

}  // namespace rehearse
