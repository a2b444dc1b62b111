#include "harness/judge/diagnosis/panics.h"

#include <fmt/format.h>

#include <algorithm>

#include "localnet/cosmos/go_panic.h"
#include "localnet/cosmos/log_entry.h"

namespace rehearse {

bool is_fatal_error(const SeenLine& l) { return l.pattern == Pattern::panic && l.line.text.starts_with(first_words(true)); }

namespace {

// Of a dump that was asked for, not of a failure.
bool is_quit(const record::Panic& p) { return p.text.starts_with("SIGQUIT"); }

bool of_cosmovisor(const std::vector<record::Frame>& frames) {
  return std::any_of(frames.begin(), frames.end(), [](const record::Frame& f) {
    return f.function.find("/tools/cosmovisor") != std::string::npos;
  });
}

// We ended a process that Go's runtime had given up before.
bool was_given_up(const NodeView& n, const SeenEnd& e) {
  return std::any_of(n.lines.begin(), n.lines.end(), [&](const SeenLine& l) { return l.incarnation == e.incarnation && is_fatal_error(l); });
}

bool also_shows_a_setting(const NodeView& n, const SeenLine& l) {
  return also_matches(n, l, [](const SeenLine& other) { return !other.setting.empty(); });
}

bool is_upgrade_halt(const std::string& error) {
  return error.find("UPGRADE \"") != std::string::npos && error.find("NEEDED at height") != std::string::npos;
}

// Of the SDK before 0.50, which panics where later ones return an error.
bool says_that_it_halts(const std::string& panic) {
  return is_upgrade_halt(panic) || panic.find("upgrade handler is missing for") != std::string::npos;
}

}  // namespace

std::vector<GoFrame> go_frames(const std::vector<record::Frame>& frames) {
  std::vector<GoFrame> all;
  for (const auto& f : frames) all.push_back({f.function, f.file, f.line});
  return all;
}

std::vector<SeenPanic> panics_of_processes(const NetworkView& v) {
  std::vector<SeenPanic> all;
  for (const auto* n : v.all())
    for (const auto& e : n->ends) {
      const auto& p = e.end.panic;
      const bool wanted = (e.excused && !e.end.starts_again && !was_given_up(*n, e)) || e.of_fault;
      if (p.text.empty() || is_quit(p) || wanted || says_that_it_halts(p.text) || of_cosmovisor(p.frames)) continue;
      all.push_back(
          {n, e.seq, p.text, fmt::format("{}:{}", e.end.file, p.line), go_frames(p.frames), p.goroutine, p.fatal});
    }
  std::sort(all.begin(), all.end(), [](const SeenPanic& a, const SeenPanic& b) { return a.seq < b.seq; });
  return all;
}

std::vector<ConsensusFailure> consensus_failures(const NetworkView& v) {
  std::vector<ConsensusFailure> all;
  for (const auto* n : v.all())
    for (const auto& l : n->lines) {
      if (l.pattern != Pattern::consensus_failure || l.ending || v.taken_down_at(n->member.name, l.seen))
        continue;
      const auto entry = read_log_line(l.line.text);
      const auto *error = entry.field("err"), *stack = entry.field("stack");
      ConsensusFailure f{n, &l, error ? *error : entry.message, {}};
      if (is_upgrade_halt(f.error) || also_shows_a_setting(*n, l)) continue;
      if (stack)
        if (const auto panic = read_stack(*stack, f.error)) f.frames = panic->frames;
      all.push_back(std::move(f));
    }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.line->seq < b.line->seq; });
  return all;
}

std::int64_t failed_height(const NetworkView& v, const NodeView& n) {
  const auto latest = n.stored.empty() ? 0 : n.stored.rbegin()->first;
  return v.plan && n.halt && !n.committed_at(v.plan->height) ? v.plan->height : latest;
}

record::FailedAt failed_at(std::int64_t height, const std::vector<GoFrame>& frames) {
  const auto method = abci_method(frames);
  return {height, method ? name_of(*method) : "", module_of(frames)};
}

record::FailedAt failed_at(const NetworkView& v, const NodeView& n, const std::vector<GoFrame>& frames) {
  return failed_at(failed_height(v, n), frames);
}

std::string in_words(const std::string& text, const std::vector<GoFrame>& frames) {
  const auto* frame = first_application_frame(frames);
  // Of those that only wait: for what.
  const auto first = std::find_if_not(frames.begin(), frames.end(), [](const GoFrame& f) { return only_waits(f.function); });
  if (!frame && first != frames.end()) frame = &*first;
  const auto first_line = text.substr(0, text.find('\n'));
  if (!frame) return first_line;
  return fmt::format("{}{}in {} ({}:{})", first_line, first_line.empty() ? "" : "; ", frame->function,
                     frame->file, frame->line);
}

std::string panic_in_words(bool fatal, const std::string& text, const std::vector<GoFrame>& frames) {
  return std::string(first_words(fatal)) + in_words(text, frames);
}

}  // namespace rehearse
