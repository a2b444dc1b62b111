// How many peers each node has, for as long as somebody waits for them to be back, and what an operator does when they do not come.
// Two nodes that dial each other at the same moment refuse each other's connection ("duplicate ID"), and neither dials again
// (CometBFT, p2p/switch.go). In a real network PEX brings them together; in a rehearsal's, which does without, one of them is started
// again. Seen of nodes that were stopped while they started: all their dials are due at once when they go on.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "harness/engine/rehearsal.h"

namespace rehearse {

// As its operator does.
void restart_node(Rehearsal&, const std::string& node);

class Peers {
 public:
  using Restart = std::function<void(Rehearsal&, const std::string& node)>;
  explicit Peers(Rehearsal&, Restart = restart_node);

  void watch(bool wanted);
  // Of these nodes, those that have not said since then that they have all the others.
  std::vector<std::string> lacking(const std::vector<std::string>& up, Micros since) const;
  // They live, and have lacked some since then. Starts the one with the least power again, each once in a run, and not before
  // CometBFT's own ways have had their time.
  void help(const std::vector<std::string>& lacking, Micros since);
  // What help() has done since then; empty: nothing.
  std::string finding(Micros since) const;

 private:
  struct Said {
    std::int64_t count;
    Micros asked;
  };
  void ask();

  Rehearsal& r_;
  Restart restart_;
  Questioner questioner_;
  std::map<std::string, Said> said_;
  Loop::Handle asking_;
  std::map<std::string, Micros> started_again_;
};

}  // namespace rehearse
