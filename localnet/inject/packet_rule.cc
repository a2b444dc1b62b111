#include "localnet/inject/packet_rule.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdint>
#include <sstream>

#include "localnet/base/error.h"

namespace rehearse {

namespace {

const char* text_of(PacketFate fate) {
  switch (fate) {
    case PacketFate::reset:
      return "reject with tcp reset";
    case PacketFate::refuse:
      return "reject with icmpx type admin-prohibited";
    case PacketFate::drop:
      break;
  }
  return "drop";
}

}  // namespace

PacketRule::PacketRule(const NetworkNamespaces& namespaces, const std::string& node, const std::vector<std::string>& from,
                       PacketFate fate)
    : namespaces_(namespaces), node_(node) {
  static int number = 0;
  table_ = fmt::format("fault{}", ++number);
  const auto* which = fate == PacketFate::reset ? " meta l4proto tcp" : "";  // nothing else can be reset
  namespaces_.within(node_, [&] {
    run_nft(fmt::format("add table inet {0}; add chain inet {0} in {{ type filter hook input priority 0; }}; "
                        "add rule inet {0} in ip saddr {{ {1} }}{2} counter {3}",
                        table_, fmt::join(from, ", "), which, text_of(fate)));
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
