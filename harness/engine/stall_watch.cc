#include "harness/engine/stall_watch.h"

#include <algorithm>

#include "harness/engine/rehearsal.h"
#include "localnet/base/statistics.h"
#include "localnet/base/log.h"
#include "localnet/base/ports.h"
#include "localnet/network/consensus_probe.h"

namespace rehearse {

namespace {

constexpr std::chrono::milliseconds kLeast{3000}, kAgain{1000};
constexpr double kIntervals = 20;

std::chrono::milliseconds patience(const NetworkView& v) {
  return std::max(
      kLeast, std::chrono::milliseconds(static_cast<std::int64_t>(kIntervals * 1000 * block_interval_s(v))));
}

std::vector<record::Frame> frames_of(const std::vector<GoFrame>& stack) {
  std::vector<record::Frame> all;
  for (const auto& f : stack) all.push_back({f.function, f.file, f.line});
  return all;
}

}  // namespace

std::chrono::milliseconds resumes_within(const ServiceLevels& levels) {
  return std::chrono::milliseconds(static_cast<std::int64_t>(1000 * levels.chain_resumes.seconds() / levels.scale));
}

double block_interval_s(const NetworkView& v) {
  constexpr std::int64_t kBlocks = 20;
  const auto last = v.plan ? v.blocks.lower_bound(v.plan->height) : v.blocks.end();
  if (last == v.blocks.begin() || v.blocks.empty()) return 0;
  auto from = v.blocks.lower_bound(std::prev(last)->first - kBlocks);
  std::vector<double> all;
  for (auto next = std::next(from); next != last; from = next++)
    all.push_back(static_cast<double>(next->second.block.time - from->second.block.time) / 1e6 / static_cast<double>(next->first - from->first));
  return all.empty() ? 0 : median(std::move(all));
}

// Nothing is asked before the old release has halted, nor while a fault acts.
void StallWatch::advance(Clock::time_point now) {
  const auto& v = r_.view();
  const bool halted =
      std::any_of(v.nodes.begin(), v.nodes.end(), [](const auto& n) { return n.second.halt.has_value(); });
  if (!halted || v.stopped || v.fault_open()) {
    nodes_.clear();
    return;
  }
  for (const auto& name : v.order)
    if (is_due(name, v.nodes.at(name), now)) ask(name);
}

bool StallWatch::is_due(const std::string& name, const NodeView& n, Clock::time_point now) {
  auto& standing = nodes_[name];
  const bool answers = n.alive && n.head_seen > n.started && n.head.store_height > 0 &&
                       n.incarnation > n.halt.value_or(NodeView::Halt{}).incarnation;
  if (!answers || standing.incarnation != n.incarnation || standing.height != n.head.store_height)
    standing = {n.incarnation, n.head.store_height, now, {}};
  if (!answers || now - standing.since < patience(r_.view()) || now - standing.asked < kAgain) return false;
  standing.asked = now;
  return true;
}

void StallWatch::ask(const std::string& name) {
  const auto& ip = r_.view().nodes.at(name).member.ip;
  log_info(name + " makes no block: it is asked where its consensus is");
  probe_consensus(r_.http(), rpc_url(ip), pprof_url(ip), [this, name](const ConsensusState& s) {
    if (!s.height && s.state.empty()) return log_info(name + " does not say where its consensus is");
    record::ConsensusProbed probed{s.height ? s.height : r_.view().nodes.at(name).head.app_height + 1,
                                   s.round,
                                   s.step,
                                   s.prevoted,
                                   s.precommitted,
                                   s.peers,
                                   s.extensions_from,
                                   frames_of(s.stack),
                                   s.state,
                                   frames_of(s.holder),
                                   s.goes_on};
    r_.record(std::move(probed), name);
  });
}

}  // namespace rehearse
