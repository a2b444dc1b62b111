// What drawn plans are made of.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "harness/spec/scenario.h"
#include "localnet/profile/profile.h"

namespace rehearse {

// Of a part of a plan: no part's draw hangs on how many others there are.
std::uint64_t derived_seed(std::uint64_t seed, const std::string& part);

// The procedure with the releases, the supervisor and the lists before that it cannot do without; `legs`: of a train.
Scenario bare_plan(const std::string& procedure, const std::vector<TrainLeg>& legs);
// What a train of that chain can have.
std::vector<TrainLeg> legs_of(const Profile&);
bool is_kind(const Scenario&, const std::set<std::string>& kinds);
// The chain's program becomes another.
bool changes_release(const Scenario&);
// One node after the other is restarted, and the chain goes on meanwhile.
bool changes_one_by_one(const Scenario&);
std::vector<std::string> lists_after(const Scenario&);
std::string title_of(const Scenario&);

}  // namespace rehearse
