#include "localnet/network/node_log.h"

#include <fcntl.h>
#include <re2/re2.h>
#include <re2/set.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "localnet/base/text.h"
#include "localnet/profile/patterns.h"
#include "localnet/base/fd.h"

namespace rehearse {

namespace {
// A line that has no end within this is cut: a node that writes binary data must not fill our memory.
constexpr std::size_t kLongestLine = 256 * 1024;
}  // namespace

LogFollower::LogFollower(std::filesystem::path file, OnLine on_line)
    : file_(std::move(file)), on_line_(std::move(on_line)) {}

// A piece that has not `ended` is of the same line as what comes after it.
void LogFollower::deliver(const std::string& text, bool ended) {
  const auto start = offset_;
  const auto number = line_ + 1;
  offset_ += static_cast<std::int64_t>(text.size()) + ended;
  line_ += ended;
  on_line_(printable(text), start, number);
}

void LogFollower::read(bool last) {
  if (!fd_) fd_ = Fd(::open(file_.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd_) return;
  std::array<char, 65536> buffer;
  for (ssize_t n; (n = ::read(fd_.get(), buffer.data(), buffer.size())) > 0;) {
    partial_.append(buffer.data(), static_cast<std::size_t>(n));
    std::size_t from = 0;
    for (std::size_t end; (end = partial_.find('\n', from)) != std::string::npos; from = end + 1)
      deliver(partial_.substr(from, end - from), true);
    partial_.erase(0, from);
    if (partial_.size() > kLongestLine) deliver(std::exchange(partial_, {}), false);
  }
  if (last && !partial_.empty()) deliver(std::exchange(partial_, {}), false);
}

void LogFollower::skip() {
  const auto tell = std::exchange(on_line_, [](const auto&, auto, auto) {});
  read(true);
  on_line_ = tell;
}

struct LogMatcher::Impl {
  struct Pattern {
    std::string name;
    RE2 expression;
  };
  std::vector<std::unique_ptr<Pattern>> patterns;
  RE2::Set all{RE2::Options(), RE2::UNANCHORED};
};

LogMatcher::LogMatcher(const Ordered<std::string>& patterns) : impl_(std::make_unique<Impl>()) {
  for (const auto& [name, text] : patterns) {
    impl_->patterns.push_back(std::unique_ptr<Impl::Pattern>(new Impl::Pattern{name, RE2(text, RE2::Quiet)}));
    impl_->all.Add(text, nullptr);
  }
  impl_->all.Compile();
}

LogMatcher::~LogMatcher() = default;

std::vector<MatchedLine> LogMatcher::match(const std::string& line, const LogEntry& entry) const {
  std::vector<MatchedLine> found;
  const auto& text = entry.text;
  const bool error = entry.level == LineLevel::error || entry.level == LineLevel::fatal;
  std::vector<int> which;
  if (impl_->all.Match(text, &which)) {
    std::sort(which.begin(), which.end());  // as the profile has them
    for (const int i : which) {
      const auto& p = *impl_->patterns[static_cast<std::size_t>(i)];
      const int groups = p.expression.NumberOfCapturingGroups();
      std::vector<re2::StringPiece> pieces(static_cast<std::size_t>(groups) + 1);
      p.expression.Match(text, 0, text.size(), RE2::UNANCHORED, pieces.data(), groups + 1);
      MatchedLine m{p.name, line, error, {}, "", 0, 0};
      for (std::size_t g = 1; g < pieces.size(); ++g) m.captures.emplace_back(pieces[g]);
      found.push_back(std::move(m));
    }
  }
  if (found.empty() && error) found.push_back({kErrorLine, line, true, {}, "", 0, 0});
  return found;
}

}  // namespace rehearse
