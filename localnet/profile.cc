#include "localnet/profile.h"

#include "localnet/config_files.h"

#include <re2/re2.h>

namespace rehearse {

const Ordered<Stream>& names(Stream) {
  static const Ordered<Stream> all = {{"stdout", Stream::out}, {"stderr", Stream::err}};
  return all;
}

const std::vector<KnownQuestion>& known_questions() {
  static const std::vector<KnownQuestion> all = {
      {"app-version", false, "version of the application a node runs"},
      {"peers", false, "number of a node's peers"},
      {"consensus-state", false, "height/round/step a node's consensus is at"},
      {"validators", false, "all validators with status, jailed flag and tokens"},
      {"signing-info", false, "a validator's signing info, by {consensus_address}"},
      {"current-plan", false, "the scheduled upgrade plan"},
      {"applied-plan", false, "height at which plan {name} was applied"},
      {"module-versions", false, "consensus version of each module"},
      {"proposal", false, "proposal {id}"},
      {"transaction", false, "transaction {hash}"},
      {"balance", false, "balance of {address} in the staking denomination"},
      {"supply", false, "total supply of the staking denomination"},
      {"delegation", false, "what {delegator} has delegated to {validator}"},
      {"app-hash", false, "a node's own app hash after block {height}"},
      {"model-status", true, "version and hash of the model a node scores with"},
  };
  return all;
}

namespace {

void check_pattern(const std::string& where, const std::string& pattern) {
  const RE2 compiled(pattern, RE2::Quiet);
  if (!compiled.ok()) throw Error(Blame::scenario, where + ": not a regular expression: " + compiled.error());
}

void check_questions(const Profile& p) {
  const auto file = p.file.string();
  std::set<std::string> known, kept;
  for (const auto& k : p.kept) kept.insert(k.question);
  for (const auto& q : known_questions()) known.insert(q.name);
  // Questions beyond the closed list are records to keep: each must be used.
  for (const auto& k : p.kept)
    if (!p.questions.contains(k.question))
      throw Error(Blame::scenario,
                  file + ": kept: " + k.name + ": there is no question `" + k.question + "`");
  for (const auto& q : known_questions())
    if (!q.optional && !p.questions.contains(q.name))
      throw Error(Blame::scenario, file + ": questions: `" + q.name + "` is missing: " + q.doc);
  for (const auto& [name, sources] : p.questions) {
    if (!known.contains(name) && !kept.contains(name)) {
      const auto meant = closest(name, known);
      throw Error(Blame::scenario, file + ": questions: nobody asks `" + name + "`" +
                                       (meant.empty() ? "" : ", did you mean `" + meant + "`?"));
    }
    if (sources.empty()) throw Error(Blame::scenario, file + ": questions: " + name + ": no source");
    for (const auto& s : sources)
      if (!s.rpc.empty() + !s.rest.empty() + !s.cli.empty() != 1)
        throw Error(Blame::scenario,
                    file + ": questions: " + name + ": a source is one of rpc, rest and cli");
  }
}

}  // namespace

Profile load_profile(const std::filesystem::path& file) {
  auto p = decode_file<Profile>(file);
  p.file = file;
  p.name = file.stem().string();
  for (const char* command : {"version", "init", "add-key", "start", "submit-proposal", "vote"})
    if (!p.commands.contains(command))
      throw Error(Blame::scenario, file.string() + ": commands: `" + command + "` is missing");
  for (const auto& [name, pattern] : p.log_patterns)
    check_pattern(file.string() + ": log_patterns: " + name, pattern);
  for (const auto& h : p.harmless_errors) check_pattern(file.string() + ": harmless_errors", h.match);
  check_questions(p);
  return p;
}

std::string fill(const std::string& text, const Values& values, const std::string& where) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto end = text[i] == '{' ? text.find('}', i) : std::string::npos;
    if (end == std::string::npos) {
      out += text[i++];
      continue;
    }
    const auto name = text.substr(i + 1, end - i - 1);
    const auto found = values.find(name);
    if (found == values.end()) throw Error(Blame::scenario, where + ": there is no value for {" + name + "}");
    out += found->second;
    i = end + 1;
  }
  return out;
}

std::vector<std::string> fill(const std::vector<std::string>& texts, const Values& values,
                              const std::string& where) {
  std::vector<std::string> out;
  for (const auto& t : texts) out.push_back(fill(t, values, where));
  return out;
}

Values chain_values(const Profile& p, const std::filesystem::path& home, const std::string& ip,
                    const std::string& node) {
  return {{"home", home.string()},
          {"rpc", "tcp://" + ip + ":" + std::to_string(rpc_port)},
          {"chain_id", p.chain.id},
          {"denom", p.chain.denom},
          {"node", node}};
}

std::map<std::string, std::string> chain_environment(const Profile& p, const Values& values) {
  std::map<std::string, std::string> environment;
  for (const auto& [name, value] : p.chain.environment)
    environment[name] = fill(value, values, p.file.string() + ": chain.environment");
  return environment;
}

}  // namespace rehearse
