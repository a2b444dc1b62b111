#include "localnet/cosmos/log_entry.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>

#include "localnet/base/json.h"
#include "localnet/base/text.h"
#include "localnet/cosmos/go_text.h"
#include "localnet/cosmos/log_fields.h"

namespace rehearse {

namespace {

constexpr std::size_t kLongestValueInText = 4096;

struct LevelWords {
  LineLevel level;
  std::array<std::string_view, 4> words;  // the first as zerolog's console has it; all in upper case
};
constexpr std::array<LevelWords, 7> kLevels{{{LineLevel::trace, {"TRC", "TRACE", "", ""}},
                                             {LineLevel::debug, {"DBG", "DEBUG", "DEBU", ""}},
                                             {LineLevel::info, {"INF", "INFO", "NOTICE", ""}},
                                             {LineLevel::warn, {"WRN", "WARN", "WARNING", ""}},
                                             {LineLevel::error, {"ERR", "ERROR", "EROR", ""}},
                                             {LineLevel::fatal, {"FTL", "FATAL", "CRIT", "CRITICAL"}},
                                             {LineLevel::panic, {"PNC", "PANIC", "DPANIC", ""}}}};

// In any case; log/slog has "ERROR+2", too.
LineLevel level_of(std::string_view word) {
  std::string upper(word.substr(0, std::min(word.find_first_of("+-"), std::size_t{16})));
  std::transform(upper.begin(), upper.end(), upper.begin(), [](unsigned char c) { return std::toupper(c); });
  if (upper.empty()) return LineLevel::unknown;
  for (const auto& l : kLevels)
    if (std::find(l.words.begin(), l.words.end(), upper) != l.words.end()) return l.level;
  return LineLevel::unknown;
}

// Of tmlog's single letter.
LineLevel level_of(char letter) {
  for (const auto& l : kLevels)
    if (l.words.front().front() == letter) return l.level;
  return LineLevel::unknown;
}

// Every form of a time that Go has a name for, so that a level word is one only after a time or at the line's beginning.
const std::string& time_expression() {
  static const std::string clock = R"(\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?[AaPp][Mm])?)";
  static const std::string zone = R"((?: ?(?:Z|[+-]\d{2}:?\d{2}))?(?: [A-Z]{2,5})?)";
  static const std::string month = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*";
  static const std::string day = "(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? )?";
  static const std::string all = "(?:<nil>|" + clock + "|" +                              // 3:04PM
                                 R"(\d{4}[-/]\d{2}[-/]\d{2}[T |])" + clock + zone + "|" +  // RFC 3339
                                 R"(\d{9,}(?:\.\d+)?|)" +                                  // seconds and less since 1970
                                 day + month + R"( +\d{1,2},? (?:\d{4} )?)" + clock + zone + R"((?: \d{4})?|)" +  // ANSI C
                                 day + R"(\d{1,2}[- ])" + month + R"([- ]\d{2,4} )" + clock + zone + ")";         // RFC 1123
  return all;
}

// Level and where the message begins, of a line that a logger of text has begun.
struct Start {
  LineLevel level;
  std::size_t message;
  bool console;  // zerolog's
};

std::optional<Start> read_start(std::string_view line) {
  static const RE2 console("^(?:" + time_expression() + R"([ \t]+)?(TRC|DBG|INF|WRN|ERR|FTL|PNC|\?\?\?)(?:[ \t]+|$))");
  static const RE2 words("^" + time_expression() +
                         R"([ \t]+\[?(TRACE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL|PANIC|CRIT)\]?(?:[ \t:]+|$))");
  static const RE2 tmlog(R"(^(D|I|W|E|N|TRACE|DEBUG|INFO|WARN|ERROR|CRIT) *\[[-\d]+\|[\d:.]+\](?:[ \t]+|$))");
  constexpr std::size_t kLongestStart = 128;
  const re2::StringPiece all(line.data(), std::min(line.size(), kLongestStart));
  for (const RE2* form : {&console, &tmlog, &words}) {
    re2::StringPiece rest(all), word;
    if (!RE2::Consume(&rest, *form, &word)) continue;
    const auto level = word.size() == 1 ? level_of(word[0]) : level_of({word.data(), word.size()});
    return Start{level, all.size() - rest.size(), form == &console};
  }
  return std::nullopt;
}

// Removes the first of these fields that there is.
std::optional<std::string> take_field(LogFields& fields, std::initializer_list<std::string_view> keys) {
  for (const auto key : keys) {
    const auto found = std::find_if(fields.begin(), fields.end(), [key](const auto& f) { return f.first == key; });
    if (found == fields.end()) continue;
    auto value = std::move(found->second);
    fields.erase(found);
    return value;
  }
  return std::nullopt;
}

bool needs_quotes(std::string_view value) {
  return std::any_of(value.begin(), value.end(),
                     [](unsigned char c) { return c <= 0x20 || c > 0x7e || c == '\\' || c == '"'; });
}

void append_value(std::string& text, const std::string& value) {
  constexpr std::string_view kCut = "...";
  const bool cut = value.size() > kLongestValueInText;
  std::string shown(cut ? utf8_prefix(value, kLongestValueInText - kCut.size()) : std::string_view(value));
  if (cut) shown += kCut;
  // What is no string of its own, zerolog writes as JSON.
  const bool json = (value.starts_with('{') || value.starts_with('[')) && !cut && nlohmann::json::accept(value);
  text += json ? on_one_line(shown) : needs_quotes(shown) ? go_quoted(shown) : shown;
}

void write_text(LogEntry& entry, const std::optional<std::string>& caller) {
  const auto part = [&entry](std::string_view what) {
    if (!entry.text.empty() && !what.empty()) entry.text += ' ';
    entry.text += what;
  };
  part(short_name(entry.level));
  if (caller && !caller->empty()) part(on_one_line(*caller) + " >");
  part(on_one_line(entry.message));
  for (const auto& [key, value] : entry.fields) {
    part(on_one_line(key) + "=");
    append_value(entry.text, value);
  }
}

// Of fields that name level and message as JSON, logfmt and log/slog do; none when they name neither.
std::optional<LogEntry> of_fields(LogFields fields) {
  LogEntry entry;
  const auto level = take_field(fields, {"level", "lvl", "severity"});
  auto message = take_field(fields, {"message"});
  const bool zerolog = message.has_value();  // has "msg" as a field beside its message
  if (!message) message = take_field(fields, {"msg", "_msg"});
  if (level) entry.level = level_of(*level);
  if (entry.level == LineLevel::unknown && !message) return std::nullopt;
  take_field(fields, {"time"});
  if (!zerolog) take_field(fields, {"ts", "timestamp", "@timestamp", "t"});
  const auto caller = take_field(fields, {"caller"});
  sort_fields(fields);
  entry.message = message.value_or("");
  entry.fields = std::move(fields);
  write_text(entry, caller);
  if (caller) entry.fields.emplace_back("caller", *caller);
  return entry;
}

bool has_long_value(const LogFields& fields) {
  return std::any_of(fields.begin(), fields.end(), [](const auto& f) { return f.second.size() > kLongestValueInText; });
}

LogEntry of_message(const Start& start, std::string_view line) {
  line.remove_prefix(start.message);
  auto [message, fields] = split_fields(line);
  LogEntry entry;
  entry.level = start.level;
  entry.message = std::move(message);
  entry.fields = std::move(fields);
  if (!start.console) sort_fields(entry.fields);
  if (start.console && !has_long_value(entry.fields)) {
    entry.text = short_name(entry.level);
    if (!entry.text.empty() && !line.empty()) entry.text += ' ';
    entry.text += line;
  } else {
    write_text(entry, std::nullopt);
  }
  static const RE2 caller(R"(^(\S+\.go:\d+) > )");
  re2::StringPiece rest(entry.message);
  if (std::string file; RE2::Consume(&rest, caller, &file)) {
    entry.message = std::string(rest);
    entry.fields.emplace_back("caller", std::move(file));
  }
  return entry;
}

LogEntry of_program(std::string line) {
  LogEntry entry;
  entry.message = line;
  for (const auto& [prefix, level] : {std::pair{std::string_view("panic: "), LineLevel::panic},
                                      std::pair{std::string_view("fatal error: "), LineLevel::fatal}})
    if (line.starts_with(prefix)) {
      entry.level = level;
      entry.message = line.substr(prefix.size());
    }
  entry.text = std::move(line);
  return entry;
}

LogEntry read_clean(std::string line) {
  const auto first = std::min(line.find_first_not_of(" \t"), line.size());
  if (line.compare(first, 1, "{") == 0) {
    if (auto fields = read_json_fields(line))
      if (auto entry = of_fields(std::move(*fields))) return *std::move(entry);
    return of_program(std::move(line));
  }
  if (const auto start = read_start(line)) return of_message(*start, line);
  static const RE2 logfmt(R"(^(?:time|ts|t|level|lvl)=)");
  if (RE2::PartialMatch(re2::StringPiece(line.data(), std::min<std::size_t>(line.size(), 8)), logfmt)) {
    auto [message, fields] = split_fields(line);
    if (message.empty())
      if (auto entry = of_fields(std::move(fields))) return *std::move(entry);
  }
  return of_program(std::move(line));
}

}  // namespace

std::string_view short_name(LineLevel level) {
  for (const auto& l : kLevels)
    if (l.level == level) return l.words.front();
  return "";
}

const std::string* LogEntry::field(std::string_view key) const {
  for (const auto& [name, value] : fields)
    if (name == key) return &value;
  return nullptr;
}

LogEntry read_log_line(std::string_view raw) {
  auto entry = read_clean(printable(std::string(raw)));
  if (const auto* module = entry.field("module")) entry.module = *module;
  return entry;
}

}  // namespace rehearse
