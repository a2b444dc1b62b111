// What is said of a history: golden files of one that became worse, and what must hold for text as hostile as a node's log.
#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <pugixml.hpp>

#include "reports/history.h"
#include "tests/unit/support/golden.h"
#include "tests/unit/support/made_history.h"

namespace rehearse {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

// The last thirty runs: the harness takes more and more, the release does not, and one network was followed for half an hour.
void measure(made::Nights& made) {
  using enum record::Quantity;
  record::Series lived{"validator-1", 1, memory};
  for (int i = 0; i < 30; ++i) {
    auto& run = made.iterations[made.iterations.size() - 30 + static_cast<std::size_t>(i)];
    run.seconds = 60;
    run.measures.of_run = {{record::Subject::harness, memory, 40.0 + i}, {record::Subject::old_release, goroutines, 112.0 + i * 7 % 5}};
    lived.points.push_back({60.0 * i, 210.0 + i * 7 % 5});
  }
  made.iterations.back().measures.series = {lived};
}

// A dozen nights: one failure fixed, one known, one new tonight, which is slower, too.
made::Nights made_worse() {
  made::Nights made;
  made.add(40, 4, "panic: fixed since");
  for (int night = 0; night < 8; ++night) made.add(20, 1, "panic: often | seen");
  auto once = made::passing(9);
  once.covered = {{"voting", "cut", "one", "v1.0.0 -> v1.0.1"}};
  made.add(once).add(made::canary(9));
  for (int night = 0; night < 8; ++night) made.add(20, 1, "panic: often | seen");
  made.slower = 1.5;
  made.add(30, 9, "panic: new tonight");
  measure(made);
  return made;
}

made::Nights made_hostile() {
  const std::string text = "\x1B[31m<script>alert('x')</script>\x07\xE2\x80\xAE|`\xFF\n``` ]]>\"&" + std::string(20'000, 'y');
  made::Nights made;
  made.add(3, 1, text);
  auto& i = made.iterations[0];
  for (auto* field : {&i.plan, &i.from, &i.to, &i.bundle, &i.failure.owner}) *field = text;
  auto& passed = made.iterations[1];
  passed.covered = {{text, text, text, text}}, passed.phases = {{text, 1}};
  i.measures.of_run = {{record::Subject::old_release, record::Quantity::memory, 1}};
  passed.measures.series = {{text, 1, record::Quantity::memory, {{0, std::numeric_limits<double>::infinity()}, {60, std::nan("")}}}};
  made.nights[0].started = text, made.nights[0].host = text;
  return made;
}

std::string page_without_style(std::string page) {
  const auto begin = page.find("<style>"), end = page.find("</style>");
  return page.erase(begin, end - begin);
}

bool is_whole_page(std::string page) {
  page.erase(0, page.find("<main>"));
  page.erase(page.find("</main>") + 7);
  return static_cast<bool>(pugi::xml_document().load_string(page.c_str()));
}

TEST(HistoryReport, Golden) {
  const auto made = made_worse();
  const auto s = made.summary();
  made::expect_golden("history.txt", reports::history_text(s));
  made::expect_golden("history.md", reports::history_md(s));
  made::expect_golden("history.html", page_without_style(reports::history_html(s)));
  made::expect_golden("history-issue.md", reports::issue_md(s, s.clusters.back()));
}

TEST(HistoryReport, SaysInWhichTonightIsWorse) {
  const auto made = made_worse();
  EXPECT_THAT(reports::worse_lines(made.summary()),
              ElementsAre(StartsWith("pass rate: 21 of 30, 70 %"), StartsWith("phase swap: "), StartsWith("phase voting: "),
                          HasSubstr("upgrade-handler-panic (release): panic: new tonight"), StartsWith("memory of harness grows: +60 MB an hour (p = ")));
  const auto good = made::Nights().add(20).add(20);
  EXPECT_THAT(reports::worse_lines(good.summary()), IsEmpty());
  EXPECT_THAT(reports::history_md(good.summary()), HasSubstr("not worse"));
}

TEST(HistoryReport, AsJsonHasTheFieldsOfTheContract) {
  const auto made = made_worse();
  const auto json = nlohmann::json::parse(reports::history_json(made.summary()));
  EXPECT_EQ(json.at("iterations"), 392);
  EXPECT_EQ(json.at("nights").size(), 18u);
  EXPECT_EQ(json.at("nights").at(0).at("passed"), 36);
  std::vector<std::string> states;
  for (const auto& c : json.at("clusters")) states.push_back(c.at("state"));
  EXPECT_THAT(states, ElementsAre("fixed", "known", "new"));
  EXPECT_EQ(json.at("coverage").size(), 3u);
  EXPECT_EQ(json.at("coverage").at(2).at("nights_since"), 9);
  EXPECT_EQ(json.at("canaries"), (nlohmann::json{{"tried", 1}, {"caught", 1}, {"last_night", 9}, {"nights_since", 9}}));
  EXPECT_EQ(json.at("trends").size(), 3u);
  EXPECT_EQ(json.at("trends").at(0).at("name"), "memory of harness");
  EXPECT_EQ(json.at("trends").at(0).at("unit"), "MB");
  EXPECT_EQ(json.at("trends").at(0).at("growth"), true);
  EXPECT_EQ(json.at("trends").at(0).at("medians").size(), 12u);
  EXPECT_EQ(json.at("comparison").at("is_worse"), true);
  EXPECT_EQ(json.at("comparison").at("worse").at(1), (nlohmann::json{{"in", "phase"}, {"which", "swap"}}));
}

TEST(HistoryReport, IsSelfContainedAndHarmless) {
  for (const auto& made : {made_worse(), made_hostile(), made::Nights()}) {
    const auto s = made.summary();
    const auto page = reports::history_html(s);
    EXPECT_TRUE(is_whole_page(page));
    for (const char* foreign : {"<script", "<link", "<img", " src=", "url(", "@import", "href="}) EXPECT_THAT(page, Not(HasSubstr(foreign)));
    for (const auto& text : {page, reports::history_md(s), reports::history_text(s), reports::history_json(s)}) {
      EXPECT_TRUE(made::is_harmless(text));
      EXPECT_LT(text.size(), 500'000u);
    }
    for (const auto& c : s.clusters) EXPECT_TRUE(made::is_harmless(reports::issue_md(s, c)));
  }
}

TEST(HistoryReport, SaysWhenACanaryWasLastCaught) {
  auto made = made::Nights().add(5).add(made::canary(1));
  EXPECT_THAT(reports::history_text(made.summary()), HasSubstr("  canaries  caught 1 of 1, last in night 1, 2026-05-01T20:00:00Z, tonight\n"));
  made.add(5);
  EXPECT_THAT(reports::history_md(made.summary()), HasSubstr("caught 1 of 1, last in night 1, 2026-05-01T20:00:00Z, 1 night ago."));
  made.iterations[5].failure.verdict = "fail";
  EXPECT_THAT(reports::history_html(made.summary()), HasSubstr("caught none of 1"));
  EXPECT_THAT(reports::history_text(made::Nights().add(5).summary()), Not(HasSubstr("canaries")));
}

TEST(HistoryReport, AnIssueHasCommandsOnlyWhereThereIsABundle) {
  auto made = made_worse();
  auto s = made.summary();
  EXPECT_THAT(reports::issue_md(s, s.clusters[0]), HasSubstr("./rehearse repro 'results/soak/17/repro.tar.zst'\n./rehearse minimize "));
  s.clusters[0].bundle.clear();
  EXPECT_THAT(reports::issue_md(s, s.clusters[0]), HasSubstr("No bundle of it was kept"));
}

TEST(HistoryReport, OfTenThousandIterations) {
  made::Nights made;
  for (int night = 0; night < 100; ++night) made.add(100, night % 4, "panic: " + std::string(1, static_cast<char>('a' + night % 7)));
  const auto s = made.summary();
  const auto page = reports::history_html(s);
  EXPECT_TRUE(is_whole_page(page));
  EXPECT_THAT(reports::history_text(s), HasSubstr("100 nights, 10000 iterations, 7 failures"));
}

}  // namespace
}  // namespace rehearse
