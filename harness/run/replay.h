// A node's last start once more, on a copy of its home: what a program does with the block at which the node
// failed.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/engine/rehearsal.h"
#include "localnet/process/child.h"

namespace rehearse {

struct Replay {
  std::string node;
  std::filesystem::path program;
  std::filesystem::path folder;  // of this replay: home and output; made, and left to the caller
  // Changes the copy of its home before the start. May be none.
  std::function<void(const std::filesystem::path& home)> prepare = {};
};

struct Replayed {
  std::optional<ExitStatus> end;  // none: it still ran when its time was over
  std::string output;             // what it printed
};

// All at once; each has that long. The node itself must have ended: the copy has its addresses. Throws what
// await_done and Child::spawn throw.
std::vector<Replayed> replay(Rehearsal&, const std::vector<Replay>&, std::chrono::seconds at_most);

// config/ and data/.
void copy_home(const std::filesystem::path& home, const std::filesystem::path& to);

}  // namespace rehearse
