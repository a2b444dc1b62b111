#include "localnet/cosmos/log_fields.h"

#include <algorithm>
#include <tuple>
#include <unordered_map>

#include "localnet/base/json.h"
#include "localnet/cosmos/go_text.h"

namespace rehearse {

namespace {

constexpr auto kNone = std::string_view::npos;

// Past the closing quote of the string that begins at `at`; none when it is cut off.
std::size_t after_string(std::string_view text, std::size_t at) {
  for (std::size_t i = at + 1; i < text.size(); ++i) {
    if (text[i] == '\\') ++i;
    else if (text[i] == '"') return i + 1;
  }
  return kNone;
}

// Past the bracket that closes the one at `at`; none when it is not within `budget` characters, which are used up.
std::size_t after_brackets(std::string_view text, std::size_t at, std::size_t& budget) {
  std::size_t depth = 0;
  for (std::size_t i = at; i < text.size() && budget > 0; ++i, --budget) {
    if (text[i] == '"') {
      const auto end = after_string(text, i);
      if (end == kNone || end - i > budget) {
        budget -= std::min(budget, text.size() - i);
        return kNone;
      }
      budget -= end - i - 1;
      i = end - 1;
    } else if (text[i] == '{' || text[i] == '[') {
      ++depth;
    } else if ((text[i] == '}' || text[i] == ']') && --depth == 0) {
      return i + 1;
    }
  }
  return kNone;
}

class FieldScanner {
 public:
  // A value in brackets that are never closed is looked at once: all of them together are allowed four lengths of the line.
  explicit FieldScanner(std::string_view line) : line_(line), budget_(4 * line.size() + 64) {}

  struct Field {
    std::string_view key;
    std::string value;
    std::size_t end;
  };
  // Loggers quote what has a space or a quote; a quote that is not closed is a line that is cut off.
  std::optional<Field> at(std::size_t start) {
    const auto equals = line_.find_first_of(" \t=\"'{}[],:;?&<>|", start);
    if (equals == start || equals == kNone || line_[equals] != '=') return std::nullopt;
    const auto key = line_.substr(start, equals - start);
    const auto value = equals + 1;
    const auto ends = [this](std::size_t i) { return i == line_.size() || line_[i] == ' ' || line_[i] == '\t'; };
    if (ends(value)) return Field{key, "", value};
    if (line_[value] == '"') {
      const auto end = after_string(line_, value);
      if (end == kNone) return Field{key, unescaped(line_.substr(value + 1)), line_.size()};
      if (!ends(end)) return std::nullopt;
      return Field{key, unescaped(line_.substr(value + 1, end - value - 2)), end};
    }
    if (line_[value] == '{' || line_[value] == '[') {
      const auto end = after_brackets(line_, value, budget_);
      if (end != kNone && ends(end)) return Field{key, std::string(line_.substr(value, end - value)), end};
    }
    const auto end = std::min(line_.find_first_of(" \t", value), line_.size());
    const auto bare = line_.substr(value, end - value);
    if (bare.front() == '=' || (bare.find('"') != kNone && bare.front() != '{' && bare.front() != '[')) return std::nullopt;
    return Field{key, std::string(bare), end};
  }

 private:
  std::string_view line_;
  std::size_t budget_;
};

// As Go marshals it from a map: keys by name, and what HTML could mistake as \u003c.
std::string sorted_json(std::string_view text) {
  constexpr std::size_t kLongest = 64 * 1024;
  constexpr int kDeepest = 32;
  int depth = 0, deepest = 0;
  for (const char c : text) {
    if (c == '{' || c == '[') deepest = std::max(deepest, ++depth);
    if (c == '}' || c == ']') --depth;
  }
  if (text.size() > kLongest || deepest > kDeepest) return std::string(text);
  const auto value = nlohmann::json::parse(text, nullptr, false);
  if (value.is_discarded()) return std::string(text);
  std::string out;
  for (const char c : value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)) {
    if (c == '<') out += "\\u003c";
    else if (c == '>') out += "\\u003e";
    else if (c == '&') out += "\\u0026";
    else out += c;
  }
  return out;
}

// An object's members one after the other, without a parser that refuses all of it for its last byte.
class JsonMembers {
 public:
  explicit JsonMembers(std::string_view text) : text_(text), budget_(text.size() + 64) {}

  bool begin() {
    space();
    return skip('{');
  }
  // False when there is no other, or not enough of it.
  bool next(std::string& key, std::string& value) {
    space();
    skip(',');
    space();
    if (at_ >= text_.size() || text_[at_] != '"') return false;
    const auto end = after_string(text_, at_);
    if (end == kNone) return false;
    key = unescaped(text_.substr(at_ + 1, end - at_ - 2));
    at_ = end;
    space();
    if (!skip(':')) return false;
    space();
    return read(value);
  }

 private:
  void space() { at_ = std::min(text_.find_first_not_of(" \t", at_), text_.size()); }
  bool skip(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool read(std::string& value) {
    if (at_ >= text_.size()) return false;
    const auto from = at_;
    if (text_[from] == '"') {
      const auto end = after_string(text_, from);
      value = unescaped(text_.substr(from + 1, end == kNone ? kNone : end - from - 2));
      at_ = std::min(end, text_.size());
    } else if (text_[from] == '{' || text_[from] == '[') {
      at_ = std::min(after_brackets(text_, from, budget_), text_.size());
      value = sorted_json(text_.substr(from, at_ - from));
    } else {
      at_ = std::min(text_.find_first_of(",} \t", from), text_.size());
      value = text_.substr(from, at_ - from);
    }
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0, budget_;
};

std::string_view trimmed(std::string_view text) {
  const auto from = text.find_first_not_of(" \t");
  return from == kNone ? std::string_view() : text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

}  // namespace

MessageAndFields split_fields(std::string_view line) {
  FieldScanner scanner(line);
  LogFields fields;
  bool module = false;                    // among the fields
  std::size_t begin = kNone, words = kNone;  // of the fields; of what may be a key's first words
  const auto forget = [&] {
    fields.clear();
    module = false;
    begin = words = kNone;
  };
  for (std::size_t at = line.find_first_not_of(" \t"); at < line.size(); at = line.find_first_not_of(" \t", at)) {
    auto field = scanner.at(at);
    if (!field) {
      if (!module) forget();
      else if (words == kNone) words = at;
      at = std::min(line.find_first_of(" \t", at), line.size());
      continue;
    }
    if (words != kNone && field->key == "module") forget();
    const auto key_from = words == kNone ? at : words;
    if (begin == kNone) begin = at;
    module = module || field->key == "module";
    if (fields.size() < kMostLogFields)
      fields.emplace_back(line.substr(key_from, at + field->key.size() - key_from), std::move(field->value));
    words = kNone;
    at = field->end;
  }
  if (words != kNone) forget();
  return {std::string(trimmed(line.substr(0, begin))), std::move(fields)};
}

std::optional<LogFields> read_json_fields(std::string_view line) {
  JsonMembers members(line);
  if (!members.begin()) return std::nullopt;
  LogFields fields;
  std::unordered_map<std::string, std::size_t> place;
  std::string key, value;
  while (members.next(key, value)) {
    if (const auto known = place.find(key); known != place.end()) {
      fields[known->second].second = std::move(value);
    } else if (fields.size() < kMostLogFields) {
      place.emplace(key, fields.size());
      fields.emplace_back(std::move(key), std::move(value));
    }
  }
  return fields;
}

void sort_fields(LogFields& fields) {
  std::stable_sort(fields.begin(), fields.end(), [](const auto& a, const auto& b) {
    return std::make_tuple(a.first != "error", std::string_view(a.first)) <
           std::make_tuple(b.first != "error", std::string_view(b.first));
  });
}

}  // namespace rehearse
