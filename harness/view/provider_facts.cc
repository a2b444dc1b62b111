#include "harness/view/provider_facts.h"

#include <algorithm>
#include <sstream>

#include "harness/view/checkpoint.h"
#include "localnet/base/text.h"
#include "localnet/profile/question_names.h"

namespace rehearse {

namespace {

std::optional<std::vector<std::string>> workloads_at(const NetworkView& v, const char* moment) {
  const auto* a = v.answer(moment, question::workloads, kProvider);
  if (!a || !a->answer.answered) return std::nullopt;
  std::vector<std::string> lines;
  std::istringstream in(text_of(a->answer.value));
  for (std::string line; std::getline(in, line);)
    if (!line.empty()) lines.push_back(line);
  return lines;
}

}  // namespace

std::vector<std::string> lost_workloads(const NetworkView& v) {
  auto before = workloads_at(v, kBefore);
  const auto after = workloads_at(v, kAfter);
  if (!before || !after) return {};
  std::erase_if(*before, [&](const auto& line) { return std::find(after->begin(), after->end(), line) != after->end(); });
  return *before;
}

std::optional<std::int64_t> engine_height(const NetworkView& v) {
  const auto* a = v.answer(kAfter, question::bids, kProvider);
  if (!a || !a->answer.answered || !a->answer.value.is_object()) return std::nullopt;
  const auto height = a->answer.value.find("last_height");
  if (height == a->answer.value.end() || !height->is_number_integer()) return std::nullopt;
  return height->get<std::int64_t>();
}

bool engine_stands_still(const NetworkView& v) {
  const auto height = engine_height(v);
  return height && v.expected_outcome && *height <= v.expected_outcome->height;
}

std::string provider_version(const NetworkView& v) {
  if (!v.provider_plan) return "";
  const auto& plan = *v.provider_plan;
  return (v.expected_outcome && v.expected_outcome->provider == WhichRelease::from ? plan.from : plan.to).printed_version;
}

}  // namespace rehearse
