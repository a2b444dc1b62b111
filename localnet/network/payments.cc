#include "localnet/network/payments.h"

#include <sstream>

#include "localnet/base/bech32.h"
#include "localnet/cosmos/keys.h"
#include "localnet/base/sha256.h"
#include "localnet/base/text.h"

namespace rehearse {

using Json = nlohmann::json;

struct Payments::Signing {
  std::size_t count = 0;
  std::string node;
  std::function<void(const std::string&)> done;
  std::vector<std::string> lines;  // signed, as JSON, to be encoded
  std::size_t encoded = 0;
};

std::string Payments::lack(const Profile& p, const Network& network) {
  for (const char* command : {"unsigned-payment", "sign-batch"})
    if (!p.commands.contains(command)) return std::string("needs the profile's command `") + command + "`";
  if (!p.questions.contains("account")) return "needs the profile's question `account`";
  return network.customer().empty() ? "needs a customer: this network has none" : "";
}

Payments::Payments(Http& http, Network& network, const Profile& profile)
    : http_(http),
      network_(network),
      profile_(profile),
      questioner_(http, network.cli(), profile),
      payee_(bech32_encode(profile.chain.bech32, address_bytes(Ed25519Key::generate().pub))) {}

void Payments::sign(std::size_t count, const std::string& node, std::function<void(const std::string&)> done) {
  auto s = std::make_shared<Signing>(Signing{count, node, std::move(done), {}, 0});
  number_.empty() ? ask_number(s) : unsigned_.empty() ? make_one(s) : sign_copies(s);
}

void Payments::ask_number(std::shared_ptr<Signing> s) {
  questioner_.ask({"account", s->node, {{"address", network_.customer()}}, 0}, network_.respondent(s->node), [this, s](const Answer& a) {
    if (!a.answered || !a.value.is_object()) return s->done("account of the customer: " + a.error);
    number_ = text_of(a.value.value("account_number", Json("0")));
    make_one(s);
  });
}

void Payments::run(std::shared_ptr<Signing> s, const std::string& command, Values more, const std::vector<std::string>& then,
                   std::function<void(const CliAnswer&)> next) {
  const auto to = network_.respondent(s->node);
  more.merge(Values(to.values));
  more["key"] = kCustomer, more["account"] = network_.customer();
  const auto where = profile_.file.string() + ": commands: " + command;
  auto arguments = fill(command_of(profile_, command).run, more, where);
  for (auto& a : fill(then, more, where)) arguments.push_back(std::move(a));
  network_.cli().run(to.binary, std::move(arguments), Stream::out, [s, next = std::move(next)](const CliAnswer& a) {
    if (!a.trouble().empty()) return s->done(a.trouble());
    next(a);
  });
}

void Payments::make_one(std::shared_ptr<Signing> s) {
  run(s, "unsigned-payment", {{"address", payee_}}, profile_.transaction, [this, s](const CliAnswer& a) {
    if (!a.json || !a.json->contains("body")) return s->done("`" + a.command + "`: prints no transaction");
    unsigned_ = a.json->dump();
    sign_copies(s);
  });
}

void Payments::sign_copies(std::shared_ptr<Signing> s) {
  const auto file = network_.plan().folder / "commands" / "payments.json";
  std::string text;
  for (std::size_t i = 0; i < s->count; ++i) text += unsigned_ + "\n";
  write_file(file, text);
  run(s, "sign-batch", {{"file", file.string()}, {"account_number", number_}, {"sequence", std::to_string(all_.size())}}, {},
      [this, s](const CliAnswer& a) {
        std::istringstream lines(a.out);
        for (std::string line; std::getline(lines, line);)
          if (line.starts_with("{")) s->lines.push_back(line);
        if (s->lines.size() != s->count) return s->done("`" + a.command + "`: signed " + std::to_string(s->lines.size()));
        encode(s);
      });
}

// By the SDK's own service (cosmos.tx.v1beta1, TxEncode): only the chain knows its messages. One after the other, so that all
// are in order.
void Payments::encode(std::shared_ptr<Signing> s) {
  if (s->encoded == s->lines.size()) return s->done("");
  const auto body = "{\"tx\":" + s->lines[s->encoded] + "}";
  http_.send({network_.respondent(s->node).rest_url + "/cosmos/tx/v1beta1/encode", body}, [this, s](const HttpResponse& r) {
    const auto answer = Json::parse(r.body, nullptr, false);
    if (!answer.is_object() || !answer.contains("tx_bytes")) return s->done("encoding: " + (r.status ? r.body.substr(0, 200) : r.error));
    const auto bytes = answer["tx_bytes"].get<std::string>();
    auto hash = to_hex(sha256(std::span<const std::uint8_t>(base64_decode(bytes))));
    for (auto& c : hash) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    all_.push_back({bytes, hash});
    ++s->encoded;
    encode(s);
  });
}

}  // namespace rehearse
