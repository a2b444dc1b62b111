#include "localnet/cosmos/go_frames.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace rehearse {

namespace {

struct GoName {
  std::string package;             // its path, without major versions: "github.com/cosmos/ibc-go/modules/core"
  std::vector<std::string> names;  // what is behind it: "(*BaseApp)", "runTx", "func1"
};

std::vector<std::string> split_at(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t from = 0; from <= text.size();) {
    const auto end = std::min(text.find(separator, from), text.size());
    parts.emplace_back(text.substr(from, end - from));
    from = end + 1;
  }
  return parts;
}

bool is_major_version(std::string_view element) {
  return element.size() > 1 && element.front() == 'v' &&
         std::all_of(element.begin() + 1, element.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Types' arguments gone ("[...]", which may have paths in it), and the dots of a package's last element as they are meant.
std::string plain_name(std::string_view function) {
  std::string out;
  int depth = 0;
  for (const char c : function) {
    if (c == '[') ++depth;
    if (depth == 0) out += c;
    if (c == ']' && depth > 0) --depth;
  }
  return out;
}

GoName go_name_of(const GoFrame& frame) {
  const auto function = plain_name(frame.function);
  const auto slash = function.rfind('/');
  const auto last = slash == std::string::npos ? 0 : slash + 1;
  const auto dot = std::min(function.find('.', last), function.size());
  GoName name;
  for (const auto& element : split_at(std::string_view(function).substr(0, dot), '/')) {
    if (is_major_version(element) && !name.package.empty()) continue;
    name.package += (name.package.empty() ? "" : "/") + element;
  }
  for (std::size_t at; (at = name.package.find("%2e")) != std::string::npos;) name.package.replace(at, 3, ".");
  if (dot < function.size()) name.names = split_at(std::string_view(function).substr(dot + 1), '.');
  return name;
}

bool within(std::string_view package, std::string_view parent) {
  return package.starts_with(parent) && (package.size() == parent.size() || package[parent.size()] == '/');
}

template <std::size_t N>
bool within_any(std::string_view package, const std::array<std::string_view, N>& parents) {
  return std::any_of(parents.begin(), parents.end(), [&](auto p) { return within(package, p); });
}

bool of_go(const GoName& name) {
  // A module's path may have no dot in its first element, so the library's own are listed.
  static constexpr auto kLibrary = std::to_array<std::string_view>({
      "archive", "bufio",   "bytes",    "cmp",     "compress", "container", "context", "crypto", "database", "debug",
      "embed",   "encoding", "errors",  "expvar",  "flag",     "fmt",       "go",      "hash",   "html",     "image",
      "index",   "internal", "io",      "iter",    "log",      "maps",      "math",    "mime",   "net",      "os",
      "path",    "plugin",  "reflect",  "regexp",  "runtime",  "slices",    "sort",    "strconv", "strings", "structs",
      "sync",    "syscall", "testing",  "text",    "time",     "unicode",   "unique",  "unsafe", "vendor"});
  return within_any(name.package, kLibrary) || within(name.package, "golang.org/x") || name.names.empty();
}

// The consensus engine at work, not what others use of it.
bool of_engine(const GoName& name) {
  static constexpr auto kShared = std::to_array<std::string_view>({"libs", "crypto", "types", "proto", "api",     "abci/types",
                                                            "config", "version", "cmd", "light"});
  for (const std::string_view root : {"github.com/cometbft/cometbft", "github.com/tendermint/tendermint"}) {
    if (!within(name.package, root)) continue;
    const auto inner = std::string_view(name.package).substr(std::min(root.size() + 1, name.package.size()));
    return !within_any(inner, kShared);
  }
  return false;
}

// <name> of a module's path; empty when it is none.
std::string module_name(const GoName& name) {
  if (within(name.package, "golang.org") || within(name.package, "cosmossdk.io/x/tx")) return "";
  const auto elements = split_at(name.package, '/');
  for (std::size_t i = 0; i + 1 < elements.size(); ++i) {
    if (elements[i] == "x") return elements[i + 1];
    const bool kind = elements[i + 1] == "apps" || elements[i + 1] == "core" || elements[i + 1] == "light-clients";
    if (elements[i] == "modules" && kind) return i + 2 < elements.size() ? elements[i + 2] : elements[i + 1];
  }
  return "";
}

bool of_sdk(const GoName& name) { return within(name.package, "github.com/cosmos/cosmos-sdk"); }

bool is_plumbing(const GoName& name) {
  static constexpr auto kShared = std::to_array<std::string_view>({
      "github.com/cosmos/cosmos-sdk", "cosmossdk.io",          "github.com/cosmos/iavl",     "github.com/cosmos/cosmos-db",
      "github.com/cosmos/gogoproto",  "github.com/cosmos/ics23", "github.com/cometbft",      "github.com/tendermint",
      "github.com/spf13",             "google.golang.org",     "github.com/gogo/protobuf",   "github.com/golang",
      "github.com/grpc-ecosystem",    "github.com/syndtr",     "github.com/cockroachdb",     "github.com/linxGnu",
      "github.com/dgraph-io",         "github.com/rs",         "github.com/hashicorp",       "github.com/pkg/errors",
      "github.com/prometheus"});
  if (of_go(name)) return true;
  return module_name(name).empty() && within_any(name.package, kShared);
}

// A program's main and its command line, which are below everything else on the stack.
bool is_entry(const GoName& name) {
  const auto elements = split_at(name.package, '/');
  return name.package == "main" || std::find(elements.begin(), elements.end(), "cmd") != elements.end();
}

bool calls_command(const GoName& name) { return within(name.package, "github.com/spf13/cobra"); }

bool has_part(const GoName& name, std::string_view part) {
  return std::find(name.names.begin(), name.names.end(), part) != name.names.end();
}

std::optional<AbciMethod> method_named(const GoName& name) {
  using enum AbciMethod;
  static constexpr std::pair<std::string_view, AbciMethod> kMethods[] = {
      {"InitChain", init_chain},     {"InitChainer", init_chain},
      {"initChainer", init_chain},   {"CheckTx", check_tx},
      {"CheckTxAsync", check_tx},    {"PrepareProposal", prepare_proposal},
      {"ProcessProposal", process_proposal}, {"CreateProposalBlock", prepare_proposal},
      {"ExtendVote", extend_vote},   {"VerifyVoteExtension", verify_vote_extension},
      {"preBlock", pre_block},       {"PreBlock", pre_block},
      {"PreBlocker", pre_block},     {"beginBlock", begin_block},
      {"BeginBlock", begin_block},   {"BeginBlocker", begin_block},
      {"deliverTx", deliver_tx},     {"DeliverTx", deliver_tx},
      {"endBlock", end_block},       {"EndBlock", end_block},
      {"EndBlocker", end_block},     {"FinalizeBlock", finalize_block},
      {"internalFinalizeBlock", finalize_block}};
  for (const auto& [method, what] : kMethods)
    if (has_part(name, method)) return what;
  // Stores and databases have methods of these names, too.
  static constexpr std::string_view kAsked[] = {"(*BaseApp)", "cometABCIWrapper", "(*localClient)", "(*BlockExecutor)"};
  const bool asked = std::any_of(std::begin(kAsked), std::end(kAsked), [&](auto type) { return has_part(name, type); });
  if (asked && has_part(name, "Commit")) return commit;
  if (asked && (has_part(name, "Query") || has_part(name, "handleQueryGRPC"))) return query;
  if (has_part(name, "RegisterGRPCServer") || has_part(name, "RegisterGRPCServerWithSkipCheckHeader")) return query;
  return std::nullopt;
}

bool builds_application(const std::vector<GoName>& all) {
  return std::any_of(all.begin(), all.end(), [](const GoName& n) {
    return calls_command(n) || within(n.package, "github.com/cosmos/cosmos-sdk/server") ||
           has_part(n, "LoadLatestVersion");
  });
}

std::vector<GoName> go_names_of(const std::vector<GoFrame>& frames) {
  std::vector<GoName> all;
  for (const auto& f : frames) all.push_back(go_name_of(f));
  return all;
}

}  // namespace

const Ordered<AbciMethod>& names(AbciMethod) {
  using enum AbciMethod;
  static const Ordered<AbciMethod> all{{"InitChain", init_chain},
                                       {"CheckTx", check_tx},
                                       {"PrepareProposal", prepare_proposal},
                                       {"ProcessProposal", process_proposal},
                                       {"ExtendVote", extend_vote},
                                       {"VerifyVoteExtension", verify_vote_extension},
                                       {"PreBlock", pre_block},
                                       {"BeginBlock", begin_block},
                                       {"DeliverTx", deliver_tx},
                                       {"EndBlock", end_block},
                                       {"FinalizeBlock", finalize_block},
                                       {"Commit", commit},
                                       {"Query", query},
                                       {"start", start}};
  return all;
}

std::optional<AbciMethod> abci_method(const std::vector<GoFrame>& frames) {
  const auto all = go_names_of(frames);
  std::optional<AbciMethod> innermost;
  for (const auto& name : all) {
    const auto method = method_named(name);
    // Transactions in the genesis are delivered, and are of InitChain all the same.
    if (method == AbciMethod::init_chain) return method;
    if (!innermost || innermost == AbciMethod::finalize_block) innermost = method ? method : innermost;
  }
  if (!innermost && !in_consensus_engine(frames) && builds_application(all)) return AbciMethod::start;
  return innermost;
}

bool through_upgrade_handler(const std::vector<GoFrame>& frames) {
  const auto all = go_names_of(frames);
  return std::any_of(all.begin(), all.end(), [](const GoName& n) {
    const bool of_upgrade = module_name(n) == "upgrade";
    return (of_upgrade && (has_part(n, "ApplyUpgrade") || has_part(n, "applyUpgrade"))) ||
           (n.package.ends_with("/module") && has_part(n, "RunMigrations"));
  });
}

const GoFrame* first_application_frame(const std::vector<GoFrame>& frames) {
  const GoFrame* entry = nullptr;
  bool shared = false;
  for (const auto& f : frames) {
    const auto name = go_name_of(f);
    if (calls_command(name)) break;  // what is below has only called it
    if (is_plumbing(name)) {
      shared = shared || !of_go(name);
    } else if (!is_entry(name)) {
      return &f;
    } else if (!entry && !shared) {
      entry = &f;
    }
  }
  return entry;
}

std::string module_of(const std::vector<GoFrame>& frames) {
  const auto* frame = first_application_frame(frames);
  if (!frame) return "";
  const auto name = go_name_of(*frame);
  const auto module = module_name(name);
  return module.empty() ? name.package.substr(name.package.rfind('/') + 1) : module;
}

bool in_consensus_engine(const std::vector<GoFrame>& frames) {
  for (const auto& f : frames) {
    const auto name = go_name_of(f);
    if (of_engine(name)) return true;
    if (calls_command(name)) return false;
    if (of_sdk(name) || (!is_plumbing(name) && !is_entry(name))) return false;
  }
  return false;
}

}  // namespace rehearse
