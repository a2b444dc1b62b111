// What a node's own settings and files make it do: not the release's failure.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "harness/judge/diagnosis/panics.h"

namespace rehearse {

namespace {

using Settings =
    std::map<std::string, std::map<std::string, std::string>>;  // node, or "" for all -> "file key" -> value

// As the run was told them (RunStarted::conditions).
Settings settings_of(const NetworkView& v) {
  if (!v.run) return {};
  const auto found = v.run->conditions.find("settings");
  return found == v.run->conditions.end() ? Settings{} : found->get<Settings>();
}

std::vector<std::string> ended_nodes(const NetworkView& v) {
  std::vector<std::string> nodes;
  for (const auto* n : v.all())
    if (unexpected_end(*n)) nodes.push_back(n->member.name);
  return nodes;
}

// The chain's own code panicked: whatever is set, that is where it failed.
bool panicked_in_application(const SeenEnd& e) {
  const auto frames = go_frames(e.end.panic.frames);
  return through_upgrade_handler(frames) || first_application_frame(frames);
}

// Not what its loggers said: they name files and values all the time.
std::string words_at_end(const SeenEnd& e) { return e.end.panic.text + "\n" + e.end.said; }

std::string listed(const std::map<std::string, std::string>& settings) {
  std::vector<std::string> all;
  for (const auto& [key, value] : settings) all.push_back(key + ": " + value);
  return fmt::format("{}", fmt::join(all, ", "));
}

// The settings whose key, or whose text, stands in what was said: neither is a word of any sentence.
std::map<std::string, std::string> named_in(const std::string& said,
                                            const std::map<std::string, std::string>& settings) {
  constexpr std::size_t kTelling = 6;  // characters of a text
  std::map<std::string, std::string> named;
  for (const auto& [where, value] : settings) {
    const auto key = where.substr(where.find_last_of(". ") + 1);
    const bool is_text = value.size() > 1 && value.front() == '"';
    const auto text = is_text ? value.substr(1, value.size() - 2) : "";
    const bool by_key = key.find_first_of("-_") != std::string::npos && said.find(key) != std::string::npos;
    if (by_key || (text.size() >= kTelling && said.find(text) != std::string::npos)) named.emplace(where, value);
  }
  return named;
}

Found of_end(const NetworkView& v, const std::string& proof, const std::vector<std::string>& nodes,
             const SeenEnd& end) {
  auto d = make_diagnosis(v, Cause::operator_setting, proof, {nodes, nullptr});
  show_end(d, end);
  return d;
}

// The node itself names the setting.
Found by_its_words(const NetworkView& v) {
  for (const auto* n : v.all())
    for (const auto& l : n->lines) {
      const auto& setting = l.setting;
      if (setting.empty() || v.taken_down_at(n->member.name, l.seen)) continue;
      Shown shown{{}, &l};
      for (const auto* other : v.all())
        if (std::any_of(other->lines.begin(), other->lines.end(),
                        [&](const SeenLine& o) { return o.setting == setting; }))
          shown.nodes.push_back(other->member.name);
      return make_diagnosis(v, Cause::operator_setting,
                            fmt::format("the node says that a setting of its own stops it: {}", setting),
                            shown);
    }
  return std::nullopt;
}

// What a process said at its end names a setting that the scenario or the profile has made.
Found by_a_setting_made(const NetworkView& v, const Settings& settings) {
  for (const auto* n : v.all()) {
    const auto* end = unexpected_end(*n);
    if (!end || panicked_in_application(*end)) continue;
    for (const auto& whose : {n->member.name, std::string()}) {
      const auto made = settings.find(whose);
      if (made == settings.end()) continue;
      if (const auto named = named_in(words_at_end(*end), made->second); !named.empty())
        return of_end(v, "it ended, and names a setting that was made: " + listed(named), ended_nodes(v),
                      *end);
    }
  }
  return std::nullopt;
}

// What it said at its end is about a configuration file.
Found by_a_file_named(const NetworkView& v) {
  constexpr std::int64_t kOfAnEnd = 200;  // lines, a page of help among them
  for (const auto* n : v.all())
    if (const auto* end = unexpected_end(*n); end && end->end.line - end->end.said_line < kOfAnEnd)
      for (const char* file : {"app.toml", "config.toml", "client.toml"})
        if (end->end.said.find(file) != std::string::npos ||
            end->end.panic.text.find(file) != std::string::npos)
          return of_end(v, std::string("it ended over its ") + file, ended_nodes(v), *end);
  return std::nullopt;
}

// Just the nodes with settings of their own have ended, and others go on with the same program.
Found by_who_has_it(const NetworkView& v, const Settings& settings) {
  const auto ended = ended_nodes(v);
  if (ended.empty() || ended.size() == v.nodes.size() || panicked_in_application(*first_unexpected_end(v))) return std::nullopt;
  std::map<std::string, std::string> made;
  for (const auto* n : v.all()) {
    const auto own = settings.find(n->member.name);
    const bool has_own = own != settings.end();
    if (has_own != (std::find(ended.begin(), ended.end(), n->member.name) != ended.end()))
      return std::nullopt;
    if (has_own) made.insert(own->second.begin(), own->second.end());
  }
  const bool others_go_on = v.plan && std::any_of(v.nodes.begin(), v.nodes.end(), [&](const auto& n) {
                              return n.second.alive && n.second.committed_at(v.plan->height);
                            });
  if (!others_go_on) return std::nullopt;
  return of_end(v, "just the nodes with settings of their own have ended, others go on: " + listed(made),
                ended, *first_unexpected_end(v));
}

// The same program halts on others: these are told to skip the upgrade, or to go on.
Found by_who_halts(const NetworkView& v) {
  const auto past = nodes_past_the_halt(v);
  const bool others_halt = std::any_of(v.nodes.begin(), v.nodes.end(), [&](const auto& n) {
    return n.second.halt && std::find(past.begin(), past.end(), n.first) == past.end();
  });
  if (past.empty() || !others_halt) return std::nullopt;
  auto d = make_diagnosis(v, Cause::operator_setting,
                          fmt::format("these nodes went past the upgrade height {}, and others halt with the same program",
                                      v.plan->height),
                          {past, nullptr});
  d.first_evidence = fmt::format("{} is at height {}", past.front(), v.nodes.at(past.front()).head.app_height);
  return d;
}

}  // namespace

Found operator_setting(const NetworkView& v) {
  if (auto found = by_its_words(v)) return found;
  if (auto found = by_who_halts(v)) return found;
  if (!first_unexpected_end(v)) return std::nullopt;
  if (auto found = by_a_file_named(v)) return found;
  const auto settings = settings_of(v);
  if (settings.empty()) return std::nullopt;
  if (auto found = by_a_setting_made(v, settings)) return found;
  return by_who_has_it(v, settings);
}

// Its own files: what one node cannot load, others have loaded with the same program.
Found node_files(const NetworkView& v) {
  if (!v.plan) return std::nullopt;
  for (const auto pattern : {Pattern::store_mismatch, Pattern::store_exists}) {
    const auto shown = nodes_showing(v, pattern, [](const NodeView& n, const SeenLine& l) {
      return n.halt && l.incarnation > n.halt->incarnation;
    });
    if (shown.nodes.empty()) continue;
    std::vector<std::string> loaded;
    for (const auto* n : v.all())
      if (n->committed_at(v.plan->height) &&
          std::find(shown.nodes.begin(), shown.nodes.end(), n->member.name) == shown.nodes.end())
        loaded.push_back(n->member.name);
    if (loaded.empty()) continue;
    return make_diagnosis(
        v, Cause::node_files,
        fmt::format("it cannot load its stores, and {} has with the same program", fmt::join(loaded, ", ")),
        shown);
  }
  return std::nullopt;
}

}  // namespace rehearse
