#include "localnet/base/text.h"

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

std::string printable_lines(const std::string& text) {
  std::string out;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) out += (out.empty() ? "" : "\n") + printable(line);
  return out;
}

std::string printable(const std::string& text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == 0x1b && i + 1 < text.size() && text[i + 1] == '[') {
      for (i += 2; i < text.size() && (text[i] < '@' || text[i] > '~');)
        ++i;  // up to the final byte of the sequence
    } else if (c == '\t' || (c >= 0x20 && c != 0x7f)) {
      out += text[i];
    }
  }
  return out;
}

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
