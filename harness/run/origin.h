// What a run begins from: nothing, or a checkpoint.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "harness/run/checkpoint_folder.h"
#include "harness/run/inputs.h"
#include "harness/run/options.h"

namespace rehearse {

struct Origin {
  std::optional<Checkpoint> checkpoint;  // none: from nothing
  std::filesystem::path leaves;          // where it leaves one, or where that one is; empty: it does not
  std::string past;                      // see SharedPast; empty: it shares none
  std::string note;                      // why one that was there is not used; it is removed then, and made anew
};

// The checkpoint is of a run that had ended: its faults were injected then.
bool is_replayed(const Origin&);

// Throws Error(Blame::scenario) when the checkpoint that the options name cannot be used.
Origin origin_of(const Inputs&, const RunOptions&);

}  // namespace rehearse
