#include "harness/run/checkpoint_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/file.h>

#include <functional>
#include <tuple>

#include "harness/engine/rehearsal.h"
#include "harness/view/journal.h"
#include "harness/view/view.h"
#include "localnet/base/error.h"
#include "localnet/base/log.h"
#include "localnet/base/sha256.h"
#include "localnet/base/text.h"
#include "localnet/cosmos/node_home.h"
#include "localnet/network/frozen_copy.h"
#include "localnet/network/network.h"

namespace rehearse {

namespace fs = std::filesystem;
using record::Json;

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(CheckpointFacts, harness_version, past, scenario, profile, profile_digest, phase, height,
                                   genesis_sha256, from_sha256, to_sha256, cosmovisor_sha256, carried, next_step, seal)

namespace {

constexpr const char* kFacts = "checkpoint.json";
constexpr const char* kEvents = "events.jsonl";
// All of a run's folder that a network needs to go on; those that are there.
constexpr const char* kParts[] = {"nodes", "operator", "backups", Network::kWrittenByInit};

void copy_parts(const fs::path& from, const fs::path& to, const fs::path& named) {
  for (const auto* part : kParts) {
    if (!fs::exists(from / part)) continue;
    fs::create_directories((to / part).parent_path());
    fs::remove_all(to / part);  // the chain's commands make a home where there is none
    copy_frozen(from / part, to / part, named / part);
  }
}

std::string genesis_of(const fs::path& folder) {
  for (const auto& home : fs::directory_iterator(folder / "nodes"))
    if (const auto file = home.path() / "config" / "genesis.json"; fs::exists(file)) return sha256_file(file);
  return "";
}

// Its facts say of everything else that it is as it was.
std::string seal_without_facts(const fs::path& folder) {
  std::string text;
  for (const auto* part : kParts)
    if (fs::exists(folder / part)) text += seal_of(folder / part);
  return sha256_hex(text + sha256_file(folder / kEvents));
}

bool is_as_it_was(const Checkpoint& c) try {
  return seal_without_facts(c.folder) == c.facts.seal;
} catch (const std::exception&) {
  return false;  // some of it is gone
}

CheckpointFacts facts_of(const fs::path& run_folder) {
  const auto view = fold_all(read_journal(run_folder / kEvents));
  if (!view.run || !view.releases || view.phases.empty())
    throw Error(Blame::machine, "the run has not come to a network");
  CheckpointFacts f;
  f.harness_version = view.run->harness_version;
  f.scenario = view.run->scenario, f.profile = view.run->profile, f.profile_digest = view.run->profile_digest;
  f.phase = view.phases.back().first, f.height = view.highest_height();
  f.from_sha256 = view.releases->from.binary_sha256, f.to_sha256 = view.releases->to.binary_sha256;
  f.cosmovisor_sha256 = view.releases->cosmovisor_sha256;
  return f;
}

// `made` is what cannot be read from the journal that is written.
void make_checkpoint(const fs::path& run_folder, const fs::path& to, const CheckpointFacts& made, const std::function<void(const fs::path&)>& write_journal) {
  const auto unfinished = run_folder / kUnfinishedCheckpoint;
  fs::remove_all(unfinished);
  try {
    fs::create_directories(unfinished);
    copy_parts(run_folder, unfinished, to);
    write_journal(unfinished / kEvents);
    auto facts = facts_of(unfinished);
    facts.past = made.past, facts.carried = made.carried, facts.next_step = made.next_step, facts.genesis_sha256 = genesis_of(unfinished);
    facts.seal = seal_without_facts(unfinished);
    write_file(unfinished / kFacts, Json(facts).dump(1) + "\n");
    fs::create_directories(to.parent_path());
    std::error_code there;
    fs::rename(unfinished, to, there);
    if (there && !fs::exists(to / kFacts))
      throw Error(Blame::machine, to.string() + ": cannot be made: " + there.message());
    fs::remove_all(unfinished);
  } catch (const std::exception& e) {
    std::error_code ignored;
    fs::remove_all(unfinished, ignored);
    throw Error(Blame::machine, std::string("no checkpoint is left: ") + e.what());
  }
}

}  // namespace

void take_checkpoint(const fs::path& run_folder, const fs::path& to, const std::string& past,
                     const Json& carried) {
  CheckpointFacts made;
  made.past = past, made.carried = carried;
  make_checkpoint(run_folder, to, made, [&](const fs::path& file) { fs::copy_file(run_folder / kEvents, file); });
}

namespace {

// The first step that was not carried out, or what else comes next, and how many of the events come before it.
std::pair<std::string, std::size_t> not_carried_out(const std::vector<record::Event>& events) {
  std::string open, title;
  std::size_t begun = 0;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto& body = events[i].body;
    if (const auto* started = std::get_if<record::StepStarted>(&body); started && open.empty())
      open = started->step, title = started->title, begun = i;
    const auto* ended = std::get_if<record::StepEnded>(&body);
    if (ended && ended->step == open && (ended->outcome == StepOutcome::done || ended->outcome == StepOutcome::skipped)) open.clear();
    const auto* stopped = std::get_if<record::RunStopped>(&body);
    if (stopped && !open.empty()) return {title, begun};
    if (stopped) return {stopped->reason == StopReason::completed ? "the end of the run" : "what comes after `" + title + "`", i};
  }
  return {title.empty() ? "the start" : title, begun};
}

}  // namespace

void take_checkpoint_of_ended(const fs::path& run_folder, const fs::path& to) {
  const auto carried = Json::parse(read_file(run_folder / kCarried), nullptr, false);
  if (carried.is_discarded())
    throw Error(Blame::scenario, run_folder.string() + ": has not kept its network (--keep), had none, or had a provider daemon or downloads, which cannot be taken up again");
  CheckpointFacts made;
  made.carried = carried;
  auto events = read_journal(run_folder / kEvents);
  for (const auto& [name, node] : fold_all(events).nodes)
    if (!fs::is_directory(run_folder / "nodes" / name)) throw Error(Blame::scenario, fmt::format("{}: the home of {} is gone", run_folder.string(), name));
  std::size_t told = 0;
  std::tie(made.next_step, told) = not_carried_out(events);
  events.resize(told);
  make_checkpoint(run_folder, to, made, [&](const fs::path& file) {
    Journal journal(file);
    for (auto& e : events) journal.append(std::move(e));
  });
}

Checkpoint open_checkpoint(const fs::path& folder, const CheckpointFacts& wanted) {
  const auto refuse = [&](const std::string& why) -> Error {
    return {Blame::scenario, fmt::format("checkpoint {}: {}", folder.string(), why)};
  };
  const auto facts_text = read_file(folder / kFacts);
  if (facts_text.empty()) throw refuse("there is none: no checkpoint.json");
  Checkpoint c{folder, {}, {}};
  try {
    Json::parse(facts_text).get_to(c.facts);
  } catch (const std::exception& e) {
    throw refuse(std::string("checkpoint.json is not one: ") + e.what());
  }
  const auto compare = [&](const std::string& is, const std::string& must, const char* what) {
    if (!must.empty() && is != must)
      throw refuse(fmt::format("it is of another {} ({}, not {})", what, is, must));
  };
  compare(c.facts.harness_version, wanted.harness_version, "version of the harness");
  // One of a run that has ended is begun from with that run's recipe, whose profile is the same in other words.
  if (!c.facts.ended()) compare(c.facts.profile_digest, wanted.profile_digest, "profile");
  compare(c.facts.past, wanted.past, "past");
  compare(c.facts.from_sha256, wanted.from_sha256, "current release");
  compare(c.facts.to_sha256, wanted.to_sha256, "new release");
  if (!is_as_it_was(c)) throw refuse("it was changed since it was left");
  c.events = read_journal(folder / kEvents);
  if (c.events.empty() || !std::holds_alternative<record::RunStarted>(c.events.front().body))
    throw refuse("its journal does not begin with a run");
  return c;
}

void copy_network(const Checkpoint& c, const fs::path& run_folder) {
  copy_parts(c.folder, run_folder, run_folder);
}

namespace {

// What it had planned for after the checkpoint.
bool of_its_run_alone(const record::Event& e) {
  return std::holds_alternative<record::FaultPlanned>(e.body) || std::holds_alternative<record::FaultTransition>(e.body);
}

}  // namespace

std::vector<record::Event> past_of(const Checkpoint& c, record::RunStarted own) {
  auto events = c.events;
  std::erase_if(events, of_its_run_alone);
  const auto& first = std::get<record::RunStarted>(events.front().body);
  const auto took = events.back().seen - first.invoked, shift = own.invoked - events.back().seen;
  own.invoked -= took;
  for (auto& e : events) {
    e.seen += shift;
    if (auto* command = std::get_if<record::CommandRan>(&e.body)) command->started += shift;
  }
  const auto view = fold_all(events);
  events.front().body = std::move(own);
  const auto add = [&, seen = events.back().seen](record::Body body, const std::string& node = "",
                                                  int incarnation = 0) {
    record::Event e;
    e.seen = seen, e.node = node, e.incarnation = incarnation, e.body = std::move(body);
    events.push_back(std::move(e));
  };
  add(record::Expected{kProcessEnds, "the network goes on from a checkpoint, with processes of its own",
                       true});
  for (const auto* n : view.all()) {
    if (!n->alive) continue;
    record::ProcessEnded ended;
    ended.program = n->program, ended.signal = SIGKILL;
    add(std::move(ended), n->member.name, n->incarnation);
  }
  add(record::Forked{c.folder.filename().string(), c.facts.scenario, c.facts.phase, c.facts.height,
                     static_cast<double>(took) / 1e6});
  return events;
}

namespace {

constexpr const char* kInUse = "in-use";

// Nothing: somebody else has it.
Fd lock_of(const fs::path& folder, int how) {
  Fd fd(::open((folder / kInUse).c_str(), O_RDWR | O_CLOEXEC | how, 0600));
  return fd && ::flock(fd.get(), LOCK_EX | LOCK_NB) == 0 ? std::move(fd) : Fd();
}

}  // namespace

SuiteCheckpoints::SuiteCheckpoints(fs::path folder) : folder_(std::move(folder)) {
  std::error_code error;
  fs::create_directories(folder_, error);
  lock_ = lock_of(folder_, O_CREAT);
  if (!lock_) throw Error(Blame::machine, folder_.string() + ": cannot be made, or is in use");
}

SuiteCheckpoints::~SuiteCheckpoints() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

bool remove_abandoned_checkpoints(const fs::path& folder) {
  const auto lock = lock_of(folder, 0);
  return lock && fs::remove_all(folder) > 0;
}

}  // namespace rehearse
