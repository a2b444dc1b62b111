#include "reports/html.h"

#include <gtest/gtest.h>

#include <pugixml.hpp>

#include "harness/view/course.h"
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

}  // namespace
}  // namespace rehearse::reports
