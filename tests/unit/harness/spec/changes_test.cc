// What an upgrade changes on purpose: announced by the scenario and by the release.
#include "harness/spec/changes.h"

#include <gmock/gmock.h>

#include "tests/unit/support/fakes.h"

namespace rehearse {
namespace {

using testing::HasSubstr;

Changes read(const std::string& text) { return decode<Changes>(YAML::Load(text), Source("made.yaml")); }

TEST(Changes, OfScenarioAndReleaseBothCount) {
  const auto both = merged(read("parameters: [mint.inflation_max]"), read("{parameters: [gov.quorum], records: [bank/supply], supply: true}"));
  EXPECT_TRUE(announces(both.parameters, "mint.inflation_max"));
  EXPECT_TRUE(announces(both.parameters, "gov.quorum"));
  EXPECT_FALSE(announces(both.parameters, "gov.threshold"));
  EXPECT_TRUE(announces(both.records, "bank/supply"));
  EXPECT_TRUE(both.supply);
  EXPECT_FALSE(merged({}, {}).supply);
}

TEST(Changes, AreKeptInARunsConditions) {
  const auto c = read("{parameters: [gov.quorum], queries: [/a.Query/B], transactions: [delegate], events: [transfer.recipient], records: [bank], errors: [no feed], supply: true}");
  const auto again = changes_from_json(to_json(c));
  EXPECT_EQ(to_json(again), to_json(c));
  EXPECT_TRUE(announces(again.queries, "/a.Query/B"));
  EXPECT_TRUE(announces(again.transactions, "delegate"));
  EXPECT_TRUE(announces(again.events, "transfer.recipient"));
  EXPECT_TRUE(announces_error(again.errors, "BTC: no feed is configured"));
  EXPECT_FALSE(announces_error(again.errors, "no fee"));
  EXPECT_TRUE(changes_from_json(nullptr).records.empty()) << "a run of an earlier harness has none";
}

TEST(Changes, SayAtItsLineWhatCannotBeAName) {
  const auto trouble = [](const std::string& text) { return made::trouble_of([&] { check_form(read(text)); }); };
  EXPECT_NO_THROW(check_form(read("{parameters: [gov.quorum], queries: [/a.Query/B], records: [bank/supply]}")));
  EXPECT_THAT(trouble("parameters:\n  - gov.quorum\n  - quorum"), HasSubstr("made.yaml:3:5: changes: parameters: `quorum` is not a module and its field"));
  EXPECT_THAT(trouble("queries: [a.Query/B]"), HasSubstr("changes: queries: `a.Query/B` is not a route"));
  EXPECT_THAT(trouble("events: [transfer.]"), HasSubstr("changes: events: `transfer.` is not a type of event, or type.attribute"));
  EXPECT_THAT(trouble("errors: [feed]"), HasSubstr("changes: errors: `feed` is not part of a message: give it five letters at least"));
  EXPECT_THAT(trouble("records: [/bank]"), HasSubstr("changes: records: `/bank` is not a store"));
  EXPECT_THAT(trouble("transactions: ['']"), HasSubstr("changes: transactions: `` is not a kind"));
}

}  // namespace
}  // namespace rehearse
