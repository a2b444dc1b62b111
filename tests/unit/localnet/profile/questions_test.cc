// A question of the profile goes from source to source until one answers; what each looks like when it says
// "none".
#include "localnet/profile/questions.h"

#include <gmock/gmock.h>

#include "tests/unit/support/fakes.h"

namespace rehearse {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

AnswerSource rpc(const std::string& method, const std::string& at, std::vector<std::string> absent = {}) {
  AnswerSource s;
  s.rpc = method, s.at = at, s.absent = std::move(absent);
  return s;
}
AnswerSource rest(const std::string& path, const std::string& at, std::vector<std::string> absent = {}) {
  AnswerSource s;
  s.rest = path, s.at = at, s.absent = std::move(absent);
  return s;
}
AnswerSource cli(std::vector<std::string> arguments, const std::string& at,
                 std::vector<std::string> absent = {}) {
  AnswerSource s;
  s.cli = std::move(arguments), s.at = at, s.absent = std::move(absent);
  return s;
}

class QuestionsTest : public testing::Test {
 protected:
  QuestionsTest() {
    profile_.file = "made.yaml";
    profile_.help = {"Usage:\n"};
    profile_.query = {"--node", "{rpc}"};
    chain("exit 9");
  }
  void sources(std::vector<AnswerSource> s) { profile_.questions["plan"] = std::move(s); }
  void chain(const std::string& script) { to_.binary = folder_.script("maded", script); }

  void ask(Values args = {}, std::int64_t height = 0, const std::string& name = "plan") {
    answers_.clear();
    questioner_.ask({name, "validator-1", std::move(args), height}, to_,
                    [this](Answer a) { answers_.push_back(a); });
  }
  // The answer, once there is one.
  Answer answer() {
    made::run_until(loop_, [&] { return !answers_.empty(); });
    EXPECT_EQ(answers_.size(), 1u);
    return answers_.empty() ? Answer{} : answers_[0];
  }

  made::TempFolder folder_;
  Loop loop_;
  made::FakeHttp http_;
  Profile profile_;
  ChainCli cli_{loop_, profile_, folder_ / "commands", {}};
  Questioner questioner_{http_, cli_, profile_};
  Respondent to_{"http://127.1.1.1:26657", "http://127.1.1.1:1317", {}, {{"rpc", "tcp://here"}}};
  std::vector<Answer> answers_;
};

TEST_F(QuestionsTest, TheFirstSourceAnswers) {
  sources({rest("/plan/{name}", "/plan/height"), cli({"query"}, "")});
  ask({{"name", "v2"}});
  EXPECT_EQ(http_.sent.at(0).url, "http://127.1.1.1:1317/plan/v2");
  EXPECT_THAT(http_.sent.at(0).headers, IsEmpty());
  http_.answer(200, json{{"plan", {{"height", "40"}}}});
  const auto a = answer();
  EXPECT_TRUE(a.answered);
  EXPECT_FALSE(a.absent);
  EXPECT_EQ(a.source, "rest");
  EXPECT_EQ(a.value, "40");
  EXPECT_EQ(http_.sent.size(), 1u);
}

TEST_F(QuestionsTest, FallsThroughToTheNextSource) {
  sources({rpc("plan", "/plan"), rest("/plan", "/plan"), cli({"query"}, "/plan")});
  chain("echo '{\"plan\": 7}'");
  ask();
  http_.answer(200, made::rpc_error("Method not found"));
  http_.answer(501, R"({"message": "Not Implemented"})");
  const auto a = answer();
  EXPECT_EQ(a.source, "cli");
  EXPECT_EQ(a.value, 7);
}

TEST_F(QuestionsTest, TellsWhatEachSourceSaid) {
  sources(
      {rpc("plan", "/plan"), rest("/plan", "/plan"), rest("/old/plan", "/plan"), cli({"query"}, "/plan")});
  chain("echo 'Error: no route' >&2; exit 1");
  ask();
  http_.answer(200, made::rpc_error("Method not found"));
  http_.refuse();
  http_.answer(200, json{{"other", 1}});
  const auto a = answer();
  EXPECT_FALSE(a.answered);
  EXPECT_THAT(a.error,
              AllOf(HasSubstr("rpc: validator-1 plan: HTTP 200: Method not found"),
                    HasSubstr("; rest: http://127.1.1.1:1317/plan: connection refused"),
                    HasSubstr("; rest: there is nothing at /plan"), HasSubstr("; cli: `maded query")));
  EXPECT_THAT(a.error, HasSubstr("exit 1: Error: no route"));
}

// Such as the provider daemon: no node.
TEST_F(QuestionsTest, AskWhoHasQuestionsOfItsOwn) {
  sources({rest("/plan", "")});
  ChainCli own(loop_, profile_, folder_ / "own", {{"WHO", "me"}});
  const std::map<std::string, std::vector<AnswerSource>> questions = {
      {"health", {rest("/health", "/status")}}, {"version", {cli({"version"}, "")}}, {"list", {cli({"list"}, "")}}};
  to_.questions = &questions, to_.cli = &own, to_.ca_file = "/made/ca.pem";
  ask({}, 0, "health");
  EXPECT_EQ(http_.sent.at(0).ca_file, "/made/ca.pem");
  http_.answer(200, json{{"status", "ok"}});
  EXPECT_EQ(answer().value, "ok");
  chain("echo $WHO $*; echo more; echo");
  ask({}, 0, "version");
  EXPECT_EQ(answer().value, "me version\nmore");  // text, and without the arguments of the chain's questions
  chain("true");
  ask({}, 0, "list");
  EXPECT_EQ(answer().value, "");
  ask();
  EXPECT_THAT(answer().error, HasSubstr("no question `plan`"));
}

TEST_F(QuestionsTest, TextIsNoAnswerOfANode) {
  sources({cli({"query"}, "")});
  chain("echo v1.0.0");
  ask();
  EXPECT_THAT(answer().error, HasSubstr("is not JSON"));
}

TEST_F(QuestionsTest, SaysThatAQuestionHasNoSource) {
  ask({}, 0, "colour");
  const auto a = answer();
  EXPECT_FALSE(a.answered);
  EXPECT_THAT(a.error, HasSubstr("colour"));
}

TEST_F(QuestionsTest, AsksForAPastHeightAsEachSourceWantsIt) {
  sources({rpc("state", ""), rest("/state", ""), cli({"query", "state"}, "")});
  chain(R"(printf '["%s","%s","%s","%s","%s","%s"]' "$@")");
  ask({}, 39);
  EXPECT_EQ(json::parse(http_.sent.at(0).body).at("params"), (json{{"height", "39"}}));
  http_.refuse();
  EXPECT_THAT(http_.sent.at(1).headers, ElementsAre("x-cosmos-block-height: 39"));
  http_.refuse();
  EXPECT_EQ(answer().value, (json{"query", "state", "--node", "tcp://here", "--height", "39"}));
}

TEST_F(QuestionsTest, LeavesAHeightThatTheProfilePlaces) {
  auto s = rpc("block_results", "/app_hash");
  s.params = {{"height", "{height}"}};
  sources({s});
  ask({{"height", "12"}}, 39);
  EXPECT_EQ(json::parse(http_.sent.at(0).body).at("params"), (json{{"height", "12"}}));
}

// --- There is none

TEST_F(QuestionsTest, ValuesMaySayThatThereIsNone) {
  sources({rest("/plan", "/plan", {"null", "0"})});
  for (const json& none : {json(nullptr), json("0"), json(0)}) {
    ask();
    http_.answer(200, json{{"plan", none}});
    EXPECT_TRUE(answer().absent) << none;
  }
  for (const json& some : {json("10"), json(json::object()), json(""), json(false)}) {
    ask();
    http_.answer(200, json{{"plan", some}});
    EXPECT_FALSE(answer().absent) << some;
  }
}

TEST_F(QuestionsTest, AStatusMaySayThatThereIsNone) {
  auto s = rest("/plan", "/plan");
  s.absent_status = {404, 501};
  sources({s});
  for (const int status : s.absent_status) {
    ask();
    http_.answer(status, R"({"message": "not there"})");
    EXPECT_TRUE(answer().absent) << status;
    EXPECT_TRUE(answer().answered) << status;
  }
  ask();
  http_.answer(500, R"({"message": "at height 404"})");
  EXPECT_FALSE(answer().answered);
}

TEST_F(QuestionsTest, AStatusIsNoValueAndAValueNoStatus) {
  auto s = rest("/plan", "/plan");
  s.absent_status = {404};
  sources({s});
  ask();
  http_.answer(200, R"({"plan": "404"})");
  EXPECT_FALSE(answer().absent);
  sources({rest("/plan", "/plan", {"404"})});
  ask();
  http_.answer(404, R"({"message": "not there"})");
  EXPECT_FALSE(answer().answered);
}

TEST_F(QuestionsTest, APhraseMaySayThatThereIsNone) {
  sources({rpc("plan", "", {"no plan"}), rest("/plan", "", {"no plan"}), cli({"query"}, "", {"no plan"})});
  ask();
  http_.answer(500, made::rpc_error("Internal error", "there is no plan here"));
  EXPECT_TRUE(answer().absent);
  ask();
  http_.answer(500, made::rpc_error("Internal error"));
  http_.answer(400, R"({"message": "there is no plan here"})");
  EXPECT_TRUE(answer().absent);
  chain("echo 'Error: there is no plan here' >&2; exit 1");
  ask();
  http_.refuse();
  http_.refuse();
  EXPECT_TRUE(answer().absent);
  EXPECT_EQ(answer().source, "cli");
}

TEST_F(QuestionsTest, APlaceThatIsMissingMaySayThatThereIsNone) {
  sources({rest("/plan", "/plan", {"missing"})});
  ask();
  http_.answer(200, json::object());
  EXPECT_TRUE(answer().absent);
}

// "0" stands in every address, and most errors hold a number.
TEST_F(QuestionsTest, AnErrorThatOnlyHoldsTheTextOfAValueSaysNothing) {
  sources(
      {rpc("plan", "", {"0", "404"}), rest("/plan", "", {"0", "404"}), cli({"query"}, "", {"0", "missing"})});
  chain("echo 'Error: post failed: dial tcp 127.0.0.1:26657: missing port' >&2; exit 1");
  ask();
  http_.answer({0, "", "http://127.0.0.1:26657: connection refused at 404"});
  http_.answer(503, R"({"message": "height 40404 is not available"})");
  const auto a = answer();
  EXPECT_FALSE(a.answered);
  EXPECT_FALSE(a.absent);
}

// --- What only looks like an answer

TEST_F(QuestionsTest, AHelpPageIsNoAnswer) {
  sources({cli({"query", "veid"}, "")});
  chain("printf 'Usage:\\n  maded query [command]\\n'");
  ask();
  const auto a = answer();
  EXPECT_FALSE(a.answered);
  EXPECT_THAT(a.error, HasSubstr("printed a help page and exited 0"));
}

TEST_F(QuestionsTest, TextIsNoAnswer) {
  sources({rest("/plan", ""), cli({"query"}, "")});
  chain("echo fine");
  ask();
  http_.answer(200, "<html>fine</html>");
  const auto a = answer();
  EXPECT_FALSE(a.answered);
  EXPECT_THAT(a.error, AllOf(HasSubstr("rest: "), HasSubstr("the answer is not JSON")));
}

TEST_F(QuestionsTest, NamesAValueThatATemplateLacks) {
  sources({rest("/plan/{name}", "")});
  EXPECT_EQ(made::trouble_of([&] { ask(); }), "made.yaml: questions: plan: there is no value for {name}");
}

// Whoever asked has its own trouble: that is not the source's, and the next one must not be tried.
TEST_F(QuestionsTest, GivesItsAnswerOnceWhateverComesOfIt) {
  sources({rest("/plan", ""), rest("/old/plan", "")});
  int given = 0;
  questioner_.ask({"plan", "validator-1", {}, 0}, to_, [&](Answer) {
    ++given;
    throw std::runtime_error("the disk is full");
  });
  EXPECT_THROW(http_.answer(200, "{}"), std::runtime_error);
  EXPECT_EQ(given, 1);
  EXPECT_THAT(http_.open, IsEmpty());
}

}  // namespace
}  // namespace rehearse
