// Asks a node a question of the profile: by the first source that answers, over RPC, REST or the command line.
#pragma once

#include <functional>
#include <string>

#include "localnet/profile/chain_cli.h"
#include "localnet/http/http.h"
#include "localnet/profile/profile.h"

namespace rehearse {

struct Question {
  std::string name;  // a key of the profile's `questions`
  std::string node;
  Values args;
  std::int64_t height = 0;  // state after that block; 0: the latest
};

struct Answer {
  std::string source;  // "rpc", "rest" or "cli"
  bool answered = false;
  bool absent = false;  // it was answered, and the answer is "there is none"
  nlohmann::json value;
  std::string error;  // when not answered: what each source said
  bool not_ready = false;  // a source did not serve yet: nobody listened, or HTTP 503
};

// Where a question goes.
struct Respondent {
  std::string rpc_url, rest_url;   // http://IP:PORT
  std::filesystem::path binary;    // for the command line; empty: there is none
  Values values;                   // home, rpc, ...: what templates of the profile may name
  // Of what is no node, such as the provider daemon: the questions that it has, who vouches for it, and its own command
  // line, whose answers may be plain text.
  const std::map<std::string, std::vector<AnswerSource>>* questions = nullptr;  // null: the profile's
  std::filesystem::path ca_file = {};
  ChainCli* cli = nullptr;
};

class Questioner {
 public:
  // All of these outlive this.
  Questioner(Http&, ChainCli&, const Profile&);
  // `done` is called once. A question without a source in the profile is not answered: `error` says so.
  void ask(const Question&, const Respondent&, std::function<void(Answer)> done);

 private:
  struct Asking;
  void try_source(std::shared_ptr<Asking>);
  Http& http_;
  ChainCli& cli_;
  const Profile& profile_;
};

// What stands in a source's answer: the value at its pointer, or absent. Throws std::exception on no such place.
Answer read_answer(const AnswerSource&, const nlohmann::json& body);

}  // namespace rehearse
