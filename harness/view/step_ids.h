// Ids of the steps that others look for, in the floor, in checks and in scenarios' triggers. The rest are a procedure's own.
#pragma once

namespace rehearse::step_id {

inline constexpr const char* propose = "propose";
inline constexpr const char* passed = "passed";
inline constexpr const char* height = "height";  // waits for one that was fixed before
inline constexpr const char* blocks = "blocks";  // verified after the upgrade
inline constexpr const char* orders = "orders";  // of a provider's customers, until each has a workload
inline constexpr const char* announce = "announce";
inline constexpr const char* replay = "replay";  // a new node replays the chain, and ends at the upgrade height as all others did
inline constexpr const char* export_before = "export-before";  // the current release exports its state
inline constexpr const char* multisig_before = "multisig-before";  // an account of several keys pays with the current release
inline constexpr const char* multisig = "multisig";  // and on the upgraded chain
inline constexpr const char* exported = "export";  // a network begins with the exported state
inline constexpr const char* join = "join";
inline constexpr const char* fork = "fork";  // a network is taken up from a checkpoint; of no procedure

}  // namespace rehearse::step_id
