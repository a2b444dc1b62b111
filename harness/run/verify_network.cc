#include "harness/run/verify_network.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <re2/re2.h>

#include <algorithm>
#include <boost/algorithm/hex.hpp>
#include <cstring>
#include <iterator>

#include "harness/engine/goals.h"
#include "harness/judge/checks/checklist.h"
#include "harness/judge/judge.h"
#include "harness/procedures/verification.h"
#include "harness/run/conclusion.h"
#include "harness/run/ending.h"
#include "harness/run/run_folder.h"
#include "harness/run/scenario_rules.h"
#include "localnet/base/bech32.h"
#include "localnet/base/log.h"
#include "localnet/base/sha256.h"
#include "localnet/base/text.h"
#include "localnet/cosmos/keys.h"
#include "localnet/http/guest_http.h"
#include "localnet/http/url.h"
#include "localnet/network/observer.h"
#include "localnet/process/guard.h"
#include "localnet/profile/question_names.h"

namespace rehearse {

namespace fs = std::filesystem;
using record::Json;
using record::Member;

namespace {

constexpr const char* kRunbook = "Post-Upgrade Verification";
constexpr std::int64_t kBlocks = 3;  // that have to follow
constexpr std::chrono::milliseconds kPolled{500};
constexpr Budget kForBlocks{std::chrono::seconds(40), std::chrono::minutes(5)};

// Its nodes are asked at their addresses; nothing of it is started, and no program is there.
class AtAddresses : public Network {
 public:
  AtAddresses(Loop& loop, Http& http, Sink& sink, const Profile& profile, const AddressBlock& none, const fs::path& folder, const StandingNetwork& net)
      : Network(loop, http, sink, profile, none, of_no_nodes(folder)), profile_(profile), net_(net) {}

  void set_members(std::vector<Member> members, std::string chain_id) { members_ = std::move(members), chain_id_ = std::move(chain_id); }

  Respondent respondent(const std::string& name) override {
    const auto& node = *std::ranges::find(net_.nodes, name, &StandingNode::name);
    const auto& member = *std::ranges::find(members_, name, &Member::name);
    Values values;
    for (const auto* value : known_question_values()) values[value] = "";
    values["rpc"] = node.rpc, values["node"] = name, values["denom"] = profile_.chain.denom, values["chain_id"] = chain_id_;
    values["operator_address"] = member.operator_address;
    if (!member.consensus_address.empty())
      values["consensus_address"] = bech32_encode(profile_.chain.bech32 + "valcons", bytes_of(member.consensus_address));
    return {node.rpc, node.rest, {}, std::move(values)};
  }

 private:
  static NetworkPlan of_no_nodes(const fs::path& folder) {
    NetworkPlan p;
    p.folder = folder;
    return p;
  }
  static std::vector<std::uint8_t> bytes_of(const std::string& hex) {
    std::vector<std::uint8_t> bytes;
    boost::algorithm::unhex(hex, std::back_inserter(bytes));
    return bytes;
  }
  const Profile& profile_;
  const StandingNetwork& net_;
  std::vector<Member> members_;
  std::string chain_id_;
};

// As /status says who the node is.
struct Introduced {
  std::string chain, id, consensus_address;
  std::int64_t height = 0, power = 0;
  std::string trouble;  // why it says nothing of it
};

Introduced read_status(const Result<Json>& r, const std::string& who) try {
  if (!r.value) return {"", "", "", 0, 0, r.error};
  const auto &node = r.value->at("node_info"), &validator = r.value->at("validator_info");
  if (!RE2::FullMatch(validator.at("address").get<std::string>(), "[0-9A-F]{40}")) throw std::invalid_argument("its consensus address is none");
  return {node.at("network").get<std::string>(), node.at("id").get<std::string>(), validator.at("address").get<std::string>(),
          number_in(r.value->at("sync_info").at("latest_block_height")), number_in(validator.at("voting_power")), ""};
} catch (const std::exception& e) {
  return {"", "", "", 0, 0, fmt::format("{}: /status: {}", who, e.what())};
}

// Of an Ed25519 key, as x/staking lists it; empty for another.
std::string consensus_address_of(const Json& validator) try {
  const auto bytes = base64_decode(validator.at("consensus_pubkey").value("key", validator.at("consensus_pubkey").value("value", std::string())));
  PublicKey key{};
  if (bytes.size() != key.size()) return "";
  std::ranges::copy(bytes, key.begin());
  return address_hex(key);
} catch (const std::exception&) {
  return "";
}

std::string scenario_of(const StandingNetwork& net) {
  std::string validators;
  for (const auto& n : net.nodes)
    if (n.role == StandingRole::validator) validators += fmt::format("{}{}: 1", validators.empty() ? "" : ", ", n.name);
  return fmt::format("title: A network that runs, held against the checklists\nrunbook: {}\nnetwork: {{validators: {{{}}}}}\nupgrade: {{kind: chain}}\n"
                     "after: [validator-verification, network-verification]\n",
                     kRunbook, validators);
}

class Verification {
 public:
  // `in`: scenario and profile.
  Verification(const VerifyOptions& o, Inputs in, ProgressReporter& reporter)
      : o_(o), net_(o.network), in_(std::move(in)), log_(o.folder / kLog, LogLevel::info),
        journal_(o.folder / kJournal), own_http_(make_http(loop_)),
        http_(loop_, *own_http_, net_.requests, net_.ca), r_(loop_, http_, journal_, reporter, in_.scenario, in_.profile, o.folder),
        addresses_(AddressBlock::claim(runtime_dir())), network_(loop_, http_, r_, in_.profile, addresses_, o.folder, net_), observer_(loop_, http_, r_, kPolled) {
    r_.set_network(&network_);
  }

  RunResult carry_out() {
    loop_.on_stop_signal([this](int signal) {
      exit_code_ = 128 + signal;
      r_.cancel(fmt::format("ended by {}", ::strsignal(signal)), signal);
    });
    record_start();
    auto [stopped, exit_code] = ending_of([this] { verify(); }, r_, in_);
    if (exit_code) exit_code_ = exit_code;
    r_.record(std::move(stopped));
    remove_from_run(network_.temporary());
    RunResult result;
    result.record = judge(r_.view(), in_.scenario, in_.profile);
    result.exit_code = exit_code_ ? exit_code_ : record::exit_code(result.record);
    return result;
  }

 private:
  void record_start() {
    record::RunStarted s;
    s.scenario = in_.scenario.name, s.profile = in_.profile.name;
    s.scenario_digest = sha256_file(o_.folder / kScenarioCopy), s.profile_digest = sha256_hex(in_.profile.text);
    s.harness_version = o_.harness_version, s.host = host_description(), s.command = o_.command, s.invoked = o_.invoked;
    std::vector<std::string> validators;
    Json versions = Json::object();
    for (const auto& n : net_.nodes) {
      if (n.role == StandingRole::validator) validators.push_back(n.name);
      if (!n.version.empty()) versions[n.name] = n.version;
    }
    s.conditions = {{"blocks_after", kBlocks}, {"expect", kPass}, {"validators", validators}, {"seen-from-outside", true}, {"versions", versions}, {"peers", net_.peers}};
    r_.record(std::move(s));
  }

  void verify() {
    r_.enter(Phase::prepare);
    r_.step("nodes", "Every node is asked who it is", kRunbook, [this] { return meet_nodes(); });
    ask_lists_before(r_);
    ask_when_resumed(r_);
    const auto last = from_ + kBlocks;
    try {
      r_.step("blocks", "Check blocks producing", kRunbook, [&] { return await_height(last); });
    } catch (const TimedOut&) {  // what nodes say of themselves is judged all the same
      r_.ask(kAfter, questions_of(context_of(r_), kAfter));
      r_.record(record::Milestone{MilestoneName::asked});
      throw;
    }
    r_.step("verify", "Full verification", kRunbook, [this] { return ask_until_settled(r_, kForBlocks); });
    r_.record(record::Milestone{MilestoneName::asked});
  }

  std::string await_height(std::int64_t last) {
    const auto beyond = [last](const NetworkView& v) -> std::optional<Unmet> {
      if (v.highest_height() > last) return std::nullopt;
      return Unmet{{}, fmt::format("at {}", v.highest_height())};
    };
    r_.await(fmt::format("height {}", last + 1), beyond, kForBlocks);
    return fmt::format("height {}", r_.view().highest_height());
  }

  std::string meet_nodes() {
    const auto met = introduced();
    check_one_network(met);
    std::vector<Member> members;
    for (std::size_t i = 0; i < met.size(); ++i) members.push_back(member_of(net_.nodes[i], met[i]));
    network_.set_members(members, chain_);
    add_operators(members);
    network_.set_members(members, chain_);
    record_release(members);
    r_.record(record::NetworkPlanned{chain_, "", 0, "", members});
    r_.record(record::ExpectedOutcome{from_, WhichRelease::to, true});
    observer_.begin_at(from_);
    std::vector<std::string> silent;
    for (std::size_t i = 0; i < met.size(); ++i) {
      observer_.add(net_.nodes[i].name, net_.nodes[i].rpc);
      if (!met[i].trouble.empty()) silent.push_back(met[i].trouble);
    }
    return fmt::format("{} of {} answer, of the chain {} at height {}{}", met.size() - silent.size(), met.size(), chain_, from_,
                       silent.empty() ? "" : fmt::format("; {}", fmt::join(silent, "; ")));
  }

  std::vector<Introduced> introduced() {
    struct Asked {
      std::vector<Introduced> met;
      std::size_t open;
    };
    auto asked = std::make_shared<Asked>(Asked{std::vector<Introduced>(net_.nodes.size()), net_.nodes.size()});
    for (std::size_t i = 0; i < net_.nodes.size(); ++i) {
      const auto& n = net_.nodes[i];
      Rpc(http_, n.rpc, n.name).call("status", Json::object(), [asked, i, name = n.name](Result<Json> r) {
        asked->met[i] = read_status(r, name);
        --asked->open;
      });
    }
    r_.await_done("every node's status", [asked] { return asked->open == 0; }, kForBlocks);
    return asked->met;
  }

  void check_one_network(const std::vector<Introduced>& met) {
    std::map<std::string, std::string> ids;
    std::string first, silent;
    const auto refuse = [&](const std::string& why) { throw Error(Blame::scenario, net_.file.string() + ": " + why); };
    for (std::size_t i = 0; i < met.size(); ++i) {
      const auto& name = net_.nodes[i].name;
      if (!met[i].trouble.empty()) {
        silent += "\n  " + met[i].trouble;
        continue;
      }
      if (first.empty()) first = name, chain_ = met[i].chain;
      if (met[i].chain != chain_) refuse(fmt::format("{} is of the chain {}, and {} of {}", name, met[i].chain, first, chain_));
      if (const auto [other, is_new] = ids.emplace(met[i].id, name); !is_new) refuse(fmt::format("{} and {} are one node, {}", other->second, name, met[i].id));
      from_ = std::max(from_, met[i].height);
    }
    if (first.empty()) throw Error(Blame::machine, "no node answers:" + silent);
  }

  static Member member_of(const StandingNode& n, const Introduced& met) {
    Member m;
    m.name = n.name, m.validator = n.role == StandingRole::validator, m.ip = host_of(n.rpc), m.node_id = met.id;
    if (m.validator) m.consensus_address = met.consensus_address, m.power = met.power;
    return m;
  }

  std::vector<Question> of_those_that_answer(const char* question, const std::vector<Member>& members) const {
    std::vector<Question> all;
    for (const auto& m : members)
      if (!m.node_id.empty()) all.push_back({question, m.name, {}, 0});
    return all;
  }

  // x/staking knows whose consensus key it is: the first that tells is enough.
  void add_operators(std::vector<Member>& members) {
    for (const auto& question : of_those_that_answer(question::validators, members)) {
      const auto answer = r_.ask(kPrepared, {question}).front();
      if (!answer.answered || !answer.value.is_array()) continue;
      for (const auto& v : answer.value)
        for (auto& m : members)
          if (!m.consensus_address.empty() && m.consensus_address == consensus_address_of(v)) m.operator_address = v.value("operator_address", "");
      return;
    }
  }

  // The one that is to run: what the file says, or most of the power runs.
  void record_release(const std::vector<Member>& members) {
    const auto questions = of_those_that_answer(question::app_version, members);
    const auto answers = r_.ask(kPrepared, questions);
    std::map<std::string, std::int64_t> power;
    for (std::size_t i = 0; i < questions.size(); ++i) {
      const bool of_its_own = !std::ranges::find(net_.nodes, questions[i].node, &StandingNode::name)->version.empty();
      if (answers[i].answered && !of_its_own) power[text_of(answers[i].value)] += std::ranges::find(members, questions[i].node, &Member::name)->power;
    }
    auto version = net_.version;
    if (version.empty() && !power.empty()) version = std::ranges::max_element(power, {}, [](const auto& p) { return p.second; })->first;
    const record::Provenance running{version, version, "", "", "", "", version};
    r_.record(record::ReleasesOpened{running, running, {}, {}, ""});
  }

  const VerifyOptions& o_;
  const StandingNetwork& net_;
  const Inputs in_;
  LogFile log_;  // before all that logs while it ends
  Journal journal_;
  Loop loop_;
  std::unique_ptr<Http> own_http_;
  GuestHttp http_;
  Rehearsal r_;
  AddressBlock addresses_;
  AtAddresses network_;
  BlockObserver observer_;
  std::string chain_;
  std::int64_t from_ = 0;  // the highest height when it began
  int exit_code_ = 0;
};

}  // namespace

RunResult verify_network(const VerifyOptions& o, ProgressReporter& reporter) {
  Inputs in;
  in.profile = load_profile(o.profile, o.profiles);
  make_run_folder(o.folder);
  write_file(o.folder / kScenarioCopy, scenario_of(o.network));
  write_file(o.folder / kProfileCopy, in.profile.text);
  in.scenario = load_scenario(o.folder / kScenarioCopy);
  in.scenario.name = "verify-" + o.network.file.stem().string();
  return Verification(o, std::move(in), reporter).carry_out();
}

}  // namespace rehearse
