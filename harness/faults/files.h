// Faults of a node's files: what is lost, cut off, made unreadable or exchanged, as disks and people do. Each is a row of one
// table; restoring what was there heals it.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "harness/engine/rehearsal.h"

namespace rehearse {

enum class Met { nothing, ended, failed, either };  // its process ended; by itself; or it answers again

struct Damage {
  const char* name;
  const char* what;
  // The file or link, of a node.
  std::filesystem::path (*where)(const Rehearsal&, const Node&);
  // Does it, to what lies there; the file may not exist.
  void (*spoil)(const std::filesystem::path&, const Rehearsal&);
  // What lies there is damaged, in words; empty: it is not.
  std::string (*proof)(const std::filesystem::path&);
  // Read only at a start: the node is stopped for it, and started again; the same to heal it.
  bool restart = false, restart_to_heal = false;
  // What the node has written since stays when it lives: an older state than that would be worse.
  bool keep = false;
  // What else proves that the node has met it.
  Met met = Met::nothing;
  std::vector<Cause> expected_causes = {};
};

const std::vector<Damage>& damages();

// The same, but 64 of its bytes.
std::string flipped_in_the_middle(std::string bytes);

}  // namespace rehearse
