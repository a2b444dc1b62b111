#include "harness/run/failed_block.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <sstream>

#include "harness/judge/diagnosis/diagnose.h"
#include "harness/judge/diagnosis/rules.h"
#include "harness/run/replay.h"
#include "localnet/artifact/go_program.h"
#include "localnet/base/log.h"
#include "localnet/base/temporary_path.h"
#include "localnet/base/text.h"
#include "localnet/cosmos/go_panic.h"
#include "localnet/cosmos/goroutines.h"

namespace rehearse {

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::seconds kAtMost{30};

// Of the failure that is proven, when it has one of these causes.
Found failure_by(const NetworkView& v, const std::set<Cause>& causes) {
  auto d = proven_failure(v);
  return d && !d->affected_nodes.empty() && causes.contains(d->cause) ? d : std::nullopt;
}

record::Answered answer_of(const char* question, const char* source, record::Json value) {
  return {kStopped, question, {}, 0, source, true, false, std::move(value), ""};
}

// The functions on the stack of what met a trap, innermost first; none: it met none.
std::vector<std::string> stack_at_trap(const std::string& output) {
  std::vector<std::string> functions;
  const auto trap = output.find("SIGTRAP"), begin = output.find("\ngoroutine ", trap);
  if (trap == std::string::npos || begin == std::string::npos) return functions;
  std::istringstream stack(output.substr(begin + 1, output.find("\n\n", begin + 1) - begin));
  for (std::string line; std::getline(stack, line);)
    if (const auto arguments = line.rfind('('); arguments != std::string::npos && !line.starts_with('\t'))
      functions.push_back(line.substr(0, arguments));
  return functions;
}

// The SDK's, from 0.50 on: each calls all modules' methods of that name.
const std::string kBeginBlock = "github.com/cosmos/cosmos-sdk/baseapp.(*BaseApp).beginBlock";
const std::string kEndBlock = "github.com/cosmos/cosmos-sdk/baseapp.(*BaseApp).endBlock";

// How a copy of the failed node ended.
class Retrial {
 public:
  Retrial(const Replayed& r, const std::string& error)
      : stack_(stack_at_trap(r.output)), failed_(r.end && stack_.empty() && r.output.find(error) != std::string::npos) {}
  bool fails_as_before() const { return failed_; }
  // Met a trap there.
  bool died_at(const std::string& function) const { return !stack_.empty() && stack_.front() == function; }
  const std::vector<std::string>& stack() const { return stack_; }

 private:
  std::vector<std::string> stack_;
  bool failed_;
};

struct FailedNode {
  std::string name, error;  // what it said, of any program
  fs::path program, folder; // for what is tried
};

std::vector<Retrial> retry(Rehearsal& r, const FailedNode& node, const std::vector<FunctionOffsets>& traps) {
  std::vector<Replay> replays;
  for (const auto& at : traps) {
    Replay one{node.name, {}, node.folder / std::to_string(replays.size())};
    one.program = one.folder / node.program.filename();
    fs::remove_all(one.folder);
    fs::create_directories(one.folder);
    copy_with_traps(node.program, at, one.program);
    replays.push_back(std::move(one));
  }
  std::vector<Retrial> all;
  for (const auto& one : replay(r, replays, kAtMost)) all.emplace_back(one, node.error);
  return all;
}

std::optional<AbciMethod> find_method(Rehearsal& r, const FailedNode& node) {
  const auto offsets = offsets_of_functions(
      node.program, [](std::string_view name) { return name == kBeginBlock || name == kEndBlock; });
  if (offsets.size() < 2) return std::nullopt;
  const auto tried = retry(r, node, {{*offsets.find(kBeginBlock)}, {*offsets.find(kEndBlock)}});
  const auto &begin = tried[0], &end = tried[1];
  if (begin.fails_as_before()) return AbciMethod::pre_block;
  if (!begin.died_at(kBeginBlock)) return std::nullopt;
  if (end.died_at(kEndBlock)) return AbciMethod::end_block;
  return end.fails_as_before() ? std::optional(AbciMethod::begin_block) : std::nullopt;
}

// "example.org/x/rewards.(*AppModule).EndBlock" as "example.org/x/rewards.AppModule.EndBlock": of a method of values
// Go makes one of pointers, too.
std::string as_of_value(std::string function) {
  std::erase_if(function, [](char c) { return c == '(' || c == '*' || c == ')'; });
  return function;
}

// Modules are called one after the other, in an order that the program only knows. With traps at all of them the
// copy dies in the first; with a trap less each time, in the next, until it fails as before: the last one was the last
// to begin. Modules that wrap others are named with them, the innermost first. Empty: not known.
std::string find_module(Rehearsal& r, const FailedNode& node, AbciMethod method) {
  constexpr std::chrono::seconds kSearched{30};  // half a second each, of a chain that starts in that
  const auto until = Loop::Clock::now() + kSearched;
  static const RE2 kOfModule(R"(.*[mM]odule\)?\.(\w+Block))");
  auto traps = offsets_of_functions(node.program, [&](std::string_view name) {
    std::string which;
    return RE2::FullMatch(name, kOfModule, &which) && which == name_of(method);
  });
  const auto all = traps;
  std::vector<std::string> modules;
  while (Loop::Clock::now() < until) {
    const auto one = retry(r, node, {traps}).front();
    if (one.fails_as_before()) return fmt::format("{}", fmt::join(modules, ", "));
    modules.clear();
    if (one.stack().empty() || !traps.contains(one.stack().front())) break;
    for (const auto& function : one.stack())
      if (const auto module = module_of({{function, "", 0}});
          all.contains(function) && std::ranges::find(modules, module) == modules.end())
        modules.push_back(module);
    std::erase_if(traps, [met = as_of_value(one.stack().front())](const auto& t) { return as_of_value(t.first) == met; });
  }
  log_info("which module it was is not known: a copy neither met a trap nor failed as before in its time");
  return "";
}

// It executes the block, and refuses what comes of it.
bool is_of_cometbft(const std::string& error) {
  return std::ranges::any_of(std::initializer_list<const char*>{"error in validator updates", "error changing validator set",
                                                                "commit failed for application"},
                             [&](const char* its) { return error.starts_with(its); });
}

}  // namespace

namespace {

constexpr int kCommitStep = 8;

// Its consensus stands where the block is executed, and is not in there.
bool failed_without_a_word(const NodeView& n) {
  if (n.probes.empty()) return false;
  const auto& at = n.probes.back().consensus;
  return at.state == kNoGoroutine || (at.state.empty() && at.stack.empty() && at.step == kCommitStep);
}

record::Json end_of(const Rehearsal& r, const Replayed& copy) {
  PanicReader reader;
  std::istringstream lines(copy.output);
  std::int64_t number = 0;
  for (std::string line; std::getline(lines, line);) reader.line(line, ++number);
  if (const auto panic = reader.panic()) {
    auto stack = panic->goroutine + ":\n";
    for (const auto& f : panic->frames) stack += fmt::format("{}()\n\t{}:{}\n", f.function, f.file, f.line);
    return {{"panic", panic->text.substr(0, panic->text.find('\n'))}, {"stack", stack}};
  }
  std::string error;
  if (const auto* expression = find_pattern(r.profile().log_patterns, Pattern::replay_error)) RE2::PartialMatch(copy.output, *expression, &error);
  return error.empty() ? record::Json() : record::Json{{"error", error}};
}

}  // namespace

void find_silent_failure(Rehearsal& r) {
  const auto failure = failure_by(r.view(), {Cause::blocks_stopped});
  if (!failure || !failed_without_a_word(r.view().nodes.at(failure->affected_nodes.front()))) return;
  const auto& name = failure->affected_nodes.front();
  const TemporaryPath folder(r.folder() / "autopsy");
  fs::create_directories(folder.path());
  const auto copy = replay(r, {{name, r.network().node(name).supervisor().current(), folder.path()}}, kAtMost).front();
  const auto told = copy.end ? end_of(r, copy) : record::Json();
  log_info(fmt::format("a copy of {}, which stands without a word: {}", name, told.is_null() ? "does not fail" : told.dump()));
  if (!told.is_null()) r.record(answer_of(kSilentFailure, "a copy of the node", told), name);
}

void find_failed_method(Rehearsal& r) {
  const auto failure = failure_by(r.view(), {Cause::upgrade_handler_error, Cause::block_error});
  if (!failure) return;
  const auto& name = failure->affected_nodes.front();
  const auto* on_replay = r.view().nodes.at(name).line(Pattern::replay_error);
  const auto error = failure->cause == Cause::block_error ? failure->first_evidence
                     : on_replay && !on_replay->line.captures.empty() ? on_replay->line.captures[0] : "";
  if (error.empty() || is_of_cometbft(error)) return;
  const TemporaryPath folder(r.folder() / "autopsy");
  fs::create_directories(folder.path());
  const FailedNode node{name, error, r.network().node(name).supervisor().current(), folder.path()};
  const auto method = find_method(r, node);
  log_info(fmt::format("the block failed in {}", method ? name_of(*method) : "a method that is not known"));
  if (!method) return;
  r.record(answer_of(kFailedMethod, "traps in a copy of its program", name_of(*method)), name);
  if (*method == AbciMethod::pre_block) return;
  if (const auto module = find_module(r, node, *method); !module.empty())
    r.record(answer_of(kFailedModule, "traps in a copy of its program", module), name);
}

namespace {

// What people do to the name of a plan, one thing at a time.
std::vector<std::string> changed(const std::string& name) {
  std::vector<std::string> all{"v" + name, name + ".0"};
  if (name.starts_with("v")) all.push_back(name.substr(1));
  const auto last = name.find_last_of(".-_");
  if (last != std::string::npos) all.push_back(name.substr(0, last));
  for (const char to : {'.', '-', '_'}) {
    all.push_back(name);
    for (auto& c : all.back())
      if (c == '.' || c == '-' || c == '_') c = to;
  }
  all.push_back(name);
  for (auto& c : all.back()) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return all;
}

// Up to two of these things, done to the plan's name and to the release's version, where that stands in the
// program: the longest first, for short words stand in every program.
std::vector<std::string> names_near(const std::string& plan, const std::string& version,
                                    const fs::path& program) {
  std::set<std::string> near{plan, version};
  for (int twice = 0; twice < 2; ++twice)
    for (const auto& name : std::set(near))
      for (auto& other : changed(name)) near.insert(std::move(other));
  near.erase(plan);
  std::erase_if(near, [&](const auto& name) { return name.size() < 2 || !holds_text(program, name); });
  std::vector<std::string> all(near.begin(), near.end());
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.size() > b.size(); });
  return all;
}

void tell_plan(const fs::path& home, const std::string& name) {
  const auto file = home / "data" / "upgrade-info.json";
  auto info = record::Json::parse(read_file(file));
  info["name"] = name;
  write_file(file, info.dump());
}

// Its stores are loaded, and the plan that the chain has is not the one that it was told.
bool loads(const Rehearsal& r, const Replayed& one) {
  for (const auto pattern : {Pattern::upgrade_needed, Pattern::handler_missing})
    for (const auto& [name, expression] : r.profile().log_patterns)
      if (name == name_of(pattern) && RE2::PartialMatch(one.output, expression)) return true;
  return false;
}

}  // namespace

void find_plan_of_program(Rehearsal& r) {
  constexpr std::size_t kTried = 4;
  const auto failure = failure_by(r.view(), {Cause::missing_store_upgrade});
  if (!failure || !r.view().plan) return;
  const auto& node = failure->affected_nodes.front();
  const auto& plan = r.view().plan->name;
  const auto program = r.network().node(node).supervisor().current();
  auto names = names_near(plan, r.to().printed_version, program);
  names.resize(std::min(names.size(), kTried));
  const TemporaryPath folder(r.folder() / "autopsy");
  fs::create_directories(folder.path());
  std::vector<Replay> replays;
  for (const auto& name : names)
    replays.push_back({node, program, folder.path() / std::to_string(replays.size()),
                       [name](const fs::path& home) { tell_plan(home, name); }});
  record::Json value{{"known", nullptr}, {"held", holds_text(program, plan)}};
  const auto all = replay(r, replays, kAtMost);
  for (std::size_t i = 0; i < all.size(); ++i)
    if (value["known"].is_null() && loads(r, all[i])) value["known"] = names[i];
  log_info(fmt::format("names near to the plan's that were tried: {}", fmt::join(names, ", ")));
  r.record(answer_of(kPlanOfProgram, "copies of the node, told other names", std::move(value)), node);
}

}  // namespace rehearse
