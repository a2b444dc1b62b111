// What a chain's reflection service says can be asked of it: the queries of all its modules, found without
// naming one, and how their answers are read (cosmos.reflection.v1; decoded with libprotobuf's dynamic
// messages).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "localnet/base/json.h"

namespace rehearse {

// The path by which `abci_query` gives the descriptors.
inline constexpr const char* kFileDescriptors = "/cosmos.reflection.v1.ReflectionService/FileDescriptors";

struct QueryMethod {
  std::string route;   // of `abci_query`: /cosmos.bank.v1beta1.Query/Params
  std::string module;  // bank
  std::string
      rest;  // of the REST gateway: /cosmos/bank/v1beta1/params; empty: it needs arguments, or there is none
  bool parameters = false;  // the module's
};

class Descriptors {
 public:
  // `answer` is that of kFileDescriptors: protobuf, not base64. Files that cannot be read are left out, with
  // what stands on them. Throws std::invalid_argument for what is no such answer.
  explicit Descriptors(const std::string& answer);
  ~Descriptors();
  Descriptors(const Descriptors&) = delete;

  // All that may be asked: methods that change something are not among them. A chain may list modules that it
  // does not serve.
  const std::vector<QueryMethod>& queries() const { return queries_; }

  // A module's parameters as that method answered them: {"max_validators":100, "min_commission_rate":"0.05"}.
  // What is not set stands there with its default, since protobuf does not tell the two apart; a cosmos.Dec
  // as people write it; fields of a message within by dots ("block.max_bytes"). Throws std::invalid_argument
  // for a method that there is none of, or an answer that is none.
  nlohmann::json parameters(const std::string& route, const std::string& answer) const;

 private:
  struct Pool;
  std::unique_ptr<Pool> pool_;
  std::vector<QueryMethod> queries_;
};

// cosmos.staking.v1beta1 -> staking: the last part of a package that is no version.
std::string module_of_package(const std::string& package);
// The same of /cosmos.bank.v1beta1.Query/Params, or of the gateway's /cosmos/bank/v1beta1/params; empty: it
// has no version.
std::string module_of_route(const std::string& route);
// What a route stands below with others of its kind: /cosmos.bank.v1beta1.Query, /cosmos/bank/v1beta1; without a version itself.
std::string service_of_route(const std::string& route);
// Of the gateway: a gRPC service has dots in its name.
bool is_rest_route(const std::string& route);
// Fields of objects within by dots; a list stays whole, and what is very long is known by its hash.
nlohmann::json flattened(const nlohmann::json& object);

}  // namespace rehearse
