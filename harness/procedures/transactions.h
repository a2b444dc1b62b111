// One transaction of each kind that the profile names, before an upgrade and after it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "harness/engine/rehearsal.h"

namespace rehearse {

struct TransactionMaker;

// Of an account whose validator is not the one that proposes: the last one's. What the procedure has sent
// itself is not sent again.
class TransactionsBefore {
 public:
  // Begins to sign, also those for after the upgrade, and goes on while the procedure waits for other things.
  // `proposal`: the one under way; its successor is voted on after the upgrade.
  TransactionsBefore(Rehearsal&, const std::string& proposal);
  // Waits until each is in a block, or the chain has halted, and journals what became of it.
  void end();

 private:
  Rehearsal& r_;
  std::shared_ptr<TransactionMaker> maker_;  // shared with handlers; null: there is nothing to do
};

class TransactionsAfter {
 public:
  // Sends them, and goes on while the procedure waits for blocks.
  explicit TransactionsAfter(Rehearsal&);
  void end();

 private:
  struct Work;
  Rehearsal& r_;
  std::shared_ptr<Work> work_;
};

}  // namespace rehearse
