#include "localnet/cosmos/survey.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

#include "localnet/base/json_text.h"
#include "localnet/cosmos/descriptors.h"
#include "localnet/cosmos/keys.h"
#include "localnet/cosmos/rpc.h"

namespace rehearse {

using Json = nlohmann::json;

namespace {

// Asked at a time: the node has blocks to make meanwhile.
constexpr std::size_t kSideBySide = 4;

struct Route {
  std::string path, module;  // module: whose parameters its answer has; empty: it is not about them
};

// It is served: there is no such thing at present, as of an auction that is over (cosmos-sdk, types/errors).
bool is_not_found(int code, const std::string& codespace) {
  constexpr int kKeyNotFound = 22, kNotFound = 38;
  return codespace == "sdk" && (code == kKeyNotFound || code == kNotFound);
}

// Nobody serves such a route: its module is not there.
bool is_unknown(int code, const std::string& codespace) {
  constexpr int kUnknownRequest = 6;
  return codespace == "sdk" && code == kUnknownRequest;
}

// Of a gateway's answer; 0: it has none.
int code_in(const Json& body) {
  return body.is_object() && body.contains("code") && body["code"].is_number_integer() ? body["code"].get<int>() : 0;
}

class SurveyUnderWay : public std::enable_shared_from_this<SurveyUnderWay> {
 public:
  SurveyUnderWay(Http& http, SurveyRequest request, std::function<void(SurveyResult)> done)
      : http_(http),
        rpc_(http, request.rpc_url, "abci_query"),
        request_(std::move(request)),
        done_(std::move(done)) {}

  void begin() {
    if (!request_.listed) return ask_without_list("");
    query(kFileDescriptors, [self = shared_from_this()](const Reply& reply) {
      if (!reply.trouble.empty()) return self->ask_without_list(reply.trouble, reply.refused);
      try {
        const auto bytes = base64_decode(reply.response.at("value").get<std::string>());
        self->descriptors_.emplace(std::string(bytes.begin(), bytes.end()));
      } catch (const std::exception& e) {
        return self->ask_without_list(e.what());
      }
      self->ask_listed();
    });
  }

 private:
  bool wanted(const std::string& path) const {
    return request_.routes.empty() ||
           std::find(request_.routes.begin(), request_.routes.end(), path) != request_.routes.end();
  }

  void ask_listed() {
    result_.listed = true;
    if (wanted(kFileDescriptors)) result_.answered.push_back(kFileDescriptors);
    for (const auto& q : descriptors_->queries()) {
      if (q.route == kFileDescriptors) continue;
      add({q.route, q.parameters ? q.module : ""});
      if (!q.rest.empty()) add({q.rest, ""});
    }
    // What it lists no more may answer still.
    for (const auto& path : request_.routes)
      if (path != kFileDescriptors) add({path, ""});
    go_on();
  }

  void ask_without_list(const std::string& why, bool refused = true) {
    no_list_ = why;
    for (const auto& module : request_.modules)
      for (const char* version : {"v1", "v1beta1"})
        add({fmt::format("/cosmos/{}/{}/params", module, version), module});
    for (const auto& path : request_.routes) {
      if (path == kFileDescriptors && !why.empty())
        (refused ? result_.refused : result_.silent)[path] = why;
      else
        add({path, ""});
    }
    go_on();
  }

  void add(Route route) {
    const auto same = [&](const Route& other) { return other.path == route.path; };
    if (wanted(route.path) && std::none_of(routes_.begin(), routes_.end(), same))
      routes_.push_back(std::move(route));
  }

  void go_on() {
    while (open_ < kSideBySide && next_ < routes_.size()) {
      ++open_;
      const auto& route = routes_[next_++];
      is_rest_route(route.path) ? ask_gateway(route) : ask_chain(route);
    }
    if (open_ || next_ < routes_.size()) return;
    if (result_.answered.empty() && result_.refused.empty()) {
      result_.error = no_list_.empty() ? "nothing that it lists answers" : no_list_;
      if (!result_.silent.empty()) result_.error += ": " + result_.silent.begin()->second;
    }
    std::sort(result_.answered.begin(), result_.answered.end());
    std::sort(result_.served.begin(), result_.served.end());
    merge_parameters();
    done_(std::move(result_));
  }

  void ended() {
    --open_;
    go_on();
  }

  struct Reply {
    Json response;
    std::string trouble;   // why there is no answer
    bool refused = false;  // the chain says so
    bool served = false;   // the module does
  };

  void query(const std::string& path, std::function<void(const Reply&)> then) {
    rpc_.call("abci_query", {{"path", path}, {"data", ""}},
              [self = shared_from_this(), then = std::move(then)](const Result<Json>& r) {
                if (!r.value) return then({{}, r.error});
                const auto response = r.value->value("response", Json::object());
                const auto code = response.value("code", 0);
                const auto codespace = response.value("codespace", "");
                const auto said = fmt::format("code {} ({}): {}", code, codespace, response.value("log", ""));
                const bool answered = !code || is_not_found(code, codespace);
                then({response, answered ? "" : said, !answered, !is_unknown(code, codespace)});
              });
  }

  void ask_chain(const Route& route) {
    query(route.path, [self = shared_from_this(), route](const Reply& reply) {
      if (!reply.trouble.empty()) {
        (reply.refused ? self->result_.refused : self->result_.silent)[route.path] = reply.trouble;
        if (reply.refused && reply.served) self->result_.served.push_back(route.path);
      } else {
        self->result_.answered.push_back(route.path);
        if (!route.module.empty()) self->take_parameters(route, reply.response);
      }
      self->ended();
    });
  }

  void take_parameters(const Route& route, const Json& response) {
    try {
      const auto value = response.contains("value") && response["value"].is_string()
                             ? response["value"].get<std::string>()
                             : "";
      const auto bytes = base64_decode(value);
      parameters_[route.path] = {route.module,
                                 descriptors_->parameters(route.path, std::string(bytes.begin(), bytes.end()))};
    } catch (const std::exception&) {
      // It answers, in a form that its own descriptors do not have: it has no parameters that could be
      // compared.
    }
  }

  // A module may have them in several versions of its service: the first one counts, in the order of their names,
  // not of the answers.
  void merge_parameters() {
    for (const auto& [route, fields] : parameters_) {
      auto& all = result_.parameters[fields.first];
      for (const auto& [name, value] : fields.second.items())
        if (!all.contains(name)) all[name] = value;
    }
  }

  void ask_gateway(const Route& route) {
    http_.send({request_.rest_url + route.path}, [self = shared_from_this(), route](const HttpResponse& r) {
      constexpr int kNotFound = 404, kGrpcNotFound = 5;
      constexpr int kOk = 200, kBadGateway = 502, kLater = 503, kTooLate = 504;
      if (r.status == kOk) {
        self->result_.answered.push_back(route.path);
        const auto body = Json::parse(r.body, nullptr, false);
        if (!route.module.empty() && body.is_object() && body.contains("params") &&
            body["params"].is_object())
          self->parameters_[route.path] = {route.module, flattened(body["params"])};
      } else if (!r.status || r.status == kBadGateway || r.status == kLater || r.status == kTooLate) {
        self->result_.silent[route.path] = r.status ? fmt::format("HTTP {}", r.status) : r.error;
      } else if (const auto body = Json::parse(r.body, nullptr, false); r.status == kNotFound && code_in(body) == kGrpcNotFound) {
        self->result_.answered.push_back(route.path);
      } else {
        const auto said = body.is_object() && body.contains("message") && body["message"].is_string()
                              ? ": " + body["message"].get<std::string>()
                              : "";
        self->result_.refused[route.path] = fmt::format("HTTP {}{}", r.status, said);
      }
      self->ended();
    });
  }

  Http& http_;
  Rpc rpc_;
  const SurveyRequest request_;
  const std::function<void(SurveyResult)> done_;
  std::optional<Descriptors> descriptors_;
  std::string no_list_;
  std::vector<Route> routes_;
  std::size_t next_ = 0, open_ = 0;
  std::map<std::string, std::pair<std::string, Json>> parameters_;  // route -> module, fields
  SurveyResult result_;
};

}  // namespace

void survey(Http& http, SurveyRequest request, std::function<void(SurveyResult)> done) {
  std::make_shared<SurveyUnderWay>(http, std::move(request), std::move(done))->begin();
}

}  // namespace rehearse
