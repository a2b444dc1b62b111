#include "localnet/cosmos/go_text.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

#include "localnet/base/text.h"

namespace rehearse {

namespace {

void append_utf8(std::string& out, std::uint32_t c) {
  const auto byte = [&out](std::uint32_t b) { out += static_cast<char>(b); };
  if (c >= 0x110000 || (c >= 0xd800 && c < 0xe000)) c = 0xfffd;
  if (c < 0x80) return byte(c);
  if (c < 0x800) {
    byte(0xc0 | c >> 6);
  } else if (c < 0x10000) {
    byte(0xe0 | c >> 12);
    byte(0x80 | (c >> 6 & 0x3f));
  } else {
    byte(0xf0 | c >> 18);
    byte(0x80 | (c >> 12 & 0x3f));
    byte(0x80 | (c >> 6 & 0x3f));
  }
  byte(0x80 | (c & 0x3f));
}

// Exactly that many digits.
std::optional<std::uint32_t> hex_at(std::string_view text, std::size_t at, std::size_t digits) {
  if (at > text.size() || text.size() - at < digits) return std::nullopt;
  std::uint32_t value = 0;
  const char* end = text.data() + at + digits;
  const auto read = std::from_chars(text.data() + at, end, value, 16);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return value;
}

// What stands at a backslash, and how much of the text it is; 0 when it is no escape with digits.
std::size_t append_numbered(std::string& out, std::string_view text, std::size_t at) {
  const char kind = text[at + 1];
  const std::size_t digits = kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
  const auto value = digits ? hex_at(text, at + 2, digits) : std::nullopt;
  if (!value) return 0;
  if (kind == 'x') {
    out += static_cast<char>(*value);
    return 4;
  }
  if (kind == 'u' && *value >= 0xd800 && *value < 0xdc00 && text.substr(at + 6, 2) == "\\u") {
    const auto low = hex_at(text, at + 8, 4);
    if (low && *low >= 0xdc00 && *low < 0xe000) {
      append_utf8(out, 0x10000 + ((*value - 0xd800) << 10) + (*low - 0xdc00));
      return 12;
    }
  }
  append_utf8(out, *value);
  return 2 + digits;
}

}  // namespace

std::string unescaped(std::string_view text) {
  constexpr std::string_view kNames = "ntrbfav\\\"'/", kMeanings = "\n\t\r\b\f\a\v\\\"'/";
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '\\' || at + 1 == text.size()) {
      out += text[at++];
    } else if (const auto name = kNames.find(text[at + 1]); name != std::string_view::npos) {
      out += kMeanings[name];
      at += 2;
    } else if (const auto length = append_numbered(out, text, at)) {
      at += length;
    } else {
      out += text[at++];
    }
  }
  return out;
}

std::string go_quoted(std::string_view text) {
  constexpr std::string_view kNames = "abtnvfr";  // from \a on, in their order
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out = "\"";
  out.reserve(text.size() + 2);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      (out += '\\') += c;
    } else if (c >= '\a' && c <= '\r') {
      (out += '\\') += kNames[byte - '\a'];
    } else if (byte < 0x20 || byte == 0x7f) {
      ((out += "\\x") += kDigits[byte >> 4]) += kDigits[byte & 15];
    } else {
      out += c;
    }
  }
  return out += '"';
}

std::string on_one_line(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c == '\n') out += "\\n";
    else if (c == '\r') out += "\\r";
    else if (c == '\t') out += "\\t";
    else out += c;
  }
  const bool clean = std::none_of(out.begin(), out.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  return clean ? out : printable(out);
}

std::string_view utf8_prefix(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  std::size_t end = bytes;
  while (end > 0 && bytes - end < 4 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end);
}

}  // namespace rehearse
