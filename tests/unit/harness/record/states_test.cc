// The closed sets: each value has one name, journals are read as they were written, and no other name is taken.
#include "harness/record/states.h"

#include <gmock/gmock.h>

#include "harness/record/cause.h"
#include "harness/record/event.h"
#include "localnet/base/phase.h"
#include "localnet/profile/patterns.h"
#include "localnet/profile/profile.h"
#include "localnet/profile/question_names.h"

namespace rehearse {
namespace {

template <class E>
class ClosedSet : public testing::Test {};
using Sets = testing::Types<Phase, Pattern, Cause, StepOutcome, StopReason, WhichRelease, FaultState, MilestoneName>;
TYPED_TEST_SUITE(ClosedSet, Sets);

TYPED_TEST(ClosedSet, HasEachValueOnceAndInOrder) {
  const auto& all = names(TypeParam{});
  for (std::size_t i = 1; i < all.size(); ++i)
    EXPECT_EQ(static_cast<int>(all[i].second), static_cast<int>(all[i - 1].second) + 1) << all[i].first;
}

TYPED_TEST(ClosedSet, IsReadAsItIsWritten) {
  for (const auto& [name, value] : names(TypeParam{})) {
    const nlohmann::json written = value;
    EXPECT_EQ(written, name);
    EXPECT_TRUE(written.get<TypeParam>() == value) << name;
    EXPECT_TRUE(find_named<TypeParam>(name) == value) << name;
  }
}

TYPED_TEST(ClosedSet, TakesNoOtherName) {
  for (const nlohmann::json& other : {nlohmann::json("upgrade-neded"), nlohmann::json("Voting"), nlohmann::json(" "), nlohmann::json(1), nlohmann::json()})
    EXPECT_ANY_THROW(other.get<TypeParam>()) << other;
  EXPECT_FALSE(find_named<TypeParam>("upgrade-neded"));
}

TEST(Cause, MayNotBeKnownYet) {
  EXPECT_EQ(nlohmann::json(Cause::none), "");
  EXPECT_TRUE(nlohmann::json("").get<Cause>() == Cause::none);
  EXPECT_FALSE(find_named<Cause>(""));
}

TEST(Cause, SaysWhatToDo) {
  for (const auto& c : causes()) EXPECT_STRNE(c.advice, "") << c.name;
}

TEST(Pattern, OfAProfileIsNeitherCosmovisorsNorTheOthersProgram) {
  EXPECT_TRUE(known_patterns().contains("upgrade-needed"));
  EXPECT_FALSE(known_patterns().contains("backup-begins"));
  EXPECT_FALSE(known_patterns().contains("config-refused"));
  EXPECT_THAT(known_provider_patterns(), testing::ElementsAre("config-refused"));
}

TEST(QuestionNames, AreOfTheClosedList) {
  std::set<std::string> known;
  for (const auto* all : {&known_questions(), &known_daemon_questions()})
    for (const auto& q : *all) known.insert(q.name);
  using namespace question;
  const std::set<std::string> asked = {app_version, peers,      consensus_state, validators,  signing_info,   current_plan,    applied_plan,
                                       module_versions, proposal, transaction,    balance,     question::supply,         delegation,      question::app_hash,
                                       account,     balances,   delegations,     unbondings, votes, tally, earliest_block, provider_info,  provider_orders, model_status,
                                       scored_records, validator_set, slashing_params, health, version, bids, workloads};
  EXPECT_EQ(asked, known);
}

record::FaultTransition transition_read(const std::string& body) {
  const auto json = record::Json::parse(R"({"seq":1,"seen":1,"kind":"fault","body":)" + body + "}");
  return std::get<record::FaultTransition>(record::event_from_json(json).body);
}

// Until then it stood at the end of the detail.
TEST(FaultTransition, OfAnOlderJournalHasItsFindingToo) {
  const auto t = transition_read(R"({"id":"1","to":"recovered","detail":"21.0 s after its heal; finding: started again: b"})");
  EXPECT_EQ(t.detail, "21.0 s after its heal");
  EXPECT_EQ(t.finding, "started again: b");
}

TEST(FaultTransition, IsReadAsItIsWritten) {
  record::Event e;
  e.body = record::FaultTransition{"1", FaultState::peers_back, "now", {"a"}, {"b"}, 5, "started again: b"};
  const auto written = record::to_json(e);
  EXPECT_EQ(record::to_json(record::event_from_json(written)), written);
  EXPECT_EQ(written["body"]["to"], "peers-back");
  EXPECT_EQ(written["body"]["disabled"], record::Json({"b"}));
}

}  // namespace
}  // namespace rehearse
