// Profiles that say only what differs: from a base that comes with the project, or from a file.
#include "localnet/profile/extends.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <fstream>

#include "localnet/profile/patterns.h"
#include "localnet/profile/profile.h"
#include "tests/unit/support/fakes.h"

namespace rehearse {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

const std::filesystem::path kShipped = std::filesystem::path(REHEARSE_SOURCE_DIR) / "fixtures/profiles";

// A chain that keeps to the SDK's habits.
constexpr const char* kMini = R"yaml(title: Mini
extends: cosmos-sdk
chain:
  binary: minid
  id: mini-1
  denom: umini
  bech32: mini
minimum_gas_prices: 0.0025umini
transaction: {add: [--fees, 1250umini]}
)yaml";

class Extends : public testing::Test {
 protected:
  std::filesystem::path write(const std::string& text) { return folder_.write("mini.yaml", text); }
  Profile load(const std::string& text) { return load_profile(write(text), kShipped); }
  std::string trouble(const std::string& text) {
    const auto said = made::trouble_of([&] { load(text); });
    EXPECT_EQ(said.find((folder_ / "mini.yaml").string()), 0u) << said;
    return said.substr(std::min(said.size(), (folder_ / "mini.yaml").string().size() + 1));
  }
  made::TempFolder folder_;
};

TEST_F(Extends, AChainOfTheSdkIsAFewLines) {
  EXPECT_LE(std::count(kMini, kMini + std::strlen(kMini), '\n'), 12);
  const auto p = load(kMini);
  EXPECT_EQ(p.chain.binary, "minid");
  EXPECT_EQ(p.commands.at("start").run.front(), "start");
  EXPECT_EQ(p.governance.deposit, "10000000umini") << "its own denomination in what the base says";
  EXPECT_EQ(p.transaction.back(), "1250umini");
  EXPECT_EQ(p.log_patterns.size(), known_patterns().size());
  EXPECT_TRUE(p.questions.contains("votes"));
  EXPECT_TRUE(p.releases.empty());
}

TEST_F(Extends, TheProfilesOfTheProjectAreShort) {
  const auto lines = [](const char* name) {
    std::ifstream in(kShipped / name);
    int lines = 0;
    for (std::string line; std::getline(in, line);) {
      const auto first = line.find_first_not_of(' ');
      lines += first != std::string::npos && line[first] != '#';
    }
    return lines;
  };
  EXPECT_LE(lines("stock.yaml"), 60);
  EXPECT_LE(lines("virtengine.yaml"), 170);
}

TEST_F(Extends, APathIsRelativeToTheFileAndSoIsWhatTheBaseNames) {
  folder_.write("deep/own.yaml", std::string(kMini) + "releases: ../all.yaml\n");
  const auto p = load("extends: deep/own.yaml\ntitle: Other\n");
  EXPECT_EQ(p.title, "Other");
  EXPECT_EQ(p.releases, (folder_ / "all.yaml").string());
}

// It is open, can be read, and is nowhere.
TEST_F(Extends, AFileMayBeOneThatHasNoName) {
  const auto file = write(kMini);
  const int open = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_GE(open, 0);
  std::filesystem::remove(file);
  EXPECT_EQ(load_profile("/proc/self/fd/" + std::to_string(open), kShipped).chain.binary, "minid");
  ::close(open);
}

TEST_F(Extends, TheTextIsWholeByItself) {
  const auto p = load(kMini);
  const auto again = load_profile(folder_.write("run/profile.yaml", p.text));
  EXPECT_EQ(again.text, p.text);
  EXPECT_EQ(again.log_patterns, p.log_patterns);
}

TEST_F(Extends, SaysWhereAValueOfEitherFileStands) {
  EXPECT_EQ(trouble(std::string(kMini) + "log_patterns:\n  upgrade-neded: 'x'\n"),
            "11:3: log_patterns: nothing looks for `upgrade-neded`, did you mean `upgrade-needed`?");
  folder_.write("base.yaml", "base: true\nextends: " + (kShipped / "cosmos-sdk.yaml").string() + "\nmemory:\n  most_mb: many\n");
  std::string text = kMini;
  text.replace(text.find("cosmos-sdk"), 10, "base.yaml");
  EXPECT_EQ(made::trouble_of([&] { load(text); }),
            (folder_ / "base.yaml").string() + ":4:12: memory.most_mb: expected a whole number, found `many`");
}

TEST_F(Extends, NeedsABaseThatEnds) {
  EXPECT_THAT(trouble("title: x\nextends: cosmos-sdc\n"), testing::StartsWith("2:10: extends: there is no profile `cosmos-sdc`: "));
  EXPECT_THAT(trouble("extends: ./mini.yaml\n"), EndsWith("extends itself by this"));
  const auto other = folder_.write("other.yaml", "title: x\nextends: mini.yaml\n");
  EXPECT_THAT(made::trouble_of([&] { load("extends: other.yaml\n"); }), testing::StartsWith(other.string() + ":2:10: extends: "));
  EXPECT_THAT(trouble("extends: [a]\n"), HasSubstr("1:10: extends: expected the name of a profile, or a path"));
}

TEST_F(Extends, ABaseIsNoChain) {
  const auto base = kShipped / "cosmos-sdk.yaml";
  EXPECT_TRUE(is_base_profile(base));
  EXPECT_FALSE(is_base_profile(kShipped / "stock.yaml"));
  check_base_profile(base);
  EXPECT_THAT(made::trouble_of([&] { load_profile(base); }), HasSubstr("this is a base that profiles extend"));
  EXPECT_THAT(made::trouble_of([&] { check_base_profile(write("base: true\nquery: {}\n")); }), HasSubstr("mini.yaml:2:8: query: expected a list"));
  EXPECT_THAT(made::trouble_of([&] { check_base_profile(write("base: true\nquary: []\n")); }), HasSubstr("did you mean `query`?"));
}

TEST_F(Extends, OldSpellingsAreRead) {
  const std::string kept = "  - {name: supply, question: supply, known_by: /id}\n";
  EXPECT_EQ(load(std::string(kMini) + "kept:\n" + kept).preserved.at(0).id, "/id");
  EXPECT_THAT(trouble(std::string(kMini) + "preserved: []\nkept:\n" + kept),
              EndsWith("`kept` is the old spelling of `preserved`, which is there too"));
  EXPECT_EQ(load(std::string(kMini) + "seed_transactions: [[a]]\n").initial_transactions.size(), 1u);
}

}  // namespace
}  // namespace rehearse
