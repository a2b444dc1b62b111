#include "reports/html.h"

#include <gtest/gtest.h>

#include <pugixml.hpp>

#include "harness/view/course.h"
#include "reports/suite_html.h"
#include "tests/unit/support/golden.h"
#include "tests/unit/support/made_journal.h"
#include "tests/unit/support/made_record.h"

namespace rehearse::reports {
namespace {

// The style sheet changes often and says nothing of the record.
std::string without_style(std::string page) {
  const auto begin = page.find("<style>"), end = page.find("</style>");
  return page.erase(begin, end - begin);
}

// The page keeps to what is HTML and XML but for its void elements, so that a missing end tag is found.
bool is_balanced(std::string page) {
  page.erase(0, page.find("<main>"));
  page.erase(page.find("</main>") + 7);
  return static_cast<bool>(pugi::xml_document().load_string(page.c_str()));
}

TEST(Html, Golden) {
  made::expect_golden("report-pass.html", without_style(report_html(made::passed())));
  made::expect_golden("report-fail.html", without_style(report_html(made::failed())));
}

TEST(Html, IsSelfContained) {
  for (const auto& run : {made::passed(), made::failed(), made::hostile_record()}) {
    const std::string page = report_html(run);
    EXPECT_TRUE(is_balanced(page));
    for (const char* foreign : {"<script src", "<link", "<img", " src=", "url(", "@import", "href=\"http"})
      EXPECT_EQ(page.find(foreign), std::string::npos) << foreign;
  }
}

TEST(Html, TheVerdictAndItsCauseComeFirst) {
  const std::string page = report_html(made::failed());
  const auto verdict = page.find(">fail</p>"), cause = page.find("<code>app-hash-divergence</code>"),
             timeline = page.find("<h2>Timeline"), checks = page.find("<h2>Checklists");
  EXPECT_LT(verdict, cause);
  EXPECT_LT(cause, timeline);
  EXPECT_LT(timeline, checks);
}

// On a phone a table scrolls by itself, and the results, which are stacked, say of each value what it is.
TEST(Html, IsReadOnANarrowPage) {
  for (const auto& run : {made::passed(), made::failed(), made::hostile_record()}) {
    const std::string page = report_html(run);
    EXPECT_NE(page.find("<meta name=\"viewport\" content=\"width=device-width"), std::string::npos);
    std::string body = page.substr(page.find("<main>"));
    pugi::xml_document document;
    document.load_string(body.erase(body.find("</main>") + 7).c_str());
    const auto tables = document.select_nodes("//table");
    EXPECT_GT(tables.size(), 3u);
    for (const auto& table : tables) EXPECT_STREQ(table.node().parent().attribute("class").value(), "scroll");
    for (const auto& row : document.select_nodes("//table[@class='results']/tbody/tr")) {
      const auto labelled = row.node().select_nodes("td[@data-label]");
      ASSERT_EQ(labelled.size(), 3u);
      const auto head = row.node().parent().parent().child("thead").child("tr");
      std::vector<std::string> words;
      for (const auto& cell : head.children("th")) words.push_back(cell.text().get());
      EXPECT_EQ(words.size(), 6u);
      for (std::size_t i = 0; i < labelled.size(); ++i) EXPECT_EQ(labelled[i].node().attribute("data-label").value(), words[3 + i]);
    }
  }
}

TEST(Html, EveryLinkHasItsTarget) {
  const std::string page = report_html(made::failed());
  int links = 0;
  for (auto at = page.find("href=\"#"); at != std::string::npos;
       at = page.find("href=\"#", at + 1), ++links) {
    const std::string id = page.substr(at + 7, page.find('"', at + 7) - at - 7);
    EXPECT_NE(page.find("id=\"" + id + "\""), std::string::npos) << id;
  }
  EXPECT_GT(links, 0);
}

// Of a run with everything that its page takes beside the record.
Explanation explained() {
  Explanation more;
  auto u = made::healthy();
  u.error(5.5, "validator-2", "a <b>bold</b> word\x1b[31m");
  more.course = course_of(u.view(), "");
  more.evidence = Excerpt{"nodes/validator-1/logs/node.log", 3, 4, {"before", "it", "</pre>after"}};
  more.last_pass = made::passed();
  return more;
}

TEST(Html, HasItsSectionsWhateverIsKnown) {
  for (const auto& more : {Explanation{}, explained()})
    for (const auto& run : {made::passed(), made::failed(), made::hostile_record(), record::RunRecord()}) {
      const auto page = report_html(run, more);
      EXPECT_TRUE(is_balanced(page));
      for (const char* id : {"timeline", "before-after", "logs", "checklists"}) EXPECT_NE(page.find(std::string("<section id=\"") + id + "\""), std::string::npos) << id;
      EXPECT_EQ(page.find("<section id=\"cause\"") != std::string::npos, run.diagnosis.has_value());
    }
}

TEST(Html, ShowsTheCourse) {
  const auto page = report_html(made::failed(), explained());
  EXPECT_TRUE(made::is_harmless(page));
  for (const char* shown : {"class=\"stage upgraded\"", "class=\"error-line\"", "<mark>     4  it</mark>", "&lt;/pre&gt;after", "a &lt;b&gt;bold&lt;/b&gt; word", "Block interval",
                            "Last pass"})
    EXPECT_NE(page.find(shown), std::string::npos) << shown;
}

TEST(Html, SurvivesHostileAndEmptyRecords) {
  const std::string page = report_html(made::hostile_record());
  EXPECT_TRUE(made::is_harmless(page));
  EXPECT_LT(page.size(), 500'000u);
  auto run = made::bare();
  run.verdict = "error";
  run.from.reset();
  run.to.reset();
  run.network.clear();
  EXPECT_TRUE(is_balanced(report_html(run)));
  EXPECT_TRUE(is_balanced(report_html(record::RunRecord())));
}

// --- Of a suite

std::vector<record::RunRecord> suite_of_all() {
  auto skipped = made::bare();
  skipped.scenario = "rolling-patch", skipped.verdict = "skipped", skipped.skipped = "made has no <patch> release";
  auto again = made::failed();
  again.scenario = "chain-upgrade-again";
  return {made::passed(), made::failed(), again, skipped, made::hostile_record()};
}

TEST(SuiteHtml, Golden) { made::expect_golden("report-suite.html", without_style(suite_html(suite_of_all(), "default"))); }

TEST(SuiteHtml, SaysWhatFailedForWhatAndLeadsThere) {
  const auto page = suite_html(suite_of_all(), "default");
  EXPECT_TRUE(is_balanced(page));
  EXPECT_TRUE(made::is_harmless(page));
  pugi::xml_document document;
  const auto main = page.substr(page.find("<main>"));
  document.load_string(main.substr(0, main.find("</main>") + 7).c_str());
  const auto first = document.select_node("//section[@id='failures']//tbody/tr").node();
  EXPECT_STREQ(first.child("td").child("code").text().get(), "app-hash-divergence") << "the most frequent first";
  EXPECT_EQ(first.select_nodes(".//a").size(), 3u);
  EXPECT_STREQ(first.select_node(".//a").node().attribute("href").value(), "chain-upgrade/report.html");
  EXPECT_EQ(document.select_nodes("//section[@id='matrix']//tbody/tr").size(), 5u);
  EXPECT_EQ(document.select_nodes("//section[@id='slowest']//tbody/tr").size(), 4u) << "what was skipped took no time";
  EXPECT_NE(page.find("made has no &lt;patch&gt; release"), std::string::npos);
}

TEST(SuiteHtml, OfNoRunsIsAPageToo) { EXPECT_TRUE(is_balanced(suite_html({}, "empty"))); }

}  // namespace
}  // namespace rehearse::reports
