// Signs transactions beforehand with the chain's own program: of one account, in the order of its sequence.
// Only the chain knows its messages, and the keys are in the operator's home.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "localnet/http/http.h"
#include "localnet/network/network.h"
#include "localnet/profile/profile.h"

namespace rehearse {

struct SignedTransaction {
  std::string bytes;  // base64, as broadcast_tx_sync takes it
  std::string hash;   // upper hex
};

struct UnsignedTransaction {
  std::string written;         // JSON, as Signer::make() gives it
  std::string sign_mode = {};  // see TransactionKind
};

struct SigningAccount {
  std::string key, address;
  std::string number;  // as the chain counts accounts
};

// Of an account, from what the chain says of it: a JSON object.
std::string account_number_of(const nlohmann::json& account);
// Of its next transaction.
std::size_t sequence_of(const nlohmann::json& account);

class Signer {
 public:
  // All outlive this, and this outlives what it was asked for.
  Signer(Http&, Network&, const Profile&);

  // The transaction that these arguments of the chain's program make, unsigned, as JSON. `where` names the
  // templates in errors. What fails is told to `trouble`.
  void make(const std::string& node, const SigningAccount&, std::vector<std::string> arguments, Values values,
            const std::string& where,
            std::function<void(const std::string& trouble, const std::string& written)> done);

  // Signs what make() gave; the first gets that sequence.
  using OnSigned = std::function<void(const std::string& trouble, std::vector<SignedTransaction>)>;
  void sign(const std::string& node, const SigningAccount&, std::vector<UnsignedTransaction>, std::size_t sequence, OnSigned done);

 private:
  struct Signing;
  void run(const std::string& node, const SigningAccount&, const std::vector<std::string>& arguments,
           Values values, const std::string& where, std::function<void(const CliAnswer&)> done);
  void sign_mode(std::shared_ptr<Signing>, const std::string& mode);
  void encode(std::shared_ptr<Signing>);

  Http& http_;
  Network& network_;
  const Profile& profile_;
  int batches_ = 0;
};

}  // namespace rehearse
