// What comes up later: whose vote counts for how much, and which blocks a node can still give to another.
#include <gmock/gmock.h>

#include "harness/judge/checks/checklist.h"
#include "tests/unit/support/made_journal.h"

namespace rehearse {
namespace {

using made::healthy;
using made::item;
using made::not_passed;
using record::Outcome;
using testing::ElementsAre;
using testing::HasSubstr;

record::TransactionTried& vote_after(made::Upgrade& u) {
  for (auto* t : u.all<record::TransactionTried>())
    if (t->checkpoint == kAfter && t->transaction == "vote") return *t;
  throw std::invalid_argument("nobody votes");
}

TEST(VotesCounted, AreWhatIsBondedToWhoVotes) {
  const auto found = item(healthy().judged(), "Votes Counted");
  EXPECT_EQ(found.outcome, Outcome::pass);
  EXPECT_EQ(found.actual, "10000000");
  auto u = healthy();
  vote_after(u).is["yes_count"] = "10009000";  // with what it has delegated to others
  EXPECT_THAT(not_passed(u), ElementsAre());
}

TEST(VotesCounted, TwiceIsFound) {
  auto u = healthy();
  vote_after(u).is["yes_count"] = "20000000";
  EXPECT_THAT(not_passed(u), ElementsAre("Votes Counted (network): fail"));
  EXPECT_THAT(item(u.judged(), "Votes Counted").message, HasSubstr("a vote of validator-4 counts for 2.00 times what is bonded to it"));
  vote_after(u).is["yes_count"] = "3162";  // its root
  EXPECT_THAT(not_passed(u), ElementsAre("Votes Counted (network): fail"));
}

TEST(VotesCounted, SayNothingWhereTheChainCountsOtherwise) {
  auto u = healthy();
  vote_after(u).is["yes_count"] = "3162";
  for (auto* a : u.answers("voting", "proposal")) a->value["final_tally_result"]["yes_count"] = "10000";
  EXPECT_EQ(item(u.judged(), "Votes Counted").outcome, Outcome::skipped);
  EXPECT_EQ(item(u.judged(), "Votes Counted").message, "the chain did not count votes by what is bonded before the upgrade");
}

TEST(VotesCounted, NeedAVoteAndItsTally) {
  auto u = healthy();
  vote_after(u).is = nullptr;
  EXPECT_EQ(item(u.judged(), "Votes Counted").message, "needs a vote after the upgrade, and its tally");
}

TEST(BlocksKept, ANodeThatHadAllHasAll) {
  const auto found = item(healthy().judged(), "Blocks Kept", "validator-2");
  EXPECT_EQ(found.outcome, Outcome::pass);
  EXPECT_EQ(found.actual, "from 1 on");
}

TEST(BlocksKept, BlocksThatAreGoneAreFound) {
  auto u = healthy();
  u.answer(kAfter, "earliest-block", "validator-3").value = "17";
  EXPECT_THAT(not_passed(u), ElementsAre("Blocks Kept (validator-3): fail"));
  EXPECT_THAT(item(u.judged(), "Blocks Kept", "validator-3").message, HasSubstr("no blocks before 17 any more"));
}

TEST(BlocksKept, AnOperatorMayPruneThem) {
  auto u = healthy();
  u.scenario.network.nodes["validator-3"].app_toml["min-retain-blocks"] = {10, ""};
  u.answer(kAfter, "earliest-block", "validator-3").value = "17";
  EXPECT_EQ(item(u.judged(), "Blocks Kept", "validator-3").outcome, Outcome::skipped);
}

}  // namespace
}  // namespace rehearse
