// Nodes that are changed a few at a time: more than 2/3 of the power has to stay.
#include "harness/procedures/in_turn.h"

#include <gmock/gmock.h>

#include "localnet/base/text.h"

namespace rehearse {
namespace {

using testing::ElementsAre;

// Names are powers: "10", "20".
NetworkView network(const std::vector<std::int64_t>& powers) {
  NetworkView v;
  for (const auto power : powers) v.nodes[std::to_string(power)].member.power = power;
  return v;
}

TEST(Batches, HoldLessThanAThirdOfThePower) {
  EXPECT_THAT(batches(network({10, 20, 30, 40}), {"10", "20", "30", "40"}),
              ElementsAre(NodeNames{"10", "20"}, NodeNames{"30"}, NodeNames{"40"}));
}

TEST(Batches, OfExactlyAThirdAreTooLarge) {
  EXPECT_THAT(batches(network({1, 2, 6}), {"1", "2", "6"}), ElementsAre(NodeNames{"1"}, NodeNames{"2"}, NodeNames{"6"}));
}

TEST(Batches, KeepTheOrder) {
  EXPECT_THAT(batches(network({9, 8, 7, 76}), {"9", "8", "7", "76"}),
              ElementsAre(NodeNames{"9", "8", "7"}, NodeNames{"76"}));
}

TEST(Batches, OfOneValidatorAreOne) { EXPECT_THAT(batches(network({10}), {"10"}), ElementsAre(NodeNames{"10"})); }

TEST(Except, LeavesOutAndKeepsTheOrder) {
  EXPECT_THAT(except({"a", "b", "c"}, {"b", "z"}), ElementsAre("a", "c"));
  EXPECT_THAT(except({"a"}, {}), ElementsAre("a"));
}

TEST(ChangedLines, AreThoseThatOneTextAloneHas) {
  EXPECT_EQ(changed_lines("a = 1\nb = 2\n", "a = 1\nb = 3\nc = 4\n"), "-b = 2; +b = 3; +c = 4");
  EXPECT_EQ(changed_lines("a = 1\n", "a = 1\n"), "");
}

}  // namespace
}  // namespace rehearse
