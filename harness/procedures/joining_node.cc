#include "harness/procedures/joining_node.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <sstream>

#include "harness/engine/goals.h"
#include "harness/engine/stall_watch.h"
#include "harness/view/starvation.h"
#include "harness/view/step_ids.h"
#include "localnet/base/text.h"
#include "localnet/cosmos/go_panic.h"
#include "localnet/cosmos/log_entry.h"
#include "localnet/cosmos/rpc.h"

namespace rehearse {

namespace {

constexpr const char* kName = "joining-node";
constexpr Cause kFailed = Cause::state_sync_failed;

// What it has to trust: a block of the new release, by its hash (CometBFT, light client).
TomlValues state_sync(Rehearsal& r) {
  const auto trusted = r.view().plan->height + 1;
  r.await(fmt::format("block {} with its hash", trusted), [trusted](const NetworkView& v) {
    return v.blocks.contains(trusted) ? std::nullopt : std::optional<Unmet>(Unmet{});
  });
  std::string servers;
  for (const auto* n : r.view().validators()) servers += (servers.empty() ? "" : ",") + n->member.ip + ":" + std::to_string(rpc_port);
  return {{"statesync.enable", {true, ""}},
          {"statesync.rpc_servers", {servers, ""}},
          {"statesync.trust_height", {trusted, ""}},
          {"statesync.trust_hash", {r.view().blocks.at(trusted).block.hash, ""}},
          {"statesync.trust_period", {"168h0m0s", ""}},
          {"statesync.discovery_time", {"5s", ""}}};  // the least that is allowed
}

// What it says of itself once it no longer catches up and has a block: with the snapshot it has the state alone, and goes on from
// there.
std::optional<Joined> read_joined(const HttpResponse& answer) {
  const auto both = record::Json::parse(answer.body, nullptr, false);
  if (!both.is_array() || both.size() != 2) return std::nullopt;
  const auto sync = both[0].value(record::Json::json_pointer("/result/sync_info"), record::Json::object());
  if (sync.value("catching_up", true)) return std::nullopt;
  const auto first = number_in(sync.at("earliest_block_height"));
  if (first == 0) return std::nullopt;
  const auto head = parse_head(both[0].at("result"), both[1].at("result"));
  return Joined{first, head.app_height, head.app_hash};
}

// Why not: the panic that it died of, else the last of its log that says so.
std::string complaint(const Node& n) {
  std::istringstream log(read_file(n.log_file()));
  PanicReader panics;
  std::string last;
  std::int64_t number = 0;
  for (std::string line; std::getline(log, line);) {
    panics.line(line, ++number);
    const auto entry = read_log_line(line);
    if (entry.level >= LineLevel::error || entry.message.find("snapshot") != std::string::npos) last = entry.text;
  }
  if (const auto panic = panics.panic())
    return fmt::format("{}{}", panic->first_line(), panic->frames.empty() ? "" : ", in " + panic->frames.front().function);
  return last.empty() ? "its log says nothing of it" : last;
}

void check_joined(Rehearsal& r, const Joined& joined, Cause failed) {
  r.await(fmt::format("the chain's state after block {}", joined.height), [&](const NetworkView& v) {
    return v.agreed_app_hash(joined.height).empty() ? std::optional<Unmet>(Unmet{}) : std::nullopt;
  });
  if (const auto agreed = r.view().agreed_app_hash(joined.height); joined.app_hash != agreed)
    throw StepFailed(fmt::format("its state after block {} is {}, the chain's is {}", joined.height, joined.app_hash, agreed), failed);
}

}  // namespace

std::string JoiningLog::reason_in(const std::string& line) {
  const auto entry = read_log_line(line);
  if (entry.level >= LineLevel::error && of_snapshot_.empty() && entry.message.find("snapshot") != std::string::npos) of_snapshot_ = entry.text;
  for (const auto& m : matcher_.match(line, entry)) {
    const auto is = [&](Pattern p) { return m.pattern == name_of(p); };
    wants_snapshot_ = wants_snapshot_ || is(Pattern::snapshot_wanted);
    offered_ = offered_ || is(Pattern::snapshot_offered);
    if (is(Pattern::snapshot_failed)) return "cannot begin with a snapshot: " + (of_snapshot_.empty() ? entry.text : of_snapshot_);
    if (is(Pattern::wrong_header)) return "computes another state than the chain: " + entry.text;
    if (!is(Pattern::consensus_failure)) continue;
    const auto* field = entry.field("err");
    const auto& error = field ? *field : entry.text;
    const auto also = matcher_.match(error);
    if (std::ranges::none_of(also, [](const auto& o) { return o.pattern == name_of(Pattern::upgrade_needed); })) return "cannot carry out the chain's blocks: " + error;
  }
  return "";
}

void JoiningLog::add(const std::string& line) {
  if (why_.empty()) why_ = reason_in(line);
}

Joined await_joined(Rehearsal& r, Node& node, Cause failed, std::int64_t blocks) {
  // A program may start twice meanwhile, and carry out the migration again.
  const auto most = std::chrono::seconds(30) + 2 * resumes_within(r.scenario().service_levels);
  const auto begun = r.view().last_seen;
  auto joined = std::make_shared<std::optional<Joined>>();
  const std::string body = R"([{"jsonrpc":"2.0","id":0,"method":"status"},{"jsonrpc":"2.0","id":1,"method":"abci_info"}])";
  const auto asking = r.loop().every(std::chrono::milliseconds(200), [&r, &node, body, joined, blocks] {
    r.http().send({node.rpc_url(), body}, [joined, blocks](const HttpResponse& a) {
      if (const auto read = read_joined(a); read && read->height >= read->first + blocks - 1) *joined = read;
    });
  });
  const auto start = Loop::Clock::now();
  constexpr auto kToFind = std::chrono::seconds(30);  // its peers answer at once, and are asked every 5 s
  JoiningLog log(r.profile());
  LogFollower follower(node.log_file(), [&log](const std::string& line, std::int64_t, std::int64_t) { log.add(line); });
  const auto reading = r.loop().every(std::chrono::seconds(1), [&follower] { follower.read(); });
  const auto& cannot = log.why_it_cannot_join();
  const auto without = [&] { return Loop::Clock::now() - start > kToFind && log.lacks_snapshot(); };
  const auto ended = [&node] { return !node.running() && !node.starts_again(); };
  r.await_done("joining", [&] { return joined->has_value() || !cannot.empty() || without() || ended() || Loop::Clock::now() > start + most; }, {most * 2, most * 2});
  if (*joined) return **joined;
  if (!cannot.empty()) throw StepFailed(fmt::format("{} {}", node.identity().name, cannot), failed);
  const auto seconds = std::chrono::duration<double>(Loop::Clock::now() - start).count();
  const auto what = node.identity().name + (!node.running() ? " has ended" : fmt::format(" {} in {:.0f} s", without() ? "was offered no snapshot" : "has not joined", seconds));
  if (const auto starved = starved_since(r.view(), begun); node.running() && starved) throw TimedOut(what + in_words(starved), Cause::machine_stalled);
  throw StepFailed(what + ": " + complaint(node), failed);
}

void join_by_state_sync(Rehearsal& r) {
  r.step(step_id::join, "A new node joins by state sync", "", [&] {
    auto& node = r.network().add_joining_node(kName, r.to().artifact.binary, state_sync(r));
    node.start();
    const auto joined = await_joined(r, node, kFailed);
    if (joined.first <= r.view().plan->height)
      throw StepFailed(fmt::format("it has block {}: it did not begin with a snapshot after the upgrade", joined.first), kFailed);
    check_joined(r, joined, kFailed);
    return fmt::format("from a snapshot: its first block is {}, its state after {} is the chain's", joined.first, joined.height);
  });
}

std::string join_by_replay(Rehearsal& r) {
  constexpr Cause kReplayFailed = Cause::afterwards_failed;
  const auto& plan = *r.view().plan;
  auto& node = r.network().add_replaying_node("replaying-node", plan.name, r.to().artifact.binary, r.wait_for());
  node.start();
  const auto joined = await_joined(r, node, kReplayFailed);
  if (joined.first >= plan.height || joined.height <= plan.height)
    throw StepFailed(fmt::format("it has the blocks {} to {}: it did not replay the upgrade at {}", joined.first, joined.height, plan.height), Cause::not_proven);
  check_joined(r, joined, kReplayFailed);
  return fmt::format("blocks 1 to {} replayed, the upgrade at {} among them; its state is the chain's", joined.height, plan.height);
}

}  // namespace rehearse
