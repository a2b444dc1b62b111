#include "localnet/network/payments.h"

#include "localnet/base/bech32.h"
#include "localnet/base/text.h"
#include "localnet/cosmos/keys.h"

namespace rehearse {

using Json = nlohmann::json;

std::string Payments::lack(const Profile& p, const Network& network) {
  for (const char* command : {"unsigned-payment", "sign-batch"})
    if (!p.commands.contains(command)) return std::string("needs the profile's command `") + command + "`";
  if (!p.questions.contains("account")) return "needs the profile's question `account`";
  return network.customer().empty() ? "needs a customer: this network has none" : "";
}

Payments::Payments(Http& http, Network& network, const Profile& profile)
    : network_(network),
      profile_(profile),
      questioner_(http, network.cli(), profile),
      signer_(http, network, profile),
      payee_(bech32_encode(profile.chain.bech32, address_bytes(Ed25519Key::generate().pub))),
      account_{kCustomer, network.customer(), ""} {}

void Payments::sign(std::size_t count, const std::string& node, Done done) {
  account_.number.empty() ? ask_number(count, node, std::move(done))
  : unsigned_.empty()     ? make_one(count, node, std::move(done))
                          : sign_copies(count, node, std::move(done));
}

void Payments::ask_number(std::size_t count, const std::string& node, Done done) {
  questioner_.ask({"account", node, {{"address", account_.address}}, 0}, network_.respondent(node),
                  [this, count, node, done](const Answer& a) {
                    if (!a.answered || !a.value.is_object())
                      return done("account of the customer: " + a.error);
                    account_.number = account_number_of(a.value);
                    make_one(count, node, done);
                  });
}

void Payments::make_one(std::size_t count, const std::string& node, Done done) {
  signer_.make(node, account_, command_of(profile_, "unsigned-payment").run, {{"address", payee_}},
               profile_.file.string() + ": commands: unsigned-payment",
               [this, count, node, done](const std::string& trouble, const std::string& written) {
                 if (!trouble.empty()) return done(trouble);
                 unsigned_ = written;
                 sign_copies(count, node, done);
               });
}

void Payments::sign_copies(std::size_t count, const std::string& node, Done done) {
  signer_.sign(node, account_, std::vector<UnsignedTransaction>(count, {unsigned_}), all_.size(),
               [this, done](const std::string& trouble, std::vector<Payment> more) {
                 all_.insert(all_.end(), more.begin(), more.end());
                 done(trouble);
               });
}

}  // namespace rehearse
