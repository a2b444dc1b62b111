#include "localnet/network/signer.h"

#include <algorithm>
#include <cctype>
#include <memory>
#include <sstream>

#include "localnet/base/sha256.h"
#include "localnet/base/text.h"
#include "localnet/cosmos/keys.h"

namespace rehearse {

using Json = nlohmann::json;

struct Signer::Encoding {
  std::string rest_url;
  std::vector<std::string> lines;  // signed, as JSON
  std::vector<SignedTransaction> encoded;
  OnSigned done;
};

Signer::Signer(Http& http, Network& network, const Profile& profile)
    : http_(http), network_(network), profile_(profile) {}

void Signer::run(const std::string& node, const SigningAccount& account,
                 const std::vector<std::string>& arguments, Values values, const std::string& where,
                 std::function<void(const CliAnswer&)> done) {
  const auto to = network_.respondent(node);
  values.merge(Values(to.values));
  values["key"] = account.key, values["account"] = account.address;
  network_.cli().run(to.binary, fill(arguments, values, where), Stream::out, std::move(done));
}

void Signer::make(const std::string& node, const SigningAccount& account, std::vector<std::string> arguments,
                  Values values, const std::string& where,
                  std::function<void(const std::string&, const std::string&)> done) {
  arguments.insert(arguments.end(), profile_.transaction.begin(), profile_.transaction.end());
  run(node, account, arguments, std::move(values), where, [done = std::move(done)](const CliAnswer& a) {
    if (!a.trouble().empty()) return done(a.trouble(), "");
    if (!a.json || !a.json->contains("body")) return done("`" + a.command + "`: prints no transaction", "");
    done("", a.json->dump());
  });
}

void Signer::sign(const std::string& node, const SigningAccount& account,
                  const std::vector<std::string>& written, std::size_t sequence, OnSigned done) {
  const auto file = network_.plan().folder / "commands" /
                    ("to-sign-" + account.key + "-" + std::to_string(++batches_) + ".json");
  std::string text;
  for (const auto& one : written) text += one + "\n";
  write_file(file, text);
  const auto rest_url = network_.respondent(node).rest_url;
  run(node, account, command_of(profile_, "sign-batch").run,
      {{"file", file.string()}, {"account_number", account.number}, {"sequence", std::to_string(sequence)}},
      profile_.file.string() + ": commands: sign-batch",
      [this, rest_url, count = written.size(), done = std::move(done)](const CliAnswer& a) {
        if (!a.trouble().empty()) return done(a.trouble(), {});
        auto e = std::make_shared<Encoding>(Encoding{rest_url, {}, {}, done});
        std::istringstream lines(a.out);
        for (std::string line; std::getline(lines, line);)
          if (line.starts_with("{")) e->lines.push_back(line);
        if (e->lines.size() != count)
          return done("`" + a.command + "`: signed " + std::to_string(e->lines.size()), {});
        encode(e);
      });
}

// By the SDK's own service (cosmos.tx.v1beta1, TxEncode). One after the other, so that all are in order.
void Signer::encode(std::shared_ptr<Encoding> e) {
  if (e->encoded.size() == e->lines.size()) return e->done("", std::move(e->encoded));
  const auto body = "{\"tx\":" + e->lines[e->encoded.size()] + "}";
  http_.send({e->rest_url + "/cosmos/tx/v1beta1/encode", body}, [this, e](const HttpResponse& r) {
    const auto answer = Json::parse(r.body, nullptr, false);
    if (!answer.is_object() || !answer.contains("tx_bytes"))
      return e->done("encoding: " + (r.status ? r.body.substr(0, 200) : r.error), {});
    const auto bytes = answer["tx_bytes"].get<std::string>();
    auto hash = to_hex(sha256(std::span<const std::uint8_t>(base64_decode(bytes))));
    for (auto& c : hash) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    e->encoded.push_back({bytes, hash});
    encode(e);
  });
}

}  // namespace rehearse
