// What faults on one node have in common: the node, what was seen of it since, and bringing it back to life.
#pragma once

#include <functional>
#include <string>

#include "harness/faults/fault.h"

namespace rehearse {

class NodeFault : public Fault {
 public:
  NodeFault(Rehearsal& r, const Injection& i) : r_(r), injection_(i), injected_seq_(r.view().last_seq) {}

 protected:
  Rehearsal& r() { return r_; }
  const std::string& name() const { return injection_.target.nodes.front(); }
  Node& node() { return r_.network().node(name()); }
  const NodeView& seen() const { return r_.view().nodes.at(name()); }
  const std::string& id() const { return injection_.id; }
  const std::string& kind() const { return injection_.kind; }
  const std::string& option(const char* which) const { return injection_.options.at(which); }
  const std::string& run_id() { return r_.network().plan().run_id; }
  bool alive() const { return seen().alive; }

  // "needs Cosmovisor: ..." of a node that is run without it.
  std::string cosmovisor_unavailable();
  // SIGKILL; then started() is asked again and again.
  void stop_to_start();
  // Once that has ended it: does the work, starts it, and what is seen from there on counts. False: not yet.
  bool started(const std::function<void()>& work = [] {});

  // What is seen from here on counts as a consequence; at first, since the fault was made.
  void begun_to_inject() { injected_seq_ = r_.view().last_seq; }
  void begun_to_heal() { healing_since_ = r_.view().last_seen; }
  // How its process ended since it was injected; empty: it did not.
  std::string end_since_injected() const;
  // It was not its operator who ended it.
  bool failed_since_injected() const;
  // What it said last before that.
  std::string last_line() const;
  // The line among the last words of such an end that contains the text; empty: none.
  std::string last_words(const std::string& text) const;
  // How often it has ended by itself since the healing was begun.
  std::ptrdiff_t failures_since_healing() const;
  // The latest line of that log pattern; empty: none.
  std::string last_said(Pattern) const;
  // Its RPC has answered since the healing was begun, from a process that lives; empty: not yet.
  std::string answers() const;
  // Starts it unless it runs.
  void revive();
  // Should it have ended: starts it again, as its service manager would, at a pace.
  void keep_running();
  // The same proof as answers(). What ends again is started again, as its service manager would (runbook, "Systemd with
  // Cosmovisor": Restart=on-failure), at a pace.
  std::string revived();

 private:
  const SeenEnd* last_end() const;
  bool may_start();
  void start_again();
  Rehearsal& r_;
  const Injection injection_;
  std::int64_t injected_seq_;
  Micros healing_since_ = 0, started_ = 0;
  bool stopping_ = false;
};

}  // namespace rehearse
