// A scenario: a page of YAML that says which network, which upgrade and what must be true afterwards.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/record/cause.h"
#include "harness/record/run_record.h"
#include "harness/spec/changes.h"
#include "harness/spec/fault_spec.h"
#include "harness/spec/release_choice.h"
#include "localnet/base/decode.h"
#include "localnet/base/version_range.h"
#include "localnet/cosmos/config_files.h"
#include "localnet/cosmos/population.h"
#include "localnet/network/supervisor.h"

namespace rehearse {

const Ordered<SupervisorKind>& names(SupervisorKind);

enum class Vote { yes, no, abstain, no_with_veto };
const Ordered<Vote>& names(Vote);
std::string to_string(Vote);

// What faults of links act by: proxies that nodes dial each other through, or packets, each node in a network namespace.
enum class NetworkBackend { proxies, namespaces };
const Ordered<NetworkBackend>& names(NetworkBackend);

// Restart=on-failure of the runbook's unit, where nodes have it.
struct RestartSection {
  Duration after{std::chrono::seconds(0)};  // RestartSec; 0: a node that ends by itself stays down
};

// What of a single node's configuration files is not as for all.
struct NodeFiles {
  TomlValues app_toml, config_toml;
};

struct NetworkSection {
  Ordered<std::int64_t> validators = {
      {"validator-1", 40}, {"validator-2", 30}, {"validator-3", 20}, {"validator-4", 10}};
  Ordered<std::int64_t> inactive;  // name -> stake of validators for whom there is no room in the set
  std::vector<std::string> full_nodes;
  SupervisorKind supervisor = SupervisorKind::cosmovisor;
  std::map<std::string, SupervisorKind> supervisors;  // of single nodes
  std::vector<std::string> downloads;                 // nodes whose Cosmovisor downloads the release itself
  RestartSection restart;
  std::string pace = "fast";
  NetworkBackend backend = NetworkBackend::proxies;
  Population population;
  std::map<std::string, std::map<std::string, std::string>> environment;  // of single nodes
  Ordered<nlohmann::json> genesis;                                        // dotted path -> value, beyond the profile's
  TomlValues app_toml, config_toml;                                       // the same
  std::map<std::string, NodeFiles> nodes;                                 // single nodes' own, beyond those
};

struct ReleasePair {
  ReleaseChoice from, to;  // empty: the profile's
};

struct ReleasesSection : ReleasePair {
  ReleaseChoice patch;    // installed before the upgrade, by a procedure that has one
  ReleaseChoice failing;  // taken back before the one that it upgrades to, by a procedure that does
  ReleasePair provider;   // of the provider daemon
};

// For which releases a scenario is meant, by their versions: with others it is skipped.
struct MeantFor {
  VersionRange from, to;
};

// Versions of the model that nodes score with; empty: the profile's.
struct ModelsSection {
  std::string from, to;
};

// When operators have their nodes load a new model.
enum class Activation { before_height, at_height };
const Ordered<Activation>& names(Activation);
// What lies at the address of the new model.
enum class PublishedModel { right, another };
const Ordered<PublishedModel>& names(PublishedModel);

// What a train carries out, one after the other on one network.
enum class TrainLeg { patch, hotfix, chain, model, provider, config, cancelled, skip, rollback };
const Ordered<TrainLeg>& names(TrainLeg);

enum class RollingOrder { smallest_first, largest_first };
const Ordered<RollingOrder>& names(RollingOrder);

// What the operators are told about the checksum beside SHA256SUMS.
enum class SecondSource { agrees, differs };
const Ordered<SecondSource>& names(SecondSource);
// Of the defect that a hotfix fixes (runbook, "Severity Assessment"): security, consensus, functionality.
enum class Severity { critical, high, medium };
const Ordered<Severity>& names(Severity);
// What plan.info says to a Cosmovisor that downloads.
enum class PlanInfo { right, wrong_checksum, other_platform };
const Ordered<PlanInfo>& names(PlanInfo);

struct UpgradeSection {
  std::string kind;  // a procedure of harness/procedures
  Vote vote = Vote::yes;
  std::vector<std::string> voters;  // empty: every validator
  bool expedited = false;
  Duration voting_period{std::chrono::seconds(2)};
  double lead = 0;                  // voting periods between the end of the vote and the upgrade height
  std::int64_t height_in = 0;       // blocks from the proposal to the upgrade; 0: chosen after the vote and the lead
  std::int64_t cancel_before = 0;   // blocks before the upgrade height at which it is called off; 0: once it is confirmed
  std::int64_t blocks_after = 5;    // K: blocks that must follow the upgrade
  std::vector<std::string> late;    // validators whose operators act once the others have made blocks without them
  std::vector<std::string> missed;  // nodes whose operators leave out what all others do
  std::int64_t drops = 0;           // blocks that operators drop by rolling the state back, whatever it demands
  bool compared = true;             // the operators compare last signed heights before they start
  bool set_aside = true;            // taking a release back, operators set upgrade-info.json aside before Cosmovisor starts
  bool joining_node = false;        // a full node joins after the upgrade, from a snapshot of the state
  std::vector<std::string> afterwards;  // what the chain has to do once it is upgraded (harness/procedures/afterwards.h)
  std::vector<TrainLeg> legs = {TrainLeg::patch, TrainLeg::chain, TrainLeg::model, TrainLeg::provider};
  RollingOrder order = RollingOrder::smallest_first;
  PlanInfo plan_info = PlanInfo::right;
  SecondSource second_source = SecondSource::agrees;
  Severity severity = Severity::critical;
  bool breaking = false;              // a hotfix that changes the state machine: all stop at one height
  bool confirmed = true;              // the operators' answer: is the checksum verified?
  std::int64_t max_tx_bytes = 200;    // that a change of configuration sets
  bool revert_config = true;          // a rollback of the provider daemon takes its configuration back too
  Activation activation = Activation::before_height;
  PublishedModel published = PublishedModel::right;
};

// How long things may take, in the runbook's time. A second of the run stands for `scale` of them.
struct ServiceLevels {
  double scale = 20;
  // After the halt (runbook, "Upgrade Coordination Timeline").
  Duration majority_upgraded{std::chrono::minutes(5)}, chain_resumes{std::chrono::minutes(15)}, verified{std::chrono::hours(1)};
  // After the announcement of a hotfix. Nothing: as its severity has it (response_time(), majority_time()).
  std::optional<Duration> response, hotfix_majority;
};

// Known defects of the profile by name, where the scenario wants it otherwise than the profile.
struct DefectsSection {
  std::vector<std::string> keep, mask;
};

struct Scenario {
  std::string name;  // the file's name without .yaml
  std::filesystem::path file;
  std::string title, runbook;
  NetworkSection network;
  MeantFor meant_for;
  ReleasesSection releases;
  ModelsSection models;
  UpgradeSection upgrade;
  DefectsSection defects;
  Changes changes;  // that the upgrade makes on purpose, beyond its release's
  std::vector<std::string> before, after;           // checklists
  std::map<std::string, std::string> attestations;  // item of a pre-upgrade list -> who saw to it, and when
  ServiceLevels service_levels;
  std::vector<FaultSpec> faults;
  DrawSection draw;  // more of them, at random
  DemandsSection demands;
  std::optional<Cause> expect;     // the cause that it must fail with; none: it has to pass
  std::optional<Owner> owner;      // whose failure that is, where the table of causes says another's
  std::string incident;            // what happened in the field that it stands for
};

// What a scenario expects that names no cause.
inline constexpr const char* kPass = "pass";

template <class V>
void describe(V& v, Population& p) {
  v.optional("accounts", p.accounts, "accounts with a balance, whose keys nobody has");
  v.optional("delegations", p.delegations, "delegations of these accounts, to the validators in turn");
  v.optional("records", p.records, "of each kind that the profile names");
  v.optional("votes", p.votes, "of these accounts, on a proposal that is voted on all through the upgrade");
}

template <class V>
void describe(V& v, RestartSection& r) {
  v.required("after", r.after, "seconds between a node's failure and its next start");
}

template <class V>
void describe(V& v, NodeFiles& n) {
  v.optional("app_toml", n.app_toml, "dotted key of app.toml -> value, for this node");
  v.optional("config_toml", n.config_toml, "the same of config.toml");
}

template <class V>
void describe(V& v, NetworkSection& n) {
  v.optional("validators", n.validators, "name -> voting power");
  v.optional("inactive", n.inactive, "name -> stake of validators that are not in the set, which has room for the others only");
  v.optional("full_nodes", n.full_nodes, "names of nodes that do not validate");
  v.optional("supervisor", n.supervisor, "what runs the nodes' binary");
  v.optional("supervisors", n.supervisors, "node -> what runs its binary, where it is not as for all");
  v.optional("downloads", n.downloads, "nodes whose Cosmovisor downloads the new release by itself");
  v.optional("restart", n.restart, "a node that fails is started again, as systemd does it; left out: it stays down");
  v.optional("pace", n.pace, "named preset of consensus timeouts");
  v.optional("backend", n.backend, "what faults of links act by: proxies, or packets in network namespaces, which needs root");
  v.optional("population", n.population, "what the network has from its genesis on");
  v.optional("environment", n.environment, "node -> variables that only it gets");
  v.optional("genesis", n.genesis, "dotted path -> value, beyond the profile's");
  v.optional("app_toml", n.app_toml, "dotted key of app.toml -> value, beyond the profile's");
  v.optional("config_toml", n.config_toml, "the same of config.toml");
  v.optional("nodes", n.nodes, "node -> what of its configuration files is not as for all");
}

template <class V>
void describe(V& v, ReleasePair& r) {
  v.optional("from", r.from, "release it starts on");
  v.optional("to", r.to, "release it upgrades to");
}

template <class V>
void describe(V& v, ReleasesSection& r) {
  v.optional("from", r.from, "release the network starts on");
  v.optional("patch", r.patch, "release of a train's leg `patch` or `hotfix`, installed before that");
  v.optional("failing", r.failing, "release of a train's leg `rollback`, which fails at the upgrade height and is taken back");
  v.optional("to", r.to, "release it upgrades to");
  v.optional("provider", r.provider, "the same of the provider daemon");
}

template <class V>
void describe(V& v, MeantFor& m) {
  describe_range(v, "from", m.from, "versions that it may start on, as `>=v1.0.0 <v2.0.0`");
  describe_range(v, "to", m.to, "versions that it may upgrade to");
}

template <class V>
void describe(V& v, ModelsSection& m) {
  v.optional("from", m.from, "version of the model that the network starts with");
  v.optional("to", m.to, "version that it changes to");
}

template <class V>
void describe(V& v, UpgradeSection& u) {
  v.required("kind", u.kind, "the procedure to carry out");
  v.optional("vote", u.vote, "what every validator votes");
  v.optional("voters", u.voters, "validators that vote; left out: all");
  v.optional("expedited", u.expedited, "the proposal is an expedited one");
  v.optional("voting_period", u.voting_period, "the proposal's voting period; longer on a machine that is too slow for it");
  v.optional("lead", u.lead, "voting periods between the end of the vote and the upgrade height");
  v.optional("height_in", u.height_in, "blocks from the proposal to the upgrade height, whatever becomes of the vote");
  v.optional("cancel_before", u.cancel_before, "blocks before the upgrade height at which the cancellation is proposed; 0: once the upgrade is confirmed");
  v.optional("blocks_after", u.blocks_after, "blocks that must follow the upgrade");
  v.optional("late", u.late, "validators whose operators act once the others have made blocks without them");
  v.optional("missed", u.missed, "nodes whose operators leave out what all others do");
  v.optional("drops", u.drops, "how often operators roll the state back, whatever it demands");
  v.optional("compared", u.compared, "the operators compare last signed heights before they start");
  v.optional("set_aside", u.set_aside, "a release taken back, upgrade-info.json is set aside before Cosmovisor starts");
  v.optional("plan_info", u.plan_info, "what plan.info says of the download");
  v.optional("second_source", u.second_source, "whether the announcement has the checksum of SHA256SUMS");
  v.optional("severity", u.severity, "of the defect that a hotfix fixes: how soon the first node has to run it, how it is announced and coordinated");
  v.optional("breaking", u.breaking, "the hotfix changes the state machine: all nodes stop at one height and start together");
  v.optional("confirmed", u.confirmed, "the operators' answer to: is the checksum verified?");
  v.optional("max_tx_bytes", u.max_tx_bytes, "the largest transaction that a change of configuration lets in");
  v.optional("revert_config", u.revert_config, "the provider daemon's configuration is taken back with its release");
  v.optional("activation", u.activation, "when nodes load a new model: before its effective height, or from it on");
  v.optional("published", u.published, "what lies at the address of the new model");
  v.alias("newcomer", "joining_node");
  v.optional("joining_node", u.joining_node, "a full node joins after the upgrade by state sync");
  v.optional("afterwards", u.afterwards, "what the chain has to do once it is upgraded: it is part of the run, and has to be seen");
  v.optional("legs", u.legs, "what a train carries out, one after the other");
  v.optional("order", u.order, "in which validators are upgraded one by one");
}

template <class V>
void describe(V& v, ServiceLevels& s) {
  v.optional("scale", s.scale, "seconds that a second of the run stands for");
  v.optional("majority_upgraded", s.majority_upgraded, "from the halt until more than 2/3 of the power has upgraded");
  v.optional("chain_resumes", s.chain_resumes, "from the halt to the next block");
  v.optional("verified", s.verified, "from the halt until everything is verified");
  v.optional("response", s.response, "from a hotfix's announcement until the first node runs it; left out: as its severity has it");
  v.optional("hotfix_majority", s.hotfix_majority, "the same until more than 2/3 of the power runs it; left out: two hours, or the response time where that is longer");
}

template <class V>
void describe(V& v, DefectsSection& d) {
  v.optional("keep", d.keep, "known defects of the profile that are not masked");
  v.optional("mask", d.mask, "known defects of the profile that are");
}

template <class V>
void describe(V& v, Scenario& s) {
  v.required("title", s.title, "what is rehearsed, in a line");
  v.required("runbook", s.runbook, "the section of the runbook it carries out");
  v.optional("network", s.network, "the network it runs on");
  v.optional("for", s.meant_for, "for which releases it is meant; with others it is skipped");
  v.optional("releases", s.releases, "what it upgrades from and to");
  v.optional("models", s.models, "the models that its nodes score with, before and after");
  v.required("upgrade", s.upgrade, "what is done");
  v.optional("defects", s.defects,
             "which of the profile's known defects are masked, where it says otherwise");
  v.optional("changes", s.changes, "what the upgrade changes on purpose, beyond what its release's entry announces");
  v.optional("before", s.before, "checklists that must hold before anything is upgraded");
  v.optional("attestations", s.attestations, "item of a pre-upgrade list that people see to -> who did, and when");
  v.optional("service_levels", s.service_levels, "how long things may take");
  v.optional("faults", s.faults, "failures that are injected");
  v.optional("draw", s.draw, "more of them, drawn at random from the seed");
  v.optional("demands", s.demands, "what is demanded of the network while faults act on it, and after");
  v.required("after", s.after, "checklists that must hold afterwards");
  v.optional("expect", s.expect, "pass, or the cause it must fail with", kPass);
  v.optional("owner", s.owner, "whose failure that is, where the cause's own owner is another");
  v.optional("incident", s.incident, "what happened in the field that it stands for, in a line");
}

// As written; whether it can be carried out, run/scenario_rules.h says. Throws Error(Blame::scenario) with file:line:column
// for what is malformed.
Scenario read_scenario(const std::filesystem::path& file);

// Another expectation than the file's.
void expect(Scenario&, std::optional<Cause>);
// What the record of a run of it says of that.
record::Expectation expected_of(const Scenario&);

// From a hotfix's announcement until the first node runs it, and until more than 2/3 of the power do.
Duration response_time(const Scenario&);
Duration majority_time(const Scenario&);
SupervisorKind supervisor_of(const NetworkSection&, const std::string& node);
bool uses_cosmovisor(const NetworkSection&);
std::vector<std::string> validator_names(const NetworkSection&);
// Validators, inactive ones, then full nodes: in the order of their addresses.
std::vector<std::string> node_names(const NetworkSection&);
// The smallest validator by power, ties by name.
std::string smallest_validator(const NetworkSection&);

struct Pace;
// Nominal seconds between two blocks at this pace as measured (scenario.cc has the figures).
double nominal_block_seconds(const std::string& pace);
// Throws Error(Blame::scenario) naming the presets there are.
Pace pace_named(const std::string& name);

}  // namespace rehearse
