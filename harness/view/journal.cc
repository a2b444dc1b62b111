#include "harness/view/journal.h"

#include <chrono>
#include <cstring>
#include <fstream>

#include "localnet/base/error.h"
#include "localnet/base/json_text.h"
#include "localnet/base/text.h"

namespace rehearse {

using record::Event;
using record::Json;

record::Micros now_micros() {
  using std::chrono::duration_cast, std::chrono::microseconds, std::chrono::steady_clock,
      std::chrono::system_clock;
  static const auto wall = system_clock::now().time_since_epoch();
  static const auto start = steady_clock::now();
  return duration_cast<microseconds>(wall + (steady_clock::now() - start)).count();
}

static std::string head_line() { return Json{{"schema", record::kSchemaVersion}}.dump(); }

Journal::Journal(const std::filesystem::path& file) : path_(file), file_(std::fopen(file.c_str(), "wxe"), &std::fclose) {
  if (!file_) throw Error(Blame::machine, file.string() + ": cannot be made: " + std::strerror(errno));
  write(head_line());
}

// The whole line is in the file, whatever becomes of the harness.
void Journal::write(const std::string& line) {
  if (std::fprintf(file_.get(), "%s\n", line.c_str()) < 0 || std::fflush(file_.get()) != 0)
    throw Error(Blame::machine, path_.string() + ": cannot be written: " + std::strerror(errno) + "; is there room on the disk?");
}

Event Journal::append(Event e) {
  e.seq = next_++;
  if (!e.seen) e.seen = now_micros();
  // Nodes' output may hold bytes that are not UTF-8.
  write(record::to_json(e).dump(-1, ' ', false, Json::error_handler_t::replace));
  return e;
}

void append_to_journal(const std::filesystem::path& file, record::Body body) {
  const auto text = read_file(file);
  std::filesystem::resize_file(file, text.rfind('\n') + 1);  // npos + 1: none of it is whole
  const auto events = read_journal(file);
  Event e;
  e.body = std::move(body);
  e.seq = events.empty() ? 1 : events.back().seq + 1;
  e.seen = now_micros();
  std::ofstream out(file, std::ios::app | std::ios::binary);
  if (!(out << record::to_json(e).dump(-1, ' ', false, Json::error_handler_t::replace) << "\n").flush())
    throw Error(Blame::machine, file.string() + ": cannot be written; is there room on the disk?");
}

std::vector<Event> read_journal(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::string line;
  if (!in || !std::getline(in, line))
    throw Error(Blame::scenario, file.string() + ": cannot be read; is it a run folder?");
  if (line != head_line())
    throw Error(Blame::scenario, file.string() + ":1: not a journal of schema " +
                                     std::to_string(record::kSchemaVersion) + ", which this harness reads");
  std::vector<Event> events;
  for (int number = 2; std::getline(in, line); ++number) {
    const bool whole = !in.eof();
    try {
      auto e = record::event_from_json(parse_json(line));
      if (std::strcmp(record::class_of(e.body), "judged") != 0) events.push_back(std::move(e));
    } catch (const std::exception& problem) {
      if (!whole) break;  // torn: the harness was killed while it wrote
      throw Error(Blame::scenario,
                  file.string() + ":" + std::to_string(number) + ": not an event: " + problem.what());
    }
  }
  return events;
}

}  // namespace rehearse
