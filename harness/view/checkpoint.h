// When questions are asked for the checklists: an answer carries the name of its checkpoint.
#pragma once

namespace rehearse {

inline constexpr const char* kPrepared = "prepared";  // facts of the preparation
inline constexpr const char* kReady = "ready";        // the last look before the upgrade
inline constexpr const char* kBefore = "before";      // before the upgrade
inline constexpr const char* kResumed = "resumed";    // the chain goes on
inline constexpr const char* kAfter = "after";        // after the blocks that must follow
inline constexpr const char* kStopped = "stopped";    // of stopped nodes: of the whole run, whatever was under way

}  // namespace rehearse
