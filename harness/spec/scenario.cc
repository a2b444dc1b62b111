#include "harness/spec/scenario.h"

#include <algorithm>

#include "localnet/cosmos/config_files.h"

namespace rehearse {

namespace {

struct NamedPace {
  const char* name;
  Pace pace;
  double nominal_block_seconds;
};

// Measured for four validators on two cores: with gossip at 10 ms instead of the defaults' 100 ms, a timeout_commit of 100 ms
// makes a block every 0.15 s and one of 300 ms every 0.33 s; ten validators take 0.19 s.
const std::vector<NamedPace>& paces() {
  static const std::vector<NamedPace> all = [] {
    Pace fast;
    Pace steady = fast;
    steady.timeout_commit = "300ms";
    Pace realistic = fast;
    realistic.timeout_propose = "3s";
    realistic.timeout_prevote = realistic.timeout_precommit = "1s";
    realistic.timeout_commit = "1s";
    realistic.flush_throttle = realistic.peer_gossip_sleep = "100ms";
    return std::vector<NamedPace>{
        {"fast", fast, 0.15}, {"steady", steady, 0.33}, {"realistic", realistic, 1.35}};
  }();
  return all;
}

const NamedPace& find_pace(const std::string& name) {
  std::string known;
  for (const auto& p : paces()) {
    if (p.name == name) return p;
    known += (known.empty() ? "" : ", ") + std::string(p.name);
  }
  throw Error(Blame::scenario, "there is no pace `" + name + "`; there are " + known);
}

}  // namespace

const Ordered<SupervisorKind>& names(SupervisorKind) {
  static const Ordered<SupervisorKind> all = {{"bare", SupervisorKind::bare},
                                              {"cosmovisor", SupervisorKind::cosmovisor}};
  return all;
}

const Ordered<NetworkBackend>& names(NetworkBackend) {
  static const Ordered<NetworkBackend> all = {{"proxies", NetworkBackend::proxies}, {"namespaces", NetworkBackend::namespaces}};
  return all;
}

const Ordered<Vote>& names(Vote) {
  static const Ordered<Vote> all = {
      {"all", Vote::yes}, {"no", Vote::no}, {"abstain", Vote::abstain}, {"veto", Vote::no_with_veto}};
  return all;
}

const Ordered<TrainLeg>& names(TrainLeg) {
  static const Ordered<TrainLeg> all = {{"patch", TrainLeg::patch}, {"hotfix", TrainLeg::hotfix}, {"chain", TrainLeg::chain}, {"model", TrainLeg::model},
                                         {"provider", TrainLeg::provider}, {"config", TrainLeg::config}, {"cancelled", TrainLeg::cancelled}, {"skip", TrainLeg::skip}, {"rollback", TrainLeg::rollback}};
  return all;
}

const Ordered<RollingOrder>& names(RollingOrder) {
  static const Ordered<RollingOrder> all = {{"smallest-first", RollingOrder::smallest_first},
                                            {"largest-first", RollingOrder::largest_first}};
  return all;
}

const Ordered<SecondSource>& names(SecondSource) {
  static const Ordered<SecondSource> all = {{"agrees", SecondSource::agrees}, {"differs", SecondSource::differs}};
  return all;
}

const Ordered<Severity>& names(Severity) {
  static const Ordered<Severity> all = {{"critical", Severity::critical}, {"high", Severity::high}, {"medium", Severity::medium}};
  return all;
}

Duration response_time(const Scenario& s) {
  if (s.service_levels.response) return *s.service_levels.response;
  switch (s.upgrade.severity) {
    case Severity::high: return {std::chrono::hours(4)};
    case Severity::medium: return {std::chrono::hours(24)};
    case Severity::critical: break;
  }
  return {std::chrono::minutes(15)};  // "immediate"
}

Duration majority_time(const Scenario& s) {
  if (s.service_levels.hotfix_majority) return *s.service_levels.hotfix_majority;
  const Duration expected{std::chrono::hours(2)}, response = response_time(s);
  return response.value > expected.value ? response : expected;
}

const Ordered<Activation>& names(Activation) {
  static const Ordered<Activation> all = {{"before-height", Activation::before_height}, {"at-height", Activation::at_height}};
  return all;
}

const Ordered<PublishedModel>& names(PublishedModel) {
  static const Ordered<PublishedModel> all = {{"right", PublishedModel::right}, {"another", PublishedModel::another}};
  return all;
}

const Ordered<PlanInfo>& names(PlanInfo) {
  static const Ordered<PlanInfo> all = {{"right", PlanInfo::right},
                                        {"wrong-checksum", PlanInfo::wrong_checksum},
                                        {"other-platform", PlanInfo::other_platform}};
  return all;
}

std::string to_string(Vote v) {
  switch (v) {
    case Vote::no:
      return "no";
    case Vote::abstain:
      return "abstain";
    case Vote::no_with_veto:
      return "no_with_veto";
    case Vote::yes:
      break;
  }
  return "yes";
}

Scenario read_scenario(const std::filesystem::path& file) {
  auto s = decode<Scenario>(load_yaml(file), file.string());
  s.file = file;
  s.name = file.stem().string();
  return s;
}

void expect(Scenario& s, std::optional<Cause> cause) {
  if (s.expect != cause) s.owner.reset();  // it was the other one's
  s.expect = cause;
}

record::Expectation expected_of(const Scenario& s) {
  if (!s.expect) return {kPass, "", s.incident};
  return {name_of(*s.expect), name_of(s.owner.value_or(owner_of(*s.expect))), s.incident};
}

SupervisorKind supervisor_of(const NetworkSection& n, const std::string& node) {
  const auto own = n.supervisors.find(node);
  return own == n.supervisors.end() ? n.supervisor : own->second;
}

bool uses_cosmovisor(const NetworkSection& n) {
  const auto names = node_names(n);
  return std::any_of(names.begin(), names.end(),
                     [&](const auto& name) { return supervisor_of(n, name) == SupervisorKind::cosmovisor; });
}

std::vector<std::string> validator_names(const NetworkSection& n) {
  std::vector<std::string> all;
  for (const auto& [name, power] : n.validators) all.push_back(name);
  return all;
}

std::vector<std::string> node_names(const NetworkSection& n) {
  auto all = validator_names(n);
  for (const auto& [name, stake] : n.inactive) all.push_back(name);
  all.insert(all.end(), n.full_nodes.begin(), n.full_nodes.end());
  return all;
}

std::string smallest_validator(const NetworkSection& n) {
  return std::min_element(n.validators.begin(), n.validators.end(),
                          [](const auto& a, const auto& b) {
                            return std::tie(a.second, a.first) < std::tie(b.second, b.first);
                          })
      ->first;
}

Pace pace_named(const std::string& name) { return find_pace(name).pace; }
double nominal_block_seconds(const std::string& pace) { return find_pace(pace).nominal_block_seconds; }

}  // namespace rehearse
