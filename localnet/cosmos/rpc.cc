#include "localnet/cosmos/rpc.h"

#include <cstdio>
#include <ctime>
#include <stdexcept>

#include "localnet/base/json_text.h"
#include "localnet/cosmos/keys.h"
#include "localnet/base/number.h"

namespace rehearse {

using Json = nlohmann::json;

namespace {

// The `result` of one JSON-RPC answer, or throws with the node's own message.
const Json& result_of(const Json& answer) {
  if (answer.contains("error")) {
    const auto& e = answer["error"];
    throw std::invalid_argument(e.value("message", "error") + ": " + e.value("data", ""));
  }
  return answer.at("result");
}

std::string upper_hex(const std::string& base64) {
  std::string out;
  char buffer[3];
  for (const auto byte : base64_decode(base64)) {
    std::snprintf(buffer, sizeof buffer, "%02X", static_cast<unsigned>(static_cast<unsigned char>(byte)));
    out += buffer;
  }
  return out;
}

// Turns an HTTP answer into a value by `parse`, and whatever goes wrong into an error.
template <class T, class Parse>
Result<T> read(const std::string& who, const HttpResponse& r, Parse parse) {
  if (!r.status) return {std::nullopt, who + ": " + r.error};
  try {
    return {parse(parse_json(r.body)), ""};
  } catch (const std::exception& e) {
    return {std::nullopt, who + ": HTTP " + std::to_string(r.status) + ": " + e.what()};
  }
}

}  // namespace

Rpc::Rpc(Http& http, std::string url, std::string who)
    : http_(http), url_(std::move(url)), who_(std::move(who)) {}

void Rpc::head(std::function<void(Result<Head>)> done) {
  static const std::string body =
      R"([{"jsonrpc":"2.0","id":0,"method":"status"},{"jsonrpc":"2.0","id":1,"method":"abci_info"}])";
  http_.send({url_, body, {}, std::chrono::milliseconds(2000)},
             [who = who_, done = std::move(done)](HttpResponse r) {
               done(read<Head>(who, r, [](const Json& answers) {
                 return parse_head(result_of(answers.at(0)), result_of(answers.at(1)));
               }));
             });
}

void Rpc::block(std::int64_t height, std::function<void(Result<Block>)> done) {
  http_.send({url_ + "/commit?height=" + std::to_string(height), "", {}, std::chrono::milliseconds(2000)},
             [who = who_, done = std::move(done)](HttpResponse r) {
               done(read<Block>(who, r, [](const Json& answer) { return parse_commit(result_of(answer)); }));
             });
}

void Rpc::call(const std::string& method, const Json& params, std::function<void(Result<Json>)> done) {
  const Json body = {{"jsonrpc", "2.0"}, {"id", 0}, {"method", method}, {"params", params}};
  http_.send({url_, body.dump(), {}, std::chrono::milliseconds(5000)},
             [who = who_ + " " + method, done = std::move(done)](HttpResponse r) {
               done(read<Json>(who, r, [](const Json& answer) { return result_of(answer); }));
             });
}

Head parse_head(const Json& status, const Json& abci_info) {
  Head h;
  const auto& sync = status.contains("sync_info") ? status["sync_info"] : status.at("SyncInfo");
  h.store_height = number_in(sync.at("latest_block_height"));
  h.block_hash = sync.at("latest_block_hash").get<std::string>();
  h.catching_up = sync.at("catching_up").get<bool>();
  const auto& response = abci_info.at("response");
  h.app_height = response.contains("last_block_height") ? number_in(response["last_block_height"]) : 0;
  h.app_hash = upper_hex(response.value("last_block_app_hash", ""));
  h.app_version = response.value("version", "");
  return h;
}

Block parse_commit(const Json& commit) {
  Block b;
  const auto& header = commit.at("signed_header").at("header");
  const auto& sealed = commit.at("signed_header").at("commit");
  b.height = number_in(header.at("height"));
  b.hash = sealed.at("block_id").at("hash").get<std::string>();
  b.app_hash = header.at("app_hash").get<std::string>();
  b.time = parse_time(header.at("time").get<std::string>());
  b.proposer = header.at("proposer_address").get<std::string>();
  b.round = static_cast<int>(number_in(sealed.at("round")));
  for (const auto& s : sealed.at("signatures"))
    b.signatures.push_back({s.at("validator_address").get<std::string>(), static_cast<int>(number_in(s.at("block_id_flag")))});
  return b;
}

std::int64_t parse_time(const std::string& text) {
  std::tm tm{};
  const char* rest = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &tm);
  if (!rest) throw std::invalid_argument("not a time: " + text);
  std::int64_t micros = 0;
  if (*rest == '.') {
    std::int64_t unit = 100000;
    for (++rest; *rest >= '0' && *rest <= '9'; ++rest, unit /= 10) micros += (*rest - '0') * unit;
  }
  if (std::string_view(rest) != "Z") throw std::invalid_argument("not a time in UTC: " + text);
  return static_cast<std::int64_t>(::timegm(&tm)) * 1000000 + micros;
}

std::int64_t number_in(const Json& j) {
  if (j.is_number_integer()) return j.get<std::int64_t>();
  const auto& s = j.get_ref<const std::string&>();
  if (const auto n = whole_number<std::int64_t>(s)) return *n;
  throw std::invalid_argument("not a whole number: " + s);
}

}  // namespace rehearse
