#include "harness/plans/weights.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/faults/fault.h"
#include "harness/plans/plan.h"
#include "harness/procedures/afterwards.h"
#include "harness/procedures/procedure.h"

namespace rehearse {

namespace {

const auto kLegs = static_cast<std::int64_t>(names(TrainLeg{}).size()) - 1;  // a patch or a hotfix

void check_weights(const Weights& w, const YAML::Node& root, const std::string& file) {
  const auto fail = [&](const char* section, const std::string& key, const std::string& what) { complain_at(file, root[section][key], what); };
  for (const auto& [kind, weight] : w.procedures) {
    if (!find_procedure(kind)) fail("procedures", kind, fmt::format("there is no procedure `{}`; there are {}", kind, procedure_names()));
    if (weight < 0) fail("procedures", kind, "a weight is no less than 0");
  }
  for (const auto& [name, how_often] : w.afterwards) {
    const auto* one = find_afterwards(name);
    if (!one) fail("afterwards", name, fmt::format("there is no `{}`; there are {}", name, afterwards_names()));
    if (!one->run) fail("afterwards", name, fmt::format("`{}` takes a network that is made for it, and is not drawn", name));
    if (how_often < 0 || how_often > 1) fail("afterwards", name, "0 to 1");
  }
  double nothing = 0;
  for (const auto& [kind, weight] : w.faults)
    if (kind == kNoFault) nothing = weight;
  for (const auto& [kind, weight] : w.faults) {
    if (kind != kNoFault && !find_fault_kind(kind)) fail("faults", kind, fmt::format("there is no fault `{}`; there are {}, {}", kind, kNoFault, fault_kind_names()));
    if (weight < 0) fail("faults", kind, "a weight is no less than 0");
    if (weight > nothing) fail("faults", kind, fmt::format("`{}` is heavier than `{}`, which has to have the most", kind, kNoFault));
  }
  for (const auto& entry : root) {
    const auto key = entry.first.Scalar();
    if (!entry.second.IsScalar() || key.starts_with("most_")) continue;
    if (const auto part = entry.second.as<double>(); part < 0 || part > 1) complain_at(file, entry.second, key + ": 0 to 1");
  }
  if (w.most_legs < 2 || w.most_legs > kLegs) complain_at(file, root["most_legs"], fmt::format("2 to {} legs", kLegs));
  if (w.most_faults < 0 || w.most_faults > 20) complain_at(file, root["most_faults"], "0 to 20 faults");
}

}  // namespace

Weights limited(Weights w, std::int64_t most_steps) {
  w.most_faults = std::min(w.most_faults, most_steps - 1), w.most_legs = std::max<std::int64_t>(2, std::min(w.most_legs, most_steps));
  if (most_steps < 2) std::erase_if(w.procedures, [](const auto& p) { return p.first == "train"; });
  return w;
}

Weights read_weights(const std::filesystem::path& file) {
  const auto root = load_yaml(file);
  const auto weights = decode<Weights>(root, file.string());
  check_weights(weights, root, file.string());
  return weights;
}

}  // namespace rehearse
