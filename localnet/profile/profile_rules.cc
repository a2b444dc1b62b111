#include "localnet/profile/profile_rules.h"

#include <re2/re2.h>

#include <algorithm>

#include "localnet/profile/patterns.h"

namespace rehearse {

namespace {

constexpr const char* kRetired = "updated-too-early";  // a pattern that the profiles of older run folders have

class Rules {
 public:
  Rules(const Profile& p, const YAML::Node& root, const Source& source) : p_(p), root_(root), source_(source) {}

  void check() const {
    check_commands();
    check_log_patterns(root_["log_patterns"], p_.log_patterns, known_patterns());
    for (std::size_t i = 0; i < p_.refused_settings.size(); ++i)
      check_pattern(root_["refused_settings"][i]["match"], "refused_settings", p_.refused_settings[i].match);
    for (std::size_t i = 0; i < p_.harmless_errors.size(); ++i)
      check_pattern(root_["harmless_errors"][i]["match"], "harmless_errors", p_.harmless_errors[i].match);
    check_preserved();
    check_questions();
    if (root_["genesis"]) check_patches(root_["genesis"]);
    for (const auto& kind : root_["population"]) check_value(kind["each"], known_record_values());
    check_transactions();
    check_invariants();
    check_defects();
    if (p_.provider) check_provider(*p_.provider, root_["provider"]);
    if (p_.model) check_model();
  }

 private:
  void check_commands() const {
    const auto commands = root_["commands"];
    for (const auto& c : known_commands()) {
      const bool needed = c.needed == KnownCommand::always ||
                          (c.needed == KnownCommand::for_genesis && p_.genesis_by == GenesisBy::commands) ||
                          (c.needed == KnownCommand::for_model && p_.model);
      const auto found = p_.commands.find(c.name);
      if (found == p_.commands.end()) {
        if (needed) fail(commands, std::string("commands: `") + c.name + "` is missing: it " + c.doc);
        continue;
      }
      if (c.values.empty()) continue;
      for (std::size_t i = 0; i < found->second.run.size(); ++i)
        for (const auto& name : names_in(found->second.run[i]))
          if (std::find(c.values.begin(), c.values.end(), name) == c.values.end())
            fail(commands[c.name]["run"][i], std::string("commands: ") + c.name + ": there is no {" + name +
                                                 "}; there are " + listed(c.values));
    }
  }

  void check_pattern(const YAML::Node& at, const std::string& what, const std::string& pattern) const {
    const RE2 compiled(pattern, RE2::Quiet);
    if (!compiled.ok()) fail(at, what + ": not a regular expression: " + compiled.error());
  }

  // A pattern that nothing looks for would never be missed: whatever should look for it falls silent.
  void check_log_patterns(const YAML::Node& here, const Ordered<std::string>& patterns, const std::set<std::string>& known) const {
    for (const auto& entry : here)
      if (const auto& name = entry.first.Scalar(); !known.contains(name) && name != kRetired) {
        const auto meant = closest(name, known);
        fail(entry.first, "log_patterns: nothing looks for `" + name + "`" +
                              (meant.empty() ? "" : ", did you mean `" + meant + "`?"));
      }
    for (const auto& [name, pattern] : patterns) check_pattern(here[name], "log_patterns: " + name, pattern);
  }

  // Questions beyond the closed list are of records to preserve, and of what transactions change: each must be used.
  void check_preserved() const {
    const auto here = root_["preserved"] ? root_["preserved"] : root_["kept"];
    for (std::size_t i = 0; i < p_.preserved.size(); ++i)
      if (const auto& k = p_.preserved[i]; !p_.questions.contains(k.question))
        fail(here[i]["question"], "preserved: " + k.name + ": there is no question `" + k.question + "`");
  }

  void check_questions() const {
    const auto questions = root_["questions"];
    std::set<std::string> known, own;
    std::map<std::string, std::vector<std::string>> values;  // that its sources may name
    const auto& of_node = known_question_values();
    const auto ask = [&](const std::string& question, const std::map<std::string, std::string>& args) {
      own.insert(question);
      values[question].assign(of_node.begin(), of_node.end());
      for (const auto& [name, value] : args) values[question].push_back(name);
    };
    for (const auto& k : p_.preserved) ask(k.question, k.args);
    for (const auto& [kind, t] : p_.transactions)
      if (!t.effect.empty()) ask(t.effect, t.args);
    for (const auto& q : known_questions()) {
      known.insert(q.name);
      values[q.name].assign(q.args.begin(), q.args.end());
      values[q.name].insert(values[q.name].end(), of_node.begin(), of_node.end());
      if (!q.optional && !p_.questions.contains(q.name))
        fail(questions, std::string("questions: `") + q.name + "` is missing: " + q.doc);
    }
    for (const auto& [name, sources] : p_.questions) {
      const auto here = questions[name];
      if (!known.contains(name) && !own.contains(name)) {
        const auto meant = closest(name, known);
        fail(here, "questions: nobody asks `" + name + "`" +
                       (meant.empty() ? "" : ", did you mean `" + meant + "`?"));
      }
      if (sources.empty()) fail(here, "questions: " + name + ": no source");
      for (std::size_t i = 0; i < sources.size(); ++i) {
        check_source(here[i], name, sources[i]);
        check_values(here[i], name, sources[i], values[name]);
      }
    }
  }

  void check_transactions() const {
    const auto& known = known_transaction_values();
    const auto check = [&](const YAML::Node& here, const std::string& kind, const std::string& text) {
      for (const auto& name : names_in(text))
        if (std::find(known.begin(), known.end(), name) == known.end())
          fail(here, "transactions: " + kind + ": there is no {" + name + "}; there are " + listed({known.begin(), known.end()}));
    };
    const auto check_texts = [&check](const YAML::Node& here, const std::string& kind, const nlohmann::json& value) {
      const auto parts = value.flatten();
      for (const auto& [at, part] : parts.items())
        if (part.is_string()) check(here, kind, part.template get<std::string>());
    };
    const auto is_any = [this](const auto& rule) {
      return std::any_of(p_.transactions.begin(), p_.transactions.end(), [&](const auto& one) { return rule(one.first, one.second); });
    };
    for (const auto& [kind, t] : p_.transactions) {
      const auto here = root_["transactions"][kind];
      if (int{!t.run.empty()} + int{!t.message.is_null()} + int{!t.of.empty()} != 1)
        fail(here, "transactions: " + kind + ": give it one of run, message and of");
      for (const auto& part : t.of)
        if (!is_any([&](const auto& name, const auto& one) { return name == part && one.of.empty(); }))
          fail(here["of"], "transactions: " + kind + ": no kind of one message is called `" + part + "`");
      if (!t.message.is_null()) {
        if (!t.message.is_object() || !t.message.contains("@type"))
          fail(here["message"], "transactions: " + kind + ": a message is a map with its `@type`: /cosmos.bank.v1beta1.MsgSend");
        if (!is_any([](const auto&, const auto& one) { return !one.run.empty(); }))
          fail(here, "transactions: " + kind + ": no kind has run: its gas and fees are those of the first that does");
        check_texts(here["message"], kind, t.message);
      }
      if (!t.fee.is_null()) {
        if (!t.fee.is_object() || !t.run.empty())
          fail(here["fee"], "transactions: " + kind + ": a fee is a map, of a kind with message or of; the program that makes one with run has options for it");
        check_texts(here["fee"], kind, t.fee);
      }
      for (const auto& text : t.run) check(here["run"], kind, text);
      for (const auto& [name, text] : t.args) check(here["args"], kind, text);
      if (!t.effect.empty() && !p_.questions.contains(t.effect))
        fail(here["effect"], "transactions: " + kind + ": there is no question `" + t.effect + "`");
    }
  }

  void check_values(const YAML::Node& here, const std::string& question, const AnswerSource& s, const std::vector<std::string>& known) const {
    auto texts = s.cli;
    texts.push_back(s.rest);
    for (const auto& [name, value] : s.params) texts.push_back(value);
    for (const auto& text : texts)
      for (const auto& name : names_in(text))
        if (std::find(known.begin(), known.end(), name) == known.end())
          fail(here, "questions: " + question + ": there is no {" + name + "}; there are " + listed(known));
  }

  void check_source(const YAML::Node& here, const std::string& question, const AnswerSource& s) const {
    if (!s.rpc.empty() + !s.rest.empty() + !s.cli.empty() != 1)
      fail(here, "questions: " + question + ": a source is one of rpc, rest and cli");
    if (!s.absent_status.empty() && s.rest.empty())
      fail(here["absent_status"], "questions: " + question + ": only a source `rest` has a status");
    for (const auto status : s.absent_status)
      if (status < 400 || status > 599 || status == 503)
        fail(here["absent_status"],
             "questions: " + question + ": " + std::to_string(status) +
                 " cannot say \"none\": a status from 400 to 599 can, but for 503, of an API that "
                 "does not serve yet");
  }

  void check_patches(const YAML::Node& patches) const {
    for (const auto& patch : patches) check_value(patch["set"]);
  }

  // Each text in a patch's value is a template.
  void check_value(const YAML::Node& value, const std::vector<std::string>& more = {}) const {
    if (value.IsScalar())
      for (const auto& name : names_in(value.Scalar()))
        if (!is_genesis_value(name) && std::find(more.begin(), more.end(), name) == more.end())
          fail(value, "genesis: there is no value for {" + name + "}; there are " +
                          (more.empty() ? "" : listed(more) + ", ") + genesis_value_names());
    if (value.IsMap() || value.IsSequence())
      for (const auto& element : value) check_value(value.IsMap() ? element.second : element, more);
  }

  void check_invariants() const {
    std::set<std::string> names;
    for (std::size_t i = 0; i < p_.invariants.size(); ++i) {
      const auto& invariant = p_.invariants[i];
      const auto here = root_["invariants"][i];
      if (!names.insert(invariant.name).second) fail(here["name"], "invariants: two are called `" + invariant.name + "`");
      if (const auto wrong = wrong_form(invariant); !wrong.empty()) fail(here, "invariants: " + invariant.name + ": " + wrong);
    }
  }

  void check_defects() const {
    std::set<std::string> names;
    for (std::size_t i = 0; i < p_.known_defects.size(); ++i) {
      const auto& d = p_.known_defects[i];
      const auto here = root_["known_defects"][i];
      if (d.name.empty()) fail(here["name"], "known_defects: a defect needs a name");
      if (!names.insert(d.name).second) fail(here["name"], "known_defects: two are called `" + d.name + "`");
      if (d.mask.empty())
        fail(here["mask"],
             "known_defects: " + d.name +
                 ": its mask hides nothing: give genesis, config_toml, app_toml or environment");
      if (here["mask"]["genesis"]) check_patches(here["mask"]["genesis"]);
    }
  }

  void check_provider(const ProviderProfile& p, const YAML::Node& here) const {
    for (const auto& c : known_daemon_commands())
      if (const auto found = p.daemon.find(c.name); found == p.daemon.end() || found->second.run.empty())
        fail(here["daemon"], std::string("daemon: `") + c.name + "` is missing: it " + c.doc);
    for (const auto& c : known_provider_commands())
      if (!p.commands.contains(c.name))
        fail(here["commands"], std::string("commands: `") + c.name + "` is missing: it " + c.doc);
    for (const auto& q : known_daemon_questions())
      if (const auto found = p.questions.find(q.name); found == p.questions.end())
        fail(here["questions"], std::string("questions: `") + q.name + "` is missing: " + q.doc);
    for (const auto& [name, sources] : p.questions)
      for (std::size_t i = 0; i < sources.size(); ++i) check_source(here["questions"][name][i], name, sources[i]);
    for (const char* asked : {"provider-info", "provider-orders"})
      if (!p_.questions.contains(asked)) fail(here, std::string("questions: a chain with a provider has `") + asked + "`");
    check_log_patterns(here["log_patterns"], p.log_patterns, known_provider_patterns());
    for (const auto& [before, after] : p.migrated)
      if (!before.starts_with("/") || !after.starts_with("/"))
        fail(here["migrated"][before], "migrated: a JSON pointer starts with /");
    if (!p.settings.is_object()) fail(here["settings"], "settings: expected a map");
  }

  void check_model() const {
    const auto here = root_["model"];
    check_pattern(here["match"], "model: match", p_.model->match);
    if (here["genesis"]) check_patches(here["genesis"]);
    for (const char* name : {"model-status", "scored-records"})
      if (!p_.questions.contains(name)) fail(here, std::string("model: the question `") + name + "` is missing");
  }

  static std::string listed(const std::vector<std::string>& values) {
    std::string all;
    for (const auto& v : values) all += (all.empty() ? "{" : ", {") + v + "}";
    return all;
  }

  [[noreturn]] void fail(const YAML::Node& where, const std::string& message) const {
    complain_at(source_, where, message);
  }

  const Profile& p_;
  const YAML::Node& root_;
  const Source& source_;
};

}  // namespace

void check_profile(const Profile& p, const YAML::Node& root, const Source& source) { Rules(p, root, source).check(); }

}  // namespace rehearse
