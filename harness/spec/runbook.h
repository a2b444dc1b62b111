// The runbook, as far as it is carried out here: every block of commands and every checklist item of it, with the steps and
// items of a run that stand for it (runbook.yaml). A test holds the list against the runbook; another holds it against what
// the default suite did.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "harness/record/run_record.h"

namespace rehearse {

struct RunbookEntry {
  std::string section;          // "Chain Upgrades (Governance) / Phase 1: Preparation"
  std::string commands, item;   // one of the two: the first line of a block of commands, or a checklist's item
  std::vector<std::string> by;  // titles of steps and items, or their beginnings; empty: the item of that title, of the list that
                                // the section is called like
  std::string needs;            // what is missing to rehearse it; then nothing stands for it
};

struct Runbook {
  std::vector<RunbookEntry> entries;
};

// Throws Error(Blame::scenario) with file:line:column.
Runbook load_runbook(const std::filesystem::path& file);

// Those of its titles that are not among the steps and items of these runs.
std::vector<std::string> not_seen(const RunbookEntry&, const std::vector<record::CheckResult>& done);
// As a table, in Markdown.
std::string runbook_table(const Runbook&);

// The blocks of commands and the items in the text of a runbook: section, and first line of the block or the item.
std::set<std::pair<std::string, std::string>> parts_of_runbook(const std::string& markdown);

}  // namespace rehearse
