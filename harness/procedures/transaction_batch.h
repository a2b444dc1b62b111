// Signed transactions of one account on their way into blocks: sent by RPC, one after the other, to whichever
// node is in reach.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/engine/rehearsal.h"
#include "localnet/cosmos/rpc.h"

namespace rehearse {

// The first of the nodes, or another one as long as a fault takes it away.
const std::string& first_in_reach(Rehearsal&);
// A node has halted for an upgrade: no block comes any more.
bool has_halted(const NetworkView&);

class TransactionBatch : public std::enable_shared_from_this<TransactionBatch> {
 public:
  struct Item {
    PreparedTransactions::One transaction;
    record::TransactionTried tried;
    bool taken = false;  // by a mempool, or refused by one
  };

  TransactionBatch(Rehearsal&, std::string account, std::string checkpoint);
  // Begins at once, with a forgery and a simulation of the first; goes on while the procedure waits for other things.
  void send(std::vector<PreparedTransactions::One>);
  // Until each is in a block or refused; not for ever, and with `until_halt` not beyond a halt. A node may be
  // gone with what it had taken: then they are sent again, the same bytes. What is in no block has an error.
  void await_blocks(bool until_halt);
  // Asks a node to check one that is in a block, which nobody may carry out once more.
  void try_again(const record::TransactionTried& in_a_block);

  std::vector<Item>& items() { return items_; }
  // What a node says of the first transaction with a wrong signature; of no checkpoint as long as none was asked.
  const record::TransactionTried& forged() const { return forged_; }
  // What it says of a simulation, and of one that was carried out: the questions kSimulated and kReplayed (judge/service.h).
  std::vector<record::Answered>& probes() { return probes_; }
  const std::string& node() const { return node_; }  // that was asked last
  const std::map<std::string, std::string>& proposals() const {
    return proposals_;
  }  // hash -> the proposal that it submitted

 private:
  void try_forged();
  void try_simulation();
  void keep_probe(const char* question, const std::string& kind, const Result<nlohmann::json>& answer);
  void send_open();
  void send_next();
  void look_up();

  Rehearsal& r_;
  const std::string account_, checkpoint_;
  std::string node_;
  std::optional<Rpc> rpc_;
  std::vector<Item> items_;
  record::TransactionTried forged_;
  std::vector<record::Answered> probes_;
  std::map<std::string, std::string> proposals_;
  std::size_t next_ = 0, open_ = 0;
};

}  // namespace rehearse
