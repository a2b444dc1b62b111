// A node is asked everything that needs no arguments: as it lists it, and as it answers.
#include "localnet/cosmos/survey.h"

#include <gmock/gmock.h>

#include "localnet/cosmos/descriptors.h"
#include "localnet/cosmos/keys.h"
#include "tests/unit/support/fakes.h"
#include "tests/unit/support/made_descriptors.h"

namespace rehearse {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using Json = nlohmann::json;

std::string base64_of(const std::string& bytes) { return base64({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}); }

// A node that answers what it is told to; everything else is an unknown path to it.
class SurveyTest : public testing::Test {
 protected:
  SurveyTest() {
    says(kFileDescriptors, made::file_descriptors());
    says("/made.bank.v1beta1.Query/Params", made::bank_params());
    rest_["/made/bank/v1beta1/params"] = {200, R"({"params":{"send_enabled":true}})", ""};
  }
  void says(const std::string& path, const std::string& value) {
    abci_[path] = {200, made::rpc_result({{"response", {{"code", 0}, {"value", base64_of(value)}}}}).dump(), ""};
  }
  SurveyResult ask(SurveyRequest request = {}) {
    request.rpc_url = "http://node:26657", request.rest_url = "http://node:1317";
    std::optional<SurveyResult> result;
    survey(http_, request, [&](SurveyResult r) { result = std::move(r); });
    while (!http_.open.empty()) {
      const auto sent = http_.open.front().request;
      if (sent.url.starts_with("http://node:1317")) {
        const auto found = rest_.find(sent.url.substr(16));
        http_.answer(found == rest_.end() ? HttpResponse{501, R"({"code":12,"message":"Not Implemented"})", ""} : found->second);
        continue;
      }
      const auto path = Json::parse(sent.body)["params"]["path"].get<std::string>();
      asked_.push_back(path);
      const auto found = abci_.find(path);
      http_.answer(found == abci_.end()
                       ? HttpResponse{200, made::rpc_result({{"response", {{"code", 6}, {"codespace", "sdk"}, {"log", "unknown query path"}}}}).dump(), ""}
                       : found->second);
    }
    return std::move(result).value();
  }

  made::FakeHttp http_;
  std::map<std::string, HttpResponse> abci_, rest_;
  std::vector<std::string> asked_;
};

TEST_F(SurveyTest, AsksAllThatIsListedAndKeepsParameters) {
  const auto s = ask();
  EXPECT_TRUE(s.listed);
  EXPECT_EQ(s.error, "");
  EXPECT_THAT(s.answered, ElementsAre(kFileDescriptors, "/made.bank.v1beta1.Query/Params", "/made/bank/v1beta1/params"));
  EXPECT_EQ(s.parameters["bank"]["fee"], "0.05");
  EXPECT_FALSE(s.parameters.contains("client")) << "a module that is listed and not served has none";
  EXPECT_EQ(s.refused.at("/ibc.core.client.v1.Query/ClientParams"), "code 6 (sdk): unknown query path");
}

TEST_F(SurveyTest, TellsARouteThatWantsArgumentsFromOneThatNobodyServes) {
  abci_["/ibc.core.client.v1.Query/ClientParams"] = {
      200, made::rpc_result({{"response", {{"code", 18}, {"codespace", "sdk"}, {"log", "invalid request"}}}}).dump(), ""};
  const auto s = ask();
  EXPECT_THAT(s.served, ElementsAre("/ibc.core.client.v1.Query/ClientParams"));
  EXPECT_TRUE(s.refused.contains("/ibc.core.client.v1.Query/ClientParams"));
}

TEST_F(SurveyTest, AsksOnlyTheRoutesThatItIsTold) {
  abci_.erase("/made.bank.v1beta1.Query/Params");
  const auto s = ask({.rpc_url = {}, .rest_url = {}, .routes = {kFileDescriptors, "/made.bank.v1beta1.Query/Params", "/gone.v1.Query/Params", "/gone/v1/params"}});
  EXPECT_THAT(s.answered, ElementsAre(kFileDescriptors));
  EXPECT_THAT(s.refused, ElementsAre(Pair("/gone.v1.Query/Params", HasSubstr("code 6")), Pair("/gone/v1/params", "HTTP 501: Not Implemented"),
                                     Pair("/made.bank.v1beta1.Query/Params", HasSubstr("code 6"))))
      << "also what the chain lists no more";
}

TEST_F(SurveyTest, TellsARefusalFromNoAnswer) {
  abci_["/made.bank.v1beta1.Query/Params"] = {0, "", "connection refused"};
  rest_["/made/bank/v1beta1/params"] = {503, "", ""};
  const auto s = ask();
  EXPECT_THAT(s.silent, ElementsAre(Pair("/made.bank.v1beta1.Query/Params", HasSubstr("connection refused")), Pair("/made/bank/v1beta1/params", "HTTP 503")));
}

TEST_F(SurveyTest, TriesTheGatewayOfModulesWhereNothingIsListed) {
  abci_.clear();
  rest_["/cosmos/staking/v1beta1/params"] = {200, R"({"params":{"max_validators":100}})", ""};
  const auto s = ask({.rpc_url = {}, .rest_url = {}, .modules = {"staking", "upgrade"}});
  EXPECT_FALSE(s.listed);
  EXPECT_THAT(s.answered, ElementsAre("/cosmos/staking/v1beta1/params"));
  EXPECT_EQ(s.parameters["staking"]["max_validators"], 100);
}

TEST_F(SurveyTest, SaysWhyNothingCouldBeAsked) {
  abci_.clear();
  const auto s = ask();
  EXPECT_EQ(s.error, "code 6 (sdk): unknown query path");
  EXPECT_THAT(s.answered, IsEmpty());
}

TEST_F(SurveyTest, SurvivesAListThatIsNone) {
  says(kFileDescriptors, "nonsense");
  EXPECT_THAT(ask().error, HasSubstr("no file descriptors"));
}

}  // namespace
}  // namespace rehearse
