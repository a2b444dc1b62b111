#include "harness/record/measures.h"

#include <gtest/gtest.h>

namespace rehearse::record {
namespace {

TEST(Measures, AreTheSameInAnotherProcess) {
  Measures all;
  all.of_run = {{Subject::new_release, Quantity::block_interval, 0.15}};
  all.series = {{"validator-1", 2, Quantity::memory, {{60, 200.5}, {90, 210}}}, {"", 0, Quantity::block_interval, {{60, 0.2}}}};
  const auto back = measures_from_json(nlohmann::json::parse(to_json(all).dump()));
  EXPECT_EQ(to_json(back), to_json(all));
  EXPECT_EQ(back.of_run.at(0).of, Subject::new_release);
  EXPECT_EQ(back.series.at(0).points.at(1).value, 210);
  EXPECT_EQ(back.series.at(1).node, "");
}

TEST(Measures, RefuseAWordThatIsNoneOfTheirs) {
  EXPECT_THROW(measures_from_json({{"of_run", {{"harness", "weight", 1}}}, {"series", nlohmann::json::array()}}), std::invalid_argument);
  EXPECT_THROW(measures_from_json({{"series", nlohmann::json::array()}}), nlohmann::json::exception);
}

}  // namespace
}  // namespace rehearse::record
