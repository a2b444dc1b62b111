#include "localnet/base/log.h"

#include <fcntl.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <mutex>

#include "localnet/base/crash.h"
#include "localnet/base/error.h"
#include "localnet/base/fd.h"

namespace rehearse {

namespace {

using FileSink = spdlog::sinks::rotating_file_sink_mt;

constexpr std::size_t kLargest = 10'000'000, kOldFiles = 3;

spdlog::level::level_enum spdlog_level(LogLevel level) {
  switch (level) {
    case LogLevel::debug: return spdlog::level::debug;
    case LogLevel::info: return spdlog::level::info;
    case LogLevel::warning: return spdlog::level::warn;
    case LogLevel::error: return spdlog::level::err;
  }
  return spdlog::level::info;
}

// ".../harness/judge/checks/state.cc" -> "harness/judge/checks"
std::string_view room_of(std::string_view file) {
  for (const std::string_view top : {"/localnet/", "/harness/", "/reports/"})
    if (const auto at = file.rfind(top); at != std::string_view::npos)
      return file.substr(at + 1, file.rfind('/') - at - 1);
  return "";
}

// Read and replaced under a lock: threads may still log while a run ends.
struct CurrentFile {
  std::mutex mutex;
  std::shared_ptr<FileSink> sink;
};
CurrentFile& current_file() {
  static CurrentFile file;
  return file;
}

// Above a line that is under way on a terminal (reports::Progress), not into it.
void show(const std::string& line) {
  std::fprintf(stderr, "%srehearse: %s\n", ::isatty(STDERR_FILENO) ? "\r\x1b[K" : "", line.c_str());
}

void write(LogLevel level, std::string_view text, const char* file) noexcept {
  try {
    std::string line(text);
    std::replace(line.begin(), line.end(), '\n', ' ');
    std::shared_ptr<FileSink> sink;
    {
      auto& current = current_file();
      const std::lock_guard lock(current.mutex);
      sink = current.sink;
    }
    if (level >= LogLevel::warning) show(line);
    if (!sink || !sink->should_log(spdlog_level(level))) return;
    sink->log({room_of(file), spdlog_level(level), line});
    sink->flush();
  } catch (const std::exception&) {  // a full disk must not end the run a second time
  }
}

// No child inherits the file, and a crash knows where it is.
spdlog::file_event_handlers handlers() {
  spdlog::file_event_handlers on;
  on.after_open = [](const spdlog::filename_t&, std::FILE* file) {
    ::fcntl(::fileno(file), F_SETFD, FD_CLOEXEC);
    tell_crashes_to(::fileno(file));
  };
  on.before_close = [](const spdlog::filename_t&, std::FILE*) { tell_crashes_to(STDERR_FILENO); };
  return on;
}

}  // namespace

LogFile::LogFile(const std::filesystem::path& file, LogLevel least) {
  if (const Fd writable(::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644)); !writable)
    throw Error(Blame::machine, file.string() + ": cannot be made: " + std::strerror(errno));
  try {
    const auto sink = std::make_shared<FileSink>(file.string(), kLargest, kOldFiles, false, handlers());
    sink->set_formatter(std::make_unique<spdlog::pattern_formatter>("%Y-%m-%dT%H:%M:%S.%fZ %-7l %-18n %v",
                                                                    spdlog::pattern_time_type::utc));
    sink->set_level(spdlog_level(least));
    const std::lock_guard lock(current_file().mutex);
    current_file().sink = sink;
  } catch (const spdlog::spdlog_ex& e) {
    throw Error(Blame::machine, e.what());
  }
  install_crash_handlers();
}

LogFile::~LogFile() {
  const std::lock_guard lock(current_file().mutex);
  current_file().sink.reset();
}

void log_debug(std::string_view text, const char* file) noexcept { write(LogLevel::debug, text, file); }
void log_info(std::string_view text, const char* file) noexcept { write(LogLevel::info, text, file); }
void log_warning(std::string_view text, const char* file) noexcept { write(LogLevel::warning, text, file); }
void log_error(std::string_view text, const char* file) noexcept { write(LogLevel::error, text, file); }

}  // namespace rehearse
