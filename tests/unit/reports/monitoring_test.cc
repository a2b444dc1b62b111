// The dashboard, the alerts and the table in reports/monitoring against what a soak exposes, and the dashboard against its schema.
#include <gmock/gmock.h>
#include <prometheus/metric_family.h>
#include <re2/re2.h>
#include <yaml-cpp/yaml.h>

#include <set>

#include "tests/unit/support/exposed.h"
#include "tests/unit/support/golden.h"
#include "tests/unit/support/schema_check.h"

namespace rehearse {
namespace {

using nlohmann::json;
using Words = std::set<std::string>;
using testing::IsEmpty;

const auto kMonitoring = made::kProject / "reports/monitoring";

json dashboard() { return json::parse(made::read_file(kMonitoring / "dashboard.json")); }

std::vector<std::string> queries_of(const json& board) {
  std::vector<std::string> all;
  for (const auto& panel : board.at("panels"))
    for (const auto& target : panel.at("targets")) all.push_back(target.at("expr"));
  return all;
}

std::vector<std::string> alert_queries() {
  std::vector<std::string> all;
  for (const auto& group : YAML::LoadFile(kMonitoring / "alerts.yaml")["groups"])
    for (const auto& rule : group["rules"]) all.push_back(rule["expr"].as<std::string>());
  return all;
}

Words found(const std::string& text, const char* pattern) {
  Words all;
  const re2::RE2 expression(pattern);
  re2::StringPiece rest(text);
  for (std::string one; re2::RE2::FindAndConsume(&rest, expression, &one);) all.insert(one);
  return all;
}

// Series that a query names, a histogram's by the histogram.
Words metrics_in(const std::string& text) {
  Words all;
  for (auto name : found(text, R"(\b(rehearse_[a-z_]+))")) {
    re2::RE2::Replace(&name, "_seconds_(bucket|sum|count)$", "_seconds");
    all.insert(name);
  }
  return all;
}

// {a="x", b=~"y"} and by (a, b) and without, ignoring, on and group_left.
Words labels_in(const std::string& query) {
  auto all = found(query, R"(([a-z_]+) *(?:=~|!=|!~|=)\s*")");
  for (const auto& list : found(query, R"((?:by|without|ignoring|on|group_left) *\(([a-z_, ]+)\))")) all.merge(found(list, "([a-z_]+)"));
  return all;
}

Words exposed_metrics() {
  Words all;
  for (const auto& family : made::exposed()->Collect()) all.insert(family.name);
  return all;
}

// "le" of a histogram, and what Prometheus adds.
Words exposed_labels() {
  Words all = {"le", "instance", "job"};
  for (const auto& family : made::exposed()->Collect())
    for (const auto& metric : family.metric)
      for (const auto& label : metric.label) all.insert(label.name);
  return all;
}

TEST(Monitoring, NamesWhatIsExposedAndAllOfIt) {
  Words named, table = metrics_in(made::read_file(kMonitoring / "README.md"));
  for (const auto& query : queries_of(dashboard())) named.merge(metrics_in(query));
  for (const auto& query : alert_queries()) named.merge(metrics_in(query));
  EXPECT_EQ(named, exposed_metrics());
  EXPECT_EQ(table, exposed_metrics());
}

TEST(Monitoring, NamesLabelsThatThereAre) {
  const auto there = exposed_labels();
  auto all = queries_of(dashboard());
  for (const auto& query : alert_queries()) all.push_back(query);
  for (const auto& query : all)
    for (const auto& label : labels_in(query)) EXPECT_TRUE(there.contains(label)) << label << ": " << query;
}

TEST(Monitoring, IsReadAsPrometheusDoes) {
  EXPECT_EQ(metrics_in("rate(rehearse_a_seconds_bucket[1h]) / rehearse_b_seconds_count + rehearse_c_total"), (Words{"rehearse_a_seconds", "rehearse_b_seconds", "rehearse_c_total"}));
  EXPECT_EQ(labels_in(R"(sum by (a, b) (x{c="d=e", f=~"g"}) / ignoring (h) y)"), (Words{"a", "b", "c", "f", "h"}));
}

TEST(Monitoring, HasADashboardThatGrafanaUnderstands) {
  const made::SchemaCheck schema("reports/monitoring/dashboard.schema.json");
  const auto board = dashboard();
  EXPECT_EQ(schema.problem_of(board), "");
  for (const char* wrong : {"/panels/0/gridPos/w", "/panels/0/targets/0/expr", "/panels/0/datasource/uid", "/schemaVersion", "/time/from", "/panels/0/type"}) {
    auto changed = board;
    changed[json::json_pointer(wrong)] = 25;
    EXPECT_NE(schema.problem_of(changed), "") << wrong;
  }
  auto changed = board;
  changed["panels"][0]["fieldConfig"]["defaults"]["untis"] = "s";
  EXPECT_NE(schema.problem_of(changed), "") << "a key that Grafana passes over";
}

// What JSON Schema cannot say.
std::vector<std::string> complaints_about(const json& board) {
  constexpr int kWide = 24, kHigh = 26;  // a screen of 1080 lines
  std::vector<std::string> all;
  std::set<int> ids;
  std::set<std::pair<int, int>> taken;
  for (const auto& panel : board.at("panels")) {
    const auto title = panel.at("title").get<std::string>();
    const auto& at = panel.at("gridPos");
    const int left = at.at("x"), top = at.at("y"), right = left + at.at("w").get<int>(), bottom = top + at.at("h").get<int>();
    if (!ids.insert(panel.at("id").get<int>()).second) all.push_back(title + ": another has its id");
    if (right > kWide || bottom > kHigh) all.push_back(title + ": is not on the screen");
    bool alone = true;
    for (int x = left; x < right; ++x)
      for (int y = top; y < bottom; ++y) alone &= taken.emplace(x, y).second;
    if (!alone) all.push_back(title + ": is over another");
    Words refs;
    for (const auto& target : panel.at("targets")) {
      if (!refs.insert(target.at("refId").get<std::string>()).second) all.push_back(title + ": two queries have one name");
      if (target.at("instant") == target.at("range")) all.push_back(title + ": is either of a moment or of a range");
    }
  }
  return all;
}

TEST(Monitoring, FitsOneScreen) {
  auto board = dashboard();
  EXPECT_THAT(complaints_about(board), IsEmpty());
  auto& panel = board["panels"][1];
  const auto title = panel.at("title").get<std::string>();
  panel["gridPos"]["x"] = 2, panel["id"] = 1, panel["targets"][0]["range"] = true;
  EXPECT_THAT(complaints_about(board), testing::ElementsAre(title + ": another has its id", title + ": is over another", title + ": is either of a moment or of a range"));
}

TEST(Monitoring, SaysOfEachAlertWhatToDo) {
  const auto tests = made::read_file(kMonitoring / "alerts.test.yaml");
  for (const auto& rule : YAML::LoadFile(kMonitoring / "alerts.yaml")["groups"][0]["rules"]) {
    const auto name = rule["alert"].as<std::string>();
    EXPECT_TRUE(rule["annotations"]["summary"] && rule["annotations"]["action"]) << name;
    EXPECT_TRUE(re2::RE2::PartialMatch(tests, "alertname: " + name + "\n")) << name << " fires in no test";
    EXPECT_TRUE(re2::RE2::PartialMatch(tests, "alertname: " + name + ", [^}]*exp_alerts: \\[\\]")) << name << " keeps still in no test";
  }
}

}  // namespace
}  // namespace rehearse
