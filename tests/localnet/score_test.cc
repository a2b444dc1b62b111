// `rehearse score`: what it keeps, what it says of a worse score, and of folders that cannot be scored. No
// network is needed.
#include <gmock/gmock.h>

#include "tests/localnet/rehearsal.h"

namespace rehearse::localnet {
namespace {

using testing::HasSubstr;
using testing::Not;

nlohmann::json run_of(const std::string& scenario, const std::string& expected, const std::string& verdict,
                      const std::string& cause) {
  nlohmann::json r = {
      {"schema", 1},
      {"scenario", scenario},
      {"title", ""},
      {"profile", "made"},
      {"verdict", verdict},
      {"expected", {{"result", expected}, {"owner", expected == "pass" ? "" : "release"}, {"incident", ""}}},
      {"diagnosis", nullptr},
      {"timing", nlohmann::json::object()},
      {"releases", {{"from", nullptr}, {"to", nullptr}}}};
  if (!cause.empty()) r["diagnosis"] = {{"cause", cause}, {"owner", "release"}};
  for (const char* text : {"cosmovisor_sha256", "scenario_digest", "profile_digest", "harness_version",
                           "host", "command", "started", "reproduce"})
    r[text] = "";
  for (const char* list : {"timeline", "checks", "known_defects", "network"})
    r[list] = nlohmann::json::array();
  r["seed"] = 1;
  return r;
}

class ScoreCommand : public testing::Test {
 protected:
  std::string suite(const std::string& folder, const std::vector<nlohmann::json>& runs) {
    return scratch_
        .write(folder + "/run.json",
               nlohmann::json{{"schema", 1}, {"suite", "corpus"}, {"verdict", "pass"}, {"runs", runs}}.dump())
        .parent_path();
  }
  // Its exit code, and what it said.
  std::pair<int, std::string> score(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "score");
    arguments.insert(arguments.end(), {"--scores", (scratch_ / "scores.json").string()});
    Rehearsal r(scratch_, arguments);
    const int code = r.wait();
    return {code, r.output()};
  }
  Scratch scratch_;
  const std::string right_ =
      suite("right", {run_of("a", "block-error", "pass", "block-error"), run_of("b", "pass", "pass", "")});
  const std::string wrong_ =
      suite("wrong", {run_of("a", "block-error", "fail", "block-panic"), run_of("b", "pass", "pass", "")});
};

TEST_F(ScoreCommand, FailsWhenItIsWorseThanTheLastAndSaysInWhat) {
  EXPECT_EQ(score({right_}).first, 0) << "the first has nothing to be held against";
  const auto [code, said] = score({wrong_});
  EXPECT_EQ(code, 1);
  EXPECT_THAT(said, HasSubstr("worse: made.a: right the last time, wrong cause now"));
  EXPECT_EQ(score({wrong_}).first, 1) << "a worse one is not what the next is held against";
  EXPECT_EQ(score({right_}).first, 0);
  EXPECT_EQ(score({wrong_, "--accept"}).first, 0);
  EXPECT_EQ(score({wrong_}).first, 0);
}

TEST_F(ScoreCommand, HoldsACorpusAgainstItselfOnly) {
  EXPECT_EQ(score({right_}).first, 0);
  auto other = run_of("c", "pass", "fail", "block-error");
  other["profile"] = "another";
  EXPECT_EQ(score({suite("other", {other})}).first, 0);
}

TEST_F(ScoreCommand, AsJsonIsJsonAlone) {
  const auto [code, said] = score({right_, "--format", "json"});
  EXPECT_EQ(code, 0);
  EXPECT_EQ(nlohmann::json::parse(said).at("right_cause"), 1);
}

TEST_F(ScoreCommand, RefusesWhatIsNoRunOfASuite) {
  const auto refused = [&](const std::string& folder, const std::string& why) {
    const auto [code, said] = score({folder});
    EXPECT_EQ(code, 2) << folder;
    EXPECT_THAT(said, HasSubstr(why));
    EXPECT_THAT(said, Not(HasSubstr("json.exception.parse_error")));
  };
  refused((scratch_ / "nowhere").string(), "no run.json");
  refused(scratch_.write("one/run.json", run_of("a", "pass", "pass", "").dump()).parent_path(),
          "of one scenario");
  refused(scratch_.write("cut/run.json", R"({"schema": 1, "suite": "corpus", "runs": [{"sch)").parent_path(),
          "cut off");
  refused(scratch_.write("empty/run.json", "").parent_path(), "cut off");
  refused(suite("cancelled", {run_of("a", "pass", "cancelled", "")}), "made.a was cancelled");
  const nlohmann::json early = {{"schema", 1}, {"suite", "corpus"}, {"planned", 2}, {"runs", {run_of("a", "pass", "pass", "")}}};
  refused(scratch_.write("early/run.json", early.dump()).parent_path(), "1 of 2 runs: the suite was ended before its end");
  auto old = run_of("a", "pass", "pass", "");
  old.erase("expected");
  refused(suite("old", {old}), "does not say what was expected of it");
  EXPECT_FALSE(fs::exists(scratch_ / "scores.json"));
  scratch_.write("scores.json", "[1, 2");
  refused(right_, "scores.json");
}

}  // namespace
}  // namespace rehearse::localnet
