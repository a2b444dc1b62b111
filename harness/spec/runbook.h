// The runbook, as far as it is carried out here: every block of commands, row of a table and checklist item of it, with the steps and
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
  // One of them: the first line of a block of commands, a checklist's item, or the first cell of a table's row.
  std::string commands, item, row;
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

// The blocks of commands, the items and the rows in the text of a runbook: section, and first line, item or first cell.
std::set<std::pair<std::string, std::string>> parts_of_runbook(const std::string& markdown);

}  // namespace rehearse
