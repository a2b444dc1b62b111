#include "localnet/cosmos/metrics.h"

#include <gmock/gmock.h>

#include "tests/unit/support/fakes.h"

namespace rehearse {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Alerts, NameTheMetricsThatTheyAreOver) {
  made::TempFolder folder;
  const auto alerts = read_alerts(folder.write("alerts.yaml",
                                               "groups:\n"
                                               "  - rules:\n"
                                               "      - {alert: Halted, expr: 'increase(cometbft_height[2m]) == 0'}\n"
                                               "      - {record: cometbft_own, expr: 'cometbft_not_an_alert'}\n"
                                               "      - {alert: Slow, expr: 'rate(cometbft_seconds_sum[5m]) > 2 and up == 1'}\n"),
                                  "cometbft_");
  EXPECT_THAT(alerts.rules, ElementsAre("Halted", "Slow"));
  EXPECT_THAT(alerts.metrics, ElementsAre("cometbft_height", "cometbft_seconds_sum"));
}

TEST(Alerts, AFileWithoutAnyIsNoMonitoring) {
  made::TempFolder folder;
  const auto file = folder.write("alerts.yaml", "groups:\n  - rules:\n      - {alert: Down, expr: 'up == 0'}\n");
  EXPECT_THAT(made::trouble_of([&] { read_alerts(file, "cometbft_"); }), HasSubstr("no alert in groups"));
}

TEST(Alerts, AMetricIsOfferedByItsTypeAndAHistogramByItsParts) {
  const Alerts alerts{{"a"}, {"cometbft_height", "cometbft_gone", "cometbft_seconds_sum"}};
  EXPECT_THAT(missing_metrics(alerts,
                              "# HELP cometbft_height Height.\n# TYPE cometbft_height gauge\ncometbft_height{chain_id=\"x\"} 3\n"
                              "# TYPE cometbft_seconds histogram\n"),
              ElementsAre("cometbft_gone"));
  EXPECT_THAT(missing_metrics(alerts, ""), ElementsAre("cometbft_gone", "cometbft_height", "cometbft_seconds_sum"));
}

}  // namespace
}  // namespace rehearse
