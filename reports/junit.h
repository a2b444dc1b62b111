// JUnit XML, as GitLab, Jenkins and GitHub's actions read it.
//
//   <testsuite name="<profile>.<scenario>"> a run, with its provenance as properties
//     <testcase classname="<profile>.<scenario>.run" name="verdict">     the verdict and its diagnosis
//     <testcase classname="<profile>.<scenario>.<subject>" name="<title>">  a check
//
// A failed check is <failure>; error and inconclusive are <error>; what was not reached is <skipped>.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/record/run_record.h"

namespace rehearse::reports {

// rich: a testcase that failed carries file and line of its first evidence. strict: valid against Jenkins'
// junit-10.xsd, which forbids these.
enum class JunitDialect { rich, strict };

// classname + name is unique in the document: of two checks alike, the later one's name ends in
// " (<checklist>)", and the second run of a scenario is named "<profile>.<scenario>#2". A testcase stays below 64 KiB, and what all
// of them say below 20 MiB: the run's other reports have the rest.
std::string junit(const record::RunRecord&, JunitDialect = JunitDialect::rich);
std::string junit(const std::vector<record::RunRecord>&, JunitDialect = JunitDialect::rich,
                  std::string_view suite = "rehearse");
// Several runs of one scenario: the worst is shown whole; a check that passed in it and failed in another carries
// <flakyFailure>, one that failed in both <rerunFailure>, as Maven's Surefire has them. At least one run.
std::string junit_repeated(const std::vector<record::RunRecord>&, JunitDialect = JunitDialect::rich);

}  // namespace rehearse::reports
