// A long journal: a healthy upgrade and the blocks of hours after it, as every node and the chain report
// them.
#pragma once

#include "tests/unit/support/made_journal.h"

namespace rehearse::made {

// At least `count` events.
inline Upgrade long_upgrade(std::size_t count) {
  auto u = healthy();
  for (std::int64_t h = kLast + 1; u.made.size() < count; ++h) {
    const double when = at::kLastBlock + kBlockSeconds * static_cast<double>(h - kLast);
    record::BlockSeen block;
    block.height = h;
    block.hash = block_hash(h);
    block.app_hash = app_hash(h - 1);
    u.add(when, "", block);
    for (int ordinal = 1; ordinal <= 4; ++ordinal) u.head_at(when, validator(ordinal), h, h, 2);
  }
  return u;
}

}  // namespace rehearse::made
