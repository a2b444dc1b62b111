#include "harness/procedures/provider_operator.h"

#include <fmt/format.h>
#include <signal.h>

#include "harness/engine/goals.h"
#include "harness/view/journal.h"
#include "harness/procedures/governance.h"
#include "harness/engine/publication.h"
#include "localnet/artifact/artifact.h"
#include "localnet/profile/question_names.h"

namespace rehearse {

using record::Json;

ProviderDaemon& daemon_of(Rehearsal& r) { return *r.network().provider(); }

namespace {

const ProviderProfile& profile_of(Rehearsal& r) { return *r.profile().provider; }
const std::string& asked_node(Rehearsal& r) { return r.view().order.front(); }

std::vector<std::string> filled(Rehearsal& r, const std::vector<std::string>& texts, Values extra) {
  auto values = daemon_of(r).values();
  values.merge(Values(extra));
  return fill(texts, values, r.profile().file.string() + ": provider");
}

CliAnswer run(Rehearsal& r, const std::filesystem::path& program, const std::vector<std::string>& arguments) {
  const auto started = now_micros();
  auto answer = r.run_programs({{program, arguments, &daemon_of(r).cli()}}).front();
  r.record(record::CommandRan{answer.command, started}, kProvider);
  return answer;
}

// Of customers, at the same time; until all are in blocks.
void send_as_customers(Rehearsal& r, const std::vector<NodeCommand>& commands) {
  const auto started = now_micros();
  const auto sent = broadcast(r, commands);
  r.record(record::CommandRan{fmt::format("{}", fmt::join(commands.front().arguments, " ")), started}, kProvider);
  await_included(r, sent);
}

// The SDK's own error: another transaction of the account came first (cosmos-sdk, types/errors).
bool stale_sequence(const CliAnswer& a) {
  constexpr int kWrongSequence = 32;
  return a.json && a.json->value("codespace", "") == "sdk" && a.json->value("code", 0) == kWrongSequence;
}

void make_account(Rehearsal& r) {
  const auto& chain = r.network().respondent(asked_node(r)).binary;
  const auto key = run(r, chain, filled(r, profile_of(r).commands.at("add-key").run, {}));
  if (!key.trouble().empty()) throw Error(Blame::machine, key.trouble());
  const auto address = key.json && key.json->is_object() ? key.json->value("address", "") : "";
  if (address.empty()) throw Error(Blame::scenario, "`" + key.command + "`: there is no address in its answer");
  daemon_of(r).set_account(address);
  const auto& [from, to] = *r.subject().provider;
  r.record(record::ProviderPlanned{address, provenance(from), provenance(to)});
  auto values = r.network().respondent(asked_node(r)).values;
  values["address"] = address;
  const auto fund = fill(profile_of(r).commands.at("fund").run, values, r.profile().file.string() + ": provider: commands: fund");
  send_as_customers(r, {{asked_node(r), fund}});
}

}  // namespace

std::string send_as_provider(Rehearsal& r, const std::string& command, Values extra) {
  constexpr int kMost = 10;
  auto arguments = filled(r, profile_of(r).commands.at(command).run, extra);
  for (auto& a : filled(r, profile_of(r).transaction, extra)) arguments.push_back(std::move(a));
  const auto& chain = r.network().respondent(asked_node(r)).binary;
  for (int stale = 0;; ++stale) {
    const auto height = r.view().highest_height();
    const auto answer = run(r, chain, arguments);
    if (stale < kMost && stale_sequence(answer)) {
      r.await("the daemon's transaction in a block", above(height));
      continue;
    }
    const auto included = await_included(r, {{asked_node(r), accepted(answer)}}).front();
    return fmt::format("height {}{}", included.height,
                       stale ? fmt::format("; sent {} times, as the daemon signs with the same key", stale + 1) : "");
  }
}

void place_orders(Rehearsal& r, std::size_t count, std::size_t after) {
  const auto all = r.view().validators();
  for (std::size_t placed = 0; placed < count;) {
    auto customers = all;
    customers.resize(std::min(count - placed, all.size()));
    send_as_customers(
        r, transactions_of_each(r, profile_of(r).commands.at("order").run, customers, after + placed));
    placed += customers.size();
  }
}

void set_up_provider(Rehearsal& r) {
  auto& daemon = r.network().add_provider(kProvider);
  make_account(r);
  send_as_provider(r, "create");
  auto from = r.subject().provider->from;
  from.artifact = open_artifact(from.archive, profile_of(r).binary, r.subject().store);
  install_daemon(r, from, &record::ProviderPlanned::from);
  daemon.write_config(r.network().respondent(asked_node(r)).binary);
  start_daemon(r, r.view().provider_plan->from.printed_version);
}

void install_daemon(Rehearsal& r, Release release, record::Provenance record::ProviderPlanned::*which) {
  link_or_copy(release.artifact.binary, daemon_of(r).program());
  const auto answer = run_daemon(r, "version");
  release.printed_version = version_in(answer);
  if (!release.version.empty() && release.printed_version != release.version)
    throw StepFailed("`" + answer.command + "` says " + release.printed_version + ", not " + release.version,
                     Cause::wrong_version_inside);
  auto plan = *r.view().provider_plan;  // what is known of the releases is recorded as it becomes known
  plan.*which = provenance(release);
  r.record(std::move(plan));
}

void stop_daemon(Rehearsal& r) {
  r.record(record::Expected{kProcessEnds, "its operator stops it", true}, kProvider);
  daemon_of(r).signal(SIGTERM);
  r.await_done("the daemon's end", [&] { return !r.view().provider.alive; });
}

std::string start_daemon(Rehearsal& r, const std::string& release) {
  r.record(record::Expected{kProcessEnds, "it runs", false}, kProvider);
  daemon_of(r).start();
  const auto health = await_answer(r, "the daemon's health", {question::health, kProvider, {}, 0},
                                   [](const Json& h) { return h.value("status", "") == "ok"; });
  const auto version = health.value.value("version", release);
  if (version != release) throw StepFailed("what runs is " + version + ", not " + release);
  return health.value.dump();
}

CliAnswer ask_daemon(Rehearsal& r, const std::string& command) {
  return run(r, daemon_of(r).program(), filled(r, profile_of(r).daemon.at(command).run, {}));
}

CliAnswer run_daemon(Rehearsal& r, const std::string& command) {
  auto answer = ask_daemon(r, command);
  if (!answer.trouble().empty()) throw StepFailed(answer.trouble());
  return answer;
}

record::Answered await_answer(Rehearsal& r, const std::string& what, const Question& question,
                              const std::function<bool(const Json&)>& right) {
  constexpr auto kMost = std::chrono::seconds(30);
  const auto start = Loop::Clock::now();
  for (;;) {
    const auto height = r.view().highest_height();
    auto a = r.ask("awaited", {question}).front();
    if (a.answered && !a.absent && right(a.value)) return a;
    if (Loop::Clock::now() - start > kMost)
      throw TimedOut(what + " not reached: " + (a.answered ? a.value.dump() : a.error));
    r.await(what, above(height));
  }
}

}  // namespace rehearse
