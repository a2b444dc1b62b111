// What lies where in a run's folder.
#pragma once

#include <filesystem>

namespace rehearse {

// The scenario and the profile as read: a run folder is judged again without the project.
inline constexpr const char* kScenarioCopy = "scenario.yaml";
inline constexpr const char* kProfileCopy = "profile.yaml";
inline constexpr const char* kJournal = "events.jsonl";
inline constexpr const char* kLog = "harness.log";

// Throws Error(Blame::scenario) for a folder that something lies in: no run may have it.
void check_unused(const std::filesystem::path& folder);

// Makes one that nothing lies in. Throws Error.
void make_run_folder(const std::filesystem::path& folder);

// Of what a run does not keep: the verdict stands whatever becomes of the clean-up, which is told in the log.
void remove_from_run(const std::filesystem::path&);

}  // namespace rehearse
