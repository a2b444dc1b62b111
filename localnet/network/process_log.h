// The log of a process that is told of: what matches goes to the sink, and its last lines are kept for its end.
#pragma once

#include <deque>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>

#include "localnet/cosmos/go_panic.h"
#include "localnet/network/node_log.h"
#include "localnet/network/sink.h"

namespace rehearse {

class ProcessLog {
 public:
  // Called with each line first; false: it tells nothing about an end.
  using OnLine = std::function<bool(const std::string&)>;
  // `name` is the process's in what the sink is told. The references outlive this; makes the file's folder.
  ProcessLog(Sink&, const LogMatcher&, std::string name, std::filesystem::path file, OnLine = {});

  // Reads what is new; `last` also a line without an end.
  void read(bool last = false) { follower_.read(last); }
  // Passes by all that it holds.
  void skip() { follower_.skip(); }
  // Of the process that has ended; the next one begins anew.
  LastWords last_words();
  // Of all that was read.
  const LogCount& count() const { return count_; }
  const std::filesystem::path& file() const { return file_; }

 private:
  void line(const std::string& text, std::int64_t offset, std::int64_t number);

  Sink& sink_;
  const LogMatcher& matcher_;
  std::string name_;
  std::filesystem::path file_;
  OnLine on_line_;
  LogFollower follower_;
  std::deque<std::pair<std::string, std::int64_t>> last_;  // text, number
  PanicReader panics_;
  std::string said_;            // see LastWords
  std::int64_t said_line_ = 0;
  LogCount count_;
};

}  // namespace rehearse
