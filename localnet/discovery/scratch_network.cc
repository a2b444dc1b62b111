#include "localnet/discovery/scratch_network.h"

#include <fmt/format.h>

#include <chrono>
#include <optional>

#include "localnet/base/error.h"
#include "localnet/process/guard.h"
#include "localnet/profile/model.h"

namespace rehearse {

namespace {

using namespace std::chrono_literals;

constexpr auto kBoots = 60s;         // the first blocks of one node, on a busy machine
constexpr auto kAnswers = 30s;       // more than any single command may take
constexpr auto kApiStarts = 5s;      // a moment after the node's RPC
constexpr auto kIsIncluded = 15s;    // a transaction, in blocks of less than a second

NetworkPlan plan_of_one(const Profile& profile, const std::filesystem::path& binary, const std::filesystem::path& folder,
                        const std::filesystem::path& models) {
  std::filesystem::create_directories(folder);
  NetworkPlan plan;
  plan.folder = folder;
  plan.run_id = folder.parent_path().filename();
  plan.nodes = {{"scratch", true, 1, {}, {}, {}, SupervisorKind::bare}};
  plan.binary = binary;
  if (profile.model) plan.model = find_model(*profile.model, models, profile.model->from);
  plan.genesis_values = [] { return Values{{"voting_period", "2s"}, {"expedited_voting_period", "1s"}, {"inflation", "0.000000000000000000"}}; };
  return plan;
}

// Arguments of questions, and what a transaction's are filled with.
Values any_values(const Network& network) {
  const auto& node = network.nodes().front()->identity();
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
          {"watched", network.watched_account()},
          {"proposal", "1"},
          {"height", "1"}};
}

// Of a transaction, or of what became of it; empty: none.
std::string refusal_in(const nlohmann::json& answer) {
  const auto code = answer.find("code"), log = answer.find("raw_log");
  if (code == answer.end() || *code == 0) return "";
  return log != answer.end() && log->is_string() ? log->get<std::string>() : answer.dump();
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

}  // namespace

// Only what waiting for blocks needs.
class ScratchNetwork::Watch : public Sink {
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

ScratchNetwork::ScratchNetwork(Loop& loop, Http& http, const Profile& profile, const std::filesystem::path& binary,
                               const std::filesystem::path& folder, const std::filesystem::path& models)
    : loop_(loop), http_(http), profile_(profile), watch_(std::make_unique<Watch>()), addresses_(AddressBlock::claim(runtime_dir())) {
  network_ = std::make_unique<Network>(loop, http, *watch_, profile, addresses_, plan_of_one(profile, binary, folder, models));
  network_->prepare([this](const std::string& what, const std::function<bool()>& done) { wait(what, done, kAnswers); });
}

ScratchNetwork::~ScratchNetwork() { network_->stop(); }

void ScratchNetwork::wait(const std::string& what, const std::function<bool()>& done, std::chrono::seconds most) {
  const auto start = Loop::Clock::now();
  while (!done()) {
    if (!watch_->ended.empty()) throw Error(Blame::release, watch_->ended);
    if (Loop::Clock::now() - start > most) throw Error(Blame::release, fmt::format("{}: not there after {} s", what, most.count()));
    loop_.run_one(50ms);
  }
}

void ScratchNetwork::make_blocks(std::int64_t height) {
  network_->start();
  wait(fmt::format("block {}", height), [&] { return watch_->height >= height; }, kBoots);
}

// Asked again until it is settled, as long as the API may take to start or a transaction to be in a block.
Answer ScratchNetwork::ask(const std::string& question, const Values& args, bool (*settled)(const Answer&)) {
  Questioner questioner(http_, network_->cli(), profile_);
  const auto& node = network_->nodes().front()->identity().name;
  const auto give_up = Loop::Clock::now() + (settled ? kIsIncluded : kApiStarts);
  for (;;) {
    // Shared with the handler: an answer may come after the wait for it was given up.
    const auto answer = std::make_shared<std::optional<Answer>>();
    questioner.ask({question, node, args, 0}, network_->respondent(node), [answer](Answer a) { *answer = std::move(a); });
    wait(question, [&] { return answer->has_value(); }, kAnswers);
    const auto& a = **answer;
    if ((settled ? settled(a) : !a.not_ready) || Loop::Clock::now() > give_up) return a;
    bool again = false;
    const auto pause = loop_.after(50ms, [&] { again = true; });
    wait(question, [&] { return again; }, kAnswers);
  }
}

std::vector<ScratchNetwork::Asked> ScratchNetwork::ask_all() {
  std::vector<Asked> all;
  const auto values = any_values(*network_);
  for (const auto& [name, sources] : profile_.questions) all.push_back({name, ask(name, arguments_of(name, profile_, values), nullptr)});
  return all;
}

std::string ScratchNetwork::pay() {
  const auto to = network_->respondent(network_->nodes().front()->identity().name);
  auto values = to.values;
  values.insert({{"address", network_->watched_account()}, {"amount", "1"}});
  const auto where = profile_.file.string() + ": commands: pay";
  auto words = fill(command_of(profile_, "pay").run, values, where);
  const auto flags = fill(profile_.transaction, values, where);
  words.insert(words.end(), flags.begin(), flags.end());
  const auto sent = std::make_shared<std::optional<CliAnswer>>();
  network_->cli().run(to.binary, words, Stream::out, [sent](CliAnswer a) { *sent = std::move(a); });
  wait("a payment", [&] { return sent->has_value(); }, kAnswers);
  const auto& answer = **sent;
  if (!answer.trouble().empty()) return answer.trouble() + "\n" + answer.err;
  if (!answer.json || !answer.json->is_object()) return "`" + answer.command + "`: prints no JSON";
  if (const auto said = refusal_in(*answer.json); !said.empty()) return said;
  const auto hash = answer.json->find("txhash");
  if (hash == answer.json->end() || !hash->is_string()) return "`" + answer.command + "`: its answer has no txhash";
  const auto found = ask("transaction", {{"hash", hash->get<std::string>()}}, [](const Answer& a) { return a.answered && !a.absent; });
  if (!found.answered || found.absent) return "a payment that was taken is in no block " + found.error;
  return refusal_in(found.value);
}

}  // namespace rehearse
