#include "localnet/node.h"

namespace rehearse {

namespace {
constexpr std::size_t kLastLines = 5;  // shown when a process dies
}

Node::Node(Loop& loop, Sink& sink, const LogMatcher& matcher, NodeIdentity identity,
           SupervisorSettings settings, std::vector<std::string> start,
           std::map<std::string, std::string> environment)
    : loop_(loop),
      sink_(sink),
      matcher_(matcher),
      identity_(std::move(identity)),
      settings_(std::move(settings)),
      start_(std::move(start)),
      environment_(std::move(environment)),
      supervisor_(make_supervisor(settings_)),
      log_(settings_.home / "logs" / "node.log",
           [this](const std::string& text, std::int64_t offset, std::int64_t number) {
             line(text, offset, number);
           }) {
  std::filesystem::create_directories(settings_.home / "logs");
}

void Node::start(const std::vector<std::string>& more) {
  first_start_seen_ = false;
  chain_pid_ = 0;
  ChildSpec spec;
  spec.argv = supervisor_->command(start_);
  spec.argv.insert(spec.argv.end(), more.begin(), more.end());
  spec.environment = environment_;  // a node's own wins over what its supervisor gets everywhere
  spec.environment.merge(supervisor_->environment());
  spec.directory = settings_.home;
  spec.out = spec.err = log_file();
  spec.open_files = kOpenFiles;
  const auto program = spec.argv[0];
  child_ = Child::spawn(loop_, std::move(spec), [this](ExitStatus status) { ended(status); });
  sink_.process_started(identity_.name, child_->pid(), program);
}

void Node::unset(const std::map<std::string, std::string>& variables) {
  for (const auto& [name, value] : variables) environment_.erase(name);
}

void Node::read_log() { log_.read(); }

void Node::ended(ExitStatus status) {
  log_.read(true);  // its last words come before its end
  const auto program = std::filesystem::path(supervisor_->command({})[0]).filename().string();
  LastWords words{{}, log_file().string(), last_lines_.empty() ? 0 : last_lines_.back().second};
  for (const auto& [text, number] : last_lines_) words.lines.push_back(text);
  sink_.process_ended(identity_.name, program, status, words);
}

void Node::line(const std::string& text, std::int64_t offset, std::int64_t number) {
  if (!text.empty() && !supervisor_->repeats_exit(text)) {
    last_lines_.push_back({text, number});
    if (last_lines_.size() > kLastLines) last_lines_.pop_front();
  }
  if (const auto program = supervisor_->started_by_line(text); !program.empty()) {
    chain_pid_ = 0;
    // The first one is the start that was reported when the supervisor was spawned.
    if (std::exchange(first_start_seen_, true)) sink_.process_started(identity_.name, 0, program);
  }
  for (auto& m : matcher_.match(text)) {
    m.file = log_file().string();
    m.offset = offset;
    m.line = number;
    sink_.log_line(identity_.name, m);
  }
}

std::optional<ProcSample> Node::resources() {
  if (!running()) return std::nullopt;
  if (!chain_pid_) {
    const auto children = settings_.kind == SupervisorKind::cosmovisor ? children_of(child_->pid())
                                                                       : std::vector<int>{child_->pid()};
    if (children.empty()) return std::nullopt;
    chain_pid_ = children.front();
  }
  const auto taken = sample(chain_pid_);
  if (!taken) chain_pid_ = 0;
  return taken;
}

}  // namespace rehearse
