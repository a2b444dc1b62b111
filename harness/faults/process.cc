// Faults of a node's processes: killed, stopped, left without their supervisor, or ended at a crash point of CometBFT.
#include <fmt/format.h>
#include <signal.h>

#include "harness/faults/kinds.h"
#include "harness/faults/node_fault.h"
#include "harness/procedures/operator.h"
#include "localnet/process/guard.h"
#include "localnet/cosmos/node_home.h"
#include "localnet/process/proc.h"

namespace rehearse {

namespace fs = std::filesystem;

namespace {

// SIGKILL to all of it, as when its machine loses power: it is back when that is. Killed between two stores of the block that
// applies the upgrade it never comes back (cosmos-sdk#9616, #13477): its operator restores Cosmovisor's backup.
class Kill : public NodeFault {
 public:
  using NodeFault::NodeFault;
  void inject() override { node().stop(SIGKILL); }
  std::string applied() override {
    const auto ended = end_since_injected();
    if (ended.empty()) inject();  // its operator may have had it stopped at that moment
    return ended;
  }
  void heal() override { revive(); }
  std::string healed() override {
    constexpr int kTries = 3;
    if (restored_for_.empty() && migrates() && !node().running() && failures_since_healing() >= kTries) {
      const auto said = last_said(Pattern::panic);
      restored_for_ = fmt::format("finding: the kill has left it with half of the upgrade ({}); its data folder restored from the "
                                  "backup at the halt; ", said.empty() ? last_line() : said);
      restore_data(r(), name());
    }
    const auto up = revived();
    return up.empty() ? "" : restored_for_ + up;
  }

 private:
  // The upgrade was begun, and no block of the new release is there.
  bool migrates() { return seen().line(Pattern::applying_upgrade) && r().view().plan && !seen().committed_at(r().view().plan->height); }
  std::string restored_for_;
};

class Pause : public NodeFault {
 public:
  using NodeFault::NodeFault;
  void inject() override { node().signal(SIGSTOP); }
  std::string applied() override {
    if (node().paused()) return "every process of it is stopped (/proc: T)";
    inject();  // its operator may have had it stopped at that moment, or is starting it
    return "";
  }
  void heal() override {
    begun_to_heal();
    node().signal(SIGCONT);
  }
  std::string healed() override { return node().paused() ? "" : answers(); }
};

// Cosmovisor alone: the chain's process lives on without it, and nobody would switch it.
class KillCosmovisor : public NodeFault {
 public:
  using NodeFault::NodeFault;
  std::string why_unavailable() override { return cosmovisor_unavailable(); }
  void inject() override { node().signal_supervisor(SIGKILL); }
  std::string applied() override {
    const auto ended = end_since_injected();
    const auto left = processes_of_run(run_id(), name());
    return ended.empty() || left.empty() ? "" : fmt::format("{}; the chain's process {} lives on", ended, left.front());
  }
  void heal() override {
    end_processes(run_id(), name());
    revive();
  }
  std::string healed() override { return revived(); }
};

// CometBFT ends itself at the Nth of its crash points: its own code looks at FAIL_TEST_INDEX, says `*** fail-test N ***`
// and exits with 1, between the steps of writing a block. There are 11 of them a height, and a block that is replayed at a start
// passes them, too.
class CrashPoint : public NodeFault {
 public:
  using NodeFault::NodeFault;
  void inject() override {
    node().set(variables());
    stop_to_start();
  }
  std::string applied() override {
    if (!started()) return "";
    const auto said = last_words("*** fail-test " + option("index") + " ***");
    if (said.empty()) keep_running();  // Cosmovisor may end for a reason of its own before that
    return said.empty() ? "" : fmt::format("it said `{}` and ended", said);
  }
  void heal() override {
    node().unset(variables());
    revive();
  }
  std::string healed() override { return revived(); }

 private:
  std::map<std::string, std::string> variables() const { return {{"FAIL_TEST_INDEX", option("index")}}; }
};

// Cosmovisor asks a program of the operator's before it switches; that one says no (COSMOVISOR_CUSTOM_PREUPGRADE).
// It is asked at the upgrade only, and named in the environment that Cosmovisor starts with.
class FailingHook : public NodeFault {
 public:
  using NodeFault::NodeFault;
  std::string why_unavailable() override { return cosmovisor_unavailable(); }
  void inject() override {
    write_file(script(), "#!/bin/sh\necho not ready for the upgrade\nexit 1\n");
    fs::permissions(script(), fs::perms::owner_all);
    node().set(variables());
    stop_to_start();
  }
  std::string applied() override {
    if (!started()) return "";
    const auto said = last_words(kScript);
    return said.empty() ? "" : end_since_injected() + ": " + said;
  }
  void heal() override {
    node().unset(variables());
    fs::remove(script());
    revive();
  }
  std::string healed() override { return revived(); }

 private:
  static constexpr const char* kScript = "before-upgrade.sh";
  fs::path script() { return node().home() / "cosmovisor" / kScript; }
  static std::map<std::string, std::string> variables() { return {{"COSMOVISOR_CUSTOM_PREUPGRADE", kScript}}; }
};

}  // namespace

std::vector<FaultKind> process_kinds() {
  return {
      {"kill", "SIGKILL to all processes of a node", ActsOn::node, true, {}, {}, make_one<Kill>},
      {"pause", "SIGSTOP: its connections stay open", ActsOn::node, true, {}, {}, make_one<Pause>},
      {"kill-cosmovisor", "SIGKILL to Cosmovisor alone", ActsOn::node, true, {}, {}, make_one<KillCosmovisor>},
      {"crash-point", "CometBFT ends itself in the middle of a block", ActsOn::node, true,
       {{"index", "3", "which of its crash points since the start, 0 or more", is_count}}, {}, make_one<CrashPoint>},
      {"hook-fails", "the operator's program that Cosmovisor asks before the upgrade says no", ActsOn::node, true, {}, {}, make_one<FailingHook>},
  };
}

}  // namespace rehearse
