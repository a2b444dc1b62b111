// rehearse doctor --binary B: one scratch node of the chain, and every question of its profile.
#include <fmt/format.h>

#include <iostream>

#include "harness/cli/commands.h"
#include "harness/run/network_of.h"
#include "localnet/artifact/artifact.h"
#include "localnet/process/guard.h"
#include "localnet/network/network.h"

namespace rehearse::cli {

namespace {

// Only what waiting for the first block needs.
class Watch : public Sink {
 public:
  void process_ended(const std::string&, const std::string& program, const ExitStatus& status,
                     const LastWords& words) override {
    std::string said;
    for (const auto& line : words.lines) said += "\n  " + line;
    ended = program + " ended (" + to_string(status) + "); it said:" + said;
  }
  void head(const std::string&, const Head& h) override { height = h.app_height; }

  std::int64_t height = 0;
  std::string ended;
};

// A folder that goes with the examination.
struct Scratch {
  fs::path folder;
  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(folder, ignored);
  }
};

// Arguments of questions, and what a transaction's are filled with: each with a value that any chain can answer, if only by "there is none".
Values arguments(const Network& network, const NodeIdentity& node) {
  return {{"name", "none"},
          {"id", "1"},
          {"hash", std::string(64, '0')},
          {"address", network.watched_account()},
          {"delegator", node.account},
          {"validator", node.operator_address},
          {"other_validator", node.operator_address},
          {"account", node.account},
          {"payee", network.watched_account()},
          {"granter", network.watched_account()},
          {"proposal", "1"},
          {"height", "1"}};
}

// Those that the question declares, or that the profile gives for a record of its own or for what a transaction changes.
Values arguments_of(const std::string& question, const Profile& profile, const Values& values) {
  Values chosen;
  for (const auto& q : known_questions())
    if (q.name == question)
      for (const char* name : q.args) chosen[name] = values.at(name);
  for (const auto& k : profile.preserved)
    if (k.question == question) chosen.insert(k.args.begin(), k.args.end());
  for (const auto& [kind, t] : profile.transactions)
    if (t.effect == question)
      for (const auto& [name, text] : t.args) chosen.emplace(name, fill(text, values, profile.file.string() + ": transactions: " + kind));
  return chosen;
}

std::string shown(const nlohmann::json& value) {
  const auto text = value.is_string() ? value.get<std::string>() : value.dump();
  return text.size() <= 60 ? text : text.substr(0, 57) + "...";
}

}  // namespace

int examine(const Project& project, const std::string& profile_name, const std::string& binary) {
  auto profile = load_profile(project.profile(profile_name), project.profiles());
  apply_masks(profile);
  const auto artifact = open_artifact(fs::absolute(binary), profile.chain.binary, project.store());
  const Scratch scratch{fs::temp_directory_path() / fmt::format("rehearse-doctor-{}", ::getpid())};
  fs::create_directories(scratch.folder);

  Loop loop;
  const auto http = make_http(loop);
  Watch watch;
  NetworkPlan plan;
  plan.folder = scratch.folder;
  plan.run_id = scratch.folder.filename();
  plan.nodes = {{"scratch", true, 1, {}, {}, {}, SupervisorKind::bare}};
  plan.binary = artifact.binary;
  if (profile.model) plan.model = find_model(*profile.model, project.built_models(), profile.model->from);
  plan.genesis_values = [] { return Values{{"voting_period", "2s"}, {"expedited_voting_period", "1s"}, {"inflation", inflation_of("")}}; };
  const auto addresses = AddressBlock::claim(runtime_dir());
  Network network(loop, *http, watch, profile, addresses, plan);
  const WaitFor wait = [&](const std::string& what, const std::function<bool()>& done) {
    constexpr auto kLimit = std::chrono::seconds(60);
    const auto start = Loop::Clock::now();
    while (!done()) {
      if (!watch.ended.empty()) throw Error(Blame::release, watch.ended);
      if (Loop::Clock::now() - start > kLimit) throw Error(Blame::release, what + ": not there after 60 s");
      loop.run_one(std::chrono::milliseconds(50));
    }
  };
  network.prepare(wait);
  network.start();
  wait("the second block", [&] { return watch.height >= 2; });

  int silent = 0;
  Questioner questioner(*http, network.cli(), profile);
  const auto& node = network.nodes().front()->identity();
  const auto values = arguments(network, node);
  for (const auto& [name, sources] : profile.questions) {
    std::optional<Answer> answer;
    const auto ask = [&] {
      answer.reset();
      questioner.ask({name, node.name, arguments_of(name, profile, values), 0}, network.respondent(node.name),
                     [&](Answer a) { answer = std::move(a); });
    };
    ask();
    const auto until = Loop::Clock::now() + std::chrono::seconds(5);
    wait(name, [&] {
      if (!answer) return false;
      if (!answer->not_ready || Loop::Clock::now() > until) return true;
      ask();  // its API starts a moment after its RPC
      return false;
    });
    silent += !answer->answered;
    std::cout << fmt::format("  {:<8} {:<18} {:<5} {}\n", answer->answered ? "ok" : "NONE", name, answer->source,
                             !answer->answered ? answer->error
                             : answer->absent  ? "(there is none)"
                                               : shown(answer->value));
  }
  network.stop();
  std::cout << fmt::format("{} of {} questions answered\n", profile.questions.size() - silent, profile.questions.size());
  return silent ? 1 : 0;
}

}  // namespace rehearse::cli
