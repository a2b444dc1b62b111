#include "localnet/cosmos/metrics.h"

#include <re2/re2.h>

#include "localnet/cosmos/config_files.h"
#include "localnet/base/decode.h"

namespace rehearse {

std::string metrics_url(const std::string& ip) { return "http://" + ip + ":" + std::to_string(metrics_port) + "/metrics"; }

Alerts read_alerts(const std::filesystem::path& file, const std::string& prefix) {
  const auto root = load_yaml(file);
  const RE2 metric("\\b(" + RE2::QuoteMeta(prefix) + "[a-zA-Z0-9_:]+)");
  Alerts alerts;
  for (const auto& group : root["groups"])
    for (const auto& rule : group["rules"]) {
      if (!rule["alert"]) continue;  // a recording rule
      if (!rule["expr"]) complain_at(file.string(), rule, "the alert has no expr");
      alerts.rules.push_back(rule["alert"].as<std::string>());
      const auto expression = rule["expr"].as<std::string>();
      re2::StringPiece rest(expression);
      for (std::string name; RE2::FindAndConsume(&rest, metric, &name);) alerts.metrics.insert(name);
    }
  if (alerts.metrics.empty()) complain_at(file.string(), root, "no alert in groups: rules: names a metric that starts with " + prefix);
  return alerts;
}

std::vector<std::string> missing_metrics(const Alerts& alerts, std::string_view exposition) {
  // "# TYPE name gauge": a metric of the node, whether or not it has a value yet.
  static const RE2 type(R"((?m)^# TYPE (\S+) )");
  std::set<std::string> offered;
  re2::StringPiece rest(exposition.data(), exposition.size());
  for (std::string name; RE2::FindAndConsume(&rest, type, &name);) offered.insert(name);
  std::vector<std::string> missing;
  for (const auto& name : alerts.metrics) {
    bool there = offered.contains(name);
    for (const char* of_histogram : {"_bucket", "_count", "_sum"})
      if (name.ends_with(of_histogram)) there = there || offered.contains(name.substr(0, name.rfind('_')));
    if (!there) missing.push_back(name);
  }
  return missing;
}

}  // namespace rehearse
