// Carries out the planned faults beside the procedure: waits for their triggers, injects, proves, heals, proves again, and
// watches the network recover. Each step is an event; the one of a beginning is written before anything is done.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "harness/faults/fault.h"
#include "harness/faults/peers.h"
#include "harness/faults/trigger.h"

namespace rehearse {

// As the catalogue says.
std::unique_ptr<Fault> make_fault(Rehearsal&, const Injection&);

class FaultDriver : public BackgroundTask {
 public:
  using Make = std::function<std::unique_ptr<Fault>(Rehearsal&, const Injection&)>;
  // The network is made. Journals what is planned. Throws Error(Blame::scenario) for a target that is not in the network.
  FaultDriver(Rehearsal&, std::vector<Injection>, Make = make_fault, Peers::Restart = restart_node);
  ~FaultDriver() override;  // as close()

  void advance() override;
  // Lets those that have begun run their course, heals them, and waits until the network has recovered. What has not been
  // triggered by then never is.
  void end() override;
  // The run is over, however it came to that: heals what is still in effect, and waits for no proof that is not there at once.
  void close();

 private:
  struct ActiveFault;  // of one injection
  void advance(ActiveFault&);
  void go_on(ActiveFault&);
  // Heals it before its time; once that is proven it has failed.
  void give_up(ActiveFault&, const std::string& why);
  void watch_heal(ActiveFault&);
  void wait_for_trigger(ActiveFault&);
  void begin(ActiveFault&, Micros due);
  bool in_the_way(const ActiveFault&) const;
  void watch_recovery(ActiveFault&);
  void transition(ActiveFault&, FaultState, const std::string& detail, const std::string& finding = "");
  bool over(const ActiveFault&) const;
  bool begun_since(const ActiveFault&) const;

  Rehearsal& r_;
  Make make_;
  std::vector<std::unique_ptr<ActiveFault>> all_;
  Peers peers_;
};

}  // namespace rehearse
