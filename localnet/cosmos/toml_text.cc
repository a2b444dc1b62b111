#include "localnet/cosmos/toml_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <sstream>
#include <utility>
#include <vector>

#include <toml++/toml.h>

#include "localnet/base/decode.h"
#include "localnet/base/error.h"

namespace rehearse {

namespace {

using Json = nlohmann::json;

// JSON's escapes are a part of TOML's, and its numbers and lists are TOML's, too.
std::string toml_literal(const Json& value) { return value.dump(); }

// Of a position that counts lines from 1 and characters, not bytes.
std::size_t offset_of(const std::string& text, toml::source_position at) {
  std::size_t offset = 0;
  for (auto line = at.line; line > 1; --line) offset = text.find('\n', offset) + 1;
  for (auto left = at.column; left > 1 && offset < text.size(); --left) do
      ++offset;
    while (offset < text.size() && (static_cast<unsigned char>(text[offset]) & 0xc0) == 0x80);
  return offset;
}

// Up to the table that holds the key, and the key in it.
std::pair<std::string, std::string> split_key(const std::string& dotted) {
  const auto dot = dotted.rfind('.');
  if (dot == std::string::npos) return {"", dotted};
  return {dotted.substr(0, dot), dotted.substr(dot + 1)};
}

// Where the table's own header stands; nothing for one that only the headers of its tables name, or that is
// written inline.
std::optional<std::size_t> header_of(const std::string& text, toml::node_view<const toml::node> node,
                                     const std::string& table) {
  if (!node.is_table()) return std::nullopt;
  const auto begin = offset_of(text, node.node()->source().begin);
  const auto written = "[" + table + "]";
  return text.compare(begin, written.size(), written) == 0 ? std::optional(begin) : std::nullopt;
}

void collect_keys(const toml::table& table, const std::string& prefix, std::set<std::string>& keys) {
  for (const auto& [key, node] : table) {
    const auto dotted = prefix + std::string(key.str());
    if (const auto* inner = node.as_table())
      collect_keys(*inner, dotted + ".", keys);
    else
      keys.insert(dotted);
  }
}

// As the file has it: a number stays a number, a text a text.
std::optional<Json> of_type_of(const toml::node& node, const Json& value) {
  const auto text = value.is_string() ? value.get<std::string>() : value.dump();
  if (node.is_string()) return value.is_array() ? std::nullopt : std::optional<Json>(text);
  const auto meant = value.is_string() ? Json::parse(text, nullptr, false) : value;
  if (node.is_boolean()) return meant.is_boolean() ? std::optional(meant) : std::nullopt;
  if (node.is_integer()) return meant.is_number_integer() ? std::optional(meant) : std::nullopt;
  if (node.is_floating_point()) return meant.is_number() ? std::optional(meant) : std::nullopt;
  if (node.is_array()) return meant.is_array() ? std::optional(meant) : std::nullopt;
  return std::nullopt;
}

const char* type_name(const toml::node& node) {
  return node.is_string()    ? "a text"
         : node.is_boolean() ? "true or false"
         : node.is_integer() ? "a whole number"
         : node.is_number()  ? "a number"
         : node.is_array()   ? "a list"
                             : "a table";
}

}  // namespace

TomlText::TomlText(std::string text, std::string file) : text_(std::move(text)), file_(std::move(file)) {
  try {
    static_cast<void>(toml::parse(text_));
  } catch (const toml::parse_error& e) {
    throw Error(Blame::scenario, fmt::format("{}:{}: no TOML: {}", file_, e.source().begin.line,
                                             std::string(e.description())));
  }
}

void TomlText::set(const std::string& dotted, const Json& value) {
  const auto literal = toml_literal(value);
  const toml::table root = toml::parse(text_);
  const auto [table, key] = split_key(dotted);
  if (const auto node = root.at_path(dotted); node && !node.is_table()) {
    const auto begin = offset_of(text_, node.node()->source().begin),
               end = offset_of(text_, node.node()->source().end);
    text_.replace(begin, end - begin, literal);
  } else if (const auto line = fmt::format("{} = {}\n", key, literal); table.empty()) {
    text_.insert(0, line);  // before any table
  } else if (const auto header = header_of(text_, root.at_path(table), table)) {
    const auto header_end = text_.find('\n', *header);
    if (header_end == std::string::npos)
      text_ += "\n" + line;
    else
      text_.insert(header_end + 1, line);
  } else {
    if (!text_.empty() && text_.back() != '\n') text_ += '\n';
    text_ += fmt::format("\n[{}]\n{}", table, line);
  }
}

std::string TomlText::replace(const std::string& dotted, const Json& value) {
  const auto root = toml::parse(text_);
  const auto node = root.at_path(dotted);
  if (!node || node.is_table()) {
    const auto meant = closest(dotted, toml_keys(text_));
    return fmt::format("the {} that the chain's `init` writes has no `{}`{}", file_, dotted,
                       meant.empty() ? "" : fmt::format(", did you mean `{}`?", meant));
  }
  const auto typed = of_type_of(*node.node(), value);
  if (!typed)
    return fmt::format("{}: `{}` is {}, not {}", file_, dotted, type_name(*node.node()), value.dump());
  set(dotted, *typed);
  return "";
}

std::set<std::string> toml_keys(const std::string& text) {
  std::set<std::string> keys;
  try {
    collect_keys(toml::parse(text), "", keys);
  } catch (const toml::parse_error&) {
    keys.clear();
  }
  return keys;
}

}  // namespace rehearse
