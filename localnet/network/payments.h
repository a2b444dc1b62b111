// Payments of a network's customer, signed beforehand by the chain's own program in the order of the account's sequence: each
// can be in the chain once, and only after the one before it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "localnet/http/http.h"
#include "localnet/network/network.h"
#include "localnet/profile/profile.h"
#include "localnet/profile/questions.h"

namespace rehearse {

struct Payment {
  std::string bytes;  // base64, as broadcast_tx_sync takes it
  std::string hash;   // upper hex
};

class Payments {
 public:
  // Why this chain or network cannot have any: "needs ..."; empty: it can.
  static std::string lack(const Profile&, const Network&);

  // All outlive this. One coin each, to an account that nobody else pays.
  Payments(Http&, Network&, const Profile&);

  // Signed so far; payment N has the sequence N.
  const std::vector<Payment>& all() const { return all_; }
  const std::string& payee() const { return payee_; }
  // Signs so many more, with the help of that node. What fails is told to `trouble`, once a call, and can be tried again;
  // `done` is called at the end in any case. One at a time.
  void sign(std::size_t count, const std::string& node, std::function<void(const std::string& trouble)> done);

 private:
  struct Signing;
  void ask_number(std::shared_ptr<Signing>);
  void make_one(std::shared_ptr<Signing>);
  void sign_copies(std::shared_ptr<Signing>);
  void encode(std::shared_ptr<Signing>);
  void run(std::shared_ptr<Signing>, const std::string& command, Values more, const std::vector<std::string>& then,
           std::function<void(const CliAnswer&)>);

  Http& http_;
  Network& network_;
  const Profile& profile_;
  Questioner questioner_;
  const std::string payee_;
  std::string number_;    // of the customer's account
  std::string unsigned_;  // a payment, as JSON
  std::vector<Payment> all_;
};

}  // namespace rehearse
