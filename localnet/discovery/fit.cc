#include "localnet/discovery/fit.h"

#include <algorithm>
#include <map>

namespace rehearse {

namespace {

using Words = std::vector<std::string>;

bool is_flag(const std::string& word) { return word.starts_with("--"); }

}  // namespace

Words words_of(const Words& run) {
  return {run.begin(), std::ranges::find_if(run, [](const std::string& w) { return w.starts_with("-") || w.find('{') != std::string::npos; })};
}

std::vector<Words> places_of(const Words& words) {
  // Of the SDK before 0.50, and of chains that wire their commands themselves.
  static const std::vector<std::vector<Words>> kElsewhere = {
      {{"init"}, {"genesis", "init"}},
      {{"genesis", "add-genesis-account"}, {"genesis", "add-account"}, {"add-genesis-account"}},
      {{"genesis", "gentx"}, {"gentx"}},
      {{"genesis", "collect-gentxs"}, {"genesis", "collect"}, {"collect-gentxs"}},
      {{"genesis", "validate"}, {"genesis", "validate-genesis"}, {"validate-genesis"}},
      {{"tx", "staking", "unbond"}, {"tx", "staking", "undelegate"}},
  };
  const auto known = std::ranges::find_if(kElsewhere, [&](const auto& places) { return places.front() == words; });
  return known == kElsewhere.end() ? std::vector<Words>{words} : *known;
}

Fitted fit(const Words& arguments, const std::set<std::string>& flags) {
  Fitted fitted;
  for (auto w = arguments.begin(); w != arguments.end(); ++w) {
    if (!is_flag(*w) || flags.contains(*w)) {
      fitted.arguments.push_back(*w);
      continue;
    }
    fitted.lost.push_back(*w);
    if (std::next(w) != arguments.end() && !is_flag(*std::next(w))) ++w;  // its value
  }
  return fitted;
}

const FromEnvironment* from_environment(const std::string& flag) {
  static const std::map<std::string, FromEnvironment> kAll = {{"--home", {"HOME", "{home}"}},
                                                             {"--node", {"NODE", "{rpc}"}},
                                                             {"--chain-id", {"CHAIN_ID", "{chain_id}"}},
                                                             {"--keyring-backend", {"KEYRING_BACKEND", "test"}},
                                                             {"--output", {"OUTPUT", "json"}}};
  const auto found = kAll.find(flag);
  return found == kAll.end() ? nullptr : &found->second;
}

}  // namespace rehearse
