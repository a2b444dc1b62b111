// An account of two keys pays before an upgrade and after it, on a chain that takes what both have signed, or does not.
#include "harness/procedures/multisig.h"

#include <gmock/gmock.h>

#include "harness/view/step_ids.h"
#include "localnet/base/text.h"
#include "tests/unit/support/made_chain.h"

namespace rehearse {
namespace {

using nlohmann::json;
using testing::HasSubstr;

// The program refuses to send what the file `refused` names.
class MultisigTest : public made::ChainTest {
 protected:
  MultisigTest() {
    record::NetworkPlanned planned;
    for (const char* name : {"a", "b", "c"}) planned.members.push_back({name, true, 60, "", "", std::string("made1") + name, ""});
    r_.record(planned);
    r_.process_started("c", 1, "maded");
    profile_.chain.bech32 = "made";
    profile_.commands["pay"].run = {"pay", "{account}", "{address}", "{amount}"};
    profile_.commands["add-multisig"].run = {"add", "{multisig}", "{keys}"};
    profile_.commands["sign-for"].run = {"sign", "{file}", "{key}", "{multisig}"};
    profile_.commands["multisign"].run = {"all", "{file}", "{multisig}", "{signature}", "{other_signature}"};
    profile_.commands["broadcast"].run = {"broadcast", "{file}"};
    profile_.questions["transaction"] = {rest("/tx/{hash}", "/found")};
    start_chain(folder_.script("chain", "folder=" + folder_.path().string() + R"(
case $1 in
  add) echo "{\"address\": \"made1shared\", \"keys\": \"$3\"}" ;;
  pay) [ "$5" = --generate-only ] && echo "{\"from\": \"$2\"}" || echo '{"txhash": "F00D"}' ;;
  sign) echo "{\"of\": \"$3\", \"for\": \"$4\"}" ;;
  all) echo "[$(cat "$2"), $(cat "$4"), $(cat "$5")]" ;;
  broadcast) cat "$2" >> "$folder/sent"
    if [ -e "$folder/refused" ]; then echo '{"code": 8, "raw_log": "unrecognized public key type", "txhash": "BAD"}'; else echo '{"txhash": "CAFE"}'; fi ;;
esac
)"));
    std::filesystem::create_directories(folder_ / "operator");
  }

  void next_block() override {
    ++height_;
    for (const char* node : {"a", "b", "c"}) at(node, height_);
    while (!http_.open.empty()) http_.answer(200, json{{"found", {{"height", std::to_string(height_)}, {"code", 0}}}});
  }

  void refuse() { write_file(folder_ / "refused", "yes"); }
};

TEST_F(MultisigTest, PaysBeforeAnUpgradeAndAfterItWithBothSignatures) {
  open_multisig(r_);
  EXPECT_THAT(pay_by_multisig(r_), HasSubstr("made1shared has paid in block"));
  const std::string one = R"([{"from":"made1shared"},{"for":"made1shared","of":"a"},{"for":"made1shared","of":"b"}])";
  EXPECT_EQ(read_file(folder_ / "sent"), one + "\n" + one + "\n");
}

TEST_F(MultisigTest, FailsWhereTheUpgradedChainRefusesIt) {
  open_multisig(r_);
  refuse();
  const auto e = failed([this] { pay_by_multisig(r_); });
  EXPECT_EQ(e.cause, Cause::transaction_failed);
  EXPECT_THAT(e.what(), HasSubstr("code 8: unrecognized public key type"));
}

TEST_F(MultisigTest, ProvesNothingWhereTheReleaseBeforeRefusesItToo) {
  refuse();
  open_multisig(r_);
  EXPECT_EQ(r_.view().steps.back().outcome, StepOutcome::skipped);
  EXPECT_THAT(failure<StepSkipped>([this] { pay_by_multisig(r_); }), HasSubstr("unrecognized public key type"));
}

TEST_F(MultisigTest, ProvesNothingWithoutTheAccountFromBefore) {
  EXPECT_THAT(failure<StepSkipped>([this] { pay_by_multisig(r_); }), HasSubstr("needs the account from before the upgrade"));
}

}  // namespace
}  // namespace rehearse
