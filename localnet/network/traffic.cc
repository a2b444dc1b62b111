#include "localnet/network/traffic.h"

#include <algorithm>

#include "localnet/cosmos/rpc.h"

namespace rehearse {

using namespace std::chrono_literals;
using Json = nlohmann::json;

namespace {

constexpr auto kPoll = 500ms;
// Accepted, and in no block for that long: whoever had it has lost it.
constexpr auto kForgotten = 3s;
// Of the SDK: another transaction of the account comes first (cosmos-sdk, types/errors).
constexpr int kWrongSequence = 32;

}  // namespace

Traffic::Traffic(Loop& loop, Http& http, Network& network, const Profile& profile, std::vector<std::string> nodes, std::int64_t per_second)
    : loop_(loop),
      http_(http),
      network_(network),
      payments_(http, network, profile),
      questioner_(http, network.cli(), profile),
      stock_(static_cast<std::size_t>(10 * per_second)),
      nodes_(std::move(nodes)),
      moved_(Loop::Clock::now()) {
  ticking_ = loop_.every(std::chrono::milliseconds(1000 / per_second), [this] { tick(); });
  polling_ = loop_.every(kPoll, [this] { ask_sequence(); });
  tick();
}

void Traffic::stop() {
  stopping_ = true;
  next_ = std::min(next_, accepted_end_);
  moved_ = Loop::Clock::now();
}

std::vector<Traffic::Sent> Traffic::sent() const {
  std::vector<Sent> all;
  for (std::size_t i = 0; i < sent_end_; ++i) all.push_back({payments_.all()[i], was_accepted_[i]});
  return all;
}

void Traffic::tick() {
  if (!stopping_ && !signing_ && payments_.all().size() < next_ + stock_ / 2) {
    signing_ = true;
    payments_.sign(stock_, node(), [this](const std::string& trouble) {
      signing_ = false;
      if (!trouble.empty()) go_on_at_next_node(trouble);
    });
  }
  send();
}

void Traffic::send() {
  if (sending_ || next_ >= end()) return;
  sending_ = true;
  sent_end_ = std::max(sent_end_, next_ + 1);
  was_accepted_.resize(std::max(was_accepted_.size(), sent_end_));
  const Json body = {{"jsonrpc", "2.0"}, {"id", 0}, {"method", "broadcast_tx_sync"}, {"params", {{"tx", payments_.all()[next_].bytes}}}};
  http_.send({network_.respondent(node()).rpc_url, body.dump()}, [this, sent = next_](const HttpResponse& r) { answered(sent, r); });
}

// `next_` may be another by now: the sequence was asked for meanwhile.
void Traffic::answered(std::size_t sent, const HttpResponse& r) {
  sending_ = false;
  const auto go_on = [&] {
    if (next_ == sent) ++next_;
  };
  const auto answer = Json::parse(r.body, nullptr, false);
  if (!r.status || !answer.is_object()) return go_on_at_next_node(node() + ": " + (r.status ? "HTTP " + std::to_string(r.status) : r.error));
  const bool behind = sent < accepted_end_;
  if (answer.contains("error")) {
    // It has it already.
    if (answer["error"].value("data", "").find("already exists in cache") == std::string::npos)
      return go_on_at_next_node(node() + ": " + answer["error"].dump());
    go_on();
  } else if (const auto result = answer.value("result", Json::object()); result.value("code", -1) == 0) {
    if (was_accepted_[sent]) ++sent_again_;
    else was_accepted_[sent] = true, ++accepted_;
    accepted_end_ = std::max(accepted_end_, sent + 1);
    go_on();
  } else if (result.value("code", 0) == kWrongSequence && result.value("codespace", "") == "sdk") {
    next_ = std::min(next_, in_blocks_);  // this node lacks some that another had
    return ask_sequence();
  } else {
    ++refused_;
    return go_on_at_next_node(node() + ": " + result.dump());
  }
  if (behind) send();  // what is made up for does not wait
}

void Traffic::go_on_at_next_node(const std::string& why) {
  trouble_ = why;
  ++at_;
}

void Traffic::ask_sequence() {
  if (asking_) return;
  asking_ = true;
  questioner_.ask({"account", node(), {{"address", network_.customer()}}, 0}, network_.respondent(node()), [this](const Answer& a) {
    asking_ = false;
    if (!a.answered || !a.value.is_object()) return go_on_at_next_node(a.error);
    const auto sequence = sequence_of(a.value);
    const auto now = Loop::Clock::now();
    if (sequence > in_blocks_) in_blocks_ = sequence, moved_ = now, next_ = std::max(next_, in_blocks_);
    if (in_blocks_ < next_ && now - moved_ > kForgotten) next_ = in_blocks_, moved_ = now;
  });
}

}  // namespace rehearse
