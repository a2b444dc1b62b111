// Makes one transaction of each kind, signed for before an upgrade and for after it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/engine/rehearsal.h"
#include "harness/procedures/transaction_batch.h"
#include "localnet/profile/questions.h"
#include "localnet/network/signer.h"

namespace rehearse {

inline constexpr const char* kPayee = "payee";  // the value that names who a transaction pays

// That nobody has a key of.
std::string new_address(Rehearsal&);
// Of a transaction as it is written; none of what is no transaction.
record::Json messages_of(const std::string& written);
// Another account pays its fees, by an allowance.
bool has_granter(const std::string& written);

// Asks for the account, makes the transactions, signs them and sends those of before: each when the one before
// it is done.
struct TransactionMaker : std::enable_shared_from_this<TransactionMaker> {
  struct Kind {
    PreparedTransactions::One one;
    const TransactionKind* how;  // of the profile
    bool before = true;          // false: the procedure has sent one itself
    std::string trouble = {};    // why it could not be made
  };

  explicit TransactionMaker(Rehearsal&);
  void begin();
  bool has(const std::string& kind) const;

  Rehearsal& r;
  const std::string node;  // that is asked
  SigningAccount account;
  Values values;           // for the templates
  std::vector<Kind> kinds;

  std::size_t sequence = 0;                         // of the first
  std::vector<PreparedTransactions::One> first, second;  // for before and after the upgrade
  std::shared_ptr<TransactionBatch> batch;          // those of before
  std::vector<std::pair<std::string, std::string>> unmade;  // kind, why
  bool is_signed = false, ended = false;            // one of the two in the end

 private:
  void make();
  void put_together(Kind&);
  void sign();
  void leave_out_unmade();
  bool is_of_some(const std::string& trouble);
  void give_up(const std::string& why);
  std::string where(const Kind&) const;

  Signer signer_;
  std::optional<Questioner> questioner_;
  std::size_t made_ = 0;
};

}  // namespace rehearse
