#include "localnet/packet_rule.h"

#include <fmt/format.h>

#include <sstream>

#include "localnet/error.h"

namespace rehearse {

namespace {

std::string rule(const PacketFault& fault) {
  const bool in = fault.direction == PacketFault::Direction::in;
  std::string text = in ? "iifname != lo" : "oifname != lo";
  if (!fault.peers.empty()) {
    std::string all;
    for (const auto& peer : fault.peers) all += (all.empty() ? "" : ", ") + peer;
    text += fmt::format(" ip {} {{ {} }}", in ? "saddr" : "daddr", all);
  }
  // Only TCP can be reset, and all that nodes speak is TCP.
  if (fault.fate == PacketFault::Fate::reject) text += " meta l4proto tcp";
  if (fault.percent < 100) text += fmt::format(" numgen random mod 100 < {}", fault.percent);
  return text + " counter " + (fault.fate == PacketFault::Fate::drop ? "drop" : "reject with tcp reset");
}

}  // namespace

PacketRule::PacketRule(const NetworkNamespaces& namespaces, const std::string& node, const PacketFault& fault)
    : namespaces_(namespaces), node_(node) {
  static int number = 0;
  table_ = fmt::format("fault{}", ++number);
  const auto* hook = fault.direction == PacketFault::Direction::in ? "input" : "output";
  namespaces_.within(node_, [&] {
    run_nft(fmt::format("add table inet {0}; add chain inet {0} {1} {{ type filter hook {1} priority 0; }}; "
                        "add rule inet {0} {1} {2}",
                        table_, hook, rule(fault)));
  });
}

PacketRule::~PacketRule() {
  try {
    undo();
  } catch (const Error&) {
    // The namespace goes with all that is in it.
  }
}

void PacketRule::undo() {
  if (undone().holds) return;
  namespaces_.within(node_, [&] { run_nft("delete table inet " + table_); });
}

std::string PacketRule::listed() const {
  std::string text;
  namespaces_.within(node_, [&] { text = run_nft("list ruleset"); });
  const auto start = text.find(fmt::format("table inet {} {{", table_));
  return start == std::string::npos ? "" : text.substr(start, text.find("\n}", start) - start);
}

Evidence PacketRule::applied() const {
  const auto text = listed();
  const auto counter = text.find("counter packets ");
  if (counter == std::string::npos) return {false, fmt::format("{}: nftables has no {}", node_, table_)};
  std::uint64_t packets = 0;
  std::istringstream(text.substr(counter + std::string("counter packets ").size())) >> packets;
  const auto line = text.rfind('\n', counter);
  const auto begin = text.find_first_not_of(" \t\n", line);
  return {packets > 0, fmt::format("{}: {}", node_, text.substr(begin, text.find('\n', counter) - begin))};
}

Evidence PacketRule::undone() const {
  const bool gone = listed().empty();
  return {gone, fmt::format("{}: nftables {} {}", node_, gone ? "has no" : "still has", table_)};
}

}  // namespace rehearse
