#include "localnet/network/node.h"

#include <algorithm>
#include <fstream>

#include "localnet/base/json.h"

namespace rehearse {

namespace {

// What is removed while it is read counts for nothing.
std::int64_t bytes_below(const std::filesystem::path& folder) {
  namespace fs = std::filesystem;
  std::int64_t bytes = 0;
  std::error_code gone;
  fs::recursive_directory_iterator entry(folder, gone), end;
  for (; !gone && entry != end; entry.increment(gone)) {
    std::error_code no_file;
    const auto size = entry->file_size(no_file);
    if (!no_file) bytes += static_cast<std::int64_t>(size);
  }
  return bytes;
}

}  // namespace

Node::Node(Loop& loop, Sink& sink, const LogMatcher& matcher, NodeIdentity identity,
           SupervisorSettings settings, std::vector<std::string> start,
           std::map<std::string, std::string> environment, Within within)
    : loop_(loop),
      sink_(sink),
      identity_(std::move(identity)),
      settings_(std::move(settings)),
      start_(std::move(start)),
      environment_(std::move(environment)),
      within_(std::move(within)),
      supervisor_(make_supervisor(settings_)),
      log_(sink, matcher, identity_.name, settings_.home / "logs" / "node.log",
           [this](const std::string& line) { return is_last_word(line); }) {}

void Node::start(const std::vector<std::string>& more) {
  stopped_ = false;
  supervisor_->operated();
  more_ = more;
  launch();
}

void Node::stop(int signal) {
  restart_.reset();
  stopped_ = true;
  this->signal(signal);
}

void Node::kill() {
  restart_.reset();
  child_.reset();
}

void Node::launch() {
  restart_.reset();
  child_.reset();  // what an earlier one has left of its group would hold the files
  first_start_seen_ = false;
  chain_pid_ = 0;
  supervisor_->starts();
  ChildSpec spec;
  spec.argv = supervisor_->command(start_);
  spec.argv.insert(spec.argv.end(), more_.begin(), more_.end());
  spec.environment = environment_;  // a node's own wins over what its supervisor gets everywhere
  spec.environment.merge(supervisor_->environment());
  spec.directory = settings_.home;
  spec.out = spec.err = log_file();
  spec.open_files = kOpenFiles;
  const auto program = spec.argv[0];
  const auto spawn = [&] { child_ = Child::spawn(loop_, std::move(spec), [this](ExitStatus status) { ended(status); }); };
  within_ ? within_(spawn) : spawn();
  sink_.process_started(identity_.name, child_->pid(), program);
}

void Node::unset(const std::map<std::string, std::string>& variables) {
  for (const auto& [name, value] : variables) environment_.erase(name);
}

void Node::signal_supervisor(int signal) {
  if (running()) ::kill(child_->pid(), signal);
}

bool Node::paused() const {
  if (!running()) return false;
  const auto below = children_of(child_->pid(), Descent::all_descendants);
  return stands_still(child_->pid()) && std::all_of(below.begin(), below.end(), stands_still);
}

// First upgrade-info.json: a process that has halted has left it, and the next is seen in the log.
void Node::read_log() {
  read_upgrade_info();
  log_.read();
}

void Node::skip_log() {
  log_.skip();
  std::error_code none;
  upgrade_info_read_ = std::filesystem::last_write_time(upgrade_info_file(), none);
}

void Node::read_upgrade_info() {
  const auto file = upgrade_info_file();
  std::error_code none;
  const auto written = std::filesystem::last_write_time(file, none);
  if (none || written == upgrade_info_read_) return;
  UpgradeInfo info;
  try {
    const auto json = nlohmann::json::parse(std::ifstream(file));
    info = {json.at("name"), number_in(json.at("height"))};
  } catch (const std::exception&) {
    return;  // it is being written, or damaged
  }
  upgrade_info_read_ = written;
  if (std::exchange(upgrade_info_, info) != info) sink_.upgrade_info(identity_.name, info);
}

void Node::ended(ExitStatus status) {
  read_upgrade_info();
  log_.read(true);  // its last words come before its end
  const auto program = std::filesystem::path(supervisor_->command({})[0]).filename().string();
  auto words = log_.last_words();
  const bool in_vain = supervisor_->ends_in_vain(status);
  words.starts_again = (settings_.restart_after.count() || in_vain) && !stopped_ && is_failure(status);
  sink_.process_ended(identity_.name, program, status, words);
  if (!words.starts_again) return;
  child_->signal_group(SIGTERM);  // those that it leaves behind
  restart_ = loop_.after(settings_.restart_after, [this] { launch(); });
}

bool Node::is_last_word(const std::string& line) {
  const auto said = supervisor_->says(line);
  if (!said.started.empty()) {
    chain_pid_ = 0;
    // The first one is the start that was reported when the supervisor was spawned.
    if (std::exchange(first_start_seen_, true)) sink_.process_started(identity_.name, 0, said.started);
  }
  return !said.repeats_exit;
}

int Node::chain_process() {
  if (!running()) return chain_pid_ = 0;
  if (!chain_pid_) {
    const auto children = settings_.kind == SupervisorKind::cosmovisor ? children_of(child_->pid())
                                                                       : std::vector<int>{child_->pid()};
    if (!children.empty()) chain_pid_ = children.front();
  }
  return chain_pid_;
}

std::optional<NodeSample> Node::resources() {
  if (!chain_process()) return std::nullopt;
  const auto taken = sample(chain_pid_);
  if (!taken) {
    chain_pid_ = 0;
    return std::nullopt;
  }
  return NodeSample{*taken, bytes_below(home() / "data")};
}

}  // namespace rehearse
