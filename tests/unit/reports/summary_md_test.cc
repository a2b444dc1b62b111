#include "reports/summary_md.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/support/golden.h"
#include "tests/unit/support/made_record.h"

namespace rehearse::reports {
namespace {

TEST(SummaryMd, Golden) {
  made::expect_golden("summary-pass.md", summary_md(made::passed()));
  made::expect_golden("summary-fail.md", summary_md(made::failed()));
  made::expect_golden("summary-suite.md", summary_md({made::passed(), made::failed()}, "default"));
  made::expect_golden("annotations-fail.txt", github_annotations(made::failed()));
}

TEST(SummaryMd, StaysBelowTheLimit) {
  auto run = made::failed();
  auto check = run.checks[7];
  check.expected = check.actual = check.message = made::hostile() + std::string(1000, '|');
  run.checks.insert(run.checks.end(), 300, check);
  const std::string one = summary_md(run);
  EXPECT_LT(one.size(), 1024u * 1024);
  EXPECT_NE(one.find("more: see report.html"), std::string::npos);
  const std::string suite = summary_md(std::vector(20, run), "chaos");
  EXPECT_LT(suite.size(), 1024u * 1024);
  EXPECT_NE(suite.find("Cut to GitHub's limit"), std::string::npos);
}

TEST(SummaryMd, NothingBecomesMarkup) {
  const std::string text = summary_md(made::hostile_record());
  EXPECT_TRUE(made::is_harmless(text));
  auto run = made::failed();
  run.title = "**<img src=x> @everyone [a](b)";
  run.checks.back().message = "a|b `c` #1";
  run.checks.back().expected = "x|``y";
  const std::string shown = summary_md(run);
  EXPECT_NE(shown.find("\\*\\*&lt;img src=x\\> &#64;everyone \\[a\\](b)"), std::string::npos);
  EXPECT_NE(shown.find("a\\|b \\`c\\` \\#1"), std::string::npos);
  EXPECT_NE(shown.find("``` x\\|``y ```"), std::string::npos);
}

TEST(Annotations, RootCauseFirstAndAtMostTen) {
  auto run = made::failed();
  for (int i = 0; i < 30; ++i) run.checks.push_back(run.checks[7]);
  const std::string text = github_annotations(run);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 10);
  EXPECT_TRUE(
      text.starts_with("::error title=virtengine.chain-upgrade%3A app-hash-divergence::FAIL app-hash"));
  EXPECT_NE(text.find("and 27 more checks"), std::string::npos);
}

TEST(Annotations, OfAnErrorOfTheInputStandAtItsLine) {
  EXPECT_EQ(github_annotation("scenarios/a,b.yaml:12: there is no node `validator-9`"),
            "::error file=scenarios/a%2Cb.yaml,line=12,title=rehearse::scenarios/a,b.yaml:12: there is no node `validator-9`\n");
  EXPECT_EQ(github_annotation("no space: 100 MB are needed"), "::error title=rehearse::no space: 100 MB are needed\n");
}

TEST(Annotations, EscapeWhatEndsACommand) {
  auto run = made::failed();
  run.checks = {made::check("List", "a:b,c%d", "network", record::Outcome::fail, "50%", "two\r\nlines")};
  const std::string text = github_annotations(run);
  EXPECT_NE(text.find("::error title=network%3A a%3Ab%2Cc%25d::"), std::string::npos);
  EXPECT_NE(text.find("%0Aexpected: 50%25%0Aactual: two lines\n"), std::string::npos);
}

TEST(Annotations, AreOneLineEachWhateverANodeSays) {
  const std::string text = github_annotations(made::hostile_record());
  EXPECT_TRUE(made::is_harmless(text));
  for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1)
    EXPECT_EQ(text.compare(at, 14, "::error title="), 0);
}

TEST(Annotations, APassHasNone) { EXPECT_EQ(github_annotations(made::passed()), ""); }

}  // namespace
}  // namespace rehearse::reports
