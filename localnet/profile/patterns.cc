#include "localnet/profile/patterns.h"

#include <algorithm>

namespace rehearse {

const Ordered<Pattern>& names(Pattern) {
  static const Ordered<Pattern> all = {{"init-chain", Pattern::init_chain},
                                       {"gentx-refused", Pattern::gentx_refused},
                                       {"upgrade-needed", Pattern::upgrade_needed},
                                       {"applying-upgrade", Pattern::applying_upgrade},
                                       {"replay-blocks", Pattern::replay_blocks},
                                       {"replay-error", Pattern::replay_error},
                                       {"store-mismatch", Pattern::store_mismatch},
                                       {"store-exists", Pattern::store_exists},
                                       {"handler-missing", Pattern::handler_missing},
                                       {"wrong-app-hash", Pattern::wrong_app_hash},
                                       {"consensus-failure", Pattern::consensus_failure},
                                       {"equivocation", Pattern::equivocation},
                                       {"wrong-header", Pattern::wrong_header},
                                       {"proposal-rejected", Pattern::proposal_rejected},
                                       {"consensus-params-refused", Pattern::params_refused},
                                       {"module-migrates", Pattern::module_migrates},
                                       {"snapshot-wanted", Pattern::snapshot_wanted},
                                       {"snapshot-offered", Pattern::snapshot_offered},
                                       {"snapshot-failed", Pattern::snapshot_failed},
                                       {"connection-taken", Pattern::connection_taken},
                                       {"panic", Pattern::panic},
                                       {"upgrade-info-misread", Pattern::upgrade_info_misread},
                                       {"backup-begins", Pattern::backup_begins},
                                       {"upgrade-found", Pattern::upgrade_found},
                                       {"download-checksum", Pattern::download_checksum},
                                       {"download-platform", Pattern::download_platform},
                                       {"config-refused", Pattern::config_refused}};
  return all;
}

namespace {

std::set<std::string> between(Pattern first, Pattern last) {
  std::set<std::string> some;
  for (const auto& [name, pattern] : names(Pattern{}))
    if (first <= pattern && pattern <= last) some.insert(name);
  return some;
}

}  // namespace

const std::set<std::string>& known_patterns() {
  static const auto some = between(Pattern::init_chain, Pattern::panic);
  return some;
}

const std::set<std::string>& known_provider_patterns() {
  static const auto some = between(Pattern::config_refused, Pattern::config_refused);
  return some;
}

const std::string* find_pattern(const Ordered<std::string>& log_patterns, Pattern pattern) {
  const auto found = std::ranges::find(log_patterns, std::string_view(name_of(pattern)), &std::pair<std::string, std::string>::first);
  return found == log_patterns.end() ? nullptr : &found->second;
}

}  // namespace rehearse
