// A node's log as it grows: whole lines with their place, matched against the profile's patterns.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "localnet/base/decode.h"
#include "localnet/cosmos/log_entry.h"
#include "localnet/network/sink.h"
#include "localnet/base/fd.h"

namespace rehearse {

// Reads what is new in a file, as whole lines. The file may not exist yet.
class LogFollower {
 public:
  // `on_line` (text without escapes and line end, offset of its first byte, 1-based number).
  using OnLine = std::function<void(const std::string&, std::int64_t offset, std::int64_t line)>;
  LogFollower(std::filesystem::path file, OnLine on_line);

  // Reads all that was written since the last call; `last` also delivers a line without an end.
  void read(bool last = false);
  // Goes on behind all that is there; its lines are counted.
  void skip();

 private:
  void deliver(const std::string& text, bool ended);
  std::filesystem::path file_;
  OnLine on_line_;
  Fd fd_;
  std::int64_t offset_ = 0, line_ = 0;
  std::string partial_;
};

// The profile's patterns, compiled once. Linear in the length of the line (RE2), whatever the line is.
class LogMatcher {
 public:
  explicit LogMatcher(const Ordered<std::string>& patterns);
  ~LogMatcher();
  // All patterns that match what the line says, however it is written (log_entry.h); "error" when its level is ERR or worse and no
  // pattern matches. Empty for most lines.
  std::vector<MatchedLine> match(const std::string& line, const LogEntry&) const;
  std::vector<MatchedLine> match(const std::string& line) const { return match(line, read_log_line(line)); }

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rehearse
