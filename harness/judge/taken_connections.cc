#include "harness/judge/taken_connections.h"

#include <algorithm>

namespace rehearse {

std::map<std::string, const SeenLine*> taken_connections(const NetworkView& v, const std::string& node, Micros moment) {
  constexpr Micros kTriesAgain = 15'000'000;  // with its random part, and a slow machine's
  std::map<std::string, const SeenLine*> taken;
  const auto& own = v.nodes.at(node).member;
  for (const auto& [name, n] : v.nodes)
    for (const auto& l : n.lines) {
      if (l.pattern != Pattern::connection_taken || l.incarnation != n.incarnation || l.seen < moment - kTriesAgain) continue;
      const auto names = [&l](const record::Member& m) {
        return std::ranges::any_of(l.line.captures, [&m](const auto& said) { return !said.empty() && (said == m.ip || said == m.node_id); });
      };
      if (name == node) {
        for (const auto& [peer, other] : v.nodes)
          if (names(other.member)) taken[peer] = &l;
      } else if (names(own)) {
        taken[name] = &l;
      }
    }
  return taken;
}

}  // namespace rehearse
