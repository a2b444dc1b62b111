#include "harness/procedures/governance.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include "harness/engine/goals.h"
#include "harness/procedures/afterwards.h"
#include "harness/view/checkpoint.h"
#include "harness/view/step_ids.h"
#include "localnet/cosmos/genesis.h"
#include "localnet/cosmos/rpc.h"
#include "localnet/profile/question_names.h"

namespace rehearse {

using record::Json;

namespace {

constexpr std::size_t kMostSenders = 3;  // of each of the profile's transactions that add records

// By a fault, for a moment at least.
bool taken_away_since(const NetworkView& v, const std::string& node, Micros since) {
  return std::any_of(v.faults.begin(), v.faults.end(), [&](const SeenFault& f) {
    return std::find(f.takes_down.begin(), f.takes_down.end(), node) != f.takes_down.end() && (f.open() || f.transitions.back().seen >= since);
  });
}

bool in_voting_period(Rehearsal& r, const std::string& proposal) {
  const auto a = r.ask("voting", {{question::proposal, r.view().order.front(), {{"id", proposal}}, 0}}).front();
  return a.answered && !a.absent && a.value.value("status", "") == "PROPOSAL_STATUS_VOTING_PERIOD";
}

// To whom is in reach. Empty: that one has it still, or a fault took it away meanwhile.
std::string send_again(Rehearsal& r, const Sent& sent, const std::string& to) {
  constexpr int kHasIt = 19;  // ErrTxInMempoolCache (cosmos-sdk, types/errors)
  const auto since = r.view().last_seen;
  const auto a = r.run_commands(signed_by_each(r, {{sent.node, sent.arguments}})).front();
  if (a.json && a.json->value("codespace", "") == "sdk" && a.json->value("code", 0) == kHasIt) return "";
  if (!a.trouble().empty() && taken_away_since(r.view(), to, since)) return "";
  return accepted(a);
}

std::vector<Question> where_are(const std::vector<std::string>& hashes, const std::string& node) {
  std::vector<Question> questions;
  for (const auto& hash : hashes) questions.push_back({question::transaction, node, {{"hash", hash}}, 0});
  return questions;
}

// The first that is in a block.
std::optional<Included> find_included(const std::vector<record::Answered>& answers) {
  for (const auto& a : answers) {
    if (!a.answered || a.absent) continue;
    const auto& hash = a.args.at("hash");
    if (const auto code = a.value.value("code", 0); code != 0)
      throw StepFailed(fmt::format("transaction {}: code {}: {}", hash, code, a.value.value("raw_log", "")), Cause::transaction_failed);
    return Included{hash, number_in(a.value.at("height")), a.value.value("events", Json::array())};
  }
  return std::nullopt;
}

// Sent twice it may be two transactions, one after the other, and what the account sends next has to come after both, whatever becomes
// of the second. One that can be in no block any more is gone from the mempools with the first of these blocks, so that neither is waited
// for in vain for long; nor beyond a halt.
void await_both(Rehearsal& r, const std::vector<std::string>& hashes, const std::string& node) {
  constexpr std::int64_t kBlocks = 5;
  const auto sent = r.view().highest_height();
  auto last = sent + kBlocks;
  if (const auto& plan = r.view().plan; plan && plan->height > sent) last = std::min(last, plan->height - 1);  // else it is carried out
  for (auto height = r.view().highest_height(); height < last; height = r.view().highest_height()) {
    const auto answers = r.ask("inclusion", where_are(hashes, r.in_reach(node)));
    if (std::ranges::all_of(answers, [](const auto& a) { return a.answered && !a.absent; })) return;
    r.await("a transaction that was sent twice", above(height));
  }
}

Included await_included(Rehearsal& r, const Sent& sent) {
  constexpr std::int64_t kMostBlocks = 100;
  const auto first = r.view().highest_height();
  // Sent again it is the same transaction, unless the first got into a block meanwhile and used up its sequence number.
  std::vector<std::string> hashes{sent.hash};
  auto holder = sent.node;
  auto since = sent.when;
  for (int missing = 0;;) {
    const auto height = r.view().highest_height();
    const auto asked = r.in_reach(holder);
    const auto answers = r.ask("inclusion", where_are(hashes, asked));
    if (auto included = find_included(answers)) {
      if (hashes.size() > 1) await_both(r, hashes, holder);
      return *included;
    }
    const bool disturbed = taken_away_since(r.view(), holder, since);  // it may not be ready to answer yet
    const auto silent = std::find_if(answers.begin(), answers.end(), [](const auto& a) { return !a.answered; });
    if (silent != answers.end() && (!disturbed || height > first + kMostBlocks))
      throw StepFailed(asked + " does not say what became of transaction " + sent.hash + ": " + silent->error);
    if (height > first + kMostBlocks && !r.view().fault_open())
      throw StepFailed(fmt::format("transaction {} is in none of {} blocks", sent.hash, height - first), Cause::transaction_failed);
    // It may be in a block that the node has not yet indexed.
    const bool lost = silent == answers.end() && disturbed && !sent.arguments.empty() && !r.view().taken_down(asked);
    missing = lost ? missing + 1 : 0;
    if (missing > 1) {
      holder = r.in_reach(sent.node), since = r.view().last_seen, missing = 0;
      if (const auto hash = send_again(r, sent, holder); !hash.empty() && hash != hashes.back()) hashes.push_back(hash);
    }
    r.await("transaction " + sent.hash.substr(0, 8) + " in a block", above(height));
  }
}

// Of the kinds that the profile may name, those of a procedure's own.
void record_own(Rehearsal& r, const std::string& kind, const std::string& node, const Included& included) {
  record::TransactionTried t;
  t.checkpoint = kBefore, t.transaction = kind;
  t.account = r.view().nodes.at(node).member.account, t.hash = included.hash, t.height = included.height;
  r.record(std::move(t));
}

}  // namespace

std::string accepted(const CliAnswer& a) {
  if (!a.trouble().empty()) throw StepFailed(a.trouble(), Cause::transaction_failed);
  if (!a.json || !a.json->contains("txhash"))
    throw StepFailed("`" + a.command + "`: there is no txhash in its answer", Cause::transaction_failed);
  if (const auto code = a.json->value("code", 0); code != 0)
    throw StepFailed(fmt::format("`{}`: code {}: {}", a.command, code, a.json->value("raw_log", "")),
                     Cause::transaction_failed);
  return (*a.json)["txhash"].get<std::string>();
}

std::vector<NodeCommand> signed_by_each(Rehearsal& r, std::vector<NodeCommand> commands) {
  for (auto& [node, arguments] : commands) {
    const auto values = r.respondent(node).values;
    for (auto& a : fill(r.profile().transaction, values, r.profile().file.string() + ": transaction"))
      arguments.push_back(std::move(a));
  }
  return commands;
}

std::vector<Sent> broadcast(Rehearsal& r, const std::vector<NodeCommand>& commands) {
  const auto since = r.view().last_seen;
  const auto answers = r.run_commands(signed_by_each(r, commands));
  std::vector<Sent> sent;
  for (std::size_t i = 0; i < commands.size(); ++i) {
    auto answer = answers[i];
    // Whom it was sent to is gone, or has been meanwhile: it is sent to whoever is there.
    if (!answer.trouble().empty() && taken_away_since(r.view(), commands[i].node, since))
      answer = r.run_commands(signed_by_each(r, {commands[i]})).front();
    sent.push_back({commands[i].node, accepted(answer), commands[i].arguments, since});
  }
  return sent;
}

std::vector<Included> await_included(Rehearsal& r, const std::vector<Sent>& sent) {
  std::vector<Included> included;
  for (const auto& s : sent) included.push_back(await_included(r, s));
  return included;
}

std::vector<Included> send_transactions(Rehearsal& r, const std::vector<NodeCommand>& commands) {
  return await_included(r, broadcast(r, commands));
}

std::vector<NodeCommand> transactions_of_each(Rehearsal& r, const std::vector<std::string>& transaction,
                                              const std::vector<const NodeView*>& validators,
                                              std::size_t after) {
  std::vector<NodeCommand> commands;
  for (const auto* n : validators) {
    auto values = r.respondent(n->member.name).values;
    values["ordinal"] = std::to_string(after + commands.size() + 1);
    commands.push_back(
        {n->member.name, fill(transaction, values, r.profile().file.string() + ": initial_transactions")});
  }
  return commands;
}

const std::vector<std::string>& first_initial_transaction(Rehearsal& r) {
  const auto& all = r.profile().initial_transactions;
  if (all.empty()) throw Error(Blame::scenario, r.profile().file.string() + ": `initial_transactions` is missing");
  return all.front();
}

void make_records(Rehearsal& r) {
  auto validators = r.view().validators();
  validators.resize(std::min(validators.size(), kMostSenders));
  std::int64_t last = 0;
  const auto after = r.take_ordinals(validators.size());
  for (const auto& transaction : r.profile().initial_transactions)
    for (const auto& included : send_transactions(r, transactions_of_each(r, transaction, validators, after)))
      last = std::max(last, included.height);
  // Whoever sent one knows of its block first; what is asked next is asked of another.
  r.await("the records on every node", executed_on_all(last));
}

std::string submit_proposal(Rehearsal& r, const Proposal& proposal) {
  const auto& p = r.profile();
  auto message = proposal.message;
  message["authority"] = module_address("gov", p.chain.bech32);
  const Json written = {{"messages", {message}},
                        {"metadata", ""},
                        {"deposit", proposal.expedited ? p.governance.expedited_deposit : p.governance.deposit},
                        {"title", proposal.title},
                        {"summary", proposal.title + ", a rehearsal"},
                        {"expedited", proposal.expedited}};
  const auto file = r.folder() / "operator" / "proposal.json";
  std::ofstream(file) << written.dump(1) << "\n";
  const auto& node = r.view().order.front();
  const auto included =
      send_transactions(r, {{node, r.command("submit-proposal", node, {{"file", file.string()}})}});
  record_own(r, "submit-proposal", node, included.front());
  for (const auto& event : included.front().events)
    if (event.value("type", "") == "submit_proposal")
      for (const auto& attribute : event.at("attributes"))
        if (attribute.value("key", "") == "proposal_id") return attribute.at("value").get<std::string>();
  throw StepFailed("transaction " + included.front().hash + " has no proposal_id among its events");
}

namespace {

std::vector<std::string> voters(const Scenario& s) {
  return s.upgrade.voters.empty() ? validator_names(s.network) : s.upgrade.voters;
}

bool send_votes(Rehearsal& r, const std::string& proposal, const std::vector<std::string>& voters, Vote vote) {
  std::vector<NodeCommand> votes;
  for (const auto& name : voters)
    votes.push_back({name, r.command("vote", name, {{"proposal", proposal}, {"option", to_string(vote)}})});
  try {
    const auto included = send_transactions(r, votes);
    if (!votes.empty()) record_own(r, "vote", votes.front().node, included.front());
    return true;
  } catch (const StepFailed&) {
    if (in_voting_period(r, proposal)) throw;
    return false;
  }
}

}  // namespace

bool vote_all(Rehearsal& r, const std::string& proposal) {
  return send_votes(r, proposal, voters(r.scenario()), r.scenario().upgrade.vote);
}

bool approve(Rehearsal& r, const std::string& proposal) {
  return send_votes(r, proposal, validator_names(r.scenario().network), Vote::yes);
}

TimedOut too_late(const NetworkView& v, const std::string& what) {
  if (v.disturbed()) return TimedOut(what + "; injected faults held it up", Cause::fault_in_the_way);
  return TimedOut(what + "; this machine is too slow for it", Cause::machine_stalled);
}

namespace {

// That the node has executed, by the chain's own clock.
std::ptrdiff_t blocks_since_end(const NetworkView& v, const std::string& node, const Json& proposal) {
  if (const auto at = proposal.find("voting_end_time"); at != proposal.end() && at->is_string()) {
    const auto end = parse_time(*at);
    const auto height = v.nodes.at(node).head.app_height;
    return std::ranges::count_if(v.blocks, [&](const auto& b) { return b.first <= height && b.second.block.time > end; });
  }
  return 0;
}

}  // namespace

void await_passed(Rehearsal& r, const std::string& proposal, bool all_voted) {
  constexpr std::ptrdiff_t kMostBlocksOfEnd = 20;  // the chain counts the votes in the first
  const auto& node = r.view().order.front();
  for (;;) {
    const auto height = r.view().highest_height();
    const auto a = r.ask("voting", {{question::proposal, node, {{"id", proposal}}, 0}}).front();
    if (!a.answered || a.absent)
      throw StepFailed("proposal " + proposal + " cannot be asked for: " + a.error);
    const auto status = a.value.value("status", "");
    if (status == "PROPOSAL_STATUS_PASSED") return;
    const auto reason = a.value.value("failed_reason", "");
    if (status == "PROPOSAL_STATUS_REJECTED" && !all_voted)
      throw too_late(r.view(), fmt::format("proposal {} was rejected, and not all votes were in after the voting period of {:.1f} s",
                                           proposal, r.view().network->voting_period_s));
    if (status == "PROPOSAL_STATUS_REJECTED")
      throw StepFailed(fmt::format("proposal {} was rejected: {}; tally {}", proposal, reason,
                                   a.value.value("final_tally_result", Json()).dump()),
                       Cause::proposal_rejected);
    if (status == "PROPOSAL_STATUS_FAILED")
      throw StepFailed(fmt::format("proposal {} passed but failed: {}", proposal, reason), Cause::proposal_failed);
    if (const auto blocks = blocks_since_end(r.view(), node, a.value); blocks > kMostBlocksOfEnd && !r.view().disturbed())
      throw StepFailed(fmt::format("proposal {} is still {}, {} blocks after the end of its voting period", proposal, status, blocks));
    r.await("end of voting on proposal " + proposal, above(height));
  }
}

double measured_block_seconds(const NetworkView& v, double nominal) {
  std::vector<double> gaps;
  for (auto it = v.blocks.begin(); it != v.blocks.end(); ++it) {
    const auto next = std::next(it);
    // The first block carries the genesis time.
    if (next == v.blocks.end() || next->first != it->first + 1 || it->first < 2) continue;
    gaps.push_back(static_cast<double>(next->second.block.time - it->second.block.time) / 1e6);
  }
  if (gaps.size() < 2) return nominal;
  std::nth_element(gaps.begin(), gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2), gaps.end());
  return gaps[gaps.size() / 2];
}

namespace {

// Of the chain's program, for one of each kind: to make what no other is made of, and to sign them all, once for each mode.
std::size_t starts_for_transactions(const Profile& p) {
  std::size_t starts = 0;
  std::set<std::string> modes;
  for (const auto& [kind, t] : p.transactions) starts += !t.run.empty(), modes.insert(t.sign_mode);
  return starts + modes.size();
}

// One that asks nobody and changes nothing.
double seconds_of_a_command(Rehearsal& r) {
  const auto& node = r.view().order.front();
  const auto start = Loop::Clock::now();
  r.run_commands({{node, r.command("version", node)}});
  return std::chrono::duration<double>(Loop::Clock::now() - start).count();
}

}  // namespace

double seconds_to_pass(Rehearsal& r) {
  const double command = seconds_of_a_command(r);
  const double block = nominal_block_seconds(r.scenario().network.pace);
  const double processors = std::max(1u, std::thread::hardware_concurrency());
  // Sent side by side. Signing and sending take half as long again as saying the version; a block later it is in.
  const auto transactions = [&](std::size_t count) {
    return 1.5 * command * std::max(1.0, static_cast<double>(count) / processors) + block;
  };
  const double records =
      static_cast<double>(r.profile().initial_transactions.size()) * transactions(kMostSenders);
  const double layout = 2 * command;  // asked of Cosmovisor, which runs the chain's
  // One of each kind is in a block, and one of them is refused when it is sent again.
  const double kinds = static_cast<double>(starts_for_transactions(r.profile())) * command + 2 * block;
  // The program reads a copy of the state, and writes it.
  const double exported = wanted_afterwards(r.scenario(), step_id::exported) ? 4 * command : 0;
  const double meanwhile = transactions(voters(r.scenario()).size()) + records + layout + kinds + exported;
  return transactions(1) +
         std::max({r.view().network->voting_period_s, meanwhile, r.subject().faults_of_vote_s});
}

std::int64_t height_after(Rehearsal& r, double seconds) {
  const double nominal = nominal_block_seconds(r.scenario().network.pace);
  const double measured = measured_block_seconds(r.view(), nominal);
  // Blocks may come faster once the machine has less to do; a height that is past when the proposal passes
  // cannot be scheduled (osmosis#7255), so the estimate leans to the fast side.
  const double fast = std::min(measured, nominal) * 0.9;
  constexpr std::int64_t kMargin = 3;
  return r.view().highest_height() + static_cast<std::int64_t>(std::ceil(seconds / fast)) + kMargin;
}

}  // namespace rehearse
