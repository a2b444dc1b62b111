#include "localnet/network/signer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <memory>
#include <set>
#include <sstream>

#include "localnet/base/sha256.h"
#include "localnet/base/text.h"
#include "localnet/cosmos/keys.h"

namespace rehearse {

using Json = nlohmann::json;

struct Signer::Signing {
  std::string node, rest_url;
  SigningAccount account;
  std::vector<UnsignedTransaction> all;
  std::size_t sequence;            // of the first
  OnSigned done;
  std::vector<std::string> lines;  // signed, as JSON
  std::size_t open = 0;            // modes that are not signed yet
  std::string trouble;
  std::vector<SignedTransaction> encoded;
};

std::string account_number_of(const Json& account) { return text_of(account.value("account_number", Json("0"))); }

std::size_t sequence_of(const Json& account) { return static_cast<std::size_t>(number_in(account.value("sequence", Json(0)))); }

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

void Signer::sign(const std::string& node, const SigningAccount& account, std::vector<UnsignedTransaction> all, std::size_t sequence, OnSigned done) {
  auto s = std::make_shared<Signing>(Signing{node, network_.respondent(node).rest_url, account, std::move(all), sequence, std::move(done), {}, 0, "", {}});
  s->lines.resize(s->all.size());
  std::set<std::string> modes;
  for (const auto& t : s->all) modes.insert(t.sign_mode);
  s->open = modes.size();
  if (modes.empty()) return encode(s);
  for (const auto& mode : modes) sign_mode(s, mode);
}

// One start of the program gives the transactions of a file sequences that follow each other: it signs all from the first of this
// mode to the last, and those of others among them are left.
void Signer::sign_mode(std::shared_ptr<Signing> s, const std::string& mode) {
  const auto of_mode = [&mode](const UnsignedTransaction& t) { return t.sign_mode == mode; };
  const auto from = std::ranges::find_if(s->all, of_mode);
  const auto to = std::find_if(s->all.rbegin(), s->all.rend(), of_mode).base();
  const auto first = static_cast<std::size_t>(from - s->all.begin()), count = static_cast<std::size_t>(to - from);
  const auto file = network_.plan().folder / "commands" / ("to-sign-" + s->account.key + "-" + std::to_string(++batches_) + ".json");
  std::string text;
  for (auto t = from; t != to; ++t) text += t->written + "\n";
  write_file(file, text);
  auto arguments = command_of(profile_, "sign-batch").run;
  if (!mode.empty()) arguments.insert(arguments.end(), {"--sign-mode", mode});
  run(s->node, s->account, arguments,
      {{"file", file.string()}, {"account_number", s->account.number}, {"sequence", std::to_string(s->sequence + first)}},
      profile_.file.string() + ": commands: sign-batch", [this, s, mode, first, count](const CliAnswer& a) {
        std::vector<std::string> lines;
        std::istringstream out(a.out);
        for (std::string line; std::getline(out, line);)
          if (line.starts_with("{")) lines.push_back(line);
        if (!a.trouble().empty()) s->trouble = a.trouble();
        else if (lines.size() != count) s->trouble = fmt::format("`{}`: signed {} of {}", a.command, lines.size(), count);
        else
          for (std::size_t i = 0; i < count; ++i)
            if (s->all[first + i].sign_mode == mode) s->lines[first + i] = std::move(lines[i]);
        if (--s->open) return;
        s->trouble.empty() ? encode(s) : s->done(s->trouble, {});
      });
}

// By the SDK's own service (cosmos.tx.v1beta1, TxEncode). One after the other, so that all are in order.
void Signer::encode(std::shared_ptr<Signing> e) {
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
