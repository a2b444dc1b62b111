// Loopback addresses of a run: each network has a block 127.x.y.* of its own, each of its nodes one address
// with the standard ports, so that two runs never meet and links can be told apart by address.
//
//   AddressBlock block = AddressBlock::claim(runtime_dir);
//   block.at(2)   "127.7.41.2"
#pragma once

#include <filesystem>
#include <string>

#include "localnet/base/fd.h"

namespace rehearse {

// Holds its claim while it lives: a locked file in the runtime directory, which the kernel unlocks when the
// process ends in whatever way.
class AddressBlock {
 public:
  // Creates `runtime_dir`. Passes by the blocks that another run holds and those on whose first addresses
  // something listens already, such as a node that a killed run has left behind.
  // Throws Blame::machine when the directory cannot be used or no block is free.
  static AddressBlock claim(const std::filesystem::path& runtime_dir);
  // Removes the lock files that nobody holds: a killed run leaves its own.
  static void remove_stale(const std::filesystem::path& runtime_dir);

  AddressBlock(AddressBlock&& other) noexcept = default;
  AddressBlock& operator=(AddressBlock&& other) noexcept;
  ~AddressBlock();  // gives the block back

  // The address of a node, counted from 1 to 254; any other number throws Blame::scenario.
  std::string at(int node) const;

 private:
  AddressBlock(int x, int y, Fd lock, std::filesystem::path lock_file);
  void release() noexcept;

  int x_;
  int y_;
  Fd lock_;  // the locked file; none once moved from
  std::filesystem::path lock_file_;
};

}  // namespace rehearse
