// The journal: events.jsonl, append only, one event a line (design invariant 1). Written through at once, so
// that a killed harness loses nothing; a torn last line is tolerated when it is read.
#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "harness/record/event.h"

namespace rehearse {

// The time of day when it was first asked for, and what has passed since: a clock that is set while a run
// goes on moves none of its events.
record::Micros now_micros();

class Journal {
 public:
  // Creates the file. Throws Error(Blame::machine).
  explicit Journal(const std::filesystem::path& file);

  // Numbers the event, stamps it with the time unless it has one, writes it, and returns it.
  record::Event append(record::Event);

 private:
  void write(const std::string& line);

  std::filesystem::path path_;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
  std::int64_t next_ = 1;
};

// Adds an event to the journal of a harness that was killed; what it tore is left out.
void append_to_journal(const std::filesystem::path& file, record::Body);

// The observed and done events of a journal; judged ones are left out. Throws Error(Blame::scenario) with
// file:line for a line that is no event, unless it is the last and torn, and for a schema of another version.
std::vector<record::Event> read_journal(const std::filesystem::path& file);

}  // namespace rehearse
