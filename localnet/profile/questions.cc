#include "localnet/profile/questions.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "localnet/base/json_text.h"
#include "localnet/cosmos/rpc.h"
#include "localnet/base/text.h"
#include "localnet/base/log.h"

namespace rehearse {

using Json = nlohmann::json;

struct Questioner::Asking {
  Question question;
  Respondent to;
  const std::vector<AnswerSource>* sources;
  std::size_t next = 0;
  std::string errors;
  bool not_ready = false;
  std::function<void(Answer)> done;

  const AnswerSource& source() const { return (*sources)[next]; }
};

namespace {

bool says_absent(const AnswerSource& s, const std::string& text) {
  return std::find(s.absent.begin(), s.absent.end(), text) != s.absent.end();
}

// Only a phrase counts inside an error: "0" stands in any address.
bool error_says_absent(const AnswerSource& s, const std::string& error) {
  return std::any_of(s.absent.begin(), s.absent.end(), [&](const std::string& phrase) {
    return phrase.find(' ') != std::string::npos && error.find(phrase) != std::string::npos;
  });
}

Answer none(const std::string& source) {
  Answer a;
  a.source = source;
  a.answered = a.absent = true;
  return a;
}

struct NotReady : std::runtime_error {
  using std::runtime_error::runtime_error;
};

Answer read_rest(const AnswerSource& s, const HttpResponse& r) {
  if (!r.status) throw NotReady(r.error);
  // The API listens a moment before the gRPC server that it asks.
  if (r.status == 503) throw NotReady("HTTP 503: " + r.body.substr(0, 200));
  // baseapp's, before the application has executed its first block.
  if (r.status == 500 && r.body.find("please wait for first block") != std::string::npos)
    throw NotReady("HTTP 500: " + r.body.substr(0, 200));
  if (std::find(s.absent_status.begin(), s.absent_status.end(), r.status) != s.absent_status.end())
    return none("rest");
  if (r.status != 200 && error_says_absent(s, r.body)) return none("rest");
  if (r.status != 200)
    throw std::runtime_error("HTTP " + std::to_string(r.status) + ": " + r.body.substr(0, 200));
  return read_answer(s, parse_json(r.body));
}

Answer read_cli(const AnswerSource& s, const CliAnswer& a, bool text) {
  if (!a.status.ok() && error_says_absent(s, a.err + a.out)) return none("cli");
  if (!a.trouble().empty()) throw std::runtime_error(a.trouble());
  if (a.json) return read_answer(s, *a.json);
  if (!text) throw std::runtime_error("`" + a.command + "`: the answer is not JSON");
  return read_answer(s, a.out.substr(0, a.out.find_last_not_of(" \n") + 1));
}

}  // namespace

Answer read_answer(const AnswerSource& s, const Json& body) {
  const Json::json_pointer at(s.at);
  if (!body.contains(at)) {
    if (says_absent(s, "missing")) return none("");
    throw std::runtime_error("there is nothing at " + s.at);
  }
  Answer a;
  a.answered = true;
  a.value = body.at(at);
  a.absent = says_absent(s, text_of(a.value));
  return a;
}

Questioner::Questioner(Http& http, ChainCli& cli, const Profile& profile)
    : http_(http), cli_(cli), profile_(profile) {}

void Questioner::ask(const Question& question, const Respondent& to, std::function<void(Answer)> done) {
  auto asking = std::make_shared<Asking>();
  asking->question = question;
  asking->to = to;
  for (const auto& [k, v] : question.args) asking->to.values[k] = v;
  asking->done = std::move(done);
  const auto& questions = to.questions ? *to.questions : profile_.questions;
  const auto found = questions.find(question.name);
  if (found == questions.end()) {
    Answer a;
    a.error = "the profile has no question `" + question.name + "`";
    asking->done(a);
    return;
  }
  asking->sources = &found->second;
  try_source(asking);
}

void Questioner::try_source(std::shared_ptr<Asking> asking) {
  if (asking->next == asking->sources->size()) {
    Answer a;
    a.error = asking->errors;
    a.not_ready = asking->not_ready;
    asking->done(a);
    return;
  }
  const auto& s = asking->source();
  const auto where = profile_.file.string() + ": questions: " + asking->question.name;
  const auto& values = asking->to.values;
  // Reads the answer, or goes on to the next source.
  auto finish = [this, asking](const char* source, auto read) {
    Answer a;
    try {
      a = read();
    } catch (const std::exception& e) {
      asking->not_ready = asking->not_ready || dynamic_cast<const NotReady*>(&e);
      asking->errors += (asking->errors.empty() ? "" : "; ") + std::string(source) + ": " + e.what();
      ++asking->next;
      const bool more = asking->next < asking->sources->size();
      log_info(fmt::format("{}: {}: no answer by {}: {}; {}", asking->question.node, asking->question.name, source, e.what(),
                           more ? "its next source is asked" : "no source is left"));
      try_source(asking);
      return;
    }
    a.source = source;
    log_debug(fmt::format("{} answers {} by {}", asking->question.node, asking->question.name, source));
    asking->done(std::move(a));
  };
  if (!s.rpc.empty()) {
    Json params = Json::object();
    for (const auto& [k, v] : s.params) params[k] = fill(v, values, where);
    if (asking->question.height && !params.contains("height"))
      params["height"] = std::to_string(asking->question.height);
    Rpc(http_, asking->to.rpc_url, asking->question.node)
        .call(s.rpc, params, [asking, finish](Result<Json> r) {
          finish("rpc", [&] {
            if (r.value) return read_answer(asking->source(), *r.value);
            if (error_says_absent(asking->source(), r.error)) return none("rpc");
            throw std::runtime_error(r.error);
          });
        });
  } else if (!s.rest.empty()) {
    HttpRequest request{
        asking->to.rest_url + fill(s.rest, values, where), "", {}, std::chrono::milliseconds(5000)};
    request.ca_file = asking->to.ca_file;
    if (asking->question.height)
      request.headers.push_back("x-cosmos-block-height: " + std::to_string(asking->question.height));
    http_.send(std::move(request), [asking, finish](HttpResponse r) {
      finish("rest", [&] { return read_rest(asking->source(), r); });
    });
  } else if (!asking->to.cli && asking->to.binary.empty()) {
    finish("cli", []() -> Answer { throw std::runtime_error("needs the chain's program"); });
  } else {
    auto arguments = fill(s.cli, values, where);
    auto* own = asking->to.cli;
    if (!own)
      for (const auto& a : fill(profile_.query, values, where)) arguments.push_back(a);
    if (asking->question.height) {
      arguments.push_back("--height");
      arguments.push_back(std::to_string(asking->question.height));
    }
    (own ? *own : cli_).run(asking->to.binary, arguments, Stream::out, [asking, finish](CliAnswer a) {
      finish("cli", [&] { return read_cli(asking->source(), a, asking->to.cli); });
    });
  }
}

}  // namespace rehearse
