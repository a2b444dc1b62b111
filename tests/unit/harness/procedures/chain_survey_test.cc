// What a chain is asked before an upgrade and after it: what is refused once only, what stays refused, what was announced.
#include "harness/procedures/survey.h"

#include <gmock/gmock.h>

#include "harness/spec/changes.h"
#include "harness/view/checkpoint.h"
#include "localnet/cosmos/descriptors.h"
#include "localnet/cosmos/keys.h"
#include "tests/unit/support/made_descriptors.h"
#include "tests/unit/support/made_rehearsal.h"

namespace rehearse {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

constexpr const char *kServed = "/made.bank.v1beta1.Query/Params", *kServedByRest = "/made/bank/v1beta1/params";

// Whatever is asked is answered a moment later, and the chain makes blocks.
class ChainSurveyTest : public made::AskingTest {
 protected:
  ChainSurveyTest() {
    says(kFileDescriptors, made::file_descriptors());
    says(kServed, made::bank_params());
    rest_[kServedByRest] = {200, "{}", ""};
    answering_ = r_.loop().every(1ms, [this] { answer_one(); });
    blocks_ = r_.loop().every(20ms, [this] { at("a", ++height_); });
  }
  void says(const std::string& path, const std::string& value) {
    const auto bytes = base64({reinterpret_cast<const std::uint8_t*>(value.data()), value.size()});
    abci_[path] = {200, made::rpc_result({{"response", {{"code", 0}, {"value", bytes}}}}).dump(), ""};
  }
  void answer_one() {
    if (http_.open.empty()) return;
    const auto& request = http_.open.front().request;
    const auto path = request.body.empty() ? request.url.substr(std::string("http://a").size())
                                           : json::parse(request.body)["params"]["path"].get<std::string>();
    ++asked_[path];
    const auto& known = request.body.empty() ? rest_ : abci_;
    const bool refused = refuse_[path] > 0 && refuse_[path]--;
    const auto found = known.find(path);
    if (found != known.end() && !refused) return http_.answer(found->second);
    if (request.body.empty()) return http_.answer(501, "{}");
    http_.answer(200, made::rpc_result({{"response", {{"code", 6}, {"codespace", "sdk"}, {"log", "unknown query path"}}}}));
  }
  record::Surveyed survey(const char* checkpoint) {
    ChainSurvey(r_, checkpoint).end();
    return *r_.view().survey(checkpoint);
  }

  std::map<std::string, HttpResponse> abci_, rest_;
  std::map<std::string, int> refuse_, asked_;  // path -> times
  std::int64_t height_ = 1;
  Loop::Handle answering_, blocks_;
};

TEST_F(ChainSurveyTest, KeepsWhatAnswersAndTheParameters) {
  const auto before = survey(kBefore);
  EXPECT_THAT(before.answered, ElementsAre(kFileDescriptors, kServed, kServedByRest));
  EXPECT_THAT(before.refused, IsEmpty()) << "what a chain never answered is of no interest";
  EXPECT_EQ(before.parameters["bank"]["fee"], "0.05");
  EXPECT_TRUE(before.listed);
}

TEST_F(ChainSurveyTest, AsksAModuleWithoutAnyQueryThatAnswersWhetherItIsThere) {
  constexpr const char* kWantsArguments = "/ibc.core.client.v1.Query/ClientParams";
  abci_[kWantsArguments] = {200, made::rpc_result({{"response", {{"code", 18}, {"codespace", "sdk"}, {"log", "invalid request"}}}}).dump(), ""};
  EXPECT_THAT(survey(kBefore).served, ElementsAre(kWantsArguments));
  const auto after = survey(kAfter);
  EXPECT_THAT(after.served, ElementsAre(kWantsArguments));
  EXPECT_THAT(after.refused, IsEmpty()) << "it did not answer before";
  abci_.erase(kWantsArguments);
  const auto gone = survey(kAfter);
  EXPECT_THAT(gone.served, IsEmpty());
  EXPECT_THAT(gone.refused, IsEmpty());
}

TEST_F(ChainSurveyTest, SaysWhyAChainCannotBeAsked) {
  abci_.clear(), rest_.clear();
  EXPECT_THAT(survey(kBefore).error, HasSubstr("unknown query path"));
  ChainSurvey(r_, kAfter).end();
  EXPECT_EQ(r_.view().survey(kAfter), nullptr) << "there is nothing to compare";
}

TEST_F(ChainSurveyTest, AsksAgainWhatIsRefused) {
  const auto before = survey(kBefore);
  refuse_[kServed] = 1;
  const auto after = survey(kAfter);
  EXPECT_THAT(after.refused, IsEmpty());
  EXPECT_EQ(after.parameters, before.parameters);
  refuse_[kServedByRest] = 100;
  EXPECT_THAT(survey(kAfter).refused, ElementsAre(Pair(kServedByRest, "HTTP 501")));
}

TEST_F(ChainSurveyTest, DoesNotAskWhatIsAnnounced) {
  record::RunStarted run;
  run.conditions["changes"] = to_json(decode<Changes>(YAML::Load("queries: [/made/bank]"), Source("made.yaml")));
  r_.record(run);
  survey(kBefore);
  rest_.clear();
  EXPECT_THAT(survey(kAfter).refused, IsEmpty());
  EXPECT_EQ(asked_[kServedByRest], 1);
}

}  // namespace
}  // namespace rehearse
