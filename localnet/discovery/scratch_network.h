// One node of a chain that makes blocks, in a folder and at an address of its own, to be asked what a profile says it can be asked.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "localnet/network/network.h"
#include "localnet/profile/questions.h"

namespace rehearse {

class ScratchNetwork {
 public:
  // The profile outlives this; `models`: where model files are, of a chain that has one. Makes the genesis. Throws
  // Error(Blame::release) with what the chain's program says.
  ScratchNetwork(Loop&, Http&, const Profile&, const std::filesystem::path& binary, const std::filesystem::path& folder,
                 const std::filesystem::path& models = {});
  ~ScratchNetwork();

  // Until that block is there. Throws Error(Blame::release) with what the node says.
  void make_blocks(std::int64_t height);

  struct Asked {
    std::string question;
    Answer answer;
  };
  // Every question of the profile, its arguments filled with what any chain can answer, if only by "there is none".
  std::vector<Asked> ask_all();
  // Pays 1 of the denomination by the profile's command. Empty: it is in a block; else what the program or the chain says against it.
  std::string pay();

 private:
  class Watch;
  void wait(const std::string& what, const std::function<bool()>& done, std::chrono::seconds most);
  Answer ask(const std::string& question, const Values& args, bool (*settled)(const Answer&));

  Loop& loop_;
  Http& http_;
  const Profile& profile_;
  std::unique_ptr<Watch> watch_;
  const AddressBlock addresses_;
  std::unique_ptr<Network> network_;
};

}  // namespace rehearse
