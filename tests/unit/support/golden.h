// Golden files: the reports' outputs as they were when somebody last looked at them and found them good.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace rehearse::made {

inline const std::filesystem::path kProject = REHEARSE_SOURCE_DIR;

inline std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// Where two texts part: the line's number and that line of both, as diff prints it.
inline std::string first_difference(const std::string& expected, const std::string& actual) {
  std::istringstream a(expected), b(actual);
  std::string line_a, line_b;
  for (int number = 1;; ++number) {
    const bool has_a = static_cast<bool>(std::getline(a, line_a)),
               has_b = static_cast<bool>(std::getline(b, line_b));
    if (!has_a && !has_b) return "only line ends differ";
    if (has_a && has_b && line_a == line_b) continue;
    return "line " + std::to_string(number) + "\n- " + (has_a ? line_a : "(the golden file ends)") + "\n+ " +
           (has_b ? line_b : "(the output ends)");
  }
}

// Compares with tests/golden/<name>; with REHEARSE_UPDATE_GOLDEN=1 writes it instead. The output of a
// mismatch is left in the working directory for diff.
inline void expect_golden(const std::string& name, const std::string& actual) {
  const auto path = kProject / "tests/golden" / name;
  if (const char* update = std::getenv("REHEARSE_UPDATE_GOLDEN"); update && *update == '1') {
    std::ofstream(path, std::ios::binary) << actual;
    return;
  }
  const std::string expected = read_file(path);
  if (expected == actual) return;
  const std::string left = name + ".actual";
  std::ofstream(left, std::ios::binary) << actual;
  ADD_FAILURE() << "tests/golden/" << name << " differs at " << first_difference(expected, actual)
                << "\n  diff tests/golden/" << name << " " << left
                << "\n  REHEARSE_UPDATE_GOLDEN=1 writes the golden files anew";
}

// What no report may ever hold: control characters (but line ends and tabs) and bidirectional overrides.
inline bool is_harmless(const std::string& text) {
  for (const char c : text)
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7F) return false;
  return text.find("\xC2\x9B") == std::string::npos && text.find("\xE2\x80\xAE") == std::string::npos &&
         text.find('\xFF') == std::string::npos && text.find("\xED\xA0\x80") == std::string::npos;
}

}  // namespace rehearse::made
