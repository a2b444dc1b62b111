#include "harness/run/autopsy.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "harness/judge/diagnosis/rules.h"
#include "harness/run/replay.h"
#include "localnet/base/log.h"
#include "localnet/base/ports.h"
#include "localnet/cosmos/rpc.h"
#include "localnet/state/application_state.h"
#include "localnet/state/compare.h"
#include "localnet/state/describe.h"

namespace rehearse {

namespace fs = std::filesystem;

namespace {

// A node for its group of those that agree, with its state, where its database can be read.
struct Witness {
  std::string node;
  std::int64_t power = 0;  // of the group
  std::optional<ApplicationState> state;
};

record::Answered answer_of(const char* question, const Divergence& d, record::Json value) {
  return {kStopped, question, {}, d.height, "its database", true, false, std::move(value), ""};
}

record::Json stores_in(const CommitInfo& commit) {
  auto stores = record::Json::array();
  for (const auto& s : commit.stores) stores.push_back({{"name", s.name}, {"hash", describe_bytes(s.hash)}});
  return stores;
}

record::Json shown(const std::optional<StoredValue>& v) {
  return v ? record::Json(describe_value(v->bytes, v->size)) : record::Json();
}

// [{store, keys: [{key, here, there}], more, trouble}]: null where a key has no value.
record::Json in_json(const StateDifference& difference) {
  constexpr std::size_t kShown = 20;
  auto stores = record::Json::array();
  for (const auto& s : difference.stores) {
    auto keys = record::Json::array();
    for (const auto& k : s.keys)
      if (keys.size() < kShown)
        keys.push_back({{"key", describe_bytes(k.key)}, {"here", shown(k.left)}, {"there", shown(k.right)}});
    const auto more = s.count() + s.rewritten - static_cast<std::int64_t>(keys.size());
    stores.push_back({{"store", s.store}, {"keys", std::move(keys)}, {"more", more}, {"trouble", s.trouble}});
  }
  return stores;
}

// Its state; none when its database cannot be read so.
std::optional<ApplicationState> read_state(Rehearsal& r, const std::string& node, const Divergence& d,
                                           const fs::path& scratch) {
  auto state = ApplicationState::open(r.network().node(node).home() / "data" / "application.db", scratch);
  std::string trouble = state.trouble;
  if (state.value) {
    const auto commit = state.value->commit(d.height);
    if (commit.value) return std::move(*state.value);
    trouble = commit.trouble;
  }
  log_info(fmt::format("the state of {} is not read from its database: {}", node, trouble));
  return std::nullopt;
}

record::Answered read(const CliAnswer& a, const Command& command, std::int64_t height) {
  record::Answered answer{kStopped, kStoreHashes, {}, height, "cli", false, false, {}, a.trouble()};
  const record::Json::json_pointer at(command.at);
  if (answer.error.empty() && !(a.json && a.json->contains(at)))
    answer.error = "`" + a.command + "`: there is nothing at " + command.at;
  if (!answer.error.empty()) return answer;
  answer.answered = true;
  answer.value = a.json->at(at);
  return answer;
}

// The chain's own command, on a copy of each node's home: it opens the database to write.
void ask_the_program(Rehearsal& r, const std::vector<Witness>& witnesses, const Divergence& d,
                     const fs::path& folder) {
  const auto command = r.profile().commands.find(kStoreHashes);
  if (command == r.profile().commands.end()) return;
  std::size_t open = 0;
  for (const auto& [node, power, state] : witnesses) {
    const auto home = folder / "homes" / node;
    copy_home(r.network().node(node).home(), home);
    const auto arguments =
        r.command(kStoreHashes, node, {{"home", home.string()}, {"height", std::to_string(d.height)}});
    ++open;
    r.network().cli().run(r.network().node(node).supervisor().current(), arguments, command->second.answer,
                          [&, node = node](CliAnswer a) {
                            --open;
                            r.record(read(a, command->second, d.height), node);
                          });
  }
  try {
    r.await_done("the stores' hashes", [&] { return open == 0; });
  } catch (...) {
    r.network().cli().abandon();  // their handlers write to what stands on this stack
    throw;
  }
}

// What LastResultsHash is of.
record::Json results_in(const record::Json& block_results) {
  auto results = record::Json::array();
  const auto& all = block_results.value("txs_results", record::Json());
  if (all.is_array())
    for (const auto& tx : all)
      results.push_back({{"code", tx.value("code", 0)},
                         {"gas_wanted", tx.value("gas_wanted", "0")},
                         {"gas_used", tx.value("gas_used", "0")},
                         {"data", tx.contains("data") && tx["data"].is_string() ? tx["data"].get<std::string>() : ""}});
  return results;
}

}  // namespace

void ask_for_results(Rehearsal& r) {
  const auto d = results_divergence(r.view());
  if (!d || d->affected_nodes.empty()) return;
  const auto last = d->where.height;
  auto open = std::make_shared<std::size_t>(0);  // an answer may come after the wait was given up
  for (const auto* n : r.view().all())
    for (auto height = std::max<std::int64_t>(1, last - 1); n->alive && height <= last; ++height) {
      ++*open;
      Rpc(r.http(), rpc_url(n->member.ip), n->member.name)
          .call("block_results", {{"height", std::to_string(height)}},
                [&r, open, height, name = n->member.name](Result<record::Json> answer) {
                  --*open;
                  record::Answered a{kStopped, kBlockResults, {}, height, "/block_results", false, false, {}, answer.error};
                  if (answer.value) a.answered = true, a.value = results_in(*answer.value);
                  r.record(std::move(a), name);
                });
    }
  r.await_done("results of transactions", [&] { return *open == 0; });
}

void compare_states(Rehearsal& r) {
  const auto d = first_divergence(r.view());
  if (!d || r.view().expects("", Cause::app_hash_divergence)) return;
  const auto folder = r.folder() / "autopsy";
  fs::create_directories(folder);
  std::vector<Witness> witnesses;
  for (const auto& [hash, members] : d->groups)
    witnesses.push_back({members.front(), r.view().power_of(members),
                         read_state(r, members.front(), *d, folder / members.front())});
  if (std::any_of(witnesses.begin(), witnesses.end(), [](const Witness& w) { return !w.state; })) {
    ask_the_program(r, witnesses, *d, folder);
  } else {
    const auto most = std::max_element(witnesses.begin(), witnesses.end(),
                                       [](const auto& a, const auto& b) { return a.power < b.power; });
    for (const auto& w : witnesses)
      if (const auto commit = w.state->commit(d->height); commit.value)
        r.record(answer_of(kStoreHashes, *d, stores_in(*commit.value)), w.node);
    for (const auto& w : witnesses) {
      if (&w == &*most) continue;
      auto answer = answer_of(kStateDifference, *d,
                              in_json(compare({*w.state, d->height}, {*most->state, d->height}, {})));
      answer.args = {{"with", most->node}};
      r.record(std::move(answer), w.node);
    }
  }
  witnesses.clear();
  fs::remove_all(folder);
}

}  // namespace rehearse
