#include "localnet/network/process_log.h"

namespace rehearse {

namespace {
constexpr std::size_t kLastLines = 5;  // shown when a process dies

// What a command prints of its usage beside its error: headings, and what is indented below them.
bool is_help(const std::string& text) {
  return text.empty() || text.front() == ' ' || text.front() == '\t' || text.back() == ':' || text.starts_with("Error: exit status");
}
}

ProcessLog::ProcessLog(Sink& sink, const LogMatcher& matcher, std::string name, std::filesystem::path file, OnLine on_line)
    : sink_(sink),
      matcher_(matcher),
      name_(std::move(name)),
      file_(std::move(file)),
      on_line_(std::move(on_line)),
      follower_(file_, [this](const std::string& text, std::int64_t offset, std::int64_t number) {
        line(text, offset, number);
      }) {
  std::filesystem::create_directories(file_.parent_path());
}

LastWords ProcessLog::last_words() {
  LastWords words{{}, file_.string(), last_.empty() ? 0 : last_.back().second, std::exchange(panics_, {}).panic(), std::exchange(said_, {}), said_line_, false};
  for (const auto& [text, number] : last_) words.lines.push_back(text);
  return words;
}

void ProcessLog::line(const std::string& text, std::int64_t offset, std::int64_t number) {
  const bool tells = !on_line_ || on_line_(text);
  if (tells && !text.empty()) {
    last_.push_back({text, number});
    if (last_.size() > kLastLines) last_.pop_front();
  }
  panics_.line(text, number);
  const auto entry = read_log_line(text);
  ++count_.lines;
  if (entry.level != LineLevel::unknown && tells) said_.clear();
  if (entry.level == LineLevel::unknown && tells && said_.empty() && !is_help(text)) said_ = text, said_line_ = number;
  count_.levelled += entry.level != LineLevel::unknown;
  for (auto& m : matcher_.match(text, entry)) {
    m.file = file_.string();
    m.offset = offset;
    m.line = number;
    sink_.log_line(name_, m);
  }
}

}  // namespace rehearse
