#include "localnet/network/process_log.h"

namespace rehearse {

namespace {
constexpr std::size_t kLastLines = 5;  // shown when a process dies
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

LastWords ProcessLog::last_words() const {
  LastWords words{{}, file_.string(), last_.empty() ? 0 : last_.back().second, false};
  for (const auto& [text, number] : last_) words.lines.push_back(text);
  return words;
}

void ProcessLog::line(const std::string& text, std::int64_t offset, std::int64_t number) {
  const bool tells = !on_line_ || on_line_(text);
  if (tells && !text.empty()) {
    last_.push_back({text, number});
    if (last_.size() > kLastLines) last_.pop_front();
  }
  for (auto& m : matcher_.match(text)) {
    m.file = file_.string();
    m.offset = offset;
    m.line = number;
    sink_.log_line(name_, m);
  }
}

}  // namespace rehearse
