#include "harness/spec/needs.h"

#include <fmt/format.h>

#include <cstring>

namespace rehearse {

namespace {

// Lines for a profile of a chain that keeps to the SDK's habits.
struct Example {
  const char *name, *line;
};

constexpr Example kCommands[] = {
    {"skip-upgrade", R"({run: [--unsafe-skip-upgrades, "{height}"]})"},
    {"halt-height", R"({run: [--halt-height, "{height}"]})"},
    {"rollback", R"({run: [rollback, --hard, --home, "{home}"]})"},
    {"delegate", R"({run: [tx, staking, delegate, "{validator}", "{amount}{denom}"]})"},
    {"undelegate", R"({run: [tx, staking, unbond, "{validator}", "{amount}{denom}"]})"},
    {"export", R"({run: [export, --home, "{home}", --output-document, "{file}"]})"},
    {"unjail", "{run: [tx, slashing, unjail]}"},
    {"unsigned-payment", R"({run: [tx, bank, send, "{account}", "{address}", "1{denom}", --generate-only]})"},
    {"sign-batch", R"({run: [tx, sign-batch, "{file}", --from, "{key}", --home, "{home}", --offline, )"
                   R"(--account-number, "{account_number}", --sequence, "{sequence}"]})"},
};

constexpr Example kQuestions[] = {
    {"account", R"([{rest: "/cosmos/auth/v1beta1/accounts/{address}", at: /account}])"},
    {"validator-set", R"([{rpc: validators, params: {per_page: "100"}, at: /validators}])"},
    {"slashing-params", R"([{rest: /cosmos/slashing/v1beta1/params, at: /params}])"},
    {"balances", R"([{rest: "/cosmos/bank/v1beta1/denom_owners/{denom}?pagination.limit=200000", at: /denom_owners}])"},
    {"delegations", R"([{rest: "/cosmos/staking/v1beta1/validators/{validator}/delegations?pagination.limit=200000", )"
                    R"(at: /delegation_responses}])"},
    {"unbondings", R"([{rest: "/cosmos/staking/v1beta1/validators/{validator}/unbonding_delegations?pagination.limit=200000", )"
                   R"(at: /unbonding_responses}])"},
    {"votes", R"([{rest: "/cosmos/gov/v1/proposals/{id}/votes?pagination.limit=1000", at: /votes}])"},
};

constexpr const char* kSeed = R"(initial_transactions: [[tx, bank, send, "{account}", "{account}", "1{denom}"]])";

template <std::size_t N>
std::string example(const Example (&all)[N], const char* name) {
  for (const auto& e : all)
    if (!std::strcmp(e.name, name)) return fmt::format("{}: {}", name, e.line);
  return "";
}

std::string lacks(const Profile& p, const std::string& what, const std::string& line) {
  return fmt::format("{} has no {}{}", p.name, what, line.empty() ? "" : fmt::format("; in {}: {}", p.file.filename().string(), line));
}

}  // namespace

Needs operator+(Needs a, const Needs& b) {
  a.commands.insert(a.commands.end(), b.commands.begin(), b.commands.end());
  a.questions.insert(a.questions.end(), b.questions.begin(), b.questions.end());
  a.provider |= b.provider, a.model |= b.model, a.initial_transactions |= b.initial_transactions;
  return a;
}

std::string why_lacking(const Needs& n, const Profile& p) {
  if (n.provider && !p.provider) return lacks(p, "provider daemon", "provider: ...");
  if (n.model && !p.model) return lacks(p, "model", "model: ...");
  for (const auto* name : n.commands)
    if (const auto found = p.commands.find(name); found == p.commands.end() || found->second.run.empty())
      return lacks(p, fmt::format("command `{}`", name), "commands: {" + example(kCommands, name) + "}");
  for (const auto* name : n.questions)
    if (const auto found = p.questions.find(name); found == p.questions.end() || found->second.empty())
      return lacks(p, fmt::format("question `{}`", name), "questions: {" + example(kQuestions, name) + "}");
  if (n.initial_transactions && p.initial_transactions.empty()) return lacks(p, "transaction of its own", kSeed);
  return "";
}

}  // namespace rehearse
