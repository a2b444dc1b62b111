// Faults of the machine under one node: limits, processors, clock, disk. What each does to the process stands in localnet.
#include <fmt/format.h>
#include <signal.h>

#include "harness/faults/kinds.h"
#include "harness/faults/node_fault.h"
#include "localnet/inject/capabilities.h"
#include "localnet/inject/clock_skew.h"
#include "localnet/inject/limits.h"
#include "localnet/process/proc.h"
#include "localnet/inject/small_disk.h"
#include "localnet/inject/strace.h"
#include "localnet/inject/throttle.h"

namespace rehearse {

namespace {

std::string fact(const Evidence& e) { return e.holds ? e.facts : ""; }

// Whether the process is as good as before once it has been healed. One that could not write stays up and answers, but its
// consensus has ended for good (CONSENSUS FAILURE): it takes a restart.
enum class Afterwards { lives_on, restart };

// Of the chain's process as it is when it is injected, or of the next one when it is just being replaced; should it end of
// that, its service manager starts it again.
template <class Mechanism>
class OnProcess : public NodeFault {
 public:
  OnProcess(Rehearsal& r, const Injection& i, const char* needs, Afterwards afterwards)
      : NodeFault(r, i), needs_(needs), afterwards_(afterwards) {}
  std::string why_unavailable() override { return capability(needs_).needs; }
  void inject() override { follow(); }
  std::string applied() override {
    const auto facts = follow() ? fact(mechanism_->applied()) : "";
    return facts.empty() && mechanism_ && failed_since_injected() ? end_since_injected() : facts;
  }
  void heal() override {
    begun_to_heal();
    if (mechanism_) mechanism_->undo();
  }
  std::string healed() override {
    if (undone_.empty()) {
      const auto undone = mechanism_ ? mechanism_->undone() : Evidence{true, "nothing was begun"};
      if (!undone.holds) return "";
      undone_ = undone.facts;
      begun_to_heal();
      if (afterwards_ == Afterwards::restart && alive()) node().signal(SIGKILL), ending_ = true;
    }
    if (ending_ && alive()) return "";
    ending_ = false;
    const auto up = revived();
    return up.empty() ? "" : undone_ + "; " + up;
  }

 protected:
  virtual std::unique_ptr<Mechanism> begin(int pid) = 0;
  Mechanism& mechanism() { return *mechanism_; }
  // At the halt another process comes in its place, maybe before anything was seen of the fault. False while there is none.
  bool follow() {
    if (pid_ && !is_ending(pid_)) return true;
    const int now = node().chain_process();
    if (!now || is_ending(now)) return false;
    mechanism_ = begin(now);
    pid_ = now;
    return true;
  }

 private:
  const char* needs_;
  const Afterwards afterwards_;
  std::unique_ptr<Mechanism> mechanism_;
  int pid_ = 0;
  std::string undone_;
  bool ending_ = false;
};

class Limit : public OnProcess<LoweredLimit> {
 public:
  Limit(Rehearsal& r, const Injection& i) : OnProcess(r, i, "prlimit", i.kind == "descriptors" ? Afterwards::restart : Afterwards::lives_on) {}
  std::unique_ptr<LoweredLimit> begin(int pid) override {
    const bool files = kind() == "descriptors";
    return std::make_unique<LoweredLimit>(pid, files ? Resource::open_files : Resource::data, std::stoull(option("spare")));
  }
};

class CpuLimit : public OnProcess<Throttle> {
 public:
  CpuLimit(Rehearsal& r, const Injection& i) : OnProcess(r, i, "signals", Afterwards::lives_on) {}
  std::unique_ptr<Throttle> begin(int) override {
    return std::make_unique<Throttle>(r().loop(), node().group(), std::stod(option("percent")) / 100);
  }
};

class Clock : public OnProcess<ClockSkew> {
 public:
  Clock(Rehearsal& r, const Injection& i) : OnProcess(r, i, "vdso-clock", Afterwards::lives_on), seconds_(std::stoll(option("seconds"))) {}
  // What it takes for the time it says itself: in the Date of what its RPC answers.
  std::string applied() override {
    const auto set = OnProcess::applied();
    if (set.empty()) return "";
    if (!asking_) asking_ = r().loop().every(std::chrono::milliseconds(50), [this] { ask(); });
    return said_->empty() ? "" : set + "; " + *said_;
  }
  void heal() override {
    asking_.reset();
    OnProcess::heal();
  }
  std::unique_ptr<ClockSkew> begin(int pid) override {
    auto skew = std::make_unique<ClockSkew>(pid);
    skew->set(seconds_);
    return skew;
  }

 private:
  void ask() {
    r().http().send({r().network().respondent(name()).rpc_url + "/status"}, [said = said_, seconds = seconds_](const HttpResponse& a) {
      const auto off = date_offset(a, std::chrono::system_clock::now());
      constexpr std::chrono::seconds kDoubt{2};  // it tells whole seconds, and the answer was on its way
      if (off && std::chrono::abs(*off - seconds) <= kDoubt) *said = fmt::format("its RPC answers with a Date {} s off", off->count());
    });
  }

  const std::chrono::seconds seconds_;
  std::shared_ptr<std::string> said_ = std::make_shared<std::string>();
  Loop::Handle asking_;
};

class Disk : public OnProcess<Strace> {
 public:
  Disk(Rehearsal& r, const Injection& i) : OnProcess(r, i, "strace", i.kind == "sync-slow" ? Afterwards::lives_on : Afterwards::restart) {}
  std::unique_ptr<Strace> begin(int pid) override {
    const auto folder = r().folder() / "faults";
    std::filesystem::create_directories(folder);
    return std::make_unique<Strace>(r().loop(), pid, what(), folder / ("strace-" + id() + ".txt"), node().environment());
  }
  std::string applied() override {
    if (follow())
      if (const auto trouble = mechanism().trouble(); !trouble.empty() && alive()) throw Error(Blame::machine, "strace: " + trouble);
    return OnProcess::applied();
  }

 private:
  SyscallFault what() {
    const auto data = node().home() / "data";
    if (kind() == "sync-fails") return failing_sync();
    if (kind() == "sync-slow") return slow_sync(parse_duration(option("delay"))->value);
    return kind() == "disk-full" ? full_disk(data) : read_only_disk(data);
  }
};

// Cosmovisor copies the data folder to a small file system of its own, which is full: it must not switch without its backup.
class BackupDiskFull : public NodeFault {
 public:
  using NodeFault::NodeFault;
  std::string why_unavailable() override {
    const auto none = cosmovisor_unavailable();
    return none.empty() ? capability("mount-namespace").needs : none;
  }
  void inject() override { stop_to_start(); }
  std::string applied() override {
    const auto on_full_disk = [this] {
      constexpr std::uint64_t kRoom = 16 << 20;
      disk_ = std::make_unique<SmallDisk>(folder(), kRoom);
      disk_->fill(4096);
      node().set({{"DAEMON_DATA_BACKUP_DIR", folder().string()}});
      begun_to_heal();
    };
    if (!started(on_full_disk)) return "";
    const auto full = fact(disk_->is_full()), up = answers();
    return full.empty() || up.empty() ? "" : full + "; " + up;
  }
  // It has to go on without: a backup that fits is not to be had there.
  void heal() override {
    if (disk_) disk_->undo_fill();
    revive();
  }
  std::string healed() override {
    if (!disk_) return revived();
    const auto room = fact(disk_->has_room());
    return room.empty() ? "" : revived();
  }

 private:
  std::filesystem::path folder() { return node().home() / "backups"; }
  std::unique_ptr<SmallDisk> disk_;
};

// Processes beside the network that keep every processor busy.
class Burn : public Fault {
 public:
  Burn(Rehearsal& r, const Injection& i) : r_(r), processes_(std::stoi(i.options.at("processes"))) {}
  void inject() override { burn_ = std::make_unique<CpuBurn>(r_.loop(), processes_, r_.network().environment("burn")); }
  std::string applied() override { return fact(burn_->applied()); }
  void heal() override {
    if (burn_) burn_->undo();
  }
  std::string healed() override { return burn_ ? fact(burn_->undone()) : "nothing was begun"; }

 private:
  Rehearsal& r_;
  int processes_;
  std::unique_ptr<CpuBurn> burn_;
};

bool is_1_to_99(const std::string& text) { return is_count(text) && text.size() < 3 && std::stoi(text) > 0; }
bool is_seconds(const std::string& text) {
  return text.size() < 8 && is_count(text.starts_with('-') || text.starts_with('+') ? text.substr(1) : text);
}

}  // namespace

std::vector<FaultKind> machine_kinds() {
  return {
      {"descriptors", "no more file descriptors for its process", ActsOn::node, true,
       {{"spare", "0", "descriptors that it may still open", is_count}}, {}, make_one<Limit>},
      {"memory", "no more memory for its process", ActsOn::node, true,
       {{"spare", "1000000", "bytes that it may still get", is_count}}, {}, make_one<Limit>},
      {"cpu-limit", "its process may run for a part of the time only", ActsOn::node, true,
       {{"percent", "20", "of the time, 1 to 99", is_1_to_99}}, {}, make_one<CpuLimit>},
      {"cpu-burn", "other processes keep the processors busy", ActsOn::network, false,
       {{"processes", "2", "that many, 1 to 99", is_1_to_99}}, {}, make_one<Burn>},
      {"clock", "its wall clock is wrong", ActsOn::node, false,
       {{"seconds", "3600", "ahead of the right time; -5 is behind it", is_seconds}}, {}, make_one<Clock>},
      {"sync-fails", "what it has written cannot be made sure (EIO)", ActsOn::node, true, {}, {}, make_one<Disk>},
      {"sync-slow", "to make sure what it has written takes long", ActsOn::node, true,
       {{"delay", "100ms", "longer, each time", is_some_duration}}, {}, make_one<Disk>},
      {"disk-full", "there is no room for what it writes (ENOSPC)", ActsOn::node, true, {}, {}, make_one<Disk>},
      {"disk-read-only", "nothing can be written (EROFS)", ActsOn::node, true, {}, {}, make_one<Disk>},
      {"backup-disk-full", "there is no room for Cosmovisor's backup", ActsOn::node, true, {}, {}, make_one<BackupDiskFull>},
  };
}

}  // namespace rehearse
