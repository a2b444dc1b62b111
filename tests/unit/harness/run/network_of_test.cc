// How long a vote gets: what the machine needs, and what faults of the vote take.
#include "harness/run/network_of.h"

#include <gmock/gmock.h>

namespace rehearse {
namespace {

constexpr std::chrono::seconds kMadeIn{100};  // so long that the scenario's own period is shorter
constexpr double kRecovers = 6;

Inputs of_four() {
  Inputs in;
  in.scenario.network.validators = {{"a", 40}, {"b", 30}, {"c", 20}, {"d", 10}};
  return in;
}

Injection fault(const char* kind, const char* when, std::vector<std::string> nodes) {
  Injection i;
  i.kind = kind;
  i.when = when;
  i.target.nodes = std::move(nodes);
  i.after_s = 1;
  i.lasts_s = 3;
  return i;
}

// Beyond what it would be without faults.
double longer(const std::vector<Injection>& faults) {
  auto in = of_four();
  const auto without = voting_periods(in, kMadeIn).upgrade_s;
  in.faults = faults;
  return voting_periods(in, kMadeIn).upgrade_s - without;
}

TEST(VotingPeriods, AreLongerByWhatTakesTheQuorumMeanwhile) {
  EXPECT_DOUBLE_EQ(longer({fault("pause", "voting", {"a"})}), 4 + kRecovers);
  EXPECT_DOUBLE_EQ(longer({fault("kill", "voting", {"c"}), fault("pause", "voting", {"b"})}), 4 + kRecovers) << "both together";
  EXPECT_DOUBLE_EQ(longer({fault("kill", "voting", {"a"}), fault("pause", "voting", {"a"})}), 7 + kRecovers) << "one after the other";
  auto cut = fault("cut", "voting", {"a", "b", "c", "d"});
  cut.target.links = {{"a", "b"}};
  cut.target.cut_off = {"a"};
  EXPECT_DOUBLE_EQ(longer({cut}), 4 + kRecovers);
}

// With a quorum left the vote need not wait for whom it takes away; what else is done before the upgrade does.
TEST(VotingPeriods, SayWhenWhomFaultsTakeAwayIsBack) {
  auto in = of_four();
  EXPECT_DOUBLE_EQ(voting_periods(in, kMadeIn).faults_s, 0);
  in.faults = {fault("pause", "voting", {"b"})};
  EXPECT_DOUBLE_EQ(voting_periods(in, kMadeIn).faults_s, 4 + kRecovers);
  in.faults = {fault("pause", "waiting", {"b"})};
  EXPECT_DOUBLE_EQ(voting_periods(in, kMadeIn).faults_s, 0) << "everything is done by then";
}

TEST(VotingPeriods, AreAsTheyWereWhileAQuorumIsLeft) {
  EXPECT_DOUBLE_EQ(longer({fault("pause", "voting", {"b"})}), 0) << "30 of 100";
  EXPECT_DOUBLE_EQ(longer({fault("pause", "waiting", {"a"})}), 0) << "the vote is over";
  auto late = fault("latency", "voting", {"a"});
  late.target.links = {{"a", "b"}};
  late.target.cut_off = {"a"};
  EXPECT_DOUBLE_EQ(longer({late}), 0) << "it takes nobody away";
}

TEST(NetworkOf, HasRoomInItsSetForAllButTheInactive) {
  auto in = of_four();
  EXPECT_TRUE(network_of(in).genesis.empty());
  in.scenario.network.inactive = {{"e", 5}};
  const auto network = network_of(in);
  ASSERT_EQ(network.nodes.size(), 5u);
  EXPECT_TRUE(network.nodes[4].validator);
  EXPECT_FALSE(network.nodes[4].active);
  EXPECT_EQ(network.nodes[4].power, 5);
  ASSERT_EQ(network.genesis.size(), 1u);
  EXPECT_EQ(network.genesis[0].second, 4);
}

}  // namespace
}  // namespace rehearse
