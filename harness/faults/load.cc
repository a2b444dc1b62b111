// Load: transactions all through the upgrade. It takes nothing away; what it is for is the account of them afterwards.
#include <fmt/format.h>

#include "harness/faults/kinds.h"
#include "harness/engine/goals.h"
#include "localnet/cosmos/keys.h"
#include "localnet/cosmos/rpc.h"
#include "localnet/base/sha256.h"
#include "localnet/network/traffic.h"
#include "localnet/profile/question_names.h"

namespace rehearse {

namespace {

class Load : public Fault {
 public:
  Load(Rehearsal& r, const Injection& i) : r_(r), id_(i.id), rate_(std::stoll(i.options.at("rate"))) {}
  std::string why_unavailable() override { return Payments::lack(r_.profile(), r_.network()); }
  void inject() override { traffic_.emplace(r_.loop(), r_.http(), r_.network(), r_.profile(), r_.view().order, rate_); }
  std::string applied() override {
    return traffic_->in_blocks() ? fmt::format("{} a second; {} accepted, {} in blocks", rate_, traffic_->accepted(), traffic_->in_blocks()) : "";
  }
  void heal() override {
    traffic_->stop();
    stopped_ = Loop::Clock::now();
  }
  std::string healed() override {
    if (!traffic_->settled() && Loop::Clock::now() - stopped_ < kMostToSettle) return "";
    const auto account = draw_up();
    r_.record(account);
    return fmt::format("no more are sent: {} accepted, {} of them more than once, {} in blocks{}", account.accepted, account.sent_again,
                       account.in_blocks, traffic_->settled() ? "" : "; last trouble: " + traffic_->trouble());
  }

 private:
  static constexpr std::chrono::seconds kMostToSettle{20};  // below what the driver gives a heal

  // Of a node that no fault takes away.
  std::string witness() const {
    for (const auto& name : r_.view().order)
      if (!r_.view().taken_down(name)) return name;
    return r_.view().order.front();
  }

  record::TransactionsAccounted draw_up() {
    record::TransactionsAccounted a;
    a.fault = id_;
    a.accepted = traffic_->accepted(), a.sent_again = traffic_->sent_again(), a.refused = traffic_->refused();
    const auto node = witness();
    look_up(node, a);
    const auto answers = r_.ask("load", {{question::account, node, {{"address", r_.network().customer()}}, 0},
                                         {question::balance, node, {{"address", traffic_->payee()}}, 0}});
    for (const auto& answer : answers)
      if (!answer.answered) throw StepFailed("not accounted for: " + answer.question + " of " + node + ": " + answer.error);
    a.sequence = static_cast<std::int64_t>(sequence_of(answers[0].value));
    if (!answers[1].absent) a.received = number_in(answers[1].value);
    return a;
  }

  // What a node says of some transactions. Shared with the handlers: an answer may come after the wait was given up.
  struct Search {
    std::size_t open = 0;
    std::int64_t in_blocks = 0;
    std::vector<std::string> failed;
    std::vector<Traffic::Sent> missing;
    std::string trouble;  // of a look-up that nobody answered
  };

  std::shared_ptr<Search> search(const std::string& node, const std::vector<Traffic::Sent>& sought) {
    auto s = std::make_shared<Search>();
    s->open = sought.size();
    Rpc rpc(r_.http(), r_.network().node(node).rpc_url(), node);
    for (const auto& one : sought)
      rpc.call("tx", {{"hash", base64(sha256(std::span<const std::uint8_t>(base64_decode(one.payment.bytes))))}}, [s, one](Result<record::Json> found) {
        --s->open;
        const auto code = found.value ? found.value->value(record::Json::json_pointer("/tx_result/code"), 0) : 0;
        if (!found.value && found.error.find("not found") == std::string::npos) s->trouble = found.error;
        if (!found.value) s->missing.push_back(one);
        else if (code) s->failed.push_back(fmt::format("{}: code {}", one.payment.hash, code));
        else ++s->in_blocks;
      });
    r_.await_done("transactions looked up", [s] { return s->open == 0; });
    return s;
  }

  // Adds what the node found of them, and leaves what it did not.
  std::shared_ptr<Search> take_found(const std::string& node, std::vector<Traffic::Sent>& sought, record::TransactionsAccounted& a) {
    auto found = search(node, sought);
    a.in_blocks += found->in_blocks;
    a.failed.insert(a.failed.end(), found->failed.begin(), found->failed.end());
    sought = found->missing;
    return found;
  }

  // A node finds a block's transactions a moment after the block; one that was killed may have lost its index of some, so that all
  // are asked before anything is missing.
  void look_up(const std::string& node, record::TransactionsAccounted& a) {
    auto sought = traffic_->sent();
    for (const auto until = Loop::Clock::now() + std::chrono::seconds(3);;) {
      const auto found = take_found(node, sought, a);
      if (!found->trouble.empty() && Loop::Clock::now() > until) throw StepFailed("not accounted for: " + found->trouble);
      if (sought.empty() || Loop::Clock::now() > until) break;
      r_.await("another block", above(r_.view().highest_height()));
    }
    for (const auto* other : r_.view().all())
      if (!sought.empty() && other->alive && other->member.name != node && !r_.view().taken_down(other->member.name)) take_found(other->member.name, sought, a);
    for (const auto& one : sought)
      if (one.accepted) a.missing.push_back(one.payment.hash);
  }

  Rehearsal& r_;
  const std::string id_;
  const std::int64_t rate_;
  std::optional<Traffic> traffic_;
  Loop::Clock::time_point stopped_;
};

bool is_rate(const std::string& text) { return is_count(text) && text.size() <= 3 && std::stoll(text) >= 1 && std::stoll(text) <= 200; }

}  // namespace

std::vector<FaultKind> load_kinds() {
  return {{"load", "transactions are sent all the time, and accounted for afterwards", ActsOn::network, false,
           {{"rate", "5", "transactions a second, 1 to 200", is_rate}}, {}, make_one<Load>, false,
           {.commands = {"unsigned-payment", "sign-batch"}, .questions = {"account"}}}};
}

}  // namespace rehearse
