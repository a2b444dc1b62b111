// What is planned of a scenario's faults: a pure function of the page and the seed, and each mistake at its line.
#include "harness/faults/plan.h"

#include <gmock/gmock.h>

#include <set>

#include "tests/unit/support/fakes.h"
#include "harness/faults/trigger.h"
#include "localnet/base/text.h"
#include "harness/run/scenario_rules.h"

namespace rehearse {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr const char* kFaultsPage = R"(title: Made
runbook: Made Upgrades
network:
  validators: {a: 40, b: 30, c: 20, d: 10}
  full_nodes: [full-1]
upgrade: {kind: chain}
after: [network-verification]
faults:
)";

class FaultPlan : public testing::Test {
 protected:
  Scenario scenario(const std::string& faults) { return load_scenario(folder_.write("made.yaml", kFaultsPage + faults)); }
  std::vector<Injection> plan(const std::string& faults, std::uint64_t seed = 1) { return plan_faults(scenario(faults), seed); }
  std::string complaint(const std::string& faults) {
    return trouble_of([&] { scenario(faults); });
  }
  template <class Work>
  static std::string trouble_of(Work work) { return made::trouble_of(work); }
  std::string schedule(const std::string& faults, std::uint64_t seed) {
    write_schedule(folder_ / "schedule.json", plan(faults, seed));
    return read_file(folder_ / "schedule.json");
  }
  made::TempFolder folder_;
};

std::vector<std::string> nodes_of(const std::vector<Injection>& planned) {
  std::vector<std::string> all;
  for (const auto& i : planned) all.insert(all.end(), i.target.nodes.begin(), i.target.nodes.end());
  return all;
}

std::int64_t power_of(const std::vector<Injection>& planned) {
  const std::map<std::string, std::int64_t> powers = {{"a", 40}, {"b", 30}, {"c", 20}, {"d", 10}, {"full-1", 0}};
  std::int64_t sum = 0;
  for (const auto& name : nodes_of(planned)) sum += powers.at(name);
  return sum;
}

TEST_F(FaultPlan, NamesOneInjectionForEachNode) {
  const auto planned = plan("  - {do: kill, who: all, when: halted, for: 3s}\n");
  EXPECT_THAT(nodes_of(planned), ElementsAre("a", "b", "c", "d", "full-1"));
  EXPECT_EQ(planned[1].id, "1.2");
  EXPECT_EQ(planned[0].lasts_s, 3);
}

TEST_F(FaultPlan, ChoosesByPower) {
  for (std::uint64_t seed = 1; seed < 30; ++seed) {
    const auto of = [&](const std::string& who) { return plan("  - {do: kill, who: " + who + ", when: halted}\n", seed); };
    EXPECT_LT(3 * power_of(of("minority")), 100);
    EXPECT_GE(3 * power_of(of("blocking")), 100);
    EXPECT_GT(3 * power_of(of("majority")), 200);
    EXPECT_EQ(of("one").size(), 1u);
    EXPECT_THAT(nodes_of(of("smallest")), ElementsAre("d"));
    EXPECT_THAT(nodes_of(of("largest")), ElementsAre("a"));
  }
  std::set<std::string> chosen;
  for (std::uint64_t seed = 1; seed < 40; ++seed) chosen.insert(nodes_of(plan("  - {do: kill, who: one, when: halted}\n", seed)).front());
  EXPECT_EQ(chosen.size(), 4u) << "the seed decides";
}

TEST_F(FaultPlan, FindsExactlyAThirdOrSaysThatThereIsNone) {
  auto s = scenario("  - {do: kill, who: one, when: halted}\n");
  s.network.validators = {{"a", 40}, {"b", 30}, {"c", 12}, {"d", 8}};
  Random random(1);
  const auto t = choose_target(s.network, "third", random);
  EXPECT_THAT(t.nodes, ElementsAre("b"));
  EXPECT_THAT(complaint("  - {do: kill, who: third, when: halted}\n"), HasSubstr("made.yaml:9:21: no validators have exactly 1/3"));
}

TEST_F(FaultPlan, CutsLinksBetweenGroups) {
  auto s = scenario("  - {do: kill, who: one, when: halted}\n");
  Random random(1);
  const auto t = choose_target(s.network, "partition {a, b | c, d}", random);
  EXPECT_EQ(t.links.size(), 8u);
  EXPECT_THAT(t.cut_off, UnorderedElementsAre("c", "d")) << "a and b have more than 2/3";
  EXPECT_THAT(choose_target(s.network, "partition {a | b, c, d}", random).cut_off, UnorderedElementsAre("a", "b", "c", "d"));
  const auto link = choose_target(s.network, "link a->c", random);
  EXPECT_THAT(link.links, ElementsAre(std::pair<std::string, std::string>("a", "c")));
  EXPECT_THAT(link.cut_off, IsEmpty()) << "what goes from a to c goes by b and d too";
  EXPECT_EQ(isolate(s.network, {"a", "b", "c", "d", "full-1"}).links.size(), 20u) << "each with each";
  const auto alone = isolate(s.network, {"d"});
  EXPECT_EQ(alone.links.size(), 8u) << "both ways, with a, b, c and full-1";
  EXPECT_THAT(alone.cut_off, ElementsAre("d"));
}

TEST_F(FaultPlan, RepeatsAtAPace) {
  const auto planned = plan("  - {do: kill, who: d, when: halted, after: 1s, times: 3, every: 500ms}\n");
  ASSERT_EQ(planned.size(), 3u);
  EXPECT_DOUBLE_EQ(planned[0].after_s, 1);
  EXPECT_DOUBLE_EQ(planned[2].after_s, 2);
}

TEST_F(FaultPlan, DrawsWhetherItHappens) {
  int planned = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) planned += !plan("  - {do: kill, who: d, when: halted, probability: 0.3}\n", seed).empty();
  EXPECT_GT(planned, 30);
  EXPECT_LT(planned, 90);
  EXPECT_TRUE(plan("  - {do: kill, who: d, when: halted, probability: 0}\n").empty());
}

TEST_F(FaultPlan, IsTheSameForTheSameSeed) {
  const std::string faults =
      "  - {do: kill, who: minority, when: halted}\n"
      "draw: {times: 12, weights: {nothing: 3, kill: 2, pause: 1}}\n";
  EXPECT_EQ(schedule(faults, 7), schedule(faults, 7));
  EXPECT_NE(schedule(faults, 7), schedule(faults, 8));
}

TEST_F(FaultPlan, DrawsByWeight) {
  std::map<std::string, int> count;
  for (std::uint64_t seed = 0; seed < 100; ++seed)
    for (const auto& i : plan_faults(scenario("  []\ndraw: {times: 10, weights: {nothing: 6, kill: 3, pause: 1}}\n"), seed)) {
      ++count[i.kind];
      EXPECT_NO_THROW(parse_trigger(i.when));
    }
  EXPECT_GT(count["kill"], 2 * count["pause"]);
  EXPECT_GT(count["pause"], 50);
}

TEST_F(FaultPlan, IsReadAgainAsItWasWritten) {
  const auto planned = plan(
      "  - {do: kill, who: all, when: height H-2, for: 3s}\n"
      "  - {do: pause, who: proposer, when: time 5s}\n"
      "  - {do: crash-point, who: d, when: halted, with: {index: 7}}\n");
  write_schedule(folder_ / "schedule.json", planned);
  const auto again = read_schedule(folder_ / "schedule.json");
  ASSERT_EQ(again.size(), planned.size());
  for (std::size_t i = 0; i < planned.size(); ++i) EXPECT_EQ(to_json(again[i]), to_json(planned[i]));
  EXPECT_EQ(again.back().options.at("index"), "7");
  EXPECT_TRUE(again[again.size() - 2].target.proposer);
}

TEST_F(FaultPlan, RefusesAScheduleThatIsNone) {
  const auto trouble = [&](const std::string& text) {
    return trouble_of([&] { read_schedule(folder_.write("bad.json", text)); });
  };
  EXPECT_THAT(trouble_of([&] { read_schedule(folder_ / "none.json"); }), HasSubstr("none.json: cannot be read"));
  EXPECT_THAT(trouble("{"), HasSubstr("bad.json: "));
  EXPECT_THAT(trouble(R"({"faults": [{"id": "1", "do": "burn-down"}]})"), HasSubstr("there is no fault `burn-down`"));
  const auto one = R"({"id":"1","do":"kill","who":"d","when":"halted","after_s":0,"for_s":1,"nodes":["d"],"with":{}})";
  EXPECT_THAT(trouble(std::string("{\"faults\": [") + one + "," + one + "]}"), HasSubstr("two faults are called 1"));
  EXPECT_THAT(trouble(R"({"faults": [{"id":"1","do":"cpu-limit","who":"d","when":"halted","after_s":0,"for_s":1,"nodes":["d"],"with":{"percent":"many"}}]})"),
              HasSubstr("bad.json: cpu-limit: `percent`: of the time, 1 to 99; found `many`"));
}

TEST_F(FaultPlan, SaysWhatIsWrongAndWhere) {
  const auto says = [&](const std::string& fault, const std::string& what) {
    EXPECT_THAT(complaint("  - " + fault + "\n"), HasSubstr(what));
  };
  says("{do: kil, who: d, when: halted}", "made.yaml:9:10: there is no fault `kil`, did you mean `kill`?");
  says("{do: kill, who: e, when: halted}", "made.yaml:9:21: there is no node `e`; there are a, b, c, d, full-1");
  says("{do: kill, who: d, when: halting}", "made.yaml:9:30: there is no phase `halting`; there are voting, waiting, halted");
  says("{do: kill, who: d, when: step votes}", "made.yaml:9:30: the procedure `chain` has no step `votes`, did you mean `vote`?; it has before, ");
  EXPECT_THAT(plan("  - {do: kill, who: d, when: step vote, for: 3s}\n"), testing::SizeIs(1));
  says("{do: kill, who: d, when: height x}", "expected `height 12`");
  says("{do: kill, who: d, when: time soon}", "expected `time 5s`");
  says("{do: kill, who: d, when: halted, for: 1h}", "made.yaml:9:43: at most 10min: its heal could not be guaranteed");
  says("{do: kill, who: d, when: halted, probability: 2}", "0 to 1");
  says("{do: kill, who: d, when: halted, times: 0}", "1 to 100");
  says("{do: kill, who: d, when: halted, with: {speed: 3}}", "`kill` takes no `speed`");
  says("{do: crash-point, who: d, when: halted, with: {idx: 3}}", "`crash-point` takes no `idx`; it takes index (");
  says("{do: crash-point, who: d, when: halted, with: {index: many}}", "index: which of its crash points since the start, 0 or more; found `many`");
  says("{do: kill, who: link a->b, when: halted}", "`kill` acts on nodes, not on links");
  says("{do: kill, when: halted}", "on which node?");
  says("{do: kill, who: provider, when: halted}", "does not act on the provider");
  says("{do: kill, who: \"partition {a | a, b}\", when: halted}", "a stands in the partition twice");
  says("{do: kill, who: d, wen: halted}", "is `wen` meant?");
  EXPECT_THAT(complaint("  []\ndraw: {times: 3, weights: {nothing: 1, kil: 2}}\n"), HasSubstr("made.yaml:10:45: there is no fault `kil`"));
  std::string thirds = kFaultsPage;
  thirds.replace(thirds.find("{a: 40, b: 30, c: 20, d: 10}"), 28, "{a: 1, b: 1, c: 1}");
  EXPECT_THAT(trouble_of([&] { load_scenario(folder_.write("made.yaml", thirds + "  []\ndraw: {times: 3, weights: {kill: 1}}\n")); }),
              AllOf(HasSubstr("made.yaml:10:34: "), HasSubstr("drawn for `minority`")));
  EXPECT_THAT(complaint("  []\ndraw: {times: 3, weights: {kill: 0}}\n"), HasSubstr("a weight must be more than 0"));
}

TEST(Trigger, IsReadAsItIsWritten) {
  EXPECT_EQ(parse_trigger("height 12").height, 12);
  EXPECT_EQ(parse_trigger("height H-3").height, -3);
  EXPECT_EQ(parse_trigger("height H+2").height, 2);
  EXPECT_EQ(parse_trigger("height H").kind, Trigger::Kind::upgrade_height);
  EXPECT_DOUBLE_EQ(parse_trigger("time 1500ms").seconds, 1.5);
  EXPECT_EQ(parse_trigger("log upgrade-needed").pattern, Pattern::upgrade_needed);
  EXPECT_EQ(parse_trigger("step vote").step, "vote");
  for (const auto& [name, phase] : names(Phase{}))
    if (can_trigger(phase)) { EXPECT_EQ(parse_trigger(name).phase, phase); }
}

TEST(Trigger, IsOfAPhaseAndALinePatternThatThereAre) {
  EXPECT_THAT(made::trouble_of([] { parse_trigger("log upgrade-neded"); }), HasSubstr("there is no log pattern `upgrade-neded`"));
  EXPECT_THAT(made::trouble_of([] { parse_trigger("migraton"); }), HasSubstr("there is no phase `migraton`"));
  EXPECT_THAT(made::trouble_of([] { parse_trigger("verified"); }), HasSubstr("there is no phase `verified`"));
}

}  // namespace
}  // namespace rehearse
