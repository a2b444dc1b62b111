// All that is special about a chain, as data (design invariant 7): its commands, genesis, log lines, the questions it
// can be asked and where their answers stand. Adding a chain is adding a profile; profiles are in fixtures/profiles/.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "localnet/base/decode.h"
#include "localnet/base/phase.h"
#include "localnet/cosmos/config_files.h"
#include "localnet/cosmos/genesis_patch.h"
#include "localnet/cosmos/population.h"
#include "localnet/base/json.h"
#include "localnet/state/invariant.h"

namespace rehearse {

struct ChainIdentity {
  std::string binary, id, denom, bech32;
  std::map<std::string, std::string> environment;  // name -> template: {home}, {rpc}, {chain_id}, {denom}, {node}
};

enum class Stream { out, err };
const Ordered<Stream>& names(Stream);

// An argument template: {name} stands for a value that the caller gives.
struct Command {
  std::vector<std::string> run;
  Stream answer = Stream::out;  // which stream carries the answer
  std::string at;               // JSON pointer of what is wanted in it; empty: all of it
};

// One way to ask a question: exactly one of rpc, rest and cli is set.
struct AnswerSource {
  std::string rpc;                            // a CometBFT method
  std::map<std::string, std::string> params;  // its parameters, templates
  std::string rest;                           // a path of the REST API, a template
  std::vector<std::string> cli;               // arguments, templates
  std::string at;                             // JSON pointer of the value in the answer; empty: all of it
  // What says "there is none": texts of the value, or phrases of an error (of two words at least); and HTTP
  // statuses.
  std::vector<std::string> absent;
  std::vector<int> absent_status;
};

// Who makes the genesis: the harness, its validators bonded from the start; or the chain's own commands.
enum class GenesisBy { direct, commands };
const Ordered<GenesisBy>& names(GenesisBy);

// What hides a known defect; all of it wins over the rest of the profile.
struct Mask {
  std::vector<GenesisPatch> genesis;
  TomlValues config_toml, app_toml;
  std::map<std::string, std::string> environment;
  bool empty() const {
    return genesis.empty() && config_toml.empty() && app_toml.empty() && environment.empty();
  }
};

// What is known to be wrong with the chain, apart from the release that is rehearsed.
struct KnownDefect {
  std::string name, symptom;
  bool masked = true;  // unless a scenario says otherwise
  Mask mask;
};

// What a node says when a setting of its own stops it, in its log; or makes it refuse a transaction, to its sender.
struct RefusedSetting {
  std::string match;  // RE2
  std::string file, key;
  bool of_transaction = false;
};

struct HarmlessError {
  std::string match;  // RE2
  std::optional<Phase> phase;  // nothing: all
  std::string reason;
};

// A record that must survive an upgrade, compared by value.
struct PreservedRecord {
  std::string name;
  std::string question;
  std::map<std::string, std::string> args;
  std::map<std::string, std::int64_t> scaled;  // JSON pointer -> factor that the migration applies to the number there
  std::vector<std::string> ignored;            // JSON pointers that a migration may add or change
  std::string height;  // of a list: JSON pointer in an element to the height it was made at; empty: none is added meanwhile
  std::string id;      // of a list: JSON pointer in an element to its name; others may be added meanwhile
  bool may_be_none = false;  // a network without one before the upgrade has nothing to lose
};

// A kind of transaction that the chain accepts, to be sent before an upgrade and after it.
struct TransactionKind {
  // One of these; templates, as known_transaction_values() has them.
  std::vector<std::string> run;  // arguments of the chain's program
  nlohmann::json message;        // as the chain writes it in JSON; gas and fees are those of the first kind with `run`
  std::vector<std::string> of;   // kinds of one message, which it has in one transaction
  nlohmann::json fee;            // what differs from the first kind's: amount, payer, granter, as the chain writes them; null: nothing
  std::string effect;            // the question whose answer each of them changes; empty: none tells
  std::map<std::string, std::string> args;  // of that question, templates too
  std::string sign_mode;         // as the chain's program calls it; empty: its default
};

struct MemoryBound {
  std::int64_t most_mb = 1024;
  double most_growth = 2.0;  // times the resident size before the upgrade
};

// How much longer the blocks of the new release may take.
struct BlockIntervalBound {
  double most_growth = 2.0;  // times the median before the upgrade
};

struct Monitoring {
  std::string alerts;  // Prometheus alerting rules, relative to the profile; empty: nothing is configured
  std::string prefix;  // of the metrics' names
};

struct Governance {
  std::string deposit, expedited_deposit;
};

// The provider daemon of a chain that has one: it bids on the chain's orders and runs their workloads.
struct ProviderProfile {
  std::string binary;              // name of the daemon's program
  std::string releases, from, to;  // as of the chain
  std::string key;                 // whose account the provider is
  std::string config;              // the daemon's configuration file, below its HOME
  nlohmann::json settings;         // what stands in it before the upgrade; its texts are templates
  std::map<std::string, std::string> migrated;  // JSON pointer of a value there -> in what migrate-config makes of it
  std::string certificate;         // that vouches for the daemon's API, below its HOME
  std::string certificate_key;     // its private half, there too
  int port = 0;                    // of that API
  std::map<std::string, Command> daemon;    // command lines of the daemon
  std::map<std::string, Command> commands;  // of the chain's program
  std::vector<std::string> transaction;     // arguments that each transaction of the provider's gets
  Ordered<std::string> log_patterns;        // of the daemon's log
  std::vector<HarmlessError> harmless_errors;
  std::map<std::string, std::vector<AnswerSource>> questions;  // that the daemon answers
};

// What nodes score with, on a chain whose state depends on files of its nodes. Paths are in a node's home.
struct ModelSection {
  std::string file;    // of a model, a template: {model_version}
  std::string config;  // the file that names the model; the chain's `init` writes it
  std::string match;   // RE2: what of it is replaced, at most once a line
  std::string set;     // by this, a template: {path}
  std::string from, to;
  std::vector<GenesisPatch> genesis;             // {model_version}, {model_hash}: the one a network starts with
  std::map<std::string, std::string> proposal;   // the message; {model_version}, {model_hash}, {height}
};

struct Profile {
  std::string name;                // the file's name without .yaml
  std::filesystem::path file;
  std::string text;                // as YAML, with what it extends
  std::string extends;             // of a file by itself; a profile that was loaded is whole
  bool base = false;
  std::string title;
  ChainIdentity chain;
  std::string releases;            // manifest of named releases, relative to the profile
  std::string from, to;            // names of the releases a run takes unless told otherwise
  std::map<std::string, Command> commands;
  std::vector<std::string> transaction;  // arguments that each transaction command gets
  std::vector<std::string> query;        // arguments that each CLI question gets
  std::vector<std::string> help;         // texts that only a help page has
  GenesisBy genesis_by = GenesisBy::direct;
  std::vector<GenesisPatch> genesis;
  TomlValues config_toml, app_toml;
  std::vector<KnownDefect> known_defects;
  std::string minimum_gas_prices;  // as the deposits: {denom} is filled in
  Governance governance;
  Ordered<std::string> log_patterns;  // name -> RE2
  std::vector<RefusedSetting> refused_settings;
  std::vector<HarmlessError> harmless_errors;
  std::map<std::string, std::vector<AnswerSource>> questions;
  std::vector<std::vector<std::string>> initial_transactions;  // sent before the upgrade: there is state to keep
  Ordered<TransactionKind> transactions;   // in the order in which they are sent
  std::vector<RecordTemplate> population;  // what a scenario's records are
  std::vector<PreservedRecord> preserved;
  std::vector<Invariant> invariants;       // {denom} is filled in
  std::optional<ModelSection> model;
  MemoryBound memory;
  BlockIntervalBound block_interval;
  Monitoring monitoring;
  std::optional<ProviderProfile> provider;
};

template <class V>
void describe(V& v, ChainIdentity& c) {
  v.required("binary", c.binary, "name of the chain's program");
  v.required("id", c.id, "chain id of the rehearsal network");
  v.required("denom", c.denom, "staking denomination");
  v.required("bech32", c.bech32, "prefix of account addresses");
  v.optional("environment", c.environment, "environment of each chain process; {home}, {rpc}, ... are filled in");
}

template <class V>
void describe(V& v, Command& c) {
  v.required("run", c.run, "arguments; {name} is filled in");
  v.optional("answer", c.answer, "the stream that carries the answer");
  v.optional("at", c.at, "JSON pointer of what is wanted in the answer");
}

template <class V>
void describe(V& v, AnswerSource& s) {
  v.optional("rpc", s.rpc, "method of CometBFT's RPC");
  v.optional("params", s.params, "parameters of the method");
  v.optional("rest", s.rest, "path of the REST API");
  v.optional("cli", s.cli, "arguments of the chain's program");
  v.optional("at", s.at, "JSON pointer to the value");
  v.optional("absent", s.absent, "texts of the value, or phrases of an error, that say \"none\"");
  v.optional("absent_status", s.absent_status, "HTTP statuses that say \"none\"");
}

template <class V>
void describe(V& v, RefusedSetting& r) {
  v.required("match", r.match, "regular expression over the log line, or the refusal of a transaction");
  v.required("file", r.file, "the file that has the setting");
  v.required("key", r.key, "its dotted key there");
  v.optional("of_transaction", r.of_transaction, "it stops no node: it makes it refuse transactions");
}

template <class V>
void describe(V& v, HarmlessError& h) {
  v.required("match", h.match, "regular expression over the log line");
  v.optional("phase", h.phase, "the phase in which it is harmless; left out: in all");
  v.required("reason", h.reason, "why it is harmless");
}

template <class V>
void describe(V& v, PreservedRecord& k) {
  v.alias("known_by", "id");
  v.alias("made_at", "height");
  v.required("name", k.name, "what is preserved, in words");
  v.required("question", k.question, "the question that reads it");
  v.optional("args", k.args, "arguments of the question");
  v.optional("scaled", k.scaled, "JSON pointer -> factor that the migration applies");
  v.optional("may_be_none", k.may_be_none, "none before the upgrade is no lack");
  v.optional("ignored", k.ignored, "JSON pointers that may differ afterwards");
  v.optional("id", k.id, "JSON pointer in each element to its name: others may be added meanwhile");
  v.optional("height", k.height, "JSON pointer in each element to its height: later ones may be added meanwhile");
}

template <class V>
void describe(V& v, TransactionKind& t) {
  v.optional("run", t.run, "arguments of the chain's program; {name} is filled in");
  v.optional("message", t.message, "instead of run: the message as the chain writes it in JSON, gas and fees as the first kind with run; {name} is filled in");
  v.optional("of", t.of, "instead of run: kinds of one message, which it has in one transaction");
  v.optional("fee", t.fee, "of message or of: what its fee has otherwise, as the chain writes it in JSON: its amount, its granter; {name} is filled in");
  v.optional("effect", t.effect, "the question whose answer each of them changes");
  v.optional("args", t.args, "arguments of that question");
  v.optional("sign_mode", t.sign_mode, "how it is signed, as the chain's program calls it: amino-json, say, as hardware wallets do; default: as the program does by itself");
}

template <class V>
void describe(V& v, ModelSection& m) {
  v.required("file", m.file, "path of a model file in a node's home; {model_version} is filled in");
  v.required("config", m.config, "path of the file in a node's home that names the model");
  v.required("match", m.match, "regular expression over what names it");
  v.required("set", m.set, "what it is replaced by; {path} is filled in");
  v.required("from", m.from, "version of the model a network starts with");
  v.required("to", m.to, "version of the model that a rehearsal changes to");
  v.optional("genesis", m.genesis, "genesis values to set; {model_version} and {model_hash} are filled in");
  v.required("proposal", m.proposal, "the message of the proposal; {model_version}, {model_hash} and {height} are filled in");
}

template <class V>
void describe(V& v, MemoryBound& m) {
  v.optional("most_mb", m.most_mb, "largest resident size of a node, MB");
  v.optional("most_growth", m.most_growth, "largest resident size after the upgrade, times that before");
}

template <class V>
void describe(V& v, BlockIntervalBound& b) {
  v.optional("most_growth", b.most_growth, "median seconds between blocks after the upgrade, times that before");
}

template <class V>
void describe(V& v, Monitoring& m) {
  v.required("alerts", m.alerts, "file of Prometheus alerting rules, relative to this file");
  v.required("prefix", m.prefix, "that the names of the nodes' metrics start with");
}

template <class V>
void describe(V& v, Governance& g) {
  v.required("deposit", g.deposit, "deposit of a proposal, e.g. 10000000{denom}");
  v.required("expedited_deposit", g.expedited_deposit, "deposit of an expedited proposal");
}

template <class V>
void describe(V& v, Mask& m) {
  v.optional("genesis", m.genesis, "genesis values to set, after the profile's");
  v.optional("config_toml", m.config_toml, "dotted key of the file -> value");
  v.optional("app_toml", m.app_toml, "dotted key of the file -> value");
  v.optional("environment", m.environment, "environment of each chain process");
}

template <class V>
void describe(V& v, KnownDefect& d) {
  v.required("name", d.name, "what scenarios call it");
  v.required("symptom", d.symptom, "what goes wrong when it is not masked");
  v.optional("masked", d.masked, "whether it is masked unless a scenario says otherwise");
  v.required("mask", d.mask, "what hides it");
}

template <class V>
void describe(V& v, ProviderProfile& p) {
  v.required("binary", p.binary, "name of the daemon's program");
  v.required("releases", p.releases, "manifest of the daemon's releases, relative to this file");
  v.required("from", p.from, "release a run starts on");
  v.required("to", p.to, "release a run upgrades to");
  v.required("key", p.key, "name of the provider's key");
  v.required("config", p.config, "the daemon's configuration file, below its HOME");
  v.required("settings", p.settings, "what stands in it before the upgrade");
  v.required("migrated", p.migrated, "JSON pointer of a value in it -> where the migrated file has it");
  v.required("certificate", p.certificate, "certificate that vouches for the daemon's API, below its HOME");
  v.required("certificate_key", p.certificate_key, "its private key, below its HOME");
  v.required("port", p.port, "port of the daemon's API");
  v.required("daemon", p.daemon, "the daemon's command lines");
  v.required("commands", p.commands, "command lines of the chain's program, for providers and their customers");
  v.required("transaction", p.transaction, "arguments that each transaction of the provider gets");
  v.optional("log_patterns", p.log_patterns, "name -> regular expression over a line of the daemon's log");
  v.optional("harmless_errors", p.harmless_errors, "errors in its log that mean nothing");
  v.required("questions", p.questions, "what the daemon can be asked, and where the answer stands");
}

template <class V>
void describe(V& v, Profile& p) {
  v.optional("extends", p.extends, "a profile that comes with the project, or the path of another: this one says what differs");
  v.optional("base", p.base, "profiles extend it, no chain is rehearsed by it alone; it may be incomplete");
  v.required("title", p.title, "the chain's name");
  v.required("chain", p.chain, "what the chain is called and how its values look");
  v.optional("releases", p.releases, "manifest of named releases, relative to this file");
  v.optional("from", p.from, "release a run starts on");
  v.optional("to", p.to, "release a run upgrades to");
  v.required("commands", p.commands, "the chain's command lines");
  v.required("transaction", p.transaction, "arguments that each transaction gets");
  v.optional("query", p.query, "arguments that each question on the command line gets");
  v.optional("help", p.help, "texts that only a help page has");
  v.optional("genesis_by", p.genesis_by, "who makes the genesis: the harness, or the chain's own commands");
  v.optional("genesis", p.genesis, "genesis values to set, in order within a stage");
  v.optional("config_toml", p.config_toml, "dotted key of the file -> value");
  v.optional("app_toml", p.app_toml, "dotted key of the file -> value");
  v.optional("known_defects", p.known_defects, "what is known to be wrong with the chain, and what masks it");
  v.required("minimum_gas_prices", p.minimum_gas_prices, "minimum gas prices of each node; {denom} is filled in");
  v.required("governance", p.governance, "deposits");
  v.required("log_patterns", p.log_patterns, "name -> regular expression over a log line");
  v.optional("refused_settings", p.refused_settings, "what a node says of a setting that stops it");
  v.optional("harmless_errors", p.harmless_errors, "errors in the log that mean nothing");
  v.required("questions", p.questions, "what the chain can be asked, and where the answer stands");
  v.alias("seed_transactions", "initial_transactions");
  v.optional("initial_transactions", p.initial_transactions, "transactions to send before the upgrade");
  v.optional("transactions", p.transactions, "kind of transaction -> how one is made: each has to be accepted after an upgrade as before");
  v.optional("population", p.population, "records that a scenario's network can have from its genesis on");
  v.alias("kept", "preserved");
  v.optional("preserved", p.preserved, "records that must survive an upgrade");
  v.optional("invariants", p.invariants, "what holds of the state after every block");
  v.optional("monitoring", p.monitoring, "what watches the nodes");
  v.optional("model", p.model, "the model that nodes score with, where the chain has one");
  v.optional("memory", p.memory, "bounds on a node's memory");
  v.optional("block_interval", p.block_interval, "how much longer the new release's blocks may take");
  v.optional("provider", p.provider, "the chain's provider daemon, if it has one");
}

// With what it extends; `shipped` is the folder of the project's profiles (extends.h). Texts of a base name the chain's
// {denom}. Throws Error(Blame::scenario) with file:line:column.
Profile load_profile(const std::filesystem::path& file, const std::filesystem::path& shipped = {});

// Whether the keys and values of a base are what a profile may have. Throws as load_profile().
void check_base_profile(const std::filesystem::path& file);

// Its command of that name. Throws Error(Blame::scenario) naming the file when it has none.
const Command& command_of(const Profile&, const std::string& name);

// What its nodes' lines are matched against: its patterns, and what they say of settings (patterns.h).
Ordered<std::string> line_patterns(const Profile&);

// Puts the masks of the known defects that are `masked` into the rest of the profile.
void apply_masks(Profile&);

// What every template of a profile may name: {home}, {rpc}, {chain_id}, {denom}, {node}. `ip` is the node's that is asked.
Values chain_values(const Profile&, const std::filesystem::path& home, const std::string& ip, const std::string& node);
// The chain's environment with its templates filled in.
std::map<std::string, std::string> chain_environment(const Profile&, const Values&);

// The commands that a profile has; it may have others, for what is optional. `values`: all that their
// templates may name.
struct KnownCommand {
  enum Needed { always, for_genesis, for_model, if_given };
  const char* name;
  Needed needed;
  std::vector<std::string> values;  // empty: of a transaction, see chain_values()
  const char* doc;
};
const std::vector<KnownCommand>& known_commands();

// The same of a provider: commands of its daemon, and of the chain's program.
const std::vector<KnownCommand>& known_daemon_commands();
const std::vector<KnownCommand>& known_provider_commands();

// The closed list of questions that checks and procedures may ask. A profile has a source for each, except
// for those that are optional (a chain without such a thing).
struct KnownQuestion {
  const char* name;
  bool optional;
  const char* doc;
  std::vector<const char*> args = {};  // that whoever asks gives; its sources may name them
};
const std::vector<KnownQuestion>& known_questions();
// Values that a kind of transaction may name: those of a question, the {payee} of its own, the {validator} of another and one more,
// {other_validator}, a {granter} (kinds that name what is not there are left out), the account that is {watched}, a {proposal} and
// the {file} of one.
const std::vector<const char*>& known_transaction_values();
// Values that every source of a question may name, beside the question's arguments: of the node that is asked.
const std::vector<const char*>& known_question_values();
// Those that a provider daemon answers.
const std::vector<KnownQuestion>& known_daemon_questions();

}  // namespace rehearse
