// A network of which nothing runs: what is asked of its nodes goes to http://<node>, and what they tell is not heard.
#pragma once

#include <string>

#include "localnet/network/network.h"
#include "localnet/network/sink.h"

namespace rehearse::made {

class FakeNetwork : public Network {
 public:
  using Network::Network;
  Respondent respondent(const std::string& node) override {
    return {"http://" + node, "http://" + node, plan().binary, {{"rpc", node}}};
  }
};

}  // namespace rehearse::made
