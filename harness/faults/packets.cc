// Faults of the connections between nodes, by their packets, where each node has a network namespace (localnet/namespaces.h).
#include <fmt/format.h>

#include <algorithm>

#include "harness/faults/kinds.h"
#include "localnet/inject/capabilities.h"
#include "localnet/inject/packet_rule.h"
#include "localnet/inject/tun_link.h"

namespace rehearse {

namespace {

// By several of what can be undone and tells of it: rules or lines.
template <class Means>
class ByPackets : public Fault {
 public:
  ByPackets(Rehearsal& r, const Injection& i) : r_(r), i_(i) {}
  std::string why_unavailable() override {
    const auto& plan = r_.network().plan();
    if (!plan.namespaces) return plan.no_namespaces;
    for (const auto& [from, to] : i_.target.links)
      if (from == kProvider || to == kProvider) return "needs links through proxies: the provider daemon is where the harness is";
    return capability(needed()).needs;
  }
  std::string applied() override {
    // To look costs processes, and it is asked for all the time.
    if (Loop::Clock::now() < next_look_) return "";
    next_look_ = Loop::Clock::now() + std::chrono::milliseconds(100);
    std::vector<std::string> facts;
    for (const auto& one : all_)
      if (auto e = one->applied(); e.holds) facts.push_back(std::move(e.facts));
    if (facts.size() < enough()) return "";
    return fmt::format("{} of {} {} have met packets, such as {}", facts.size(), all_.size(), called(), facts.front());
  }
  void heal() override {
    for (const auto& one : all_) one->undo();
  }
  std::string healed() override {
    const bool undone = std::all_of(all_.begin(), all_.end(), [](const auto& one) { return one->undone().holds; });
    return undone ? fmt::format("{} {} are gone", all_.size(), called()) : "";
  }

 protected:
  virtual const char* needed() const = 0;  // of the machine's capabilities
  virtual const char* called() const = 0;
  virtual std::size_t enough() const { return 1; }  // that have met packets
  const NetworkNamespaces& namespaces() { return *r_.network().plan().namespaces; }

  Rehearsal& r_;
  const Injection i_;
  std::vector<std::unique_ptr<Means>> all_;

 private:
  Loop::Clock::time_point next_look_;
};

const std::map<std::string, PacketFate> kFates = {{"stall", PacketFate::drop},  {"drop", PacketFate::drop},
                                                  {"reject", PacketFate::refuse}, {"reset", PacketFate::reset},
                                                  {"cut", PacketFate::reset},   {"half-open", PacketFate::reset}};

class Rules : public ByPackets<PacketRule> {
 public:
  using ByPackets::ByPackets;
  void inject() override {
    std::map<std::string, std::vector<std::string>> from;  // by node
    for (const auto& [begin, end] : i_.target.links) {
      // Whoever is not told sends, and no answer comes through to it.
      if (i_.kind == "half-open") from[begin].push_back(namespaces().address(end));
      else from[end].push_back(namespaces().address(begin));
    }
    for (const auto& [node, peers] : from) all_.push_back(std::make_unique<PacketRule>(namespaces(), node, peers, fate()));
  }
  std::string applied() override {
    const auto proof = ByPackets::applied();
    if (once() && !proof.empty()) heal();  // who dials again gets through
    return proof;
  }

 private:
  bool once() const { return i_.kind == "reset"; }
  PacketFate fate() const { return kFates.at(i_.kind); }
  const char* needed() const override { return "nftables"; }
  const char* called() const override { return "rules"; }
  std::size_t enough() const override { return once() ? all_.size() : 1; }
};

class Lines : public ByPackets<TunLink> {
 public:
  using ByPackets::ByPackets;
  void inject() override {
    auto seed = r_.network().plan().seed;
    for (const auto& [from, to] : i_.target.links)
      all_.push_back(std::make_unique<TunLink>(r_.loop(), namespaces(), from, to, quality(), seed++));
  }

 private:
  LineQuality quality() const {
    using std::chrono::milliseconds;
    const auto number = [&](const char* option) { return std::stoi(i_.options.at(option)); };
    const auto millis = [&](const char* option) {
      return std::chrono::duration_cast<milliseconds>(parse_duration(i_.options.at(option))->value);
    };
    LineQuality q;
    if (i_.kind == "latency") {
      const auto jitter = std::min(millis("jitter"), millis("delay"));  // never early
      q.delay = millis("delay") - jitter, q.jitter = 2 * jitter;
    }
    if (i_.kind == "bandwidth") q.rate = std::stoll(i_.options.at("rate"));
    if (i_.kind == "packet-loss") q.loss = number("percent");
    if (i_.kind == "packet-duplicate") q.duplication = number("percent");
    if (i_.kind == "packet-reorder") q.reordering = number("percent");
    return q;
  }
  const char* needed() const override { return "tun"; }
  const char* called() const override { return "lines"; }
};

bool is_percent(const std::string& text) { return is_count(text) && text.size() <= 3 && std::stoi(text) <= 100; }

}  // namespace

std::unique_ptr<Fault> make_packet_fault(Rehearsal& r, const Injection& i) {
  for (const char* kind : {"latency", "bandwidth", "packet-loss", "packet-reorder", "packet-duplicate"})
    if (i.kind == kind) return std::make_unique<Lines>(r, i);
  if (kFates.contains(i.kind)) return std::make_unique<Rules>(r, i);
  throw Error(Blame::scenario, "`" + i.kind + "` is no fault of packets");
}

std::vector<FaultKind> packet_kinds() {
  const auto percent = [](const char* usual) { return FaultOption{"percent", usual, "of the packets", is_percent}; };
  return {
      {"packet-loss", "packets are lost, by chance", ActsOn::link, false, {percent("5")}, {}, make_packet_fault},
      {"packet-reorder", "packets come before those that were sent earlier", ActsOn::link, false, {percent("20")}, {}, make_packet_fault},
      {"packet-duplicate", "packets come twice", ActsOn::link, false, {percent("20")}, {}, make_packet_fault},
      {"reject", "a firewall turns packets away and says so", ActsOn::link, true, {}, {}, make_packet_fault},
  };
}

}  // namespace rehearse
