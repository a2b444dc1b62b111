// Payments of a network's customer, signed beforehand by the chain's own program in the order of the
// account's sequence: each can be in the chain once, and only after the one before it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "localnet/http/http.h"
#include "localnet/network/network.h"
#include "localnet/network/signer.h"
#include "localnet/profile/profile.h"
#include "localnet/profile/questions.h"

namespace rehearse {

using Payment = SignedTransaction;

class Payments {
 public:
  // Why this chain or network cannot have any: "needs ..."; empty: it can.
  static std::string lack(const Profile&, const Network&);

  // All outlive this. One coin each, to an account that nobody else pays.
  Payments(Http&, Network&, const Profile&);

  // Signed so far; payment N has the sequence N.
  const std::vector<Payment>& all() const { return all_; }
  const std::string& payee() const { return payee_; }
  // Signs so many more, with the help of that node. What fails is told to `trouble`, once a call, and can be
  // tried again; `done` is called at the end in any case. One at a time.
  using Done = std::function<void(const std::string& trouble)>;
  void sign(std::size_t count, const std::string& node, Done done);

 private:
  void ask_number(std::size_t count, const std::string& node, Done);
  void make_one(std::size_t count, const std::string& node, Done);
  void sign_copies(std::size_t count, const std::string& node, Done);

  Network& network_;
  const Profile& profile_;
  Questioner questioner_;
  Signer signer_;
  const std::string payee_;
  SigningAccount account_;  // the customer's
  std::string unsigned_;    // a payment, as JSON
  std::vector<Payment> all_;
};

}  // namespace rehearse
