// A scenario with less in it, as text: what minimize takes out of one.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "harness/faults/fault.h"
#include "harness/repro/smallest.h"

namespace rehearse {

// What of a scenario can be left out or made smaller.
class Reducible {
 public:
  // `planned`: its faults as they were planned; each becomes one of its own, on whom it was, whatever was drawn. `validators`:
  // that many in the place of its own. Throws Error(Blame::scenario).
  Reducible(const std::filesystem::path& scenario, const std::vector<Injection>& planned, std::optional<int> validators = {});

  const std::vector<std::string>& faults() const { return faults_; }  // in words
  // Those that act on nobody but these nodes.
  Chosen faults_on(const std::vector<std::string>& nodes) const;
  const std::vector<std::string>& parts() const { return parts_; }    // "network.full_nodes: full-1"
  std::size_t validators() const { return validators_; }
  bool waits() const { return waits_; }  // for more than one block after the upgrade

  // Its text with these faults and parts, and the first `validators` of its validators; 0: as it is. With `short_waits` only one
  // block has to follow the upgrade.
  std::string text(const Chosen& faults, const Chosen& parts, std::size_t validators = 0, bool short_waits = false) const;

 private:
  std::string text_;  // of the whole
  std::vector<std::string> faults_, parts_;
  std::vector<std::vector<std::string>> targets_;  // of each fault
  std::vector<std::vector<std::string>> keys_;  // that lead to each part
  std::size_t validators_ = 0;
  bool waits_ = true;
};

}  // namespace rehearse
