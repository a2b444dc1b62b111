// What the new release serves is what was served before: parameters keep their values, queries answer,
// transactions are accepted.
#include "harness/judge/service.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "harness/judge/checks/checklist.h"

namespace rehearse {

namespace {

using record::Json;

// The surveys before and after the upgrade; without `after`, `missing` says why.
struct BothSurveys {
  const record::Surveyed *before = nullptr, *after = nullptr;
  Finding missing;
};

BothSurveys both_surveys(const Context& c) {
  const auto *before = c.view.survey(kBefore), *after = c.view.survey(kAfter);
  if (!before) return {nullptr, nullptr, skipped("the chain was not asked before the upgrade")};
  if (!before->error.empty())
    return {before, nullptr, skipped("needs the chain's reflection service: " + before->error)};
  if (!after) return {before, nullptr, inconclusive("the chain was not asked after the upgrade")};
  if (!after->error.empty())
    return {before, nullptr, inconclusive("the chain did not answer after the upgrade: " + after->error)};
  return {before, after, {}};
}

std::string and_more(const std::string& first, std::size_t count) {
  return count > 1 ? fmt::format("{}, and {} more", first, count - 1) : first;
}

// Names of what is announced that the chain does not have: a slip of whoever wrote them.
template <class Has>
std::string unknown_names(const std::vector<Located<std::string>>& names, const Has& has) {
  std::vector<std::string> unknown;
  for (const auto& n : names)
    if (!has(n)) unknown.push_back(n.value);
  return fmt::format("{}", fmt::join(unknown, ", "));
}

// --- Parameters Kept

std::size_t count_parameters(const record::Surveyed& s) {
  std::size_t count = 0;
  for (const auto& [module, fields] : s.parameters.items()) count += fields.size();
  return count;
}

bool has_parameter(const record::Surveyed& s, const Located<std::string>& name) {
  for (const auto& [module, fields] : s.parameters.items())
    for (const auto& [field, value] : fields.items())
      if (announces({name}, module + "." + field)) return true;
  return false;
}

Finding judge_parameters(const Context& c, const std::string&) {
  const auto [before, after, missing] = both_surveys(c);
  if (!after) return missing;
  if (before->parameters.empty()) return skipped("needs a module that answers for its parameters");
  if (before->listed && !after->listed)
    return inconclusive("the chain does not list its queries any more: parameters cannot be read");
  if (after->parameters.empty()) return inconclusive("no module's parameters could be read after the upgrade");
  const auto expected = fmt::format("{} parameters of {} modules as before", count_parameters(*before),
                                    before->parameters.size());
  const auto changed = unannounced_parameters(c.view);
  if (!changed.empty()) {
    std::vector<std::string> names, all;
    for (const auto& p : changed) names.push_back(p.name), all.push_back(to_string(p));
    return failed(fmt::format("{}; a change on purpose is announced: `{}`", fmt::join(all, "; "),
                              announcement({{"parameters", names}})),
                  expected, fmt::format("{} differ", changed.size()), all);
  }
  const auto unknown = unknown_names(announced_changes(c.view).parameters, [before = before, after = after](const auto& n) {
    return has_parameter(*before, n) || has_parameter(*after, n);
  });
  // In a leg the names may be of another one.
  if (!unknown.empty() && !c.view.leg()) return inconclusive("changes: parameters: the chain has no " + unknown);
  return passed(expected, fmt::format("{} compared, {} changed as announced", count_parameters(*before),
                                      changed_parameters(*before, *after).size()));
}

// --- Queries

Finding judge_queries(const Context& c, const std::string&) {
  const auto [before, after, missing] = both_surveys(c);
  if (!after) return missing;
  const auto expected = fmt::format("{} queries answer as before", before->answered.size());
  const auto broken = broken_queries(c.view);
  if (!broken.empty()) {
    constexpr std::size_t kShown = 20;
    std::vector<std::string> shown;
    for (const auto& q : broken)
      if (shown.size() < kShown) shown.push_back(q.route + ": " + q.said);
    return failed(fmt::format("{}; one that is gone on purpose is announced: `{}`",
                              and_more(shown.front(), broken.size()), announcement({{"queries", announceable(broken)}})),
                  expected, fmt::format("{} do not", broken.size()), shown);
  }
  const auto unknown = unknown_names(announced_changes(c.view).queries, [before = before](const auto& n) {
    return std::any_of(before->answered.begin(), before->answered.end(),
                       [&](const auto& route) { return announces({n}, route); });
  });
  if (!unknown.empty() && !c.view.leg()) return inconclusive("changes: queries: the chain did not answer " + unknown);
  return passed(expected, fmt::format("{} do, {} are announced", after->answered.size(),
                                      before->answered.size() - after->answered.size()));
}

// --- Transactions Accepted

Finding judge_transactions(const Context& c, const std::string&) {
  const auto before = transactions_at(c.view, kBefore), after = transactions_at(c.view, kAfter);
  if (after.empty()) {
    const auto failed_before = std::find_if(before.begin(), before.end(), [](const auto& t) { return !t.error.empty(); });
    return skipped(failed_before == before.end() ? "none were sent" : failed_before->transaction + ": " + failed_before->error);
  }
  const auto refused = refused_transactions(c.view);
  if (!refused.empty()) {
    std::vector<std::string> names, all;
    for (const auto& t : refused)
      names.push_back(t.kind),
          all.push_back(fmt::format("{}: {} ({})", t.kind, t.said, t.hash.substr(0, 16)));
    return failed(fmt::format("{}; one that is gone on purpose is announced: `{}`", fmt::join(all, "; "),
                              announcement({{"transactions", names}})),
                  "each kind accepted that was accepted before",
                  fmt::format("{} of {} refused", refused.size(), after.size()), all);
  }
  std::map<std::string, std::vector<std::string>> by;  // what became of it -> kinds
  for (const auto& now : after) {
    const bool was = std::any_of(before.begin(), before.end(), [&](const auto& t) { return t.transaction == now.transaction && was_accepted(t); });
    if (was && !now.error.empty()) return inconclusive(now.transaction + ": " + now.error);
    const bool tried = std::any_of(before.begin(), before.end(), [&](const auto& t) { return t.transaction == now.transaction && t.error.empty(); });
    if (!tried && !was_accepted(now))
      return inconclusive(fmt::format("{}: {}; none was sent before the upgrade: the chain had halted by the time that it was signed",
                                      now.transaction, outcome_of(now)));
    by[was_accepted(now) ? "accepted" : was ? "refused as announced" : "not accepted before either"].push_back(now.transaction);
  }
  std::vector<std::string> said;
  for (const auto& [what, kinds] : by) said.push_back(fmt::format("{}: {}", what, fmt::join(kinds, ", ")));
  const auto actual = fmt::format("{}", fmt::join(said, "; "));
  return by.size() == 1 && by.contains("not accepted before either") ? skipped(actual) : passed("each kind accepted that was accepted before", actual);
}

// --- Transaction Costs

Finding judge_costs(const Context& c, const std::string&) {
  const auto before = transactions_at(c.view, kBefore), after = transactions_at(c.view, kAfter);
  const auto told = [](const auto& t) { return was_accepted(t) && t.events > 0; };
  const auto compared = std::ranges::count_if(after, [&](const auto& t) {
    return was_accepted(t) && std::ranges::any_of(before, [&](const auto& b) { return b.transaction == t.transaction && told(b); });
  });
  if (compared == 0) return skipped("no kind was carried out before and after the upgrade with a result that has events");
  const auto want = "each kind costs its account what it did, and its events tell what they did";
  const auto otherwise = other_results(c.view);
  if (otherwise.empty()) return passed(want, fmt::format("{} compared", compared));
  std::vector<std::string> all;
  std::set<std::string> transactions, events;  // to be announced
  std::map<std::string, std::vector<std::string>> by;  // what is said -> kinds
  std::set<std::string> kinds;
  for (const auto& t : otherwise) {
    kinds.insert(t.kind), by[t.said].push_back(t.kind);
    t.event.empty() ? transactions.insert(t.kind) : events.insert(t.event);
  }
  for (const auto& [said, of] : by) all.push_back(fmt::format("{}: {}", fmt::join(of, ", "), said));
  std::map<std::string, std::vector<std::string>> lists;
  if (!events.empty()) lists["events"].assign(events.begin(), events.end());
  if (!transactions.empty()) lists["transactions"].assign(transactions.begin(), transactions.end());
  return failed(fmt::format("{}; a change on purpose is announced: `{}`", fmt::join(all, "; "), announcement(lists)), want,
                fmt::format("{} of {} do not", kinds.size(), compared), all);
}

// --- Forged Transactions Refused

bool is_refused_alike(const record::TransactionTried& a, const record::TransactionTried& b) { return a.code == b.code && a.codespace == b.codespace; }

Finding judge_forged(const Context& c, const std::string&) {
  const auto *before = forged_at(c.view, kBefore), *after = forged_at(c.view, kAfter);
  if (!before || !after) return skipped("none was checked by a node");
  if (before->code == 0) return skipped("one was accepted before the upgrade, too");
  constexpr int kUnauthorized = 4;
  if (before->codespace == "sdk" && before->code != kUnauthorized) return skipped("it was not for its signature that one was refused before the upgrade: " + outcome_of(*before));
  const auto want = "refused as before: " + outcome_of(*before), have = after->code ? outcome_of(*after) : "accepted";
  if (after->code == 0)
    return failed(fmt::format("a {} whose signature is wrong is accepted: anybody can send what is another's", after->transaction), want, have,
                  {"/check_tx"});
  // Who refuses it for its fee, say, has not come to its signature.
  if (!is_refused_alike(*before, *after)) return skipped(fmt::format("{}; before the upgrade {}", have, outcome_of(*before)));
  return passed(want, have, {"/check_tx"});
}

// --- Transactions Simulated, Replayed Transactions Refused

std::optional<record::TransactionTried> probe_at(const Context& c, const char* question, const char* checkpoint) {
  const auto* found = c.view.answer(checkpoint, question, "");
  if (!found || !found->answer.answered) return std::nullopt;
  const auto& v = found->answer.value;
  record::TransactionTried t;
  t.transaction = v.value("transaction", ""), t.code = v.value("code", 0), t.codespace = v.value("codespace", ""), t.log = v.value("log", ""), t.gas_used = v.value("gas_used", std::int64_t{0});
  return t;
}

struct BothProbes {
  std::optional<record::TransactionTried> before, after;
  Finding missing;
};

BothProbes both_probes(const Context& c, const char* question) {
  const auto before = probe_at(c, question, kBefore), after = probe_at(c, question, kAfter);
  if (!before || !after) return {{}, {}, skipped(fmt::format("no node answered {} the upgrade", before ? "after" : "before"))};
  return {before, after, {}};
}

// Times what was found; wallets allow no more than that.
constexpr double kMostAllowed = 1.5;

// What the block took of one of that kind; 0: it is not known.
std::int64_t gas_taken(const Context& c, const char* checkpoint, const std::string& kind) {
  for (const auto& t : transactions_at(c.view, checkpoint))
    if (t.transaction == kind && was_accepted(t)) return t.gas_used;
  return 0;
}

bool is_enough(std::int64_t found, std::int64_t taken) { return found == 0 || static_cast<double>(taken) <= kMostAllowed * static_cast<double>(found); }

Finding judge_simulated(const Context& c, const std::string&) {
  const auto [before, after, missing] = both_probes(c, kSimulated);
  if (!after) return missing;
  if (before->code) return skipped("it was refused before the upgrade, too: " + outcome_of(*before));
  if (before->transaction != after->transaction) return skipped(fmt::format("{} before the upgrade, {} after it", before->transaction, after->transaction));
  const auto want = "code 0, as before the upgrade";
  if (after->code)
    return failed(fmt::format("a {} cannot be simulated any more, so that wallets learn no gas for it: {}", after->transaction, outcome_of(*after)), want, outcome_of(*after),
                  {"/app/simulate"});
  const auto taken = gas_taken(c, kAfter, after->transaction);
  if (!is_enough(after->gas_used, taken) && is_enough(before->gas_used, gas_taken(c, kBefore, before->transaction)))
    return failed(fmt::format("a simulation finds that a {} takes {} gas, and a block takes {}: who sends one with what wallets learn runs out of gas", after->transaction,
                              after->gas_used, taken),
                  fmt::format("at most {} times what is found, as before the upgrade", kMostAllowed), std::to_string(taken), {"/app/simulate"});
  return passed(want, fmt::format("code 0, {} gas; a block took {}", after->gas_used, taken), {"/app/simulate"});
}

Finding judge_replayed(const Context& c, const std::string&) {
  const auto [before, after, missing] = both_probes(c, kReplayed);
  if (!after) return missing;
  if (before->code == 0) return skipped("one was accepted before the upgrade, too");
  const auto want = "refused as before: " + outcome_of(*before);
  // Who refuses it for its fee, say, has not come to what makes it an old one.
  if (after->code && !is_refused_alike(*before, *after)) return skipped(fmt::format("{}; before the upgrade {}", outcome_of(*after), outcome_of(*before)));
  if (after->code) return passed(want, outcome_of(*after), {"/check_tx"});
  return failed(fmt::format("a {} that a block before the upgrade had is accepted once more: whoever has it can repeat it", after->transaction), want,
                "accepted", {"/check_tx"});
}

}  // namespace

std::vector<Check> service_checks() {
  return {
      {"Transactions Accepted", Scope::network, no_questions, judge_transactions},
      {"Transaction Costs", Scope::network, no_questions, judge_costs},
      {"Forged Transactions Refused", Scope::network, no_questions, judge_forged},
      {"Replayed Transactions Refused", Scope::network, no_questions, judge_replayed},
      {"Transactions Simulated", Scope::network, no_questions, judge_simulated},
      {"Parameters Kept", Scope::network, no_questions, judge_parameters},
      {"Queries", Scope::network, no_questions, judge_queries},
  };
}

}  // namespace rehearse
