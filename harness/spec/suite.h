// A suite: scenarios that are run one after the other, and pass when each of them does. Its file is called
// NAME.suite.yaml.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "localnet/base/decode.h"

namespace rehearse {

struct SuiteEntry {
  std::string scenario;          // a path relative to the file, without .yaml
  Located<std::string> profile;  // the chain of this one; empty: the suite's
};

// As most are written: the scenario alone.
inline void take_word(SuiteEntry& e, const std::string& scenario) { e.scenario = scenario; }
inline std::string word_of(const SuiteEntry& e) { return e.profile.value.empty() ? e.scenario : ""; }

template <class V>
void describe(V& v, SuiteEntry& e) {
  v.required("scenario", e.scenario, "the scenario");
  v.optional("profile", e.profile, "the chain that it is about, where that is not the suite's");
}

struct Suite {
  std::string name;  // the file's, without .suite.yaml
  std::string title;
  Located<std::string> profile;  // the chain, unless another is named; empty: the usual one
  std::vector<SuiteEntry> scenarios;
};

template <class V>
void describe(V& v, Suite& s) {
  v.required("title", s.title, "what it is for, in a line");
  v.optional("profile", s.profile, "the chain that they are about, unless --profile names another");
  v.required("scenarios", s.scenarios, "scenarios beside this file, in the order of their runs, without .yaml; or {scenario, profile}");
}

bool is_suite(const std::filesystem::path& file);

// As written; run/scenario_rules.h reads its scenarios, too. Throws Error(Blame::scenario) with file:line:column.
Suite read_suite(const std::filesystem::path& file);
// Where the scenarios of a suite are.
std::vector<std::filesystem::path> scenario_files(const Suite&, const std::filesystem::path& file);
// The chain that an entry is about.
const Located<std::string>& profile_of(const Suite&, const SuiteEntry&);

}  // namespace rehearse
