#include "harness/run/autopsy.h"

#include "harness/judge/diagnosis/rules.h"

namespace rehearse {

namespace fs = std::filesystem;

namespace {

fs::path copy_home(const fs::path& home, const fs::path& to) {
  fs::create_directories(to);
  for (const char* part : {"config", "data"}) fs::copy(home / part, to / part, fs::copy_options::recursive);
  return to;
}

record::Answered read(const CliAnswer& a, const Command& command, std::int64_t height) {
  record::Answered answer{kStopped, kStoreHashes, {}, height, "cli", false, false, {}, a.trouble()};
  const record::Json::json_pointer at(command.at);
  if (answer.error.empty() && !(a.json && a.json->contains(at)))
    answer.error = "`" + a.command + "`: there is nothing at " + command.at;
  if (!answer.error.empty()) return answer;
  answer.answered = true;
  answer.value = a.json->at(at);
  return answer;
}

}  // namespace

void compare_states(Rehearsal& r) {
  const auto divergence = first_divergence(r.view());
  const auto command = r.profile().commands.find(kStoreHashes);
  const bool expected = r.view().expects("", Cause::app_hash_divergence);
  if (!divergence || expected || command == r.profile().commands.end()) return;
  const auto folder = r.folder() / "autopsy";
  std::size_t open = 0;
  for (const auto& [hash, members] : divergence->groups) {
    const auto& node = members.front();
    const auto home = copy_home(r.network().node(node).home(), folder / node);
    const auto arguments = r.command(kStoreHashes, node,
                                     {{"home", home.string()}, {"height", std::to_string(divergence->height)}});
    ++open;
    r.network().cli().run(r.network().node(node).supervisor().current(), arguments, command->second.answer,
                          [&, node](CliAnswer a) {
                            --open;
                            r.record(read(a, command->second, divergence->height), node);
                          });
  }
  try {
    r.await_done("the stores' hashes", [&] { return open == 0; });
  } catch (...) {
    r.network().cli().abandon();  // their handlers write to what stands on this stack
    throw;
  }
  fs::remove_all(folder);
}

}  // namespace rehearse
