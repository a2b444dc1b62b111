// Text that came from outside (node logs, answers, error messages) made fit for a report. Every report passes
// each value of the record through clean() or one_line() exactly once, so that no log line can move a cursor,
// break a document or hide what stands beside it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace rehearse::reports {

// Without ANSI escape sequences, control characters (NUL too), bidirectional overrides and the code points
// that XML 1.0 forbids; bytes that are not UTF-8 become U+FFFD. Tabs and line ends (as '\n') stay. The result
// is valid UTF-8 and valid XML character data once escaped.
std::string clean(std::string_view text);

// `text` cut to at most `max_bytes` between two code points; what was left out is counted at the end, and
// that note is not part of max_bytes. Expects valid UTF-8.
std::string clip(std::string text, std::size_t max_bytes);

// On one line, of at most about that many bytes: what is too much is left out of the middle, for what was said stands at the end
// (after a command), and what it is about at the beginning.
std::string without_middle(std::string_view text, std::size_t max_bytes);

// clean() on a single line: runs of blanks become one space, none at the ends; then clip().
std::string one_line(std::string_view text, std::size_t max_bytes = 400);

// clean() with & < > " ' written as entities: for HTML text and quoted attribute values.
std::string html(std::string_view text);

}  // namespace rehearse::reports
