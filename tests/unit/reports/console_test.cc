#include "reports/console.h"

#include <gtest/gtest.h>

#include <sstream>

#include "tests/unit/support/golden.h"
#include "tests/unit/support/made_record.h"

namespace rehearse::reports {
namespace {

constexpr const char* kFolder = "results/20260430T120000Z-ab12";

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> found;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) found.push_back(line);
  return found;
}

TEST(Console, Golden) {
  made::expect_golden("console-pass.txt", summary(made::passed(), kFolder));
  made::expect_golden("console-fail.txt", summary(made::failed(), kFolder));
}

TEST(Console, AFailureEndsWithItsCauseAndTheCommand) {
  const auto all = lines(summary(made::failed(), kFolder));
  EXPECT_EQ(
      all[all.size() - 2],
      "FAIL app-hash-divergence: validator-4, CONSENSUS FAILURE!!! err=\"+2/3 committed an invalid block: "
      "wrong Block.Header.AppHash\", nodes/validator-4/logs/node.log:812");
  EXPECT_EQ(all.back(), made::failed().reproduce);
}

TEST(Console, APassEndsWithTheFolderAndTheCommand) {
  const auto all = lines(summary(made::passed(), kFolder));
  EXPECT_EQ(all[all.size() - 2],
            std::string("PASS virtengine.chain-upgrade: 24 checks (1 skipped), wall 9.8 s, "
                        "results in ") +
                kFolder);
  EXPECT_EQ(all.back(), made::passed().reproduce);
}

TEST(Console, SaysWhatARunBeganFrom) {
  auto run = made::passed();
  EXPECT_EQ(summary(run, kFolder).find("checkpoint of"), std::string::npos);
  run.forked_from = record::ForkedFrom{"0123456789abcdef", "another", "waiting", 17, 5.2};
  EXPECT_NE(summary(run, kFolder).find("from a checkpoint of another, phase waiting, height 17; the first 5.2 s are its own"), std::string::npos);
}

TEST(Console, AFailureWithoutADiagnosisNamesTheFirstCheck) {
  auto run = made::failed();
  run.diagnosis.reset();
  const auto all = lines(summary(run, kFolder));
  EXPECT_EQ(all[all.size() - 2],
            "FAIL assertion: validator-4, Version: the node stopped taking part at height 43, "
            "nodes/validator-4/logs/node.log:812");
}

TEST(Console, AnEmptyErrorStillEndsInTwoLines) {
  auto run = made::bare();
  run.verdict = "error";
  run.reproduce.clear();
  const auto all = lines(summary(run, kFolder));
  EXPECT_EQ(all[all.size() - 2], "ERROR: virtengine.chain-upgrade");
  EXPECT_EQ(all.back(), run.command);
}

TEST(Console, NodesCannotReachTheTerminal) {
  const std::string text = summary(made::hostile_record(), "results/\x1b[2Jx");
  EXPECT_TRUE(made::is_harmless(text));
  EXPECT_LT(text.size(), 100'000u);
  EXPECT_EQ(summary(made::failed(), kFolder).find('\x1b'), std::string::npos);
  EXPECT_NE(summary(made::failed(), kFolder, true).find("\x1b[31m"), std::string::npos);
}

TEST(Progress, IsOneLineAStepWithoutATerminal) {
  std::ostringstream out;
  Progress progress(out, false, false);
  progress.phase("prepare", 0);
  progress.step_started("proposal passed", "Chain Upgrades (Governance)");
  progress.note("Cosmovisor v1.7.1");
  progress.step_ended("proposal passed", "done", "v2.0.0 at height 41", 3.21);
  progress.step_ended("swap the binary", "failed", made::hostile(), 725);
  progress.step_ended("verify", "error", "", 11'100);
  progress.step_ended("load", "skipped", "needs Keras", 11'101);
  EXPECT_TRUE(made::is_harmless(out.str()));
  const auto all = lines(out.str());
  ASSERT_EQ(all.size(), 6u);
  EXPECT_EQ(all[0], "    0.0 s  -- prepare");
  EXPECT_EQ(all[1], "           Cosmovisor v1.7.1");
  EXPECT_EQ(all[2], "    3.2 s  proposal passed: v2.0.0 at height 41");
  EXPECT_TRUE(all[3].starts_with("   12m05s  FAILED swap the binary: a]]>b"));
  EXPECT_EQ(all[4], "    3h05m  ERROR verify");
  EXPECT_EQ(all[5], "    3h05m  skipped load: needs Keras");
}

TEST(Progress, ATerminalShowsTheStepUnderWay) {
  std::ostringstream out;
  Progress progress(out, true, false);
  progress.step_started("wait", "");
  progress.note("still there");
  progress.step_ended("wait", "done", "", 1);
  const std::string clear = "\r\x1b[K", wait = "           wait ...";
  EXPECT_EQ(out.str(), wait + clear + "           still there\n" + wait + clear + "    1.0 s  wait\n");
}

}  // namespace
}  // namespace rehearse::reports
