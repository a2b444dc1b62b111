// The harness's own log, for whoever debugs the harness: what was tried again, which source of an answer failed, what a wait
// waited for. What a run is judged by is its journal, never this.
//
//   const LogFile log(folder / "harness.log", LogLevel::info);
//   log_info(fmt::format("{}: downloaded again from byte {}", url, size));
#pragma once

#include <filesystem>
#include <string_view>

namespace rehearse {

enum class LogLevel { debug, info, warning, error };

// While it lives, the log goes to that file: time, level, the room that wrote it, and the text. The file is rotated, so
// that a run of days does not fill the disk. A crash of this process ends it with a backtrace (crash.h). One at a time.
class LogFile {
 public:
  // Throws Error(Blame::machine) when the file cannot be written.
  LogFile(const std::filesystem::path& file, LogLevel least);
  ~LogFile();
  LogFile(const LogFile&) = delete;
};

// From any thread; these never throw. Warnings and errors are shown on standard error, too. `file` is the caller's own: the
// room is read from it.
void log_debug(std::string_view text, const char* file = __builtin_FILE()) noexcept;
void log_info(std::string_view text, const char* file = __builtin_FILE()) noexcept;
void log_warning(std::string_view text, const char* file = __builtin_FILE()) noexcept;
void log_error(std::string_view text, const char* file = __builtin_FILE()) noexcept;

}  // namespace rehearse
