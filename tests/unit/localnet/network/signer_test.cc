// Transactions that the chain's program signs, each in the mode that is wanted of it.
#include "localnet/network/signer.h"

#include <gmock/gmock.h>

#include "localnet/cosmos/keys.h"
#include "tests/unit/support/fake_network.h"
#include "tests/unit/support/made_rehearsal.h"

namespace rehearse {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Signs by writing down the sequence and the mode; knows no mode `textual`.
constexpr const char* kSigns = R"sh(n=$2; mode=${4:-direct}
if [ "$mode" = textual ]; then echo 'unsupported sign mode' >&2; exit 1; fi
while read -r line; do echo "{\"signed\": \"$n $mode\"}"; n=$((n + 1)); done < "$1"
)sh";

class SignerTest : public made::RehearsalTest {
 protected:
  SignerTest() {
    profile_.commands["sign-batch"].run = {"{file}", "{sequence}"};
    NetworkPlan plan;
    plan.folder = folder_.path();
    plan.binary = folder_.script("chain", kSigns);
    network_.emplace(loop_, http_, r_, profile_, addresses_, std::move(plan));
  }

  // What was signed, in its order; the trouble is in `trouble_`.
  std::vector<std::string> sign(std::vector<UnsignedTransaction> all, std::size_t sequence) {
    Signer signer(http_, *network_, profile_);
    bool done = false;
    std::vector<std::string> lines;
    signer.sign("a", {"alice", "made1alice", "7"}, std::move(all), sequence, [&](const std::string& trouble, const std::vector<SignedTransaction>& transactions) {
      for (const auto& t : transactions) {
        const auto bytes = base64_decode(t.bytes);
        lines.emplace_back(bytes.begin(), bytes.end());
      }
      trouble_ = trouble, done = true;
    });
    EXPECT_TRUE(made::run_until(loop_, [&] {
      while (!http_.open.empty()) {
        const auto text = json::parse(http_.open.front().request.body).at("tx").at("signed").get<std::string>();
        http_.answer(200, json{{"tx_bytes", base64(std::vector<std::uint8_t>(text.begin(), text.end()))}});
      }
      return done;
    }));
    return lines;
  }

  AddressBlock addresses_ = AddressBlock::claim(folder_.path());
  std::optional<made::FakeNetwork> network_;
  std::string trouble_;
};

TEST_F(SignerTest, GivesEachItsSequenceWhateverTheMode) {
  EXPECT_THAT(sign({{"{}"}, {"{}", "amino-json"}, {"{}"}, {"{}", "amino-json"}, {"{}"}}, 5),
              ElementsAre("5 direct", "6 amino-json", "7 direct", "8 amino-json", "9 direct"));
  EXPECT_EQ(trouble_, "");
}

TEST_F(SignerTest, SaysWhatTheProgramSaysOfAModeThatItHasNot) {
  EXPECT_THAT(sign({{"{}"}, {"{}", "textual"}}, 5), IsEmpty());
  EXPECT_THAT(trouble_, HasSubstr("unsupported sign mode"));
}

TEST_F(SignerTest, HasNothingToDoWithNone) { EXPECT_THAT(sign({}, 5), IsEmpty()); }

}  // namespace
}  // namespace rehearse
