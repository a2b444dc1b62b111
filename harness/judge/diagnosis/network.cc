// What the network as a whole shows.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "harness/judge/absence.h"
#include "harness/judge/checks/check.h"
#include "harness/judge/diagnosis/panics.h"
#include "localnet/base/bech32.h"
#include "localnet/base/error.h"
#include "localnet/base/sha256.h"
#include "localnet/base/text.h"
#include "localnet/profile/question_names.h"

namespace rehearse {

Found cosmovisor_misread(const NetworkView& v) {
  const auto stays_down = [](const NodeView& n, const SeenLine& l) {
    return std::any_of(n.ends.begin(), n.ends.end(), [&](const SeenEnd& e) { return e.incarnation == l.incarnation && !e.excused; });
  };
  return when_shown(v, Pattern::upgrade_info_misread, stays_down, Cause::cosmovisor_misread, "upgrade-info.json is not what Cosmovisor can read");
}

Found genesis_refused(const NetworkView& v) {
  if (v.highest_height() > 0) return std::nullopt;
  const auto after_init_chain = [](const NodeView& n, const SeenLine& l) {
    const auto* init = n.line(Pattern::init_chain);
    return init && init->incarnation == l.incarnation && init->seq < l.seq;
  };
  // From the line that says most; a gentx stands in a panic of many lines.
  for (const auto pattern : {Pattern::gentx_refused, Pattern::panic, Pattern::replay_error})
    if (const auto shown = nodes_showing(v, pattern, after_init_chain); !shown.nodes.empty())
      return make_diagnosis(v, Cause::genesis_refused, "the chain failed in InitChain, before its first block",
                            shown);
  return std::nullopt;
}

Found download_checksum(const NetworkView& v) {
  return when_shown(v, Pattern::download_checksum, any_line, Cause::checksum_mismatch,
                    "Cosmovisor refuses what it downloaded: plan.info has another checksum");
}

Found download_platform(const NetworkView& v) {
  return when_shown(v, Pattern::download_platform, any_line, Cause::wrong_architecture,
                    "plan.info names no program for this platform");
}

std::vector<std::string> nodes_past_the_halt(const NetworkView& v) {
  std::vector<std::string> past;
  if (!v.plan || !v.milestones.contains(MilestoneName::passed) || (v.expected_outcome && !v.expected_outcome->applied)) return past;
  const auto passed = v.milestones.at(MilestoneName::passed);  // whatever ran then is the old binary
  for (const auto& name : v.order)
    if (const auto& n = v.nodes.at(name);
        n.started < passed && n.head.app_height >= v.plan->height && !n.line(Pattern::applying_upgrade))
      past.push_back(name);
  return past;
}

Found chain_did_not_halt(const NetworkView& v) {
  const Shown shown{nodes_past_the_halt(v), nullptr};
  if (shown.nodes.empty()) return std::nullopt;
  auto d = make_diagnosis(v, Cause::chain_did_not_halt,
                          fmt::format("the old binary committed block {}", v.plan->height), shown);
  d.first_evidence =
      fmt::format("{} is at height {}", shown.nodes.front(), v.nodes.at(shown.nodes.front()).head.app_height);
  return d;
}

bool names_validator(const SeenLine& l, const record::Member& member) {
  const auto& text = l.line.text;
  if (text.find(member.consensus_address) != std::string::npos) return true;
  const auto mark = text.find("valcons1");
  if (mark == std::string::npos) return false;
  const auto of_address = [](unsigned char c) { return std::isalnum(c) != 0; };
  auto from = mark, to = mark;
  while (from > 0 && of_address(static_cast<unsigned char>(text[from - 1]))) --from;
  while (to < text.size() && of_address(static_cast<unsigned char>(text[to]))) ++to;
  try {
    auto hex = to_hex(bech32_decode(text.substr(from, to - from)).bytes);
    std::transform(hex.begin(), hex.end(), hex.begin(), [](unsigned char c) { return std::toupper(c); });
    return hex == member.consensus_address;
  } catch (const Error&) {
    return false;  // no address after all
  }
}

Found double_sign(const NetworkView& v) {
  Shown shown;
  for (const auto* said_by : v.all())
    for (const auto& l : said_by->lines) {
      if (l.pattern != Pattern::equivocation) continue;
      for (const auto* n : v.validators())
        if (names_validator(l, n->member) && std::find(shown.nodes.begin(), shown.nodes.end(), n->member.name) == shown.nodes.end())
          shown.nodes.push_back(n->member.name);
      if (!shown.first || l.seq < shown.first->seq) shown.first = &l;
    }
  if (!shown.first) return std::nullopt;
  return make_diagnosis(v, Cause::double_sign, "the chain has evidence that a validator signed two blocks at one height", shown);
}

namespace {

// Blocks that it can at most have missed, as long as it was in the set: those without its signature (whose is absent has no
// address), and those that were not seen.
std::int64_t missed_blocks(const NetworkView& v, const record::Member& m) {
  std::int64_t missed = 0, last = 0;
  for (const auto& [height, b] : v.blocks) {
    const auto& all = b.block.signatures;
    const bool has_signed = std::any_of(all.begin(), all.end(), [&](const record::Signature& s) { return s.validator == m.consensus_address; });
    const bool one_is_absent = std::any_of(all.begin(), all.end(), [](const record::Signature& s) { return s.validator.empty(); });
    missed += (last ? height - last - 1 : 0) + (!has_signed && one_is_absent);
    last = height;
  }
  return missed;
}

// How many of its window a validator may miss (x/slashing), by the parameters before the upgrade; 0: not known.
std::int64_t may_miss(const NetworkView& v) {
  const auto* before = v.survey(kBefore);
  const auto window = slashing_parameter(before, "signed_blocks_window"), signed_of_it = slashing_parameter(before, "min_signed_per_window");
  if (!window || !signed_of_it) return 0;
  return static_cast<std::int64_t>(*window - std::round(*window * *signed_of_it));
}

}  // namespace

Found validator_jailed(const NetworkView& v) {
  const auto all = v.validators();
  const auto* list = all.empty() ? nullptr : v.answer(kAfter, question::validators, v.representative());
  if (!list || !list->answer.answered || !list->answer.value.is_array()) return std::nullopt;
  Shown shown;
  for (const auto& validator : list->answer.value)
    if (validator.is_object() && validator.value("jailed", record::Json()) == true)
      for (const auto* n : all)
        if (validator.value("operator_address", record::Json()) == n->member.operator_address) shown.nodes.push_back(n->member.name);
  if (shown.nodes.empty()) return std::nullopt;
  auto d = make_diagnosis(v, Cause::validator_jailed, "the chain's list of validators after the upgrade", shown);
  d.first_evidence = fmt::format("jailed: {}", fmt::join(shown.nodes, ", "));
  d.evidence_at = list->answer.source;
  const bool too_many = std::any_of(shown.nodes.begin(), shown.nodes.end(),
                                    [&](const auto& name) { return missed_blocks(v, v.nodes.at(name).member) > may_miss(v); });
  if (too_many || !v.plan || v.blocks.empty()) return d;
  d.owner = name_of(Owner::release);
  d.proven_by += ", and it has missed no more blocks than it may";
  d.advice = "look at what the upgrade does to validators: none was late, and there is no evidence of two signatures";
  return d;
}

Found quorum_short(const NetworkView& v) {
  // Only when a wait for the chain to go on ran out: before that the power may still come.
  if (!v.stopped || v.stopped->reason != StopReason::time_out || !v.plan || v.highest_height() > v.plan->height)
    return std::nullopt;
  std::vector<std::string> upgraded, late;
  bool halted = false;
  for (const auto* n : v.validators()) {
    halted = halted || n->halt;
    const bool done = n->alive && n->committed_at(v.plan->height);
    (done ? upgraded : late).push_back(n->member.name);
  }
  if (!halted || 3 * v.power_of(upgraded) > 2 * v.total_power()) return std::nullopt;
  auto d = make_diagnosis(
      v, Cause::quorum_short,
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
      make_diagnosis(v, Cause::node_exited, fmt::format("{} ended by itself: {}", first->end.program, how), shown);
  show_end(d, *first);
  return d;
}

// A process that prints the stacks of a million goroutines, or of endless recursion, takes minutes to end. What has ended by
// itself is node_exited's matter.
Found node_given_up(const NetworkView& v) {
  constexpr Micros kSilent = 2'000'000;
  const auto shown = nodes_showing(v, Pattern::panic, [&v](const NodeView& n, const SeenLine& l) {
    const bool lasts = n.alive ? v.last_seen - l.seen > kSilent : v.stopped && n.ends.back().seen > v.stopped_seen;
    return is_fatal_error(l) && l.incarnation == n.incarnation && n.head_seen < l.seen && lasts;
  });
  if (shown.nodes.empty()) return std::nullopt;
  return make_diagnosis(v, Cause::node_exited, "Go's runtime has given the process up, and it answers no more", shown);
}

}  // namespace rehearse
