// The metrics that nodes offer and the alert rules that watch them: a rule over a metric that is not there never fires.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace rehearse {

struct Alerts {
  std::vector<std::string> rules;  // names of alerts
  std::set<std::string> metrics;   // that their expressions name
};

std::string metrics_url(const std::string& ip);

// Of a file of Prometheus alerting rules; metrics are the words that start with `prefix`. Throws Error(Blame::scenario) with
// file and line for what is no such file.
Alerts read_alerts(const std::filesystem::path& file, const std::string& prefix);
// Those of them that are not in what a node's endpoint says.
std::vector<std::string> missing_metrics(const Alerts&, std::string_view exposition);

}  // namespace rehearse
