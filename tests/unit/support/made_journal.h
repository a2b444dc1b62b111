// The journal of a chain upgrade that nobody carried out: four validators (power 40, 30, 20, 10) go from
// v1.0.0 to v2.0.0 at height 20, five blocks follow, every question has a good answer. A test changes one
// fact in it and judges what is left with the real scenario and the real profile.
#pragma once

#include <string>
#include <vector>

#include "harness/record/run_record.h"
#include "harness/spec/scenario.h"
#include "harness/view/view.h"
#include "localnet/profile/profile.h"

namespace rehearse::made {

inline constexpr std::int64_t kHeight = 20;  // H: the plan's
inline constexpr std::int64_t kBlocksAfter = 5;
inline constexpr std::int64_t kLast = kHeight + kBlocksAfter;
inline constexpr double kBlockSeconds = 0.15;
inline constexpr record::Micros kInvoked = 1'800'000'000'000'000;

// Seconds since the user's command. Nodes follow each other: add a lag of theirs (lag_of below).
namespace at {
inline constexpr double kRunStarted = 0.02, kReleasesOpened = 0.1, kStarted = 0.34;
inline constexpr double kFirstBlock = 1.0;  // height h is at kFirstBlock + (h - 1) * kBlockSeconds
inline constexpr double kPrepared = 1.12, kReady = 3.503, kBefore = 1.3, kPlan = 1.5, kPassed = 3.5;
inline constexpr double kHalt = 3.86;
inline constexpr double kNewBinary = 4.5;  // + 0.1 from one node to the next
inline constexpr double kUpgraded = 4.7;   // + 0.1 from one node to the next
inline constexpr double kResumed = 5.4;    // H + 1, then a block every kBlockSeconds
inline constexpr double kLastBlock = kResumed + (kBlocksAfter - 1) * kBlockSeconds;
inline constexpr double kAnswers = 6.1, kAsked = 6.15, kStopped = 6.2, kStateRead = 6.3, kTornDown = 6.5;
}  // namespace at

record::Micros micros(double seconds_since_command);
inline std::string validator(int ordinal) { return "validator-" + std::to_string(ordinal); }
// The validator's delay behind validator-1 in what all do together.
inline double lag_of(int ordinal) { return 0.001 * (ordinal - 1); }
std::string block_hash(std::int64_t height);
std::string app_hash(std::int64_t height);  // the state after that height

class Upgrade {
 public:
  Scenario scenario;  // scenarios/chain-upgrade.yaml
  Profile profile;    // fixtures/profiles/virtengine.yaml
  std::vector<record::Event> made;

  // --- what to change
  // The answer; every one of a question that was asked with several arguments. Throws when it was not asked.
  record::Answered& answer(const std::string& checkpoint, const std::string& question,
                           const std::string& node = "validator-1", std::int64_t height = 0);
  std::vector<record::Answered*> answers(const std::string& checkpoint, const std::string& question,
                                         const std::string& node = "validator-1", std::int64_t height = 0);
  // All bodies of a kind, of one node or of all.
  template <class T>
  std::vector<T*> all(const std::string& node = "") {
    std::vector<T*> out;
    for (auto& e : made)
      if (auto* body = std::get_if<T>(&e.body); body && (node.empty() || e.node == node)) out.push_back(body);
    return out;
  }
  // The last head of that node at that block.
  record::HeadSeen& head(const std::string& node, std::int64_t store_height);
  template <class T>
  void erase() {
    std::erase_if(made, [](const auto& e) { return std::holds_alternative<T>(e.body); });
  }

  // --- what to add
  // The incarnation is that of the node at that moment, unless it is given.
  // For ten seconds it waits for a processor nine tenths of the time.
  void starve(const std::string& node);
  void add(double when, const std::string& node, record::Body, int incarnation = 0);
  record::LogLine& log(double when, const std::string& node, const std::string& pattern,
                       const std::string& text, const std::vector<std::string>& captures = {});
  record::LogLine& error(double when, const std::string& node, const std::string& text,
                         const std::string& pattern = "error");
  void head_at(double when, const std::string& node, std::int64_t store_height, std::int64_t app_height,
               int incarnation = 0);
  void exits(double when, const std::string& node, int exit_code, const std::vector<std::string>& last_lines);
  // The node's process of the new binary: starts, replays block H, applies the upgrade unless told not to.
  void starts_new_binary(int ordinal, bool applies = true);

  // --- how it ends
  // Nothing of a node (of the whole run, when none is given) from that moment on.
  void cut(double when, const std::string& node = "");
  // Ends the run then: the open step gets that outcome, nothing later is kept.
  void stop(double when, StopReason, const std::string& detail, Cause = Cause::none,
            StepOutcome of_step = StepOutcome::failed);

  // --- what comes of it
  std::vector<record::Event> events() const;  // in the order of time, numbered
  NetworkView view() const;
  record::RunRecord judged() const;
};

Upgrade healthy();

// "Version (validator-3): fail" for each item that is not passed, in the record's order, but for those that are skipped because
// they need more than a test's journal has: blocks, or a stopped node's state.
std::vector<std::string> not_passed(const record::RunRecord&);
std::vector<std::string> not_passed(const Upgrade&);
// The only item with that title and subject.
const record::CheckResult& item(const record::RunRecord&, const std::string& title,
                                const std::string& subject = "network");

}  // namespace rehearse::made
