// A rolling upgrade's own demands: the runbook's order, a chain that goes on without whoever restarts, and
// signatures of all that are up.
#include "harness/procedures/liveness.h"

#include <gmock/gmock.h>

#include "harness/procedures/procedure.h"
#include "tests/unit/support/made_journal.h"
#include "tests/unit/support/made_rehearsal.h"

namespace rehearse {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

// --- Signatures

// The blocks of the made upgrade, where that validator signed none of these.
NetworkView unsigned_by(const std::string& node, std::int64_t first, std::int64_t last) {
  auto view = made::healthy().view();
  const auto address = view.nodes.at(node).member.consensus_address;
  for (auto h = first; h <= last; ++h)
    for (auto& s : view.blocks.at(h).block.signatures)
      if (s.validator == address) s.flag = 1;
  return view;
}

TEST(Signatures, OfAllThatAreUpAreThere) {
  EXPECT_EQ(check_signatures(made::healthy().view(), 0, {{"validator-1", {}}, {"validator-3", {}}}),
            "by every validator that was up; 0 signatures late");
}

TEST(Signatures, MayBeLateForABlockOnABusyMachine) {
  EXPECT_THAT(check_signatures(unsigned_by("validator-3", 5, 7), 0, {{"validator-3", {}}}),
              HasSubstr("; 3 signatures late"));
}

TEST(Signatures, AreMissedByWhoeverWasUpAndSignedNoneOfSeveral) {
  try {
    check_signatures(unsigned_by("validator-3", 5, 8), 0, {{"validator-1", {}}, {"validator-3", {}}});
    FAIL();
  } catch (const StepFailed& e) {
    EXPECT_EQ(e.cause, Cause::blocks_missed);
    EXPECT_STREQ(e.what(), "validator-3 was up and signed none of the blocks 5 to 8");
  }
}

TEST(Signatures, AreNotAskedOfWhoeverIsDownNorOfBlocksBefore) {
  const auto view = unsigned_by("validator-3", 5, 12);
  EXPECT_THAT(check_signatures(view, 0, {{"validator-3", {5, 12}}}), HasSubstr("; 0 signatures late"));
  EXPECT_THAT(check_signatures(view, 12, {{"validator-3", {}}}), HasSubstr("; 0 signatures late"));
  EXPECT_THROW(check_signatures(view, 0, {{"validator-3", {5, 8}}}), StepFailed);
}

TEST(Signatures, AreNotAskedOfWhoeverDoesNotValidate) {
  auto view = unsigned_by("validator-3", 5, 12);
  view.nodes.at("validator-3").member.validator = false;
  EXPECT_THAT(check_signatures(view, 0, {{"validator-1", {}}, {"validator-3", {}}}), HasSubstr("; 0 signatures late"));
}

// --- Blocks without one

TEST(Blocks, AreMadeWithoutWhoeverIsDown) {
  const auto view = unsigned_by("validator-3", 5, 7);
  EXPECT_NO_THROW(check_blocks_without(view, {"validator-3"}, 4));
  EXPECT_NO_THROW(check_blocks_without(view, {"validator-3"}, 6));
}

TEST(Blocks, AreNotMadeWithoutOneWhoseSignatureIsInEach) {
  const auto view = unsigned_by("validator-3", 5, 7);
  const auto stands = [&](const std::vector<std::string>& names, std::int64_t height) {
    try {
      check_blocks_without(view, names, height);
    } catch (const TimedOut& e) {
      return e.cause;
    }
    return Cause::none;
  };
  EXPECT_EQ(stands({"validator-3"}, 7), Cause::machine_stalled);
  EXPECT_EQ(stands({"validator-3", "validator-4"}, 4), Cause::machine_stalled) << "one of them was up";
}

class Liveness : public made::AskingTest {};

TEST_F(Liveness, BlocksComeWithoutTheOneThatIsDown) {
  at("a", 5);
  soon([&] { at("a", 7); });
  await_blocks_without(r_, {"b"}, r_.view().highest_height());
}

TEST_F(Liveness, AChainThatStandsIsShortOfItsQuorum) {
  at("b", 5);
  try {
    await_blocks_without(r_, {"a"}, r_.view().highest_height(), brief_);
    FAIL();
  } catch (const StepFailed& e) {
    EXPECT_EQ(e.cause, Cause::quorum_short);
    EXPECT_STREQ(e.what(),
                 "the chain stands at 5 while a is down: 40 of 100 power is left, more than 2/3 is needed");
  }
}

TEST_F(Liveness, AMachineThatStandsSaysNothingOfTheQuorum) {
  soon([&] { r_.record(record::Stalled{7}); });
  try {
    await_blocks_without(r_, {"a"}, r_.view().highest_height(), {100ms, 20s});
    FAIL();
  } catch (const StepFailed& e) {
    EXPECT_EQ(e.cause, Cause::machine_stalled);
  }
}

// --- Order

class Order : public Liveness {
 protected:
  Order() {
    AnswerSource source;
    source.rpc = "validators";
    source.at = "/validators";
    profile_.questions["validators"] = {source};
  }
  // The chain says that a has 60 and b 40.
  void chain_answers() {
    const auto validator = [](const char* name, const char* tokens) {
      return nlohmann::json{{"status", "BOND_STATUS_BONDED"},
                            {"tokens", tokens},
                            {"operator_address", name},
                            {"description", {{"moniker", name}}}};
    };
    http_.answer(200, made::rpc_result({{"validators", {validator("a", "60"), validator("b", "40")}}}));
  }
};

TEST_F(Order, IsWrongWhenItBeginsWithTheLargest) {
  scenario_.upgrade.order = RollingOrder::largest_first;
  soon([&] { http_.refuse(); });  // what it serves besides
  soon([&] { chain_answers(); }, 30ms);
  try {
    rolling_upgrade(r_);
    FAIL();
  } catch (const StepFailed& e) {
    EXPECT_EQ(e.cause, Cause::wrong_order);
    EXPECT_STREQ(e.what(), "the order is a, b, the runbook's is b, a");
  }
}

TEST_F(Order, IsTheRunbooksFromTheSmallestOn) {
  soon([&] { http_.refuse(); });  // what it serves besides
  soon([&] { chain_answers(); }, 30ms);
  EXPECT_THAT(failure<Error>([&] { rolling_upgrade(r_); }), StartsWith("there is no node b"))
      << "nobody started it";
  const auto& step = r_.view().steps.at(1);
  EXPECT_EQ(step.step.step, "order");
  EXPECT_EQ(step.outcome, StepOutcome::done);
  EXPECT_EQ(step.detail, "b, a");
}

}  // namespace
}  // namespace rehearse
