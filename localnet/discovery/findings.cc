#include "localnet/discovery/findings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <re2/re2.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

namespace rehearse {

namespace {

using Json = nlohmann::json;

struct Coin {
  std::string amount, denom;
  bool costs() const { return amount.find_first_not_of("0.") != std::string::npos; }
  std::string text() const { return amount + denom; }
};

// "0.0025ustock,1uatom"; also within a sentence.
std::vector<Coin> coins_in(const std::string& text) {
  static const RE2 coin(R"(([0-9]+(?:\.[0-9]+)?)([a-zA-Z][a-zA-Z0-9/:._-]*))");
  std::vector<Coin> coins;
  Coin c;
  for (re2::StringPiece rest(text); RE2::FindAndConsume(&rest, coin, &c.amount, &c.denom);) {
    c.denom.erase(c.denom.find_last_not_of(":.-") + 1);  // of the sentence that it stood in
    coins.push_back(c);
  }
  return coins;
}

// The one of the staking denomination, which accounts have; else the first that costs anything.
std::optional<Coin> payable(const std::vector<Coin>& coins, const std::string& denom) {
  for (const auto& c : coins)
    if (c.denom == denom) return c;
  for (const auto& c : coins)
    if (c.costs()) return c;
  return std::nullopt;
}

void ask_once(Findings& f, std::string question) {
  if (std::ranges::find(f.questions, question) == f.questions.end()) f.questions.push_back(std::move(question));
}

void take_fee(Findings& f, const Coin& fee, const std::string& from) {
  if (fee.denom != f.denom.value)
    ask_once(f, fmt::format("fees are wanted in {}, and the accounts of a rehearsal have {}: where does it come from?", fee.denom, f.denom.value));
  f.fees = {fee.text(), from};
}

void take_price(Findings& f, const Coin& price, const std::string& from) {
  double each = 0;
  std::from_chars(price.amount.data(), price.amount.data() + price.amount.size(), each);
  const auto gas = f.gas ? f.gas : kUsualGas;
  constexpr double kOfRounding = 1e-9;
  f.minimum_gas_prices = {price.text(), from};
  take_fee(f, {fmt::format("{:.0f}", std::ceil(each * static_cast<double>(gas) - kOfRounding)), price.denom}, fmt::format("{} gas at that price", gas));
}

// "insufficient fees; got:  required: 1250ustock"; or a price of gas: "gas prices too low, got: 0aevmos required: 1000000000aevmos".
bool learn_fee(Findings& f, const std::string& refusal) {
  static const RE2 wanted(R"((?i)(gas price|fee)[^\n]*?required:? *"?([0-9][^\s"]*))"), none(R"((?i)no fee coin provided)");
  const auto before = f.fees.value;
  std::string of, text;
  if (RE2::PartialMatch(refusal, wanted, &of, &text)) {
    const auto coin = payable(coins_in(text), f.denom.value);
    if (!coin) return false;
    const auto from = fmt::format("of a transaction without it: `{}` is required", coin->text());
    if (of.size() > 3) take_price(f, *coin, from);
    else take_fee(f, *coin, from);
  } else if (before.empty() && RE2::PartialMatch(refusal, none)) {
    take_fee(f, {"1", f.denom.value}, "a fee is wanted");  // the next refusal says how much
  }
  return f.fees.value != before;
}

bool learn_gas(Findings& f, const std::string& refusal) {
  static const RE2 wanted(R"(out of gas.*gasUsed: (\d+))");
  std::int64_t used = 0;
  if (!RE2::PartialMatch(refusal, wanted, &used)) return false;
  f.gas = 2 * std::max(used, f.gas ? f.gas : kUsualGas);
  if (const auto price = payable(coins_in(f.minimum_gas_prices.value), f.denom.value)) take_price(f, *price, f.minimum_gas_prices.from);
  return true;
}

// Chains with an EVM want a number in it.
bool learn_id(Findings& f, const std::string& refusal) {
  static const RE2 refused(R"((?i)invalid chain.?id|chain.?id[^\n]* (?:format|epoch|must|should))");
  constexpr const char* kWithNumber = "rehearsal_9000-1";
  if (f.id.value == kWithNumber || !RE2::PartialMatch(refusal, refused)) return false;
  f.id = {kWithNumber, "it refuses " + f.id.value};
  return true;
}

// A rehearsal's validators take 10 %.
bool learn_commission(Findings& f, const std::string& refusal) {
  static const RE2 refused(R"((?i)commission[^\n]*(?:less|lower|below)[^\n]*min|minimum[ _-]commission)");
  constexpr const char* kAt = "app_state.staking.params.min_commission_rate";
  if (!RE2::PartialMatch(refusal, refused) || std::ranges::any_of(f.genesis, [&](const auto& p) { return p.at == kAt; })) return false;
  f.genesis.push_back({kAt, "0.000000000000000000", Stage::before_gentx, "the validators of a rehearsal take 10 %"});
  return true;
}

std::string quoted(const std::string& text) { return Json(text).dump(); }

std::string list_of(const std::vector<std::string>& words) {
  std::vector<std::string> all;
  for (const auto& w : words) all.push_back(quoted(w));
  return fmt::format("[{}]", fmt::join(all, ", "));
}

std::string entry(int indent, const char* key, const Finding& f) {
  return fmt::format("{:{}}{}: {}  # {}\n", "", indent, key, quoted(f.value), f.from);
}

std::string comments(const char* mark, const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += fmt::format("# {}{}\n", mark, line);
  return text;
}

// The whole list where the program lacks flags or gas is another, else what is added.
std::string transaction_of(const Findings& f) {
  const bool whole = !f.usual_transaction || f.gas;
  auto words = whole ? f.transaction : std::vector<std::string>{};
  for (std::size_t i = 0; f.gas && i + 1 < words.size(); ++i)
    if (words[i] == "--gas") words[i + 1] = std::to_string(f.gas);
  if (!f.fees.value.empty()) words.insert(words.end(), {"--fees", f.fees.value});
  if (words.empty()) return "";
  return fmt::format("\ntransaction:{}\n  {}: {}\n", f.fees.from.empty() ? "" : "  # fees: " + f.fees.from, whole ? "replace" : "add", list_of(words));
}

// Keys of that section: what is said of each, and what the program has nothing for.
std::string section(const Findings& f, const std::string& name, const std::map<std::string, std::vector<std::string>>& said) {
  std::string text;
  for (const auto& [key, parts] : said) text += fmt::format("  {}: {{{}}}\n", key, fmt::join(parts, ", "));
  for (const auto& w : f.without)
    if (w.section == name) text += fmt::format("  {}: null  # {}\n", w.key, w.why);
  return text.empty() ? "" : fmt::format("\n{}:\n{}", name, text);
}

std::string commands_of(const Findings& f) {
  std::map<std::string, std::vector<std::string>> said;
  for (const auto& [name, run] : f.commands) said[name].push_back(fmt::format("run: {{replace: {}}}", list_of(run)));
  for (const auto& name : f.on_stderr) said[name].push_back("answer: stderr");
  return section(f, "commands", said);
}

}  // namespace

void read_defaults(Findings& f, const Json& genesis, const std::string& app_toml) {
  static const Json::json_pointer kState("/app_state"), kDenom("/app_state/staking/params/bond_denom");
  f.modules.clear();
  if (genesis.contains(kState))
    for (const auto& [module, state] : genesis.at(kState).items()) f.modules.push_back(module);
  if (genesis.contains(kDenom) && genesis.at(kDenom).is_string())
    f.denom = {genesis.at(kDenom).get<std::string>(), "bond_denom of its default genesis"};
  static const RE2 prices(R"((?m)^\s*minimum-gas-prices\s*=\s*"([^"]*)\")");
  std::string text;
  if (!RE2::PartialMatch(app_toml, prices, &text)) return;
  if (const auto price = payable(coins_in(text), f.denom.value); price && price->costs()) take_price(f, *price, "minimum-gas-prices of the app.toml that `init` writes");
}

bool learn_from(Findings& f, const std::string& refusal) {
  return learn_fee(f, refusal) || learn_gas(f, refusal) || learn_id(f, refusal) || learn_commission(f, refusal);
}

std::string profile_of(const Findings& f) {
  auto text = fmt::format("# Found out by asking {} {} (sha256 {}).\n", f.program, f.version, f.sha256);
  text += comments("", f.facts) + comments("To be answered: ", f.questions);
  text += fmt::format("title: {}\nextends: cosmos-sdk\n\nchain:\n  binary: {}\n", quoted(f.program), quoted(f.program));
  text += entry(2, "id", f.id) + entry(2, "denom", f.denom) + entry(2, "bech32", f.bech32);
  if (!f.environment.empty()) {
    text += "  environment:  # flags that its commands do not have\n";
    for (const auto& [name, value] : f.environment) text += fmt::format("    {}: {}\n", name, quoted(value));
  }
  text += commands_of(f) + transaction_of(f) + section(f, "transactions", {}) + section(f, "questions", {});
  if (!f.query.empty()) text += fmt::format("\nquery:\n  replace: {}\n", list_of(f.query));
  if (!f.genesis.empty()) {
    text += "\ngenesis:\n  add:\n";
    for (const auto& p : f.genesis) text += fmt::format("    - {{at: {}, set: {}, reason: {}}}\n", p.at, p.value.dump(), quoted(p.reason));
  }
  if (!f.minimum_gas_prices.value.empty()) text += "\n" + entry(0, "minimum_gas_prices", f.minimum_gas_prices);
  // Somebody has a record that an upgrade may not lose.
  text += R"(
initial_transactions:
  - [tx, bank, send, "{account}", "{account}", "1{denom}"]
)";
  return text;
}

}  // namespace rehearse
