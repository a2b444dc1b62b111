// Polls every node's head and fetches each block once, as soon as it has a successor, so that heights, app hashes and
// whole commits are observed without gaps. Polling is enough at these sizes; what is seen goes to the sink.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "localnet/process/loop.h"
#include "localnet/cosmos/rpc.h"
#include "localnet/network/sink.h"

namespace rehearse {

class BlockObserver {
 public:
  // Polls a node again `period` after its last answer. `http` and `sink` outlive this.
  BlockObserver(Loop&, Http&, Sink&, std::chrono::milliseconds period);

  void add(const std::string& node, const std::string& rpc_url);
  // No block below that is fetched. Before any node is there.
  void begin_at(std::int64_t height) { next_height_ = height; }

 private:
  struct Target {
    std::string name;
    Rpc rpc;
    Loop::Handle next;
    Head last;
  };
  void poll(Target&);
  void seen(Target&, const Head&);
  void fetch(Target&, std::int64_t height);

  Loop& loop_;
  Http& http_;
  Sink& sink_;
  std::chrono::milliseconds period_;
  std::map<std::string, std::unique_ptr<Target>> targets_;
  std::int64_t next_height_ = 1;     // all below were asked for, but for those
  std::set<std::int64_t> missing_;   // that nobody had
};

}  // namespace rehearse
