// What the new release serves, held against what was served before it: parameters, queries, transactions.
// Pure functions of the view, which checks and rules of diagnosis share.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/spec/changes.h"
#include "harness/view/view.h"

namespace rehearse {

// Announced by the scenario or by the release.
Changes announced_changes(const NetworkView&);

struct ChangedParameter {
  std::string name;           // module.field
  std::string before, after;  // as JSON; `after` is "none" for a field that is gone
  bool is_default = false;    // `after` is the module's own
};
// "slashing.signed_blocks_window was 100, is 50"
std::string to_string(const ChangedParameter&);

// Values that differ, announced or not. Fields and modules that are new are no change; a module that answers
// no more is not compared.
std::vector<ChangedParameter> changed_parameters(const record::Surveyed& before,
                                                 const record::Surveyed& after);
// Those that nobody announced.
std::vector<ChangedParameter> unannounced_parameters(const NetworkView&, const record::Surveyed& before,
                                                     const record::Surveyed& after);
// The same of what is under way; none when it was not asked for both.
std::vector<ChangedParameter> unannounced_parameters(const NetworkView&);

// Its release has the module no more, as its own list says; where there is none, once a stopped node's state tells that.
bool is_module_dropped(const NetworkView&, const std::string& module);
// Announced by the scenario or the release; or of a module that the release's own list of modules has no more, or, where it
// has no list, whose store is gone and that answers nothing.
bool is_announced_query(const NetworkView&, const std::string& route);

// A query of that module was answered after the upgrade, or refused by the module itself: it is there.
bool answers_queries(const NetworkView&, const std::string& module);

struct BrokenQuery {
  std::string route, said;
};
// Those that nobody announced; none when it was not asked for both.
std::vector<BrokenQuery> broken_queries(const NetworkView&);

// What would announce them: each, or of many the services that they are of.
std::vector<std::string> announceable(const std::vector<BrokenQuery>&);

// The kind was accepted before the upgrade and is not after it.
struct RefusedTransaction {
  std::string kind;
  std::string said;  // "code 5 (sdk): insufficient funds"
  std::string hash;
};
std::vector<RefusedTransaction> refused_transactions(const NetworkView&);
// A kind that costs its account more or less than before the upgrade, or an event of it that lacks what it told.
struct OtherResult {
  std::string kind;
  std::string said;        // "its account paid 2500 ustock instead of 1250"
  std::string event = {};  // that tells less, as `changes: events:` has it; empty: it is about the kind
};
std::vector<OtherResult> other_results(const NetworkView&);
// Those tried at a checkpoint of what is under way.
std::vector<record::TransactionTried> transactions_at(const NetworkView&, const std::string& checkpoint);
// The one whose signature was wrong on purpose; null: no node has said what it makes of it.
const record::TransactionTried* forged_at(const NetworkView&, const std::string& checkpoint);
// What a node said of a transaction, asked by name as a question: of the first one when it was simulated, and of one that was in a
// block before the upgrade when a node was given it to check once more. The value: {transaction, code, codespace, log, gas_used}.
inline constexpr const char *kSimulated = "simulated-transaction", *kReplayed = "replayed-transaction";
// The rehearsal itself sends transactions of that account.
bool has_sent(const NetworkView&, const std::string& account);
// It is in a block and was carried out.
bool was_accepted(const record::TransactionTried&);
// A node has taken it, and it is in none of the many blocks that followed.
bool was_passed_over(const record::TransactionTried&);
// "code 5 (sdk): insufficient funds", or why there is no answer.
std::string outcome_of(const record::TransactionTried&);

// "changes: {parameters: [a.b, c.d]}": what would announce those of each list, by its key.
std::string announcement(const std::map<std::string, std::vector<std::string>>& lists);

}  // namespace rehearse
