// The project's list of the runbook's parts is the runbook's, and its table in the documentation is the list's.
#include "harness/spec/runbook.h"

#include <gmock/gmock.h>

#include "tests/unit/support/fakes.h"
#include "tests/unit/support/golden.h"

namespace rehearse {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

namespace fs = std::filesystem;

std::set<std::pair<std::string, std::string>> listed() {
  std::set<std::pair<std::string, std::string>> all;
  for (const auto& e : load_runbook(made::kProject / "harness/spec/runbook.yaml").entries)
    all.emplace(e.section, e.commands + e.item + e.row);
  return all;
}

TEST(Runbook, PartsAreBlocksOfCommandsItemsAndRows) {
  EXPECT_THAT(parts_of_runbook("## Checks\n- [ ] Look\n### After\n```bash\n#!/bin/bash\n# first\nchain version\n\necho \"2. Peers\"\n```\n"
                               "text `code`\n## Kinds\n| Kind | How |\n|------|:---:|\n| Patch (small) | Rolling |\n|Hotfix| Now |\n\n| no table |\n"),
              testing::UnorderedElementsAre(Pair("Kinds", "Patch (small)"), Pair("Kinds", "Hotfix"), Pair("Checks", "Look"), Pair("Checks / After", "chain version"),
                                            Pair("Checks / After", "Peers")));
}

TEST(Runbook, NothingOfItIsMissingInTheList) {
  const auto runbook = made::kProject / "../shared/reference/UPGRADE_PROCEDURES.md";
  if (!fs::exists(runbook)) GTEST_SKIP() << "needs the runbook";
  EXPECT_EQ(listed(), parts_of_runbook(made::read_file(runbook)));
}

TEST(Runbook, TheTableInTheDocumentationIsTheLists) {
  EXPECT_THAT(made::read_file(made::kProject / "RUNBOOK.md"), HasSubstr(runbook_table(load_runbook(made::kProject / "harness/spec/runbook.yaml"))))
      << "write it anew: ./rehearse runbook > RUNBOOK.md";
}

TEST(Runbook, AnEntryIsSeenByItsTitlesOrAsItsListsItem) {
  std::vector<record::CheckResult> done(2);
  done[0].checklist = "Upgrade", done[0].title = "Upgrade validator-4";
  done[1].checklist = "Provider Verification Checklist", done[1].title = "Version";
  EXPECT_THAT(not_seen({"Patches", "stop", "", "", {"Upgrade validator-", "Get order"}, ""}, done), ElementsAre("Get order"));
  EXPECT_THAT(not_seen({"Checks / Provider Verification Checklist", "", "Version", "", {}, ""}, done), IsEmpty());
  EXPECT_THAT(not_seen({"Checks / Validator Verification Checklist", "", "Version", "", {}, ""}, done), ElementsAre("Version"));
  EXPECT_THAT(not_seen({"Cluster", "kubectl", "", "", {}, "kubernetes"}, done), IsEmpty());
}

TEST(Runbook, WhatNothingStandsForIsRefused) {
  made::TempFolder folder;
  EXPECT_THAT(made::trouble_of([&] { load_runbook(folder.write("r.yaml", "runbook:\n  - {section: A, commands: stop}\n")); }),
              HasSubstr("r.yaml:2:5: by: nothing stands for it"));
  EXPECT_THAT(made::trouble_of([&] { load_runbook(folder.write("r.yaml", "runbook:\n  - {section: A, commands: stop, item: B}\n")); }),
              HasSubstr("give one of commands, item and row"));
}

}  // namespace
}  // namespace rehearse
