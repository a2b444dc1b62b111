// What a chain lists of its queries, and how parameters are read by its own descriptors.
#include "localnet/cosmos/descriptors.h"

#include <gmock/gmock.h>

#include "tests/unit/support/made_descriptors.h"

namespace rehearse {
namespace {

using testing::ElementsAre;
using Json = nlohmann::json;

constexpr const char* kMadeParams = "/made.bank.v1beta1.Query/Params";

TEST(Descriptors, ListWhatCanBeAskedAndNothingThatChangesAnything) {
  const Descriptors d(made::file_descriptors());
  std::vector<std::string> routes, rest, modules;
  for (const auto& q : d.queries()) routes.push_back(q.route), rest.push_back(q.rest), modules.push_back(q.parameters ? q.module : "");
  EXPECT_THAT(routes, ElementsAre("/ibc.core.client.v1.Query/ClientParams", "/made.bank.v1beta1.Query/Balance", kMadeParams))
      << "a file whose import is missing is read as far as it goes";
  EXPECT_THAT(rest, ElementsAre("", "", "/made/bank/v1beta1/params")) << "one that needs an argument is not asked by REST";
  EXPECT_THAT(modules, ElementsAre("client", "", "bank"));
}

TEST(Descriptors, ReadParametersAsPeopleWriteThem) {
  const Descriptors d(made::file_descriptors());
  EXPECT_EQ(d.parameters(kMadeParams, made::bank_params()),
            Json::parse(R"({"send_enabled": true, "fee": "0.05", "period": "90.5s", "limits.max": 7, "limits.least": 0, "denoms": ["a", "b"]})"));
}

// Protobuf sends no field that has its default.
TEST(Descriptors, ReadWhatIsNotSetAsItsDefault) {
  const Descriptors d(made::file_descriptors());
  EXPECT_EQ(d.parameters(kMadeParams, ""),
            Json::parse(R"({"send_enabled": false, "fee": "", "period": "0s", "limits.max": 0, "limits.least": 0, "denoms": []})"));
}

TEST(Descriptors, RefuseWhatIsNone) {
  EXPECT_THROW(Descriptors(""), std::invalid_argument);
  EXPECT_THROW(Descriptors("no descriptors"), std::invalid_argument);
  const Descriptors d(made::file_descriptors());
  EXPECT_THROW(static_cast<void>(d.parameters("/made.bank.v1beta1.Query/None", "")), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(d.parameters(kMadeParams, "\x0a\xff")), std::invalid_argument);
}

TEST(Descriptors, NameTheModuleOfARoute) {
  EXPECT_EQ(module_of_route("/cosmos.staking.v1beta1.Query/Params"), "staking");
  EXPECT_EQ(module_of_route("/ibc.applications.transfer.v1.Query/Params"), "transfer");
  EXPECT_EQ(module_of_route("/made.Query/Params"), "made");
  EXPECT_EQ(module_of_route("/cosmos/group/v1/groups"), "group");
  EXPECT_EQ(module_of_route("/cosmos/base/tendermint/v1beta1/syncing"), "tendermint");
  EXPECT_EQ(module_of_route("/health"), "");
  EXPECT_EQ(service_of_route("/cosmos.group.v1.Query/Groups"), "/cosmos.group.v1.Query");
  EXPECT_EQ(service_of_route("/cosmos/group/v1/groups"), "/cosmos/group/v1");
  EXPECT_EQ(service_of_route("/health"), "/health");
}

TEST(Flattened, KeepsListsWholeAndKnowsWhatIsVeryLongByItsHash) {
  const auto flat = flattened({{"a", {{"b", 1}, {"c", {{"d", "x"}}}}}, {"list", {1, 2}}, {"none", Json::object()}, {"long", std::string(5000, 'x')}});
  EXPECT_EQ(flat["a.b"], 1);
  EXPECT_EQ(flat["a.c.d"], "x");
  EXPECT_EQ(flat["list"], Json::parse("[1,2]"));
  EXPECT_EQ(flat["none"], Json::object());
  EXPECT_TRUE(flat["long"].get<std::string>().starts_with("sha256:"));
}

}  // namespace
}  // namespace rehearse
