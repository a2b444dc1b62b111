// A check is two pure halves (design invariant 6): the questions it needs, and a judgement on what was seen
// and answered. So it runs live, offline on a journal, and in a test without a network.
#pragma once

#include <string>
#include <vector>

#include "harness/record/run_record.h"
#include "harness/spec/scenario.h"
#include "harness/view/checkpoint.h"
#include "harness/view/view.h"
#include "localnet/profile/profile.h"
#include "localnet/profile/questions.h"
#include "localnet/base/text.h"

namespace rehearse {

struct Context {
  const NetworkView& view;
  const Scenario& scenario;
  const Profile& profile;

  // Of what is under way: a leg before may have had another. Null: there is none.
  const record::PlanProposed* plan() const {
    return view.plan && (!view.leg() || view.plan_leg == view.named("")) ? &*view.plan : nullptr;
  }
  const record::ReleasesOpened* releases() const {
    return view.leg() ? &view.leg()->leg.releases : view.releases ? &*view.releases : nullptr;
  }
  // What comes after it is after the upgrade.
  std::int64_t upgrade_height() const { return view.expected_outcome ? view.expected_outcome->height : plan() ? plan()->height : 0; }
  // The plan is carried out, as far as this run is meant to go.
  bool applied() const { return view.expected_outcome ? view.expected_outcome->applied : true; }
  // That every node must run afterwards.
  std::string version() const {
    if (!releases()) return "";
    return (view.expected_outcome && view.expected_outcome->release == WhichRelease::from ? releases()->from : releases()->to).printed_version;
  }
  // The same of one node, where it may differ.
  std::string version_of(const std::string& node) const {
    const auto own = view.run ? view.run->conditions.value("versions", record::Json::object()) : record::Json::object();
    return own.value(node, version());
  }
  // Of a network that somebody else runs only what its nodes answer is known.
  bool seen_from_outside() const { return view.run && view.run->conditions.value("seen-from-outside", false); }
  // K: blocks that must follow.
  std::int64_t blocks_after() const {
    return view.run ? view.run->conditions.value("blocks_after", std::int64_t{0}) : 0;
  }
  std::int64_t last_height() const { return upgrade_height() + blocks_after(); }
  // Names as planned, also of a run that ended before there was a network.
  std::vector<std::string> validators() const {
    return view.run ? view.run->conditions.value("validators", std::vector<std::string>{}) : std::vector<std::string>{};
  }
};

// A part of the run.
struct Span {
  Micros from = 0, to = 0;
  double seconds() const { return static_cast<double>(to - from) / 1e6; }
};

// The machine stood still, or was short of processors then: what took long says nothing about the release.
bool machine_was_slow(const Context&, Span);
// Seconds that are left of that time without what the machine took: at least so long it would have been on another.
double on_a_fast_machine(const Context&, Span);
// Traffic was sent then, or something else that takes nothing away: what is measured is held against what was measured so.
bool under_load(const NetworkView&, Micros);

// What a check found; the runner adds which check it was.
struct Finding {
  record::Outcome outcome = record::Outcome::pass;
  std::string expected, actual, message;
  std::vector<std::string> evidence;
  bool open = false;  // skipped for want of what may still come: the verification waits for it
};

Finding passed(std::string expected, std::string actual, std::vector<std::string> evidence = {});
Finding failed(std::string message, std::string expected, std::string actual,
               std::vector<std::string> evidence = {});
Finding inconclusive(std::string message);
Finding skipped(std::string message);

enum class Scope { each_validator, network, provider };

// Of checks that another list asks for under its own title.
namespace check_title {
inline constexpr const char* version = "Version";
inline constexpr const char* block_production = "Block Production";
inline constexpr const char* app_hashes = "App Hashes";
}  // namespace check_title

struct Check {
  const char* title;  // as the runbook prints it
  Scope scope;
  // `node` is a validator; for a check of the network or the provider it is empty.
  std::vector<Question> (*questions)(const Context&, const std::string& checkpoint, const std::string& node);
  Finding (*judge)(const Context&, const std::string& node);
  // It may come true a while after the chain goes on (a node catches up, finds its peers): the verification waits for it.
  bool settles = false;
  // What its failure is called.
  Cause cause = Cause::check_failed;
};

// What a node's app.toml is set to there: its own, the network's or the profile's; null: nobody says, it is as the chain's `init` has it.
const record::Json* app_setting(const Context&, const std::string& node, const std::string& key);

// For checks that need nothing but what is observed anyway.
std::vector<Question> no_questions(const Context&, const std::string&, const std::string&);

// The answer, or a finding that says why there is none (inconclusive: nothing was proven).
struct Lookup {
  const SeenAnswer* answer = nullptr;
  Finding missing;
};
Lookup look_up(const Context&, const std::string& checkpoint, const Question&);
// The answers before and after the upgrade; without `after`, `missing` says why.
struct Both {
  const SeenAnswer *before = nullptr, *after = nullptr;
  Finding missing;
};
Both look_up_both(const Context&, const Question&);

}  // namespace rehearse
