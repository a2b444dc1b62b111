// A suite: scenarios that are run one after the other, and pass when each of them does. Its file is called
// NAME.suite.yaml.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace rehearse {

struct Suite {
  std::string name;  // the file's, without .suite.yaml
  std::string title;
  std::string profile;  // the chain, unless another is named; empty: the usual one
  std::vector<std::string> scenarios;  // paths relative to the file, without .yaml
};

template <class V>
void describe(V& v, Suite& s) {
  v.required("title", s.title, "what it is for, in a line");
  v.optional("profile", s.profile, "the chain that they are about, unless --profile names another");
  v.required("scenarios", s.scenarios, "scenarios beside this file, in the order of their runs, without .yaml");
}

bool is_suite(const std::filesystem::path& file);

// As written; run/scenario_rules.h reads its scenarios, too. Throws Error(Blame::scenario) with file:line:column.
Suite read_suite(const std::filesystem::path& file);
// Where the scenarios of a suite are.
std::vector<std::filesystem::path> scenario_files(const Suite&, const std::filesystem::path& file);

}  // namespace rehearse
