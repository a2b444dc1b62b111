// Asks a node everything that needs no arguments: its modules' queries as its reflection service lists them,
// by RPC and by the routes of its REST gateway. Contents are kept of parameters alone; of the rest, that it
// answers.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "localnet/base/json.h"
#include "localnet/http/http.h"

namespace rehearse {

struct SurveyRequest {
  std::string rpc_url, rest_url;
  std::vector<std::string> routes = {};   // only these; empty: all that the chain lists
  std::vector<std::string> modules = {};  // whose parameters the gateway is asked for where nothing is listed
  bool listed = true;  // false: the chain is not asked for a list, `routes` were found without one
};

struct SurveyResult {
  bool listed = false;     // routes are the chain's own list; else they were tried
  std::string error = {};  // why nothing could be asked; empty: something was
  nlohmann::json parameters = nlohmann::json::object();  // module -> field -> value
  std::vector<std::string> answered = {};
  std::map<std::string, std::string> refused = {};  // route -> what the chain says: it will not answer
  std::vector<std::string> served = {};  // of those: the module itself says so, for want of arguments
  std::map<std::string, std::string> silent = {};   // route -> why there is no answer: it may come later
};

// `done` is called once from the loop, unless `http` goes first.
void survey(Http& http, SurveyRequest, std::function<void(SurveyResult)> done);

}  // namespace rehearse
