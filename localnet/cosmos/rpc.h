// CometBFT's RPC, typed. Each call answers with a value or with an error that says who was asked and what was wrong.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "localnet/http/http.h"
#include "localnet/base/json.h"

namespace rehearse {

template <class T>
struct Result {
  std::optional<T> value;
  std::string error;  // when there is no value
};

// /status and /abci_info in one request.
struct Head {
  std::int64_t store_height = 0;  // latest block stored; at an upgrade halt one more than app_height
  std::string block_hash;
  std::int64_t app_height = 0;
  std::string app_hash;     // upper hex, after app_height
  std::string app_version;  // the application's; node_info.version is CometBFT's
  bool catching_up = false;
};

struct CommitSignature {
  std::string validator;  // upper hex consensus address; empty when absent
  int flag = 0;           // 1 absent, 2 commit, 3 nil
};

// A block's header with the commit that sealed it.
struct Block {
  std::int64_t height = 0;
  std::string hash, app_hash;  // app_hash: the state after height - 1
  std::int64_t time = 0;       // header time, microseconds since the epoch
  std::string proposer;
  int round = 0;
  std::vector<CommitSignature> signatures;
};

class Rpc {
 public:
  // `url` is http://IP:PORT. `http` outlives this.
  Rpc(Http& http, std::string url, std::string who);

  void head(std::function<void(Result<Head>)>);
  // /commit?height=H
  void block(std::int64_t height, std::function<void(Result<Block>)>);
  // Any method; `params` an object. The value is `result`.
  void call(const std::string& method, const nlohmann::json& params, std::function<void(Result<nlohmann::json>)>);

 private:
  Http& http_;
  std::string url_, who_;
};

// Answers as a node sends them. Throw nlohmann::json::exception or std::invalid_argument on anything else.
Head parse_head(const nlohmann::json& status, const nlohmann::json& abci_info);
Block parse_commit(const nlohmann::json& commit);
// RFC 3339 with up to nanoseconds, in UTC -> microseconds since the epoch.
std::int64_t parse_time(const std::string&);
// A number that stands in JSON as a string or as a number.
std::int64_t number_in(const nlohmann::json&);

}  // namespace rehearse
