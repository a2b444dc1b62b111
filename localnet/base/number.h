// Whole numbers in text from outside: what is none, or does not fit, is nothing. For those in JSON see json.h.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>

namespace rehearse {

// All of `text` is the number: whole_number<int>("12").
template <class T>
std::optional<T> whole_number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace rehearse
