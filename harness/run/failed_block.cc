#include "harness/run/failed_block.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <cctype>
#include <set>

#include "harness/judge/diagnosis/diagnose.h"
#include "harness/judge/diagnosis/rules.h"
#include "harness/run/replay.h"
#include "localnet/artifact/go_program.h"
#include "localnet/base/log.h"
#include "localnet/base/text.h"
#include "localnet/cosmos/go_frames.h"

namespace rehearse {

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::seconds kAtMost{30};

// Of the failure that is proven, when it has that cause: the first node that shows it.
std::string node_that_failed(const NetworkView& v, Cause cause) {
  const auto d = proven_failure(v);
  return d && d->cause == name_of(cause) && !d->affected_nodes.empty() ? d->affected_nodes.front() : "";
}

record::Answered answer_of(const char* question, const char* source, record::Json value) {
  return {kStopped, question, {}, 0, source, true, false, std::move(value), ""};
}

// Go's own words, and the frame on top of the stack.
bool died_at(const Replayed& r, const std::string& function) {
  const auto trap = r.output.find("SIGTRAP");
  return trap != std::string::npos && r.output.find("\n" + function + "(", trap) != std::string::npos;
}

class Folder {
 public:
  explicit Folder(fs::path path) : path_(std::move(path)) { fs::create_directories(path_); }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

// The SDK's, from 0.50 on: each calls all modules' methods of that name.
const std::string kBeginBlock = "github.com/cosmos/cosmos-sdk/baseapp.(*BaseApp).beginBlock";
const std::string kEndBlock = "github.com/cosmos/cosmos-sdk/baseapp.(*BaseApp).endBlock";

// By what the copies with a trap at each of the two did; `error` is what the node had said.
std::optional<AbciMethod> method_that_failed(const Replayed& begin, const Replayed& end,
                                             const std::string& error) {
  const auto fails_as_before = [&](const Replayed& r) {
    return r.end && r.output.find(error) != std::string::npos;
  };
  if (fails_as_before(begin)) return AbciMethod::pre_block;
  if (!died_at(begin, kBeginBlock)) return std::nullopt;
  if (died_at(end, kEndBlock)) return AbciMethod::end_block;
  return fails_as_before(end) ? std::optional(AbciMethod::begin_block) : std::nullopt;
}

}  // namespace

void find_failed_method(Rehearsal& r) {
  const auto node = node_that_failed(r.view(), Cause::upgrade_handler_error);
  if (node.empty()) return;
  const auto said = r.view().nodes.at(node).line(Pattern::replay_error)->line.captures;
  const auto program = r.network().node(node).supervisor().current();
  const auto offsets = offsets_of_functions(program, {kBeginBlock, kEndBlock});
  if (offsets.size() < 2 || said.empty() || said[0].empty())
    return log_info(
        "which method failed is not looked for: the program is not built on an SDK that is known");
  const Folder folder(r.folder() / "autopsy");
  std::vector<Replay> replays;
  for (const auto* function : {&kBeginBlock, &kEndBlock}) {
    Replay one{node, {}, folder.path() / (function == &kBeginBlock ? "begin-block" : "end-block")};
    one.program = one.folder / program.filename();
    fs::create_directories(one.folder);
    copy_with_trap(program, offsets.at(*function), one.program);
    replays.push_back(std::move(one));
  }
  const auto all = replay(r, replays, kAtMost);
  const auto method = method_that_failed(all[0], all[1], said[0]);
  log_info(fmt::format("the block failed in {}", method ? name_of(*method) : "a method that is not known"));
  if (method) r.record(answer_of(kFailedMethod, "traps in a copy of its program", name_of(*method)), node);
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
  const auto node = node_that_failed(r.view(), Cause::missing_store_upgrade);
  if (node.empty() || !r.view().plan) return;
  const auto& plan = r.view().plan->name;
  const auto program = r.network().node(node).supervisor().current();
  auto names = names_near(plan, r.to.printed_version, program);
  names.resize(std::min(names.size(), kTried));
  const Folder folder(r.folder() / "autopsy");
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
