// Validators that change places after an upgrade, on a chain that answers as it is told.
#include "harness/procedures/validator_set.h"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

#include "tests/unit/support/made_chain.h"

namespace rehearse {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using testing::HasSubstr;

// a and b are in the set, c has less than b. Whoever sends a transaction is heard of in `sent_`.
class ValidatorSetTest : public made::ChainTest {
 protected:
  ValidatorSetTest() {
    record::NetworkPlanned planned;
    planned.members = {{"a", true, 60, "AA", "oper-a", "", ""},
                       {"b", true, 40, "BB", "oper-b", "", ""},
                       {"c", false, 5, "CC", "oper-c", "", ""}};
    r_.record(planned);
    r_.process_started("c", 1, "maded");
    scenario_.network.validators = {{"a", 60}, {"b", 40}};
    scenario_.network.inactive = {{"c", 5}};
    for (const char* command : {"delegate", "undelegate"})
      profile_.commands[command].run = {command, "{validator}", "{amount}"};
    profile_.commands["unjail"].run = {"unjail"};
    AnswerSource set;
    set.rpc = "validators", set.at = "/validators";
    profile_.questions["validator-set"] = {set};
    profile_.questions["validators"] = {rest("/validators", "/validators")};
    profile_.questions["transaction"] = {rest("/tx", "/tx_response")};
    profile_.questions["signing-info"] = {rest("/info", "/info")};
    start_chain(folder_.script("chain", "echo \"$@\" >> " + sent_.string() + "\necho '{\"txhash\": \"T\"}'\n"));
  }

  std::vector<std::string> sent() const {
    std::ifstream file(sent_);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
  }
  bool c_is_in() const { return moves_ && sent().size() % 2 == 1; }

  void next_block() override {
    ++height_;
    Block block;
    block.height = height_, block.time = height_ * 1'000'000;
    for (const char* address : {"AA", c_is_in() ? "CC" : "BB"}) block.signatures.push_back({address, 2});
    r_.block("a", block);
    for (const char* node : {"a", "b", "c"}) at(node, height_);
    while (!http_.open.empty()) http_.answer(200, answer(http_.open.front().request));
  }

  json answer(const HttpRequest& asked) {
    if (!asked.body.empty())
      return made::rpc_result(
          {{"validators", {{{"address", "AA"}}, {{"address", c_is_in() ? "CC" : "BB"}}}}});
    if (asked.url.ends_with("/tx"))
      return {{"tx_response", {{"code", 0}, {"height", std::to_string(height_)}, {"events", json::array()}}}};
    if (asked.url.ends_with("/info")) return {{"info", {{"jailed_until", "1970-01-01T00:00:30Z"}}}};
    const auto validator = [](const char* oper, const char* tokens, bool jailed) {
      return json{{"operator_address", oper}, {"tokens", tokens}, {"jailed", jailed}};
    };
    return {{"validators",
             {validator("oper-a", "60", false), validator("oper-b", "40", jailed_ && sent().empty()),
              validator("oper-c", "5", false)}}};
  }

  Cause cause_of(const std::function<void()>& work) {
    const auto e = failed(work);
    said_ = e.what();
    return e.cause;
  }

  std::filesystem::path sent_ = folder_ / "sent";
  bool moves_ = true, jailed_ = false;
  std::string said_;
};

TEST_F(ValidatorSetTest, OneEntersAndLeavesAgainSeveralTimes) {
  EXPECT_THAT(change_validator_set(r_), HasSubstr("c in the place of b from "));
  EXPECT_THAT(sent(), testing::ElementsAre("delegate oper-c 70", "undelegate oper-c 70", "delegate oper-c 70",
                                           "undelegate oper-c 70"));
}

TEST_F(ValidatorSetTest, ASetThatStaysAsItWasIsNoSuccess) {
  moves_ = false;
  EXPECT_EQ(cause_of([this] { change_validator_set(r_); }), Cause::afterwards_failed);
  EXPECT_THAT(said_, HasSubstr("c has more stake than b, and is not in its place"));
}

TEST_F(ValidatorSetTest, WhoIsJailedIsWaitedForAndComesBack) {
  jailed_ = true, moves_ = false;
  await_jailed(r_, {"b"});
  EXPECT_THAT(unjail(r_, {"b"}), HasSubstr("was jailed, is back and signs: b at"));
  EXPECT_GT(height_, 30) << "the chain's clock";
  EXPECT_THAT(sent(), testing::ElementsAre("unjail"));
}

TEST_F(ValidatorSetTest, WhoIsNotJailedProvesNothing) {
  EXPECT_EQ(cause_of([this] { unjail(r_, {"b"}); }), Cause::not_proven);
  EXPECT_THAT(sent(), testing::IsEmpty());
}

}  // namespace
}  // namespace rehearse
