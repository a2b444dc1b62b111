#include "harness/spec/runbook.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <re2/re2.h>

#include <algorithm>
#include <sstream>

#include "localnet/base/decode.h"

namespace rehearse {

template <class V>
void describe(V& v, RunbookEntry& e) {
  v.required("section", e.section, "headings of the runbook, with / between them");
  v.optional("commands", e.commands, "the first line of a block of commands");
  v.optional("item", e.item, "an item of a checklist");
  v.optional("row", e.row, "the first cell of a row of a table");
  v.optional("by", e.by, "titles of steps and items that stand for it; left out: the item's own");
  v.optional("needs", e.needs, "what is missing to rehearse it");
}

template <class V>
void describe(V& v, Runbook& r) {
  v.required("runbook", r.entries, "what the runbook has, in its order");
}

Runbook load_runbook(const std::filesystem::path& file) {
  const auto root = load_yaml(file);
  auto runbook = decode<Runbook>(root, file.string());
  for (std::size_t i = 0; i < runbook.entries.size(); ++i) {
    auto& e = runbook.entries[i];
    const auto here = root["runbook"][i];
    if (e.commands.empty() + e.item.empty() + e.row.empty() != 2) complain_at(file.string(), here, "give one of commands, item and row");
    if (e.item.empty() && e.by.empty() && e.needs.empty()) complain_at(file.string(), here, "by: nothing stands for it");
  }
  return runbook;
}

std::vector<std::string> not_seen(const RunbookEntry& e, const std::vector<record::CheckResult>& done) {
  if (!e.needs.empty()) return {};
  auto is_there = [&](auto&& fits) { return std::any_of(done.begin(), done.end(), fits); };
  if (e.by.empty()) {
    const auto list = e.section.substr(e.section.rfind('/') == std::string::npos ? 0 : e.section.rfind('/') + 2);
    if (is_there([&](const auto& c) { return c.title == e.item && c.checklist.ends_with(list); })) return {};
    return {e.item};
  }
  std::vector<std::string> missing;
  for (const auto& title : e.by)
    if (!is_there([&](const auto& c) { return c.title.starts_with(title); })) missing.push_back(title);
  return missing;
}

std::string runbook_table(const Runbook& r) {
  std::string table = "| Section | Commands, item or row | Rehearsed by |\n|---|---|---|\n";
  std::string last;
  for (const auto& e : r.entries) {
    auto what = !e.commands.empty() ? "`" + e.commands + "`" : e.item + e.row;
    RE2::GlobalReplace(&what, R"(\|)", R"(\\|)");
    table += fmt::format("| {} | {} | {} |\n", e.section == last ? "" : e.section, what,
                         !e.needs.empty()  ? "skipped: needs " + e.needs
                         : e.by.empty() ? "the item"
                                        : fmt::format("{}", fmt::join(e.by, "; ")));
    last = e.section;
  }
  return table;
}

std::set<std::pair<std::string, std::string>> parts_of_runbook(const std::string& markdown) {
  static const RE2 heading(R"((##+) (.+?)\s*)"), item(R"(- \[ \] (.+?)\s*)"), numbered(R"rx(echo "\d+\. (.+)")rx"), row(R"(\| *([^|]+?) *\|.*)"), rule(R"(\|[-|: ]+)");
  std::set<std::pair<std::string, std::string>> parts;
  std::string chapter, section, line, marks, text;
  bool in_block = false, first_line_seen = false, below_rule = false;
  std::istringstream in(markdown);
  while (std::getline(in, line)) {
    below_rule = below_rule && line.starts_with("|");
    if (line.starts_with("```")) {
      in_block = !in_block;
      first_line_seen = false;
    } else if (!in_block && RE2::FullMatch(line, heading, &marks, &text)) {
      if (marks == "##") chapter = section = text;
      else section = chapter + " / " + text;
    } else if (!in_block && RE2::FullMatch(line, item, &text)) {
      parts.emplace(section, text);
    } else if (!in_block && line.starts_with("|")) {
      if (RE2::FullMatch(line, rule)) below_rule = true;
      else if (below_rule && RE2::FullMatch(line, row, &text)) parts.emplace(section, text);
    } else if (in_block) {
      if (RE2::PartialMatch(line, numbered, &text)) parts.emplace(section, text);
      const bool says_something = line.find_first_not_of(" \t\r") != std::string::npos && !line.starts_with("#");
      if (says_something && !first_line_seen) parts.emplace(section, line);
      first_line_seen = first_line_seen || says_something;
    }
  }
  return parts;
}

}  // namespace rehearse
