#include "reports/junit.h"

#include <gtest/gtest.h>

#include <map>
#include <pugixml.hpp>
#include <set>
#include <sstream>

#include "tests/unit/support/golden.h"
#include "tests/unit/support/made_record.h"

namespace rehearse::reports {
namespace {

using record::Outcome;

pugi::xml_document parsed(const std::string& text) {
  pugi::xml_document document;
  const auto result = document.load_string(text.c_str());
  EXPECT_TRUE(result) << result.description() << " at byte " << result.offset;
  return document;
}

// Every testcase as "classname/name" -> its problem's element, or "passed".
std::map<std::string, std::string> outcomes(const pugi::xml_document& document) {
  std::map<std::string, std::string> found;
  for (const auto& match : document.select_nodes("//testcase")) {
    const auto node = match.node();
    const std::string id =
        std::string(node.attribute("classname").value()) + "/" + node.attribute("name").value();
    EXPECT_FALSE(found.contains(id)) << id << " is there twice";
    found[id] = node.first_child() ? node.first_child().name() : "passed";
  }
  return found;
}

TEST(Junit, Golden) {
  made::expect_golden("junit-pass.xml", junit(made::passed()));
  made::expect_golden("junit-fail.xml", junit(made::failed()));
  made::expect_golden("junit-strict.xml", junit(made::failed(), JunitDialect::strict));
  made::expect_golden("junit-suite.xml",
                      junit(std::vector{made::passed(), made::failed()}, JunitDialect::rich, "default"));
  EXPECT_EQ(junit(made::passed(), JunitDialect::strict), junit(made::passed()));
}

// Another run in which one more check failed: both kinds of element for what other runs found.
TEST(Junit, GoldenRepeated) {
  auto other = made::failed();
  other.checks.front().outcome = Outcome::fail;
  other.checks.front().message = "only this time";
  const auto text = junit_repeated({made::failed(), other}, JunitDialect::strict);
  for (const char* element : {"//flakyFailure", "//rerunFailure"})
    EXPECT_FALSE(parsed(text).select_nodes(element).empty()) << element;
  made::expect_golden("junit-strict-repeated.xml", text);
}

TEST(Junit, MapsOutcomes) {
  auto run = made::bare();
  run.verdict = "inconclusive";
  for (const auto outcome :
       {Outcome::pass, Outcome::fail, Outcome::error, Outcome::inconclusive, Outcome::skipped})
    run.checks.push_back(made::check("List", record::to_string(outcome), "network", outcome, "1", "2"));
  const auto document = parsed(junit(run));
  const std::map<std::string, std::string> expected = {
      {"virtengine.chain-upgrade.run/verdict", "error"},
      {"virtengine.chain-upgrade.network/pass", "passed"},
      {"virtengine.chain-upgrade.network/fail", "failure"},
      {"virtengine.chain-upgrade.network/error", "error"},
      {"virtengine.chain-upgrade.network/inconclusive", "error"},
      {"virtengine.chain-upgrade.network/skipped", "skipped"}};
  EXPECT_EQ(outcomes(document), expected);
  const auto suite = document.child("testsuites").child("testsuite");
  EXPECT_EQ(suite.attribute("tests").as_int(), 6);
  EXPECT_EQ(suite.attribute("failures").as_int(), 1);
  EXPECT_EQ(suite.attribute("errors").as_int(), 3);
  EXPECT_EQ(suite.attribute("skipped").as_int(), 1);
  EXPECT_STREQ(document.select_node("//failure").node().attribute("type").value(), "assertion");
}

TEST(Junit, TheVerdictFollowsTheRecord) {
  const auto verdict = [](const std::string& is) {
    auto run = made::bare();
    run.verdict = is;
    const auto document = parsed(junit(run));
    return outcomes(document).at("virtengine.chain-upgrade.run/verdict");
  };
  EXPECT_EQ(verdict("pass"), "passed");
  EXPECT_EQ(verdict("fail"), "failure");
  EXPECT_EQ(verdict("error"), "error");
  EXPECT_EQ(verdict("inconclusive"), "error");
  EXPECT_EQ(verdict("cancelled"), "error");
}

TEST(Junit, RepeatedRunsShowWhatIsFlaky) {
  auto good = made::passed(), bad = made::passed();
  bad.verdict = "fail";
  auto& check = bad.checks.at(5);
  check.outcome = record::Outcome::fail;
  check.message = "only this time";
  pugi::xml_document doc;
  ASSERT_TRUE(doc.load_string(junit_repeated({good, good}).c_str()));
  EXPECT_TRUE(doc.select_nodes("//failure|//flakyFailure|//rerunFailure").empty());
  // The run that failed is shown, whatever came before it; the check failed in no other.
  ASSERT_TRUE(doc.load_string(junit_repeated({good, bad}).c_str()));
  EXPECT_EQ(doc.select_nodes("//testcase/failure").size(), 2u);  // the check, and the verdict
  EXPECT_TRUE(doc.select_nodes("//flakyFailure").empty());
  ASSERT_TRUE(doc.load_string(junit_repeated({bad, bad, good}).c_str()));
  EXPECT_EQ(doc.select_nodes("//testcase/rerunFailure").size(), 1u);
  // Another run failed worse: what passed in it is flaky.
  auto worse = good;
  worse.verdict = "fail";
  ASSERT_TRUE(doc.load_string(junit_repeated({worse, bad}).c_str()));
  EXPECT_STREQ(doc.select_node("//testcase/flakyFailure").node().attribute("message").value(), "only this time");
}

TEST(Junit, TheTextOfAFailureSaysAll) {
  const auto document = parsed(junit(made::failed()));
  const std::string verdict = document.select_node("//testcase[@name='verdict']/failure").node().text().get();
  for (const char* part :
       {"app-hash-divergence", "90 of 100 power", "CONSENSUS FAILURE", "node.log:812", "validator-4",
        "missed 6 of 6", "Restore validator-4", "rehearse run scenarios/chain-upgrade.yaml"})
    EXPECT_NE(verdict.find(part), std::string::npos) << part;
  const auto check = document.select_node("//testcase[@name='Version']/failure").node();
  const std::string text = check.text().get();
  for (const std::string part : {check.attribute("message").value(), "v2.0.0", "v1.0.0", "node.log:812"})
    EXPECT_NE(text.find(part), std::string::npos) << part;
}

TEST(Junit, NamesStayUnique) {
  auto run = made::failed();
  for (int i = 0; i < 3; ++i)
    run.checks.push_back(made::check("State Invariants", "Version", "validator-4", Outcome::pass, "", ""));
  run.checks.push_back(made::check("Odd", "verdict", "run", Outcome::pass, "", ""));
  const auto document = parsed(junit(std::vector{run, run}));
  const auto found = outcomes(document);
  EXPECT_TRUE(found.contains("virtengine.chain-upgrade.validator-4/Version"));
  EXPECT_TRUE(found.contains("virtengine.chain-upgrade.validator-4/Version (State Invariants)"));
  EXPECT_TRUE(found.contains("virtengine.chain-upgrade#2.validator-4/Version"));
  EXPECT_TRUE(found.contains("virtengine.chain-upgrade.run/verdict (Odd)"));
}

// Readers drop what is larger, or take minutes for it.
TEST(Junit, IsBoundedForEachCaseAndAsAWhole) {
  auto run = made::failed();
  auto much = run.checks.front();
  much.outcome = Outcome::fail, much.expected = much.actual = std::string(100'000, '<'), much.evidence.assign(20, std::string(10'000, '&'));
  for (int i = 0; i < 30; ++i) run.checks.push_back(much);
  for (const auto& text : {junit_repeated(std::vector(40, run)), junit(std::vector(40, run), JunitDialect::strict, "chaos")}) {
    EXPECT_LT(text.size(), 20u * 1024 * 1024);
    const auto document = parsed(text);
    for (const auto& match : document.select_nodes("//testcase")) {
      std::ostringstream one;
      match.node().print(one);
      ASSERT_LT(one.str().size(), 64u * 1024);
    }
    for (const auto& problem : document.select_nodes("//failure")) EXPECT_STRNE(problem.node().attribute("message").value(), "");
  }
}

TEST(Junit, OnlyTheRichDialectNamesFiles) {
  const auto rich = parsed(junit(made::failed())),
             strict = parsed(junit(made::failed(), JunitDialect::strict));
  const auto place = rich.select_node("//testcase[@name='verdict']").node();
  EXPECT_STREQ(place.attribute("file").value(), "nodes/validator-4/logs/node.log");
  EXPECT_EQ(place.attribute("line").as_int(), 812);
  EXPECT_FALSE(strict.select_node("//testcase/@file"));
  EXPECT_FALSE(strict.select_node("//testcase/@line"));
}

TEST(Junit, AnAddressIsNoFile) {
  auto run = made::bare();
  run.checks = {made::check("List", "Peers", "network", Outcome::fail, "", "")};
  run.checks[0].evidence = {"http://127.10.20.1:26657", "127.10.20.1:26657", "block 12:30", "logs/a.log:7"};
  const auto document = parsed(junit(run));  // its nodes live as long as it does
  EXPECT_STREQ(document.select_node("//testcase[@name='Peers']").node().attribute("file").value(), "logs/a.log");
}

TEST(Junit, SurvivesHostileText) {
  for (const auto dialect : {JunitDialect::rich, JunitDialect::strict}) {
    const std::string text = junit(made::hostile_record(), dialect);
    EXPECT_TRUE(made::is_harmless(text));
    EXPECT_NE(text.find("]]&gt;b&lt;script&gt;"), std::string::npos);
    EXPECT_LT(text.size(), 500'000u) << "long values are cut";
    outcomes(parsed(text));
  }
}

}  // namespace
}  // namespace rehearse::reports
