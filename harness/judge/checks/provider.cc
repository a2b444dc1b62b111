// The runbook's "Provider Verification Checklist": six items, on the provider daemon.
#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <set>

#include "harness/judge/checks/checklist.h"
#include "harness/view/provider_facts.h"
#include "localnet/cosmos/log_entry.h"
#include "localnet/profile/question_names.h"

namespace rehearse {

namespace {

using record::Json;

Question ask_daemon(const char* what) { return {what, kProvider, {}, 0}; }

// The chain is asked over one node: the app hashes are compared elsewhere.
Question ask_chain(const Context& c, const char* what, Values args = {}) {
  return {what, c.view.order.front(), std::move(args), 0};
}

std::vector<Question> after(const std::string& checkpoint, Question q) {
  if (checkpoint != kAfter) return {};
  return {std::move(q)};
}

// --- Health
// -----------------------------------------------------------------------------------------------------

std::vector<Question> ask_health(const Context&, const std::string& checkpoint, const std::string&) {
  return after(checkpoint, ask_daemon(question::health));
}

Finding judge_daemon_health(const Context& c, const std::string&) {
  const auto [a, missing] = look_up(c, kAfter, ask_daemon(question::health));
  if (!a) return failed("it does not answer", "ok", missing.message);
  const auto have = a->answer.value.value("status", "");
  if (have != "ok") return failed("it is not well", "ok", have, {a->answer.source});
  return passed("ok", have, {a->answer.source});
}

// --- Version
// ----------------------------------------------------------------------------------------------------

std::vector<Question> ask_daemon_version(const Context&, const std::string& checkpoint, const std::string&) {
  return after(checkpoint, ask_daemon(question::version));
}

// The program's, and that of the process: an old one may still run.
Finding judge_daemon_version(const Context& c, const std::string&) {
  const auto [program, no_program] = look_up(c, kAfter, ask_daemon(question::version));
  if (!program) return no_program;
  const auto want = provider_version(c.view), have = text_of(program->answer.value);
  if (have != want) return failed("it is " + have + ", not " + want, want, have, {program->answer.source});
  const auto* health = c.view.answer(kAfter, question::health, kProvider);
  const auto runs = health && health->answer.answered ? health->answer.value.value("version", want) : want;
  if (runs != want) return failed("what runs is " + runs + ", not " + want, want, runs, {health->answer.source});
  return passed(want, have, {program->answer.source});
}

// --- Bid Engine: it follows the chain, and no order is without a bid
// ----------------------------------------------------

std::vector<Question> ask_bids(const Context& c, const std::string& checkpoint, const std::string&) {
  if (checkpoint == kResumed) return {};
  std::vector<Question> all = {ask_chain(c, question::provider_orders)};
  if (checkpoint == kAfter) all.push_back(ask_daemon(question::bids));
  return all;
}

// The orders that this provider has, or those that nobody has.
std::set<std::string> orders(const Json& all, const std::string& status, const std::string& provider) {
  std::set<std::string> ids;
  for (const auto& o : all)
    if (o.value("status", "") == status && o.value("provider", "") == provider) ids.insert(o.value("id", ""));
  return ids;
}

Finding judge_bids(const Context& c, const std::string&) {
  const auto [bids, no_bids] = look_up(c, kAfter, ask_daemon(question::bids));
  if (!bids) return no_bids;
  const auto want = fmt::format("running, beyond height {}, a bid on every order", c.upgrade_height());
  const auto state = bids->answer.value.value("state", "");
  const auto engine = fmt::format("{}, at height {}", state, engine_height(c.view).value_or(0));
  if (engine_stands_still(c.view)) return failed("it does not follow the chain", want, engine, {bids->answer.source});
  if (state != "running") return failed("it takes no orders", want, engine, {bids->answer.source});
  const auto [before, no_before] = look_up(c, kBefore, ask_chain(c, question::provider_orders));
  if (!before) return no_before;
  const auto [now, no_now] = look_up(c, kAfter, ask_chain(c, question::provider_orders));
  if (!now) return no_now;
  const auto account = c.view.provider_plan ? c.view.provider_plan->address : "";
  const auto had = orders(before->answer.value, "MATCHED", account);
  const auto has = orders(now->answer.value, "MATCHED", account);
  const auto open = orders(now->answer.value, "OPEN", "");
  const auto have = fmt::format("{}; {} bids, {} before", engine, has.size(), had.size());
  if (!std::includes(has.begin(), has.end(), had.begin(), had.end()))
    return failed("a bid was lost", want, have, {now->answer.source});
  if (!open.empty()) return failed(fmt::format("no bid on {}", fmt::join(open, ", ")), want, have, {now->answer.source});
  return passed(want, have, {bids->answer.source, now->answer.source});
}

// --- Active Workloads: the same processes as before
// ---------------------------------------------------------------------

std::vector<Question> ask_workloads(const Context&, const std::string& checkpoint, const std::string&) {
  if (checkpoint == kResumed) return {};
  return {ask_daemon(question::workloads)};
}

Finding judge_workloads(const Context& c, const std::string&) {
  const auto [before, no_before] = look_up(c, kBefore, ask_daemon(question::workloads));
  if (!before) return no_before;
  const auto [now, no_now] = look_up(c, kAfter, ask_daemon(question::workloads));
  if (!now) return no_now;
  const auto count = [](const Json& lines) {
    const auto text = text_of(lines);
    return text.empty() ? 0 : std::count(text.begin(), text.end(), '\n') + 1;
  };
  const auto want = fmt::format("the {} that ran before, and new ones", count(before->answer.value));
  const auto have = fmt::format("{} running", count(now->answer.value));
  if (const auto lost = lost_workloads(c.view); !lost.empty())
    return failed(fmt::format("gone: {}", fmt::join(lost, "; ")), want, have, {now->answer.source});
  return passed(want, have, {now->answer.source});
}

// --- Chain Connectivity: the chain knows the provider, and the daemon reaches the chain
// ---------------------------------------------------------------------

Values account_of(const Context& c) {
  return {{"address", c.view.provider_plan ? c.view.provider_plan->address : ""}};
}

std::vector<Question> ask_connectivity(const Context& c, const std::string& checkpoint, const std::string&) {
  return after(checkpoint, ask_chain(c, question::provider_info, account_of(c)));
}

Finding judge_connectivity(const Context& c, const std::string&) {
  const auto [info, no_info] = look_up(c, kAfter, ask_chain(c, question::provider_info, account_of(c)));
  if (!info) return no_info;
  const auto want = std::string("ACTIVE; the chain reachable");
  if (info->answer.absent) return failed("the chain does not know the provider", want, "none", {info->answer.source});
  const auto status = info->answer.value.value("status", "");
  if (status != "ACTIVE") return failed("the provider is " + status, want, status, {info->answer.source});
  const auto* health = c.view.answer(kAfter, question::health, kProvider);
  const auto pointer = Json::json_pointer("/chain/reachable");
  if (health && health->answer.answered && !health->answer.value.value(pointer, true))
    return failed("the daemon does not reach the chain", want, status + "; not reachable", {health->answer.source});
  return passed(want, status, {info->answer.source});
}

// --- Recent Errors: of the process that runs now
// ------------------------------------------------------------------------

Finding judge_daemon_errors(const Context& c, const std::string&) {
  const auto& p = c.view.provider;
  std::vector<std::string> places;
  std::string text;
  std::size_t harmless = 0;
  for (const auto& l : p.lines) {
    if (!l.line.error || l.incarnation < p.incarnation) continue;
    const auto& known = c.profile.provider->harmless_errors;
    const auto phase = c.view.phase_at(l.seen);
    const auto said = read_log_line(l.line.text).text;
    if (std::any_of(known.begin(), known.end(), [&](const HarmlessError& h) {
          return (!h.phase || h.phase == phase) && RE2::PartialMatch(said, h.match);
        })) {
      ++harmless;
      continue;
    }
    if (text.empty()) text = l.line.text;
    places.push_back(l.place());
  }
  const auto have = fmt::format("{} since its start; {} harmless", places.size(), harmless);
  if (!places.empty()) return failed(text, "no errors", have, places);
  return passed("no errors", have);
}

}  // namespace

std::vector<Check> provider_checks() {
  return {
      {"Health", Scope::provider, ask_health, judge_daemon_health},
      {"Version", Scope::provider, ask_daemon_version, judge_daemon_version},
      {"Bid Engine", Scope::provider, ask_bids, judge_bids},
      {"Active Workloads", Scope::provider, ask_workloads, judge_workloads},
      {"Chain Connectivity", Scope::provider, ask_connectivity, judge_connectivity},
      {"Recent Errors", Scope::provider, no_questions, judge_daemon_errors},
  };
}

}  // namespace rehearse
