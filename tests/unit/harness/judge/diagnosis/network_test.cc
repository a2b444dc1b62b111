// Rules of the network: chains that do not begin or do not halt, processes that end, power that is missing.
#include "harness/judge/diagnosis/diagnose.h"

#include <gmock/gmock.h>

#include "tests/unit/support/found.h"
#include "tests/unit/support/made_failures.h"

namespace rehearse {
namespace {

using made::diagnosis_of;
using made::found_in;
using made::kAllNodes;
using made::validator;
using record::Diagnosis;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

TEST(Diagnosis, OfAGenesisThatIsRefusedNamesWhatTheChainSaidOfIt) {
  const auto d = diagnosis_of(made::genesis_refused());
  EXPECT_EQ(d.cause, Cause::genesis_refused);
  EXPECT_THAT(d.affected_nodes, ElementsAre("validator-1", "validator-2", "validator-3"));
  EXPECT_EQ(d.first_evidence, "panic: commission is too low");
  EXPECT_THAT(d.evidence_at, StartsWith("nodes/validator-2/logs/node.log:"));
  auto u = made::genesis_refused();
  for (int i = 1; i <= 3; ++i)
    u.log(0.815, validator(i), "gentx-refused", "}': less than the minimum rate", {"less"});
  EXPECT_EQ(diagnosis_of(u).first_evidence, "}': less than the minimum rate");
}

TEST(Diagnosis, OfAGenesisIsSilentAboutAPanicThatHasAnotherReason) {
  auto before = made::genesis_refused();  // it ended before it came to its genesis
  for (auto* l : before.all<record::LogLine>())
    if (l->pattern == "init-chain") l->pattern = "other";
  EXPECT_THAT(found_in(before), ElementsAre("node-exited"));
  auto later = made::genesis_refused();
  later.head_at(0.85, validator(4), 1, 1);
  EXPECT_THAT(found_in(later), ElementsAre("node-exited")) << "with a block the genesis was taken";
}

TEST(Diagnosis, OfAChainThatDidNotHaltNamesWhoWentOn) {
  const auto d = diagnosis_of(made::does_not_halt());
  EXPECT_EQ(d.cause, Cause::chain_did_not_halt);
  EXPECT_EQ(d.proven_by, "the old binary committed block 20");
  EXPECT_EQ(d.affected_nodes, kAllNodes);
  EXPECT_EQ(d.affected_power, "100 of 100");
  EXPECT_EQ(d.first_evidence, "validator-1 is at height 21");
}

TEST(Diagnosis, OfANodeThatExitedGivesItsLastWords) {
  const auto d = diagnosis_of(made::node_exits());
  EXPECT_EQ(d.cause, Cause::node_exited);
  EXPECT_EQ(d.proven_by, "cosmovisor ended by itself: exit 2");
  EXPECT_THAT(d.affected_nodes, ElementsAre("validator-3"));
  EXPECT_EQ(d.affected_power, "20 of 100");
  EXPECT_EQ(d.first_evidence, "the last thing it said");
  EXPECT_EQ(d.evidence_at, "nodes/validator-3/logs/node.log:900");
}

TEST(Diagnosis, OfANodeThatExitedNamesTheSignal) {
  auto u = made::node_exits();
  u.all<record::ProcessEnded>().front()->signal = 9;
  EXPECT_EQ(diagnosis_of(u).proven_by, "cosmovisor ended by itself: signal 9");
}

// Its supervisor starts it again each time; `stored`: it comes to a block in between.
made::Upgrade restarted(int times, bool stored) {
  auto u = made::healthy();
  u.cut(3.0, validator(3));
  for (int i = 0; i < times; ++i) {
    u.exits(3.0 + 0.02 * i, validator(3), 1, {"it fails"});
    std::get<record::ProcessEnded>(u.made.back().body).starts_again = true;
    u.add(3.01 + 0.02 * i, validator(3), record::ProcessStarted{900 + i, "cosmovisor"});
    if (stored) u.head_at(3.015 + 0.02 * i, validator(3), 15 + i, 15 + i);
  }
  u.stop(3.5, StopReason::cancelled, "that is enough");
  return u;
}

TEST(Diagnosis, OfANodeThatItsSupervisorStartsAgainIsSilent) {
  EXPECT_THAT(found_in(restarted(1, false)), IsEmpty());
  EXPECT_THAT(found_in(restarted(7, false)), IsEmpty());
  EXPECT_THAT(found_in(restarted(12, true)), IsEmpty()) << "it comes to a block each time";
}

TEST(Diagnosis, OfANodeThatFailsAgainAndAgainIsThatItExited) {
  const auto u = restarted(8, false);
  EXPECT_THAT(found_in(u), ElementsAre("node-exited"));
  EXPECT_EQ(proven_failure(u.view())->affected_nodes, std::vector<std::string>{"validator-3"});
}

TEST(Diagnosis, OfAQuorumThatIsShortNamesWhoIsNotUpgraded) {
  const auto d = diagnosis_of(made::only_upgraded({2, 4}));
  EXPECT_EQ(d.cause, Cause::quorum_short);
  EXPECT_THAT(d.affected_nodes, ElementsAre("validator-1", "validator-3"));
  EXPECT_EQ(d.affected_power, "60 of 100");
  EXPECT_THAT(d.proven_by, HasSubstr("only 40 of 100 of the power"));
  EXPECT_EQ(d.first_evidence, "not upgraded: validator-1, validator-3");
}

TEST(Diagnosis, OfAQuorumIsSilentWithMoreThanTwoThirdsUpgraded) {
  EXPECT_THAT(found_in(made::only_upgraded({1, 2})), IsEmpty());
}

TEST(Diagnosis, OfAQuorumIsSilentBeforeTheChainHalted) {
  auto u = made::healthy();
  u.stop(3.0, StopReason::time_out, "halt at 20 not reached");
  EXPECT_THAT(found_in(u), IsEmpty());
}

TEST(Diagnosis, NamesWhoeverSignedTwiceByItsAddress) {
  const auto d = diagnosis_of(made::signs_twice());
  EXPECT_EQ(d.cause, Cause::double_sign);
  EXPECT_THAT(d.affected_nodes, ElementsAre("validator-2"));
}

// A fault took validator-4 away from the halt on: what it says then is no fault of the release.

}  // namespace
}  // namespace rehearse
