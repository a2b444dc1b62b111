// A rehearsal that is fed by hand, on a network of two nodes that nobody started.
#pragma once

#include "harness/engine/rehearsal.h"
#include "tests/unit/support/fake_network.h"
#include "tests/unit/support/fakes.h"

namespace rehearse::made {

using namespace std::chrono_literals;

class Shown : public ProgressReporter {
 public:
  std::vector<std::string> lines;
  void phase(Phase p) override { lines.push_back("phase " + name_of(p)); }
  void note(const std::string& text) override { lines.push_back("note " + text); }
  void step_started(const std::string& title, const std::string& runbook) override {
    lines.push_back("start " + title + ", " + runbook);
  }
  void step_ended(const std::string& title, StepOutcome outcome, const std::string& detail) override {
    lines.push_back(name_of(outcome) + " " + title + ": " + detail);
  }
};

class RehearsalTest : public ::testing::Test {
 protected:
  RehearsalTest() {
    r_.record(record::NetworkPlanned{
        "made-1", "bare", 2.0, "", {{"a", true, 60, "", "", "", ""}, {"b", true, 40, "", "", "", ""}}});
    for (const char* node : {"a", "b"}) r_.process_started(node, 1, "maded");
  }

  void at(const std::string& node, std::int64_t height) {
    r_.head(node, {height, "", height, "", "v1", false});
  }
  void ends(const std::string& node, int code) { r_.process_ended(node, "maded", {code, 0}, {}); }
  // Does it a moment from now, while something is awaited.
  void soon(std::function<void()> work, std::chrono::milliseconds after = 1ms) {
    later_.push_back(r_.loop().after(after, std::move(work)));
  }
  template <class Failure>
  std::string failure(const std::function<void()>& work) {
    try {
      work();
    } catch (const Failure& e) {
      return e.what();
    }
    ADD_FAILURE() << "it did not throw";
    return "";
  }

  TempFolder folder_;
  Loop loop_;
  FakeHttp http_;
  std::filesystem::path file_ = folder_ / "events.jsonl";
  Journal journal_{file_};
  Shown shown_;
  Scenario scenario_;
  Profile profile_;
  Rehearsal r_{loop_, http_, journal_, shown_, scenario_, profile_, folder_.path()};
  std::vector<Loop::Handle> later_;
  // Nothing here moves by itself, so what is not there at once does not come.
  Budget brief_{30ms, 20s};
};

// With a source for one question; the test answers what is asked.
class AskingTest : public RehearsalTest {
 protected:
  AskingTest() {
    AnswerSource source;
    source.rpc = "net_info";
    source.at = "/n_peers";
    profile_.questions["peers"] = {source};
    r_.set_network(&network_);
  }
  static NetworkPlan plan(const std::filesystem::path& folder) {
    NetworkPlan p;
    p.folder = folder;
    return p;
  }
  AddressBlock addresses_ = AddressBlock::claim(folder_.path());
  FakeNetwork network_{loop_, http_, r_, profile_, addresses_, plan(folder_.path())};
};

}  // namespace rehearse::made
