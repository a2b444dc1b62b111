#include "harness/record/measures.h"

#include <stdexcept>

namespace rehearse::record {

using Json = nlohmann::json;

const Ordered<Quantity>& names(Quantity) {
  using enum Quantity;
  static const Ordered<Quantity> all = {
      {"memory", memory}, {"goroutines", goroutines}, {"open-files", open_files}, {"database", database}, {"block-interval", block_interval}};
  return all;
}

std::string unit_of(Quantity q) {
  if (q == Quantity::block_interval) return "s";
  return q == Quantity::memory || q == Quantity::database ? "MB" : "";
}

const Ordered<Subject>& names(Subject) {
  using enum Subject;
  static const Ordered<Subject> all = {{"old-release", old_release}, {"new-release", new_release}, {"harness", harness}, {"soak", soak}};
  return all;
}

namespace {

template <NamedEnum E>
E named(const Json& name) {
  if (const auto value = find_named<E>(name.get<std::string>())) return *value;
  throw std::invalid_argument(name.dump() + " is none of " + all_names(E{}));
}

}  // namespace

Json to_json(const Measures& all) {
  Json of_run = Json::array(), series = Json::array();
  for (const auto& m : all.of_run) of_run.push_back({name_of(m.of), name_of(m.what), m.value});
  for (const auto& s : all.series) {
    Json points = Json::array();
    for (const auto& p : s.points) points.push_back({p.at, p.value});
    series.push_back({s.node, s.process, name_of(s.what), points});
  }
  return {{"of_run", of_run}, {"series", series}};
}

Measures measures_from_json(const Json& json) {
  Measures all;
  for (const auto& m : json.at("of_run")) all.of_run.push_back({named<Subject>(m.at(0)), named<Quantity>(m.at(1)), m.at(2).get<double>()});
  for (const auto& s : json.at("series")) {
    Series one{s.at(0).get<std::string>(), s.at(1).get<int>(), named<Quantity>(s.at(2))};
    for (const auto& p : s.at(3)) one.points.push_back({p.at(0).get<double>(), p.at(1).get<double>()});
    all.series.push_back(std::move(one));
  }
  return all;
}

}  // namespace rehearse::record
