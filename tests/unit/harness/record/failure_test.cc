// What makes two failures the same one.
#include "harness/record/failure.h"

#include <gmock/gmock.h>

namespace rehearse::record {
namespace {

TEST(Fingerprint, LeavesOutWhatDiffersFromRunToRun) {
  EXPECT_EQ(fingerprint("panic: index out of range [5] with length 3"), fingerprint("panic: index out of range [12] with length 4"));
  EXPECT_EQ(fingerprint("2026-11-29T04:16:39Z ERR validator-2 has app hash 1A2B3C4D5E6F7081"),
            fingerprint("2026-12-01T23:59:01Z ERR validator-4 has app hash 99887766554433AA"));
  EXPECT_EQ(fingerprint("delegator ve1qy352eufqy352eufqy352eufqy352euf lost 5.25"), fingerprint("delegator ve19rl4cm2hmr8afy4kldpxz3fka4jguq0a lost 7"));
  EXPECT_EQ(fingerprint("`tx submit /home/me/results/latest/operator/p.json`: code 21"), fingerprint("`tx submit /tmp/again-4.2/operator/p.json`: code 21"));
  EXPECT_NE(fingerprint("/cosmos/bank/v1beta1/params: 404"), fingerprint("/cosmos/gov/v1beta1/params: 404"));
  EXPECT_NE(fingerprint("panic: no price"), fingerprint("panic: no rate"));
}

RunRecord failed(Cause cause, const std::string& evidence, std::vector<std::string> nodes) {
  RunRecord r;
  r.verdict = "fail";
  for (int i = 1; i <= 4; ++i) r.network.push_back({"validator-" + std::to_string(i), true, 50 - 10 * i, "", "", "", ""});
  Diagnosis d;
  d.cause = cause, d.owner = "release", d.first_evidence = evidence, d.affected_nodes = std::move(nodes);
  r.diagnosis = d;
  return r;
}

Likeness likeness(const RunRecord& again) {
  return compare(failure_of(failed(Cause::block_panic, "panic: no price at 24", {"validator-4"})), failure_of(again));
}

TEST(Failure, IsTheSameWithItsCauseItsPartOfTheNetworkAndItsEvidence) {
  EXPECT_EQ(likeness(failed(Cause::block_panic, "panic: no price at 31", {"validator-3"})), Likeness::same);
  EXPECT_EQ(likeness(failed(Cause::block_panic, "panic: no price at 31", {"validator-1", "validator-2"})), Likeness::other_scope) << "70 of 100";
  EXPECT_EQ(likeness(failed(Cause::block_panic, "panic: no price at 31", {"validator-3", "validator-4"})), Likeness::same) << "30 of 100: the second may not have come to it before the run ended";
  EXPECT_EQ(likeness(failed(Cause::block_panic, "panic: no rate at 24", {"validator-4"})), Likeness::same_cause);
  EXPECT_EQ(likeness(failed(Cause::block_error, "panic: no price at 24", {"validator-4"})), Likeness::another);
  auto passed = RunRecord{};
  passed.verdict = "pass";
  EXPECT_EQ(likeness(passed), Likeness::none);
  auto doubtful = failed(Cause::machine_stalled, "a node waited", {});
  doubtful.verdict = "inconclusive", doubtful.diagnosis->owner = "machine";
  EXPECT_EQ(likeness(doubtful), Likeness::not_told);
}

// A full disk is no "came again" of a run that its time limit ended.
TEST(Failure, OfWhichNothingIsKnownIsTheSameWithItsEvidenceOnly) {
  const auto unknown = [](const char* evidence) {
    auto r = failed(Cause::unknown, evidence, {});
    r.verdict = "error", r.diagnosis->owner = "harness";
    return failure_of(r);
  };
  EXPECT_EQ(compare(unknown("the time limit of 300 s"), unknown("the time limit of 60 s")), Likeness::same);
  EXPECT_EQ(compare(unknown("the time limit of 300 s"), unknown("no space is left")), Likeness::not_told);
}

TEST(Failure, IsOfThePartOfTheNetworkThatShowsIt) {
  const auto scope = [](std::vector<std::string> nodes) { return failure_of(failed(Cause::block_panic, "", std::move(nodes))).scope; };
  EXPECT_EQ(scope({}), Spread::none);
  EXPECT_EQ(scope({"validator-4"}), Spread::one);
  EXPECT_EQ(scope({"validator-1"}), Spread::third_or_more) << "40 of 100";
  EXPECT_EQ(scope({"validator-3", "validator-4"}), Spread::minority);
  EXPECT_EQ(scope({"validator-2", "validator-4"}), Spread::third_or_more);
  EXPECT_EQ(scope({"validator-1", "validator-2", "validator-3", "validator-4"}), Spread::all);
}

}  // namespace
}  // namespace rehearse::record
