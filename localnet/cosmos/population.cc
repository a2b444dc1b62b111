#include "localnet/cosmos/population.h"

#include <fmt/format.h>

#include "localnet/cosmos/genesis_patch.h"
#include "localnet/base/sha256.h"

namespace rehearse {

using Json = nlohmann::json;

namespace {
constexpr std::int64_t kCoins = 1'000'000;
// Few enough that no validator's power changes: a power is a million of these (genesis.h).
constexpr std::int64_t kDelegated = 1'000;
}  // namespace

const std::vector<std::string>& known_record_values() {
  static const std::vector<std::string> all = {"account", "ordinal", "digest"};
  return all;
}

std::string generated_account(std::int64_t ordinal, const std::string& bech32_prefix) {
  return module_address(fmt::format("inhabitant {}", ordinal), bech32_prefix);
}

void populate(GenesisSpec& spec, const Population& p) {
  for (std::int64_t i = 1; i <= p.accounts; ++i)
    spec.accounts.push_back({generated_account(i, spec.bech32_prefix), {{spec.denom, kCoins + i}}});
  for (std::int64_t i = 1; i <= p.delegations; ++i)
    spec.delegations.push_back({generated_account(1 + (i - 1) % p.accounts, spec.bech32_prefix),
                                static_cast<std::size_t>(i - 1) % spec.validators.size(), kDelegated});
}

// It would change nothing, and no coins are deposited: the module's account has none.
void add_votes(Json& genesis, const Population& p, const std::string& bech32_prefix) {
  if (!p.votes) return;
  constexpr const char* kBegins = "2001-01-01T00:00:00Z";
  constexpr const char* kEnds = "2200-01-01T00:00:00Z";
  const auto next = std::to_string(std::stoi(kProposalUnderWay) + 1);
  auto votes = Json::array();
  for (std::int64_t i = 1; i <= p.votes; ++i)
    votes.push_back({{"proposal_id", kProposalUnderWay},
                     {"voter", generated_account(i, bech32_prefix)},
                     {"options", {{{"option", i % 2 ? "VOTE_OPTION_YES" : "VOTE_OPTION_NO"}, {"weight", "1.000000000000000000"}}}},
                     {"metadata", ""}});
  const Json none = {{"yes_count", "0"}, {"abstain_count", "0"}, {"no_count", "0"}, {"no_with_veto_count", "0"}};
  set_at(genesis, "app_state.gov.starting_proposal_id", next);
  set_at(genesis, "app_state.gov.votes", votes);
  set_at(genesis, "app_state.gov.proposals",
         {{{"id", kProposalUnderWay},
           {"messages", Json::array()},
           {"status", "PROPOSAL_STATUS_VOTING_PERIOD"},
           {"final_tally_result", none},
           {"submit_time", kBegins},
           {"deposit_end_time", kEnds},
           {"total_deposit", Json::array()},
           {"voting_start_time", kBegins},
           {"voting_end_time", kEnds},
           {"metadata", ""},
           {"title", "Vote under way"},
           {"summary", "Voted on all through a rehearsal"},
           {"proposer", generated_account(1, bech32_prefix)}}});
}

void add_records(Json& genesis, const std::vector<RecordTemplate>& kinds, const Population& p, const Values& values,
                 const std::string& bech32_prefix, const std::string& where) {
  for (const auto& kind : kinds) {
    auto records = Json::array();
    for (std::int64_t i = 1; i <= p.records; ++i) {
      auto own = values;
      own["account"] = generated_account(1 + (i - 1) % p.accounts, bech32_prefix);
      own["ordinal"] = std::to_string(i);
      own["digest"] = sha256_hex("record " + own["ordinal"]);
      auto record = kind.each;
      fill_strings(record, own, bech32_prefix, where + ": population: " + kind.at);
      records.push_back(std::move(record));
    }
    set_at(genesis, kind.at, records);
  }
}

}  // namespace rehearse
