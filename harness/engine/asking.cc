// Of a run as its procedure sees it: what nodes, the chain's program and servers are asked, and the wait for all answers.
#include <fmt/format.h>

#include <algorithm>

#include "harness/engine/rehearsal.h"
#include "localnet/base/log.h"
#include "localnet/base/text.h"

namespace rehearse {

using namespace std::chrono_literals;

namespace {

// How much later than its RPC a node's API may serve.
constexpr auto kApiStarts = 3s;

}  // namespace

std::vector<record::Answered> Rehearsal::ask(const std::string& checkpoint,
                                             const std::vector<Question>& questions) {
  struct Asked {
    Questioner questioner;
    std::vector<record::Answered> answers;
    std::vector<std::size_t> early;  // asked before the node's API served
    std::size_t open = 0;
  };
  // Shared with the handlers: an answer may come after the wait for it was given up.
  auto asked = std::make_shared<Asked>(Asked{
      Questioner(http_, network_->cli(), profile_), std::vector<record::Answered>(questions.size()), {}, 0});
  auto put = [&](std::size_t i) {
    const auto& q = questions[i];
    ++asked->open;
    asked->questioner.ask(q, network_->respondent(q.node), [this, asked, checkpoint, q, i](Answer a) {
      asked->answers[i] = {checkpoint, q.name, q.args, q.height, a.source, a.answered, a.absent, a.value, a.error};
      record(asked->answers[i], q.node);
      if (a.not_ready) asked->early.push_back(i);
      --asked->open;
    });
  };
  const auto await_all_there = [&] {
    await_done("nodes that a fault takes away, to be asked", [&] {
      return std::none_of(questions.begin(), questions.end(), [&](const Question& q) { return view_.taken_down(q.node); });
    });
  };
  await_all_there();
  for (std::size_t i = 0; i < questions.size(); ++i) put(i);
  await_done("answers", [&] { return asked->open == 0; });
  // Whom a fault has taken away meanwhile is asked again once it is back.
  for (bool again = true; std::exchange(again, false);) {
    for (std::size_t i = 0; i < questions.size(); ++i) {
      if (asked->answers[i].answered || !view_.taken_down(questions[i].node)) continue;
      log_info(fmt::format("{} is asked {} again: a fault had taken it away", questions[i].node, questions[i].name));
      await_all_there();
      put(i);
      again = true;
    }
    await_done("answers", [&] { return asked->open == 0; });
  }
  const auto until = Loop::Clock::now() + kApiStarts;
  while (!asked->early.empty() && Loop::Clock::now() < until) {
    bool due = false;
    const auto pause = loop_.after(100ms, [&due] { due = true; });
    log_info(fmt::format("{} questions are asked again: the API did not serve yet", asked->early.size()));
    await_done("a node's API", [&due] { return due; });
    for (const auto i : std::exchange(asked->early, {})) put(i);
    await_done("answers", [&] { return asked->open == 0; });
  }
  return asked->answers;
}

const std::string& Rehearsal::in_reach(const std::string& node) const {
  if (!view_.taken_down(node)) return node;
  const auto other = std::find_if(view_.order.begin(), view_.order.end(), [&](const auto& name) { return !view_.taken_down(name); });
  return other == view_.order.end() ? node : *other;
}

Respondent Rehearsal::respondent(const std::string& node) {
  auto own = network_->respondent(node);
  if (const auto& other = in_reach(node); other != node) {
    const auto to = network_->respondent(other);
    own.rpc_url = to.rpc_url, own.rest_url = to.rest_url;
    own.values["rpc"] = to.values.at("rpc");
  }
  return own;
}

std::vector<std::string> Rehearsal::command(const std::string& name, const std::string& node, Values extra) {
  const auto where = profile_.file.string() + ": commands: " + name;
  auto values = respondent(node).values;
  for (const auto& [k, v] : extra) values[k] = v;
  return fill(command_of(profile_, name).run, values, where);
}

std::vector<CliAnswer> Rehearsal::run_commands(const std::vector<NodeCommand>& commands) {
  std::vector<ProgramCall> calls;
  for (const auto& [node, arguments] : commands) calls.push_back({network_->respondent(node).binary, arguments});
  return run_programs(calls);
}

std::vector<CliAnswer> Rehearsal::run_programs(const std::vector<ProgramCall>& calls) {
  struct Running {
    std::vector<CliAnswer> answers;
    std::size_t open;
  };
  // Shared with the handlers: a command may end after the wait for it was given up.
  auto running = std::make_shared<Running>(Running{std::vector<CliAnswer>(calls.size()), calls.size()});
  for (std::size_t i = 0; i < calls.size(); ++i)
    (calls[i].cli ? *calls[i].cli : network_->cli()).run(calls[i].program, calls[i].arguments, Stream::out, [running, i](CliAnswer a) {
      running->answers[i] = std::move(a);
      --running->open;
    });
  await_done("commands", [&] { return running->open == 0; });
  return running->answers;
}

void Rehearsal::download(const std::vector<Download>& all) {
  struct Transfers {
    std::size_t open;
    std::optional<Error> trouble;
  };
  // Shared with the handlers: they may be called after the wait was given up.
  auto transfers = std::make_shared<Transfers>(Transfers{all.size(), {}});
  for (const auto& one : all)
    rehearse::download(http_, one, [transfers](std::optional<Error> trouble) {
      if (trouble) transfers->trouble = std::move(trouble);
      --transfers->open;
    });
  await_done(all.front().url, [&] { return transfers->open == 0; }, kWhileAnythingComes);
  if (transfers->trouble) throw Error(*transfers->trouble);
}

}  // namespace rehearse
