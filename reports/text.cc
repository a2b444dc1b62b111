#include "reports/text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace rehearse::reports {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr char kEscape = '\x1b';

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// Length of the UTF-8 sequence at `i` and its code point; length 0 when it is not one (overlong forms,
// surrogates and what lies beyond U+10FFFF included).
std::pair<std::size_t, char32_t> decode(std::string_view s, std::size_t i) {
  const auto lead = static_cast<unsigned char>(s[i]);
  if (lead < 0x80) return {1, lead};
  const std::size_t length = lead >= 0xF0 && lead <= 0xF4 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 0;
  if (length == 0 || lead > 0xF4 || i + length > s.size()) return {0, 0};
  char32_t point = lead & (0x7F >> length);
  for (std::size_t k = 1; k < length; ++k) {
    if (!is_continuation(s[i + k])) return {0, 0};
    point = (point << 6) | (static_cast<unsigned char>(s[i + k]) & 0x3F);
  }
  constexpr std::array<char32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};
  if (point < kLeast[length] || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return {0, 0};
  return {length, point};
}

bool is_forbidden(char32_t point) {
  if (point < 0x20) return point != '\t' && point != '\n';
  if (point == 0x7F) return true;
  if (point >= 0x2028 && point <= 0x202E) return true;  // line separators, bidirectional overrides
  if (point >= 0x2066 && point <= 0x2069) return true;  // bidirectional isolates
  return point == 0xFFFE || point == 0xFFFF || point == 0xFEFF;
}

bool is_between(char c, char low, char high) { return c >= low && c <= high; }

// The end of the escape sequence of that kind (the byte after ESC) whose parameters start at `i`. One that is
// torn ends where it stops being well formed, so that an unfinished one does not swallow the text after it.
std::size_t after_escape(std::string_view s, std::size_t i, char kind) {
  if (kind == '[') {  // CSI: parameters, intermediates, one final byte
    while (i < s.size() && is_between(s[i], 0x20, 0x3F)) ++i;
    return i < s.size() && is_between(s[i], 0x40, 0x7E) ? i + 1 : i;
  }
  if (kind == ']' || kind == 'P' || kind == 'X' || kind == '^' || kind == '_') {  // strings up to BEL or ST
    for (std::size_t k = i; k < s.size() && s[k] != '\n'; ++k) {
      if (s[k] == '\a') return k + 1;
      if (s[k] == kEscape) return k + 1 < s.size() && s[k + 1] == '\\' ? k + 2 : k;
    }
    return i;
  }
  if (!is_between(kind, 0x20, 0x2F)) return i;  // two bytes in all
  while (i < s.size() && is_between(s[i], 0x20, 0x2F)) ++i;
  return i < s.size() && is_between(s[i], 0x30, 0x7E) ? i + 1 : i;
}

}  // namespace

std::string clean(std::string_view s) {
  std::string out;
  out.reserve(s.size());
  for (std::size_t i = 0; i < s.size();) {
    std::size_t plain = i;
    while (plain < s.size() && is_between(s[plain], 0x20, 0x7E)) ++plain;
    out.append(s, i, plain - i);  // most text is nothing else
    i = plain;
    if (i == s.size()) break;
    if (s[i] == kEscape) {
      const bool known = i + 1 < s.size() && is_between(s[i + 1], 0x20, 0x7E);
      i = known ? after_escape(s, i + 2, s[i + 1]) : i + 1;
    } else if (s[i] == '\r') {
      if (i + 1 == s.size() || s[i + 1] != '\n') out += '\n';
      ++i;
    } else if (const auto [length, point] = decode(s, i); length == 0) {
      out += kReplacement;
      ++i;
    } else if (point >= 0x80 && point <= 0x9F) {  // C1: an escape sequence that starts with one character
      i = after_escape(s, i + length, static_cast<char>(point - 0x40));
    } else {
      if (!is_forbidden(point)) out.append(s, i, length);
      i += length;
    }
  }
  return out;
}

std::string clip(std::string text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  std::size_t end = max_bytes;
  while (end > 0 && is_continuation(text[end])) --end;
  const std::size_t left_out = text.size() - end;
  text.resize(end);
  return text + "… (" + std::to_string(left_out) + " more bytes)";
}

std::string one_line(std::string_view text, std::size_t max_bytes) {
  constexpr const char* kBlanks = " \t\n";
  const std::string cleaned = clean(text);
  std::string out;
  out.reserve(cleaned.size());
  for (std::size_t word = cleaned.find_first_not_of(kBlanks); word != std::string::npos;) {
    const std::size_t end = std::min(cleaned.find_first_of(kBlanks, word), cleaned.size());
    if (!out.empty()) out += ' ';
    out.append(cleaned, word, end - word);
    word = cleaned.find_first_not_of(kBlanks, end);
  }
  return clip(std::move(out), max_bytes);
}

std::string without_middle(std::string_view text, std::size_t max_bytes) {
  auto line = one_line(text, std::string::npos);
  if (line.size() <= max_bytes) return line;
  std::size_t from = max_bytes / 3, to = line.size() - (max_bytes - max_bytes / 3);
  while (from > 0 && is_continuation(line[from])) --from;
  while (to < line.size() && is_continuation(line[to])) ++to;
  return line.replace(from, to - from, " … ");
}

std::string html(std::string_view text) {
  std::string out;
  for (const char c : clean(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace rehearse::reports
