// What the nodes that show a failure have in common, and the others have not.
#include <gmock/gmock.h>

#include "tests/unit/support/made_failures.h"

namespace rehearse {
namespace {

using made::validator;
using record::Json;
using testing::ElementsAre;
using testing::IsEmpty;

// It fails on validator-3 alone.
made::Upgrade fails(const Json& given) {
  auto u = made::node_exits();
  for (auto& e : u.made)
    if (auto* run = std::get_if<record::RunStarted>(&e.body)) run->conditions["given_to_some"] = given;
  return u;
}

std::vector<record::NodeGroup> groups_of(const made::Upgrade& u) {
  return u.judged().diagnosis.value_or(record::Diagnosis{}).groups;
}

TEST(Groups, NameWhatJustTheirNodesWereGiven) {
  Json given;
  given[validator(3)]["environment GOMAXPROCS"] = "1";
  const auto groups = groups_of(fails(given));
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_THAT(groups[0].nodes, ElementsAre(validator(3)));
  EXPECT_THAT(groups[0].alike, ElementsAre("environment GOMAXPROCS: 1"));
  EXPECT_THAT(groups[1].alike, IsEmpty());
}

TEST(Groups, NameNothingThatAnotherNodeWasGivenToo) {
  Json given;
  for (int i : {3, 4}) given[validator(i)]["config.toml db_backend"] = "goleveldb";
  for (const auto& g : groups_of(fails(given))) EXPECT_THAT(g.alike, IsEmpty());
}

}  // namespace
}  // namespace rehearse
