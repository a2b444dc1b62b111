#include "localnet/text.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <vector>

namespace rehearse {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();  // an iterator would throw what reading fails with
  return text.str();
}

std::string text_of(const nlohmann::json& j) { return j.is_string() ? j.get<std::string>() : j.dump(); }

std::string changed_lines(const std::string& before, const std::string& after) {
  const auto lines = [](const std::string& text) {
    std::vector<std::string> all;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) all.push_back(line);
    return all;
  };
  const auto old_lines = lines(before), new_lines = lines(after);
  std::string changed;
  const auto add = [&changed](const char* sign, const std::vector<std::string>& from, const std::vector<std::string>& other) {
    for (const auto& line : from)
      if (std::find(other.begin(), other.end(), line) == other.end()) changed += (changed.empty() ? sign : std::string("; ") + sign) + line;
  };
  add("-", old_lines, new_lines);
  add("+", new_lines, old_lines);
  return changed;
}

}  // namespace rehearse
