// One line of a node's log, whatever wrote it, in one form: what a profile's patterns are matched against, and its parts.
//
// Read are zerolog's console form and JSON (SDK 0.45 and later, Cosmovisor), tmlog (`I[2023-05-01|10:00:00.000] ...`),
// geth's form of it, logfmt and log/slog's text and JSON, and the first lines of Go's panics. Anything else has no level.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rehearse {

enum class LineLevel { unknown, trace, debug, info, warn, error, fatal, panic };

// As zerolog's console writes it: "ERR"; empty when unknown.
std::string_view short_name(LineLevel);

struct LogEntry {
  LineLevel level = LineLevel::unknown;
  std::string module;   // of the field `module`
  std::string message;  // without level, time and fields; the line itself when no logger is known that writes it so
  // Decoded, `module` among them, without level, time and message. At most 1,000. A console line does not say where its
  // message ends: "height=5" at its end is taken for a field.
  std::vector<std::pair<std::string, std::string>> fields;
  // As zerolog's console prints the line, without time and colour: `ERR message error=... a=... module=x z=...`, values quoted
  // and escaped as it does, so that a pattern finds in JSON what it finds on a console: a quote in a value is \" here, and in
  // `fields` it is not. One line always. A value of more than 4 KB (a stack) is cut and ends with "...". Fields are in
  // zerolog's order whatever format the line has; a console line keeps its own. A line of no known logger is itself.
  std::string text;

  // Null when there is no such field.
  const std::string* field(std::string_view key) const;
};

// `raw` has no line end, and may hold any bytes and end anywhere. Linear in its length. What printable() has cleaned reads
// the same: escapes are plain characters in the file.
LogEntry read_log_line(std::string_view raw);

}  // namespace rehearse
