// A network of which nothing runs: what is asked of its nodes goes to http://<node>, and what they tell is not heard.
#pragma once

#include <string>

#include "localnet/network/network.h"
#include "localnet/network/sink.h"

namespace rehearse::made {

// For tests that listen to one kind of news.
class DeafSink : public Sink {
 public:
  void process_started(const std::string&, int, const std::string&) override {}
  void process_ended(const std::string&, const std::string&, const ExitStatus&, const LastWords&) override {}
  void log_line(const std::string&, const MatchedLine&) override {}
  void head(const std::string&, const Head&) override {}
  void block(const std::string&, const Block&) override {}
  void sample(const std::string&, const ProcSample&) override {}
};

class FakeNetwork : public Network {
 public:
  using Network::Network;
  Respondent respondent(const std::string& node) override {
    return {"http://" + node, "http://" + node, plan().binary, {{"rpc", node}}};
  }
};

}  // namespace rehearse::made
