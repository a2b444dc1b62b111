// What the network as a whole shows.
#include <fmt/format.h>

#include "harness/diagnosis/rules.h"

namespace rehearse {

Found cosmovisor_misread(const NetworkView& v) {
  return when_shown(v, "upgrade-info-misread", any_line, "cosmovisor-misread",
                    "Cosmovisor read upgrade-info.json while the chain was writing it");
}

Found genesis_refused(const NetworkView& v) {
  if (v.highest_height() > 0) return std::nullopt;
  const auto after_init_chain = [](const NodeView& n, const SeenLine& l) {
    const auto* init = n.line("init-chain");
    return init && init->incarnation == l.incarnation && init->seq < l.seq;
  };
  // From the line that says most; a gentx stands in a panic of many lines.
  for (const char* pattern : {"gentx-refused", "panic", "replay-error"})
    if (const auto shown = nodes_showing(v, pattern, after_init_chain); !shown.nodes.empty())
      return make_diagnosis(v, "genesis-refused", "the chain failed in InitChain, before its first block",
                            shown);
  return std::nullopt;
}

Found download_checksum(const NetworkView& v) {
  return when_shown(v, "download-checksum", any_line, "checksum-mismatch",
                    "Cosmovisor refuses what it downloaded: plan.info has another checksum");
}

Found download_platform(const NetworkView& v) {
  return when_shown(v, "download-platform", any_line, "wrong-architecture",
                    "plan.info names no program for this platform");
}

Found chain_did_not_halt(const NetworkView& v) {
  if (!v.plan || !v.moments.contains("passed") || (v.aim && !v.aim->applied)) return std::nullopt;
  Shown shown;
  const auto passed = v.moments.at("passed");  // whatever ran then is the old binary
  for (const auto& [name, n] : v.nodes)
    if (n.started < passed && n.head.app_height >= v.plan->height && !n.line("applying-upgrade"))
      shown.nodes.push_back(name);
  if (shown.nodes.empty()) return std::nullopt;
  auto d = make_diagnosis(v, "chain-did-not-halt",
                          fmt::format("the old binary committed block {}", v.plan->height), shown);
  d.first_evidence =
      fmt::format("{} is at height {}", shown.nodes.front(), v.nodes.at(shown.nodes.front()).head.app_height);
  return d;
}

Found quorum_short(const NetworkView& v) {
  // Only when a wait for the chain to go on ran out: before that the power may still come.
  if (!v.stopped || v.stopped->reason != "time-out" || !v.plan || v.highest_height() > v.plan->height)
    return std::nullopt;
  std::vector<std::string> upgraded, late;
  bool halted = false;
  for (const auto* n : v.validators()) {
    halted = halted || n->line("upgrade-needed");
    const bool done = n->alive && n->committed_at(v.plan->height);
    (done ? upgraded : late).push_back(n->member.name);
  }
  if (!halted || 3 * v.power_of(upgraded) > 2 * v.total_power()) return std::nullopt;
  auto d = make_diagnosis(
      v, "quorum-short",
      fmt::format(
          "the chain stays at {}: only {} of the power carried out the upgrade, more than 2/3 is needed",
          v.plan->height, power_text(v, upgraded)),
      {late, nullptr});
  d.first_evidence = fmt::format("not upgraded: {}", fmt::join(late, ", "));
  return d;
}

Found node_exited(const NetworkView& v) {
  const auto* first = first_unexpected_end(v);
  if (!first) return std::nullopt;
  Shown shown;
  for (const auto* n : v.all())
    if (unexpected_end(*n)) shown.nodes.push_back(n->member.name);
  const auto how = first->end.signal ? fmt::format("signal {}", first->end.signal)
                                     : fmt::format("exit {}", first->end.exit_code);
  auto d =
      make_diagnosis(v, "node-exited", fmt::format("{} ended by itself: {}", first->end.program, how), shown);
  if (!first->end.line || first->end.last_lines.empty()) return d;
  d.first_evidence = first->end.last_lines.back();
  d.evidence_at = first->end.file + ":" + std::to_string(first->end.line);
  return d;
}

}  // namespace rehearse
