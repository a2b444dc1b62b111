#include "localnet/discovery/discover.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <re2/re2.h>

#include <algorithm>
#include <boost/algorithm/string/replace.hpp>
#include <cctype>
#include <iterator>
#include <map>
#include <optional>
#include <set>

#include "localnet/base/bech32.h"
#include "localnet/base/error.h"
#include "localnet/base/text.h"
#include "localnet/cosmos/config_files.h"
#include "localnet/cosmos/node_home.h"
#include "localnet/discovery/findings.h"
#include "localnet/discovery/fit.h"
#include "localnet/discovery/program.h"
#include "localnet/discovery/scratch_network.h"

namespace rehearse {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

using Words = std::vector<std::string>;

constexpr int kTries = 5;               // of a network, each with what the one before has taught
constexpr std::int64_t kProvenAt = 3;   // blocks
constexpr const char* kKey = "discovery";

Words with(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

// The program's own prefix of variables: "SIMD" of simd.
std::string upper(std::string text) {
  for (auto& c : text) c = c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

std::string in_a_line(std::string text) {
  constexpr std::size_t kMost = 400;
  text = printable(boost::algorithm::replace_all_copy(text, "\n", "; "));
  return text.size() <= kMost ? text : text.substr(0, kMost) + "...";
}

class Asking {
 public:
  explicit Asking(const Discovery& d) : d_(d), program_(d.program, d.scratch), base_(base()) {}

  Discovered operator()() {
    meet();
    fit_commands();
    read_what_init_writes();
    compare_with_upgraded();
    return proven();
  }

 private:
  // What the profile will extend, as a chain's that differs in nothing.
  Profile base() const {
    const auto file = d_.scratch / "base.yaml";
    Findings none;
    none.program = "chain", none.denom = {"stake", ""}, none.bech32 = {"cosmos", ""};
    write_file(file, profile_of(none));
    return load_profile(file, d_.profiles);
  }

  void meet() {
    d_.tell("asking the program what it is");
    const auto help = program_.ask(Words{"--help"});
    const auto page = page_in(help);
    if (!page) {
      if (!help.trouble().empty()) throw Error(Blame::release, help.trouble(), Trouble::does_not_run);
      throw Error(Blame::scenario, d_.name + ": `--help` prints no page as an SDK chain's program does; write a profile that says how it is told what to do");
    }
    for (const auto* command : {"start", "tx"})
      if (program_.pages_of({Words{command}}).empty())
        throw Error(Blame::scenario, fmt::format("{}: has no command `{}`, as an SDK chain's program has", d_.name, command));
    f_.program = d_.name;
    f_.version = program_.version();
    calls_itself_ = page->program;
    f_.sha256 = d_.sha256;
  }

  // Each command of the base where this program has it, with the flags that it has.
  void fit_commands() {
    d_.tell("reading its pages of help");
    std::vector<Words> asked = {{"tx", "bank", "send"}, {"query", "staking", "validators"}};
    for (const auto& [name, command] : base_.commands)
      for (const auto& place : places_of(words_of(command.run)))
        if (!place.empty() && std::ranges::find(asked, place) == asked.end()) asked.push_back(place);
    const auto pages = program_.pages_of(asked);
    for (const auto& [name, command] : base_.commands)
      if (!words_of(command.run).empty()) fit_command(name, command.run, pages);  // the others are flags beyond `start`
    f_.transaction = fitted("transaction", base_.transaction, pages, {"tx", "bank", "send"});
    f_.usual_transaction = f_.transaction == base_.transaction;
    f_.query = fitted("query", base_.query, pages, {"query", "staking", "validators"});
    if (f_.query == base_.query) f_.query.clear();
    if (!lost_.empty()) find_prefix();
  }

  using Pages = std::map<Words, HelpPage>;

  void fit_command(const std::string& name, const Words& run, const Pages& pages) {
    const auto places = places_of(words_of(run));
    const auto place = std::ranges::find_if(places, [&](const Words& p) { return pages.contains(p); });
    if (place == places.end()) {
      const auto known = std::ranges::find_if(known_commands(), [&](const KnownCommand& c) { return c.name == name; });
      const auto words = fmt::format("{}", fmt::join(places.front(), " "));
      if (known != known_commands().end() && known->needed == KnownCommand::always)
        f_.questions.push_back(fmt::format("it has no `{}`: how is it told what commands.{} does ({})?", words, name, known->doc));
      else
        f_.without.push_back({"commands", name, fmt::format("it has no `{}`", words)});
      return;
    }
    const Words rest(run.begin() + static_cast<std::ptrdiff_t>(places.front().size()), run.end());
    if (auto own = with(*place, fitted(name, rest, pages, *place)); own != run) f_.commands[name] = std::move(own);
  }

  // Without the flags that the command of that page lacks; all of them where it has no page.
  Words fitted(const std::string& name, const Words& arguments, const Pages& pages, const Words& command) {
    const auto page = pages.find(command);
    if (page == pages.end()) return arguments;
    auto fitted = fit(arguments, page->second.flags);
    for (const auto& flag : fitted.lost)
      if (from_environment(flag)) lost_.insert(flag);  // the trial says whether it is missed
      else f_.facts.push_back(fmt::format("{} is left out of `{}`: it has no such flag.", flag, name));
    return fitted.arguments;
  }

  // A program that makes its home where PREFIX_HOME says reads the other variables, too.
  void find_prefix() {
    auto without_d = calls_itself_;
    if (without_d.ends_with('d')) without_d.pop_back();
    for (const auto& prefix : {upper(calls_itself_), upper(without_d)}) {
      const auto home = d_.scratch / ("home-" + prefix);
      program_.set_environment({{prefix + "_HOME", home.string()}});
      program_.ask(Words{"keys", "list", "--keyring-backend", "test"});
      if (!fs::exists(home)) continue;
      for (const auto& flag : lost_) f_.environment[prefix + "_" + from_environment(flag)->variable] = from_environment(flag)->value;
      return set_environment();
    }
    set_environment();
    f_.facts.push_back(fmt::format("Some commands lack {}, and no variable of the environment was found that stands for it.", fmt::join(lost_, ", ")));
  }

  void set_environment() {
    auto own = f_.environment;
    for (auto& [name, value] : own) value = fill(value, {{"home", home_.string()}, {"chain_id", f_.id.value}, {"rpc", "tcp://127.0.0.1:1"}}, name);
    program_.set_environment(own);
  }

  // A command's words and flags, filled in for the home that is made here.
  Words filled(const std::string& command) const {
    const auto own = f_.commands.find(command);
    return fill(own == f_.commands.end() ? command_of(base_, command).run : own->second,
                {{"home", home_.string()}, {"chain_id", f_.id.value}, {"denom", f_.denom.value}, {"moniker", kKey}, {"key", kKey}}, command);
  }

  void read_what_init_writes() {
    d_.tell("reading the genesis and the configuration that it writes");
    for (auto made = program_.ask(filled("init")); !made.trouble().empty(); made = program_.ask(filled("init"))) {
      if (!learn_from(f_, made.out + made.err)) throw Error(made.not_understood() ? Blame::scenario : Blame::release, made.trouble(), Trouble::does_not_run);
      fs::remove_all(home_);
      set_environment();  // of another chain id
    }
    const auto genesis = nlohmann::json::parse(read_file(home_ / "config/genesis.json"), nullptr, false);
    if (!genesis.is_object()) throw Error(Blame::scenario, fmt::format("`{}` writes no config/genesis.json into its home; write a profile that says how", fmt::join(filled("init"), " ")));
    read_defaults(f_, genesis, read_config_files(home_).app_toml);
    if (f_.denom.value.empty())
      throw Error(Blame::scenario, f_.program + ": there is no x/staking with a bond_denom in its default genesis, which every rehearsal needs; its modules are " + fmt::format("{}", fmt::join(f_.modules, ", ")));
    f_.facts.push_back(fmt::format("Modules of its genesis: {}.", fmt::join(f_.modules, ", ")));
    read_prefix();
  }

  void read_prefix() {
    const auto key = program_.ask(filled("add-key"));
    static const RE2 address(R"re("address": *"([a-z0-9]+)")re");
    std::string found;
    for (const auto* text : {&key.out, &key.err})
      if (found.empty() && RE2::PartialMatch(*text, address, &found) && text == &key.err) f_.on_stderr.push_back("add-key");
    if (found.empty()) throw Error(Blame::scenario, key.trouble().empty() ? "`" + key.command + "`: prints no address" : key.trouble());
    f_.bech32 = {bech32_decode(found).prefix, "of a key that it makes"};
  }

  void compare_with_upgraded() {
    if (d_.upgraded.empty()) return;
    const auto version = Program(d_.upgraded, d_.scratch / "upgraded").version();
    f_.facts.push_back(fmt::format("It is upgraded to {}.", version.empty() ? "a program that prints no version" : version));
    if (const auto more = new_upgrade_packages(d_.program, d_.upgraded); !more.empty())
      f_.facts.push_back(fmt::format("Packages of upgrades that only the new program has: {}.", fmt::join(more, ", ")));
  }

  // A network by it, as often as a refusal says what to change.
  Discovered proven() {
    const auto without = f_.without;
    for (int n = 1;; ++n) {
      f_.without = without;
      const auto refusal = tried(d_.scratch / fmt::format("network-{}", n));
      if (refusal.empty()) {
        written(d_.scratch / "whole.yaml");  // with what was left out meanwhile
        return {profile_of(f_), fmt::format("{}", fmt::join(f_.questions, "; "))};
      }
      if (n == kTries || !learn_from(f_, refusal)) {
        f_.questions.push_back("a network of one node does not get far by it: " + in_a_line(refusal));
        return {profile_of(f_), refusal};
      }
    }
  }

  Profile written(const fs::path& file) const {
    write_file(file, profile_of(f_));
    return load_profile(file, d_.profiles);
  }

  // With the kinds of transactions that are seen by it.
  void leave_out(const std::string& question, const Profile& profile) {
    f_.without.push_back({"questions", question, "it does not answer that"});
    for (const auto& [kind, t] : profile.transactions)
      if (t.effect == question) f_.without.push_back({"transactions", kind, fmt::format("nothing answers `{}`", question)});
  }

  // What a scratch network says against the profile; empty: nothing.
  std::string tried(const fs::path& folder) try {
    d_.tell("trying the profile on a network of one node");
    fs::create_directories(folder);
    const auto profile = written(folder / "profile.yaml");
    Loop loop;  // its own: what a network has asked goes with it
    const auto http = make_http(loop);
    ScratchNetwork network(loop, *http, profile, d_.program, folder);
    network.make_blocks(kProvenAt);
    if (const auto refusal = network.pay(); !refusal.empty()) return refusal;
    std::string silent;
    for (const auto& asked : network.ask_all()) {
      if (asked.answer.answered) continue;
      const auto known = std::ranges::find_if(known_questions(), [&](const KnownQuestion& q) { return q.name == asked.question; });
      if (known == known_questions().end() || known->optional) leave_out(asked.question, profile);
      else silent += fmt::format("{}it does not answer `{}` ({}): {}", silent.empty() ? "" : "; ", asked.question, known->doc, asked.answer.error);
    }
    return silent;
  } catch (const Error& e) {
    if (e.blame == Blame::machine) throw;
    return e.what();
  }

  const Discovery& d_;
  Program program_;
  const Profile base_;
  const fs::path home_ = d_.scratch / "defaults";
  std::set<std::string> lost_;  // flags that have to come from the environment
  std::string calls_itself_;
  Findings f_;
};

}  // namespace

Discovered discover(const Discovery& d) { return Asking(d)(); }

std::set<std::string> upgrade_packages(const FunctionOffsets& functions) {
  // The last name of a package ends with a dot, and its own are %2e there.
  static const RE2 package(R"(/upgrades/(?:([^/(\[]+)/|([^/.(\[]+)\.))");
  std::set<std::string> names;
  std::string folder, last;
  for (const auto& [function, offset] : functions) {
    if (!RE2::PartialMatch(function, package, &folder, &last)) continue;
    auto& name = folder.empty() ? last : folder;
    RE2::GlobalReplace(&name, "%2e", ".");
    names.insert(name);
  }
  return names;
}

std::vector<std::string> new_upgrade_packages(const fs::path& from, const fs::path& to) {
  const auto of = [](const fs::path& program) {
    return upgrade_packages(offsets_of_functions(program, [](std::string_view name) { return name.find("/upgrades/") != std::string_view::npos; }));
  };
  const auto before = of(from), after = of(to);
  std::vector<std::string> more;
  std::set_difference(after.begin(), after.end(), before.begin(), before.end(), std::back_inserter(more));
  return more;
}

}  // namespace rehearse
