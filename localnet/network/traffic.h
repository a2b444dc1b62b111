// Transactions at a stated rate, all through whatever happens to the network (issue "Injected failures": an account of every
// accepted one, none lost, none applied twice).
//
// A customer's payments go to one node as long as it answers, then to the next. What a node has accepted and forgotten, since
// its mempool is in memory, is sent again, the same bytes, as a wallet does: the chain's sequence says where to go on.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "localnet/process/loop.h"
#include "localnet/network/payments.h"

namespace rehearse {

class Traffic {
 public:
  // Begins at once, at the first of these nodes. All outlive this. `per_second`: 1 to 1000.
  Traffic(Loop&, Http&, Network&, const Profile&, std::vector<std::string> nodes, std::int64_t per_second);

  // No new ones from now on; those that were accepted are sent again where that is needed.
  void stop();
  // Each that was accepted is in a block: the customer's sequence says so.
  bool settled() const { return stopping_ && in_blocks_ >= accepted_end_; }

  const std::string& payee() const { return payments_.payee(); }
  std::int64_t accepted() const { return accepted_; }      // different ones
  std::int64_t sent_again() const { return sent_again_; }  // times that one was accepted once more
  std::int64_t refused() const { return refused_; }        // times that a node would not take one, but for its order
  std::int64_t in_blocks() const { return static_cast<std::int64_t>(in_blocks_); }  // as the customer's sequence says
  struct Sent {
    Payment payment;
    bool accepted = false;
  };
  std::vector<Sent> sent() const;  // all of them
  const std::string& trouble() const { return trouble_; }  // the last that kept one from being sent

 private:
  void tick();
  void send();
  void answered(std::size_t sent, const HttpResponse&);
  void go_on_at_next_node(const std::string& why);
  void ask_sequence();
  const std::string& node() const { return nodes_[at_ % nodes_.size()]; }
  std::size_t end() const { return stopping_ ? accepted_end_ : payments_.all().size(); }

  Loop& loop_;
  Http& http_;
  Network& network_;
  Payments payments_;
  Questioner questioner_;
  const std::size_t stock_;  // signed at a time
  const std::vector<std::string> nodes_;
  std::size_t at_ = 0, next_ = 0, in_blocks_ = 0;
  std::size_t sent_end_ = 0, accepted_end_ = 0;  // beyond the last that was
  std::vector<bool> was_accepted_;
  std::int64_t accepted_ = 0, sent_again_ = 0, refused_ = 0;
  bool signing_ = false, sending_ = false, asking_ = false, stopping_ = false;
  Loop::Clock::time_point moved_;  // the sequence, last
  std::string trouble_;
  Loop::Handle ticking_, polling_;
};

}  // namespace rehearse
