#include "harness/procedures/transaction_batch.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <boost/algorithm/hex.hpp>
#include <boost/multiprecision/cpp_int.hpp>
#include <utility>

#include "harness/judge/service.h"
#include "harness/view/checkpoint.h"
#include "localnet/base/sha256.h"
#include "localnet/base/text.h"
#include "localnet/cosmos/keys.h"

namespace rehearse {

using record::Json;

namespace {

// What the mempool says, or a block's result.
void take_result(record::TransactionTried& t, const Json& result) {
  t.code = result.value("code", 0);
  t.codespace = result.value("codespace", "");
  t.log = t.code ? result.value("log", "") : "";
}

// Adds coins as the SDK prints them, "1250stake,3uatom"; what is none is left out.
void add_coins(std::map<std::string, std::string>& sums, const std::string& coins) {
  using boost::multiprecision::cpp_int;
  static const RE2 kCoin(R"((\d+)([a-zA-Z][a-zA-Z0-9/:._-]*),?)");
  re2::StringPiece rest(coins);
  std::string amount, denom;
  while (RE2::Consume(&rest, kCoin, &amount, &denom)) {
    auto& sum = sums[denom];
    sum = cpp_int(cpp_int(sum.empty() ? "0" : sum) + cpp_int(amount)).str();
  }
}

// What its result in a block tells: the gas it took; of its events x/bank's what its account paid, x/auth's the fee.
void take_outcome(record::TransactionTried& t, const Json& result) {
  const auto events = result.value("events", Json::array());
  t.events = static_cast<std::int64_t>(events.size());
  t.gas_used = result.contains("gas_used") ? number_in(result["gas_used"]) : 0;
  t.paid.clear(), t.fee.clear(), t.attributes.clear(), t.indexed.clear();
  for (const auto& event : events) {
    std::map<std::string, std::string> of;
    const auto type = event.value("type", "");
    for (const auto& a : event.value("attributes", Json::array())) {
      of[a.value("key", "")] = a.contains("value") ? text_of(a["value"]) : "";
      if (a.value("index", false)) t.indexed[type].insert(a.value("key", ""));
    }
    for (const auto& [key, value] : of) t.attributes[type].insert(key);
    if (type == "coin_spent" && of["spender"] == t.account) add_coins(t.paid, of["amount"]);
    if (type == "tx") add_coins(t.fee, of["fee"]);
  }
}

// Then what is found by what hangs on the node that is asked.
bool has_own_index(const NetworkSection& n) {
  return std::ranges::any_of(n.nodes, [](const auto& node) { return node.second.app_toml.contains("index-events"); });
}

// What a simulation found that it takes (cosmos-sdk, SimulationResponse in JSON); 0: it does not say.
std::int64_t estimated_gas(const Json& response) {
  static const Json::json_pointer kGasUsed("/gas_info/gas_used");
  const auto bytes = response.contains("value") && response["value"].is_string() ? base64_decode(response["value"].get<std::string>()) : std::vector<std::uint8_t>{};
  const auto said = Json::parse(bytes, nullptr, false);
  return said.is_object() && said.contains(kGasUsed) ? number_in(said[kGasUsed]) : 0;
}

// Another of the account comes first, or this one is in a block already (cosmos-sdk, types/errors).
bool is_out_of_order(const record::TransactionTried& t) {
  constexpr int kWrongSequence = 32;
  return t.code == kWrongSequence && t.codespace == "sdk";
}

// Then it is sent again: mempools and proposers do not keep the order of what they are sent.
void put_off(record::TransactionTried& t) {
  if (is_out_of_order(t)) t.error = std::exchange(t.log, ""), t.code = 0;
}

// It is in a block, or refused.
bool is_settled(const TransactionBatch::Item& i) { return i.taken && (i.tried.code || i.tried.height); }

std::string submitted_proposal(const Json& result) {
  for (const auto& event : result.value("events", Json::array()))
    if (event.value("type", "") == "submit_proposal")
      for (const auto& attribute : event.at("attributes"))
        if (attribute.value("key", "") == "proposal_id") return attribute.value("value", "");
  return "";
}

}  // namespace

const std::string& first_in_reach(Rehearsal& r) { return r.in_reach(r.view().order.front()); }

bool has_halted(const NetworkView& v) {
  const auto all = v.all();
  return std::any_of(all.begin(), all.end(), [](const auto* n) { return n->halt.has_value(); });
}

TransactionBatch::TransactionBatch(Rehearsal& r, std::string account, std::string checkpoint)
    : r_(r), account_(std::move(account)), checkpoint_(std::move(checkpoint)) {}

void TransactionBatch::send(std::vector<PreparedTransactions::One> transactions) {
  for (auto& t : transactions) {
    record::TransactionTried tried;
    tried.checkpoint = checkpoint_, tried.transaction = t.kind, tried.account = account_,
    tried.hash = t.as_signed.hash;
    items_.push_back({std::move(t), std::move(tried), false});
  }
  if (items_.empty()) return;
  node_ = first_in_reach(r_);
  rpc_.emplace(r_.http(), r_.network().respondent(node_).rpc_url, node_);
  try_forged();
}

// Before all others: with the account's next sequence nothing but its signature is wrong.
void TransactionBatch::try_forged() {
  auto bytes = base64_decode(items_.front().transaction.as_signed.bytes);
  if (bytes.empty()) return send_open();
  bytes.back() ^= 1;  // a signed transaction ends with its last signature
  rpc_->call("check_tx", {{"tx", base64(bytes)}},
             [self = shared_from_this()](const Result<Json>& answer) {
               auto& tried = self->forged_;
               tried = self->items_.front().tried;
               tried.forged = true, tried.error = answer.value ? "" : answer.error, tried.hash.clear();
               if (answer.value) take_result(tried, *answer.value);
               self->try_simulation();
             });
}

// What wallets do before they sign: the application carries it out on a copy of its state.
void TransactionBatch::try_simulation() {
  const auto& first = items_.front().transaction;
  rpc_->call("abci_query", {{"path", "/app/simulate"}, {"data", to_hex(base64_decode(first.as_signed.bytes))}},
             [self = shared_from_this(), kind = first.kind](const Result<Json>& answer) {
               if (self->checkpoint_ == kBefore && has_halted(self->r_.view())) return;  // it answered late
               self->keep_probe(kSimulated, kind, answer.value ? Result<Json>{answer.value->value("response", Json::object()), ""} : answer);
               self->send_open();
             });
}

// By check_tx, past the mempool, which remembers what it had.
void TransactionBatch::try_again(const record::TransactionTried& in_a_block) {
  std::vector<std::uint8_t> hash;
  boost::algorithm::unhex(in_a_block.hash, std::back_inserter(hash));
  ++open_;
  const auto keep = [self = shared_from_this(), kind = in_a_block.transaction](const Result<Json>& answer) {
    self->keep_probe(kReplayed, kind, answer);
    --self->open_;
  };
  rpc_->call("tx", {{"hash", base64(hash)}}, [self = shared_from_this(), keep](const Result<Json>& found) {
    if (!found.value) return keep(found);
    self->rpc_->call("check_tx", {{"tx", found.value->at("tx")}}, keep);
  });
  r_.await_done("a transaction tried again", [this] { return open_ == 0; });
}

void TransactionBatch::keep_probe(const char* question, const std::string& kind, const Result<Json>& answer) {
  record::Answered a;
  a.checkpoint = checkpoint_, a.question = question, a.source = "rpc", a.error = answer.error, a.answered = answer.value.has_value();
  if (answer.value) {
    record::TransactionTried t;
    take_result(t, *answer.value);
    a.value = {{"transaction", kind}, {"code", t.code}, {"codespace", t.codespace}, {"log", t.log}, {"gas_used", estimated_gas(*answer.value)}};
  }
  probes_.push_back(std::move(a));
}

// Those that no node has taken; to whoever is in reach now.
void TransactionBatch::send_open() {
  node_ = first_in_reach(r_);
  rpc_.emplace(r_.http(), r_.network().respondent(node_).rpc_url, node_);
  next_ = 0;
  send_next();
}

void TransactionBatch::send_next() {
  while (next_ < items_.size() && items_[next_].taken) ++next_;
  if (next_ == items_.size()) return;
  rpc_->call("broadcast_tx_sync", {{"tx", items_[next_].transaction.as_signed.bytes}},
             [self = shared_from_this()](const Result<Json>& answer) {
               auto& item = self->items_[self->next_++];
               const bool has_it = answer.error.find("already exists in cache") != std::string::npos;
               item.tried.error = answer.value || has_it ? "" : answer.error;
               if (answer.value) take_result(item.tried, *answer.value);
               put_off(item.tried);
               item.taken = item.tried.error.empty();
               self->send_next();
             });
}

void TransactionBatch::look_up() {
  for (std::size_t i = 0; i < items_.size(); ++i) {
    if (is_settled(items_[i])) continue;
    ++open_;
    const auto bytes = base64_decode(items_[i].transaction.as_signed.bytes);
    const auto hash = base64(sha256(std::span<const std::uint8_t>(bytes)));
    rpc_->call("tx", {{"hash", hash}}, [self = shared_from_this(), i](const Result<Json>& found) {
      --self->open_;
      auto& item = self->items_[i];
      if (!found.value) {
        if (found.error.find("not found") == std::string::npos) item.tried.error = found.error;
        return;
      }
      const auto result = found.value->value("tx_result", Json::object());
      item.tried.error.clear();
      take_result(item.tried, result);
      put_off(item.tried);
      item.taken = item.tried.error.empty();
      if (item.taken) item.tried.height = number_in(found.value->at("height")), take_outcome(item.tried, result);
      if (has_own_index(self->r_.scenario().network)) item.tried.indexed.clear();
      if (const auto id = submitted_proposal(result); !id.empty()) self->proposals_[item.tried.hash] = id;
    });
  }
  r_.await_done("transactions of each kind looked up", [this] { return open_ == 0; });
}

void TransactionBatch::await_blocks(bool until_halt) {
  constexpr std::int64_t kMostBlocks = 30, kForgotten = 5;
  const auto halted = [&] { return until_halt && has_halted(r_.view()); };
  const auto first = r_.view().highest_height();
  for (int round = 1;; ++round) {
    r_.await_done("transactions of each kind sent", [&] { return next_ == items_.size() || halted(); });
    look_up();
    if (std::all_of(items_.begin(), items_.end(), is_settled)) return;
    const auto height = r_.view().highest_height();
    if (halted() || height > first + kMostBlocks) break;
    r_.await_done("transactions of each kind in a block",
                  [&] { return r_.view().highest_height() > height || halted(); });
    if (round % kForgotten == 0)
      for (auto& item : items_) item.taken = is_settled(item);
    send_open();
  }
  for (auto& item : items_) {
    if (is_settled(item) || !item.tried.error.empty()) continue;
    const auto never = fmt::format("it is in none of the blocks up to {}", r_.view().highest_height());
    // Blocks went on without it: whoever makes them passes it over, unless a fault kept it from them.
    (item.taken && !halted() && !r_.view().disturbed() ? item.tried.log : item.tried.error) = never;
  }
}

}  // namespace rehearse
