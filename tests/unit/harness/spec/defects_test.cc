// Which known defects are masked: the profile's word, the scenario's, and names that nobody knows.
#include "harness/spec/defects.h"

#include <gmock/gmock.h>

#include "tests/unit/support/fakes.h"
#include "harness/run/scenario_rules.h"

namespace rehearse {
namespace {

using testing::EndsWith;

class DefectsTest : public testing::Test {
 protected:
  DefectsTest() {
    profile_.name = "lantern";
    profile_.known_defects = {{"soot", "it smokes", true, {{}, {}, {}, {{"WICK", "trimmed"}}}},
                              {"draft", "it flickers", false, {{}, {}, {{"shield", {"1", ""}}}, {}}}};
  }
  Scenario scenario(const std::string& defects) {
    return load_scenario(folder_.write(
        "made.yaml", "title: x\nrunbook: y\nupgrade: {kind: chain}\nafter: [state-invariants]\n" + defects));
  }
  std::string fates(const std::string& defects) {
    auto p = profile_;
    std::string all;
    for (const auto& d : mask_defects(scenario(defects), p))
      all += d.name + (d.masked ? " masked " : " kept ");
    return all + std::to_string(p.chain.environment.count("WICK")) +
           std::to_string(p.app_toml.count("shield"));
  }
  made::TempFolder folder_;
  Profile profile_;
};

TEST_F(DefectsTest, AreMaskedAsTheProfileSaysUnlessTheScenarioSaysOtherwise) {
  EXPECT_EQ(fates(""), "soot masked draft kept 10");
  EXPECT_EQ(fates("defects: {keep: [soot]}"), "soot kept draft kept 00");
  EXPECT_EQ(fates("defects: {mask: [draft]}"), "soot masked draft masked 11");
  EXPECT_EQ(fates("defects: {mask: [draft], keep: [soot]}"), "soot kept draft masked 01");
  EXPECT_EQ(fates("defects: {mask: [soot], keep: [draft]}"), "soot masked draft kept 10");
}

TEST_F(DefectsTest, MustBeKnownToTheProfile) {
  EXPECT_THAT(made::trouble_of([&] { fates("defects: {keep: [soot, smoke]}"); }),
              EndsWith("made.yaml:5:24: the profile lantern knows no defect `smoke`; there are soot, draft"));
  profile_.known_defects.clear();
  EXPECT_THAT(made::trouble_of([&] { fates("defects: {mask: [soot]}"); }),
              EndsWith("made.yaml:5:18: the profile lantern knows no defect `soot`"));
}

TEST_F(DefectsTest, AreNotBothKeptAndMasked) {
  EXPECT_THAT(made::trouble_of([&] { scenario("defects: {keep: [soot], mask: [soot]}"); }),
              EndsWith("made.yaml:5:32: `soot` is both kept and masked"));
}

}  // namespace
}  // namespace rehearse
