// Inputs that once hung, crashed or ended the harness without a verdict (tests/fuzz): each has to be an error
// or a value.
#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>

#include "harness/view/journal.h"
#include "harness/judge/judge.h"
#include "localnet/base/decode.h"
#include "localnet/base/json_text.h"
#include "tests/unit/support/made_journal.h"

namespace rehearse {
namespace {

namespace fs = std::filesystem;
using record::Outcome;
using testing::AllOf;
using testing::HasSubstr;

class HostileFile : public testing::Test {
 protected:
  HostileFile() {
    auto name = (fs::temp_directory_path() / "hostile.XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    file_ = folder_ / "input";
  }
  ~HostileFile() override { fs::remove_all(folder_); }

  template <class Read>
  std::string trouble(const std::string& text, Read read) {
    std::ofstream(file_, std::ios::binary) << text;
    try {
      read(file_);
    } catch (const Error& e) {
      EXPECT_EQ(e.blame, Blame::scenario);
      return e.what();
    }
    return "";
  }

  static void load(const fs::path& file) { load_yaml(file); }

  fs::path folder_, file_;
};

TEST_F(HostileFile, AnAliasThatStandsInItselfIsAnError) {
  EXPECT_THAT(trouble("a: &a {b: *a}", load),
              AllOf(HasSubstr(file_.string() + ":1:"), HasSubstr("nested")));
}

TEST_F(HostileFile, AliasesThatMultiplyAreAnError) {
  std::string text = "l0: &l0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const auto below = "*l" + std::to_string(i - 1);
    text += "l" + std::to_string(i) + ": &l" + std::to_string(i) + " [";
    for (int times = 0; times < 10; ++times) text += below + ", ";
    text += "]\n";
  }
  EXPECT_THAT(trouble(text, load), HasSubstr("too much"));
}

TEST_F(HostileFile, AJournalWhoseSchemaIsNoNumberIsAnError) {
  for (const char* head : {R"({"schema":"1"})", R"({"schema":[1]})", "{}", "[1]"})
    EXPECT_THAT(trouble(std::string(head) + "\n", read_journal), HasSubstr("not a journal of schema"))
        << head;
}

std::string nested(int levels) { return std::string(levels, '[') + std::string(levels, ']'); }

TEST(HostileInput, JsonThatIsNestedTooDeeplyToBeCopiedIsAnError) {
  EXPECT_EQ(parse_json(nested(200)).size(), 1U);
  EXPECT_THROW(parse_json(nested(201)), std::invalid_argument);
  EXPECT_THROW(parse_json(nested(200'000)), std::invalid_argument);
  EXPECT_EQ(parse_json("[\"" + std::string(300, '[') + "\\\"" + std::string(300, '{') + "\"]").size(), 1U);
}

TEST_F(HostileFile, AJournalWithNumbersBeyondAllReasonIsAnError) {
  const std::string head = "{\"schema\":1}\n";
  for (const char* event :
       {R"({"seq":1,"seen":1.8e27,"kind":"moment","body":{"name":"asked"}})",
        R"({"seq":1,"seen":-9223372036854775808,"kind":"moment","body":{"name":"asked"}})",
        R"({"seq":1,"seen":1,"kind":"run-started","body":{"seed":8e28}})",
        R"({"seq":1,"seen":1,"incarnation":1e12,"kind":"moment","body":{"name":"asked"}})",
        R"({"seq":1,"seen":1,"kind":"process-started","body":{"pid":4294967296}})",
        R"({"seq":1,"seen":1,"kind":"plan-proposed","body":{"height":9223372036854775807}})",
        R"({"seq":1,"seen":1,"kind":"run-started","body":{"conditions":{"blocks_after":1000000000}}})",
        R"({"seq":1,"seen":1,"kind":"run-started","body":{"conditions":{"blocks_after":"5"}}})",
        R"({"seq":1,"seen":1,"kind":"run-started","body":{"conditions":[]}})"})
    EXPECT_THAT(trouble(head + event + "\n", read_journal), HasSubstr(":2: not an event")) << event;
}

TEST_F(HostileFile, AJournalWithAWordThatIsNotOfItsSetIsAnError) {
  for (const char* event :
       {R"({"seq":1,"seen":1,"kind":"phase","body":{"phase":"lunch"}})",
        R"({"seq":1,"seen":1,"kind":"step-ended","body":{"outcome":"finished"}})",
        R"({"seq":1,"seen":1,"kind":"aimed","body":{"release":"next"}})",
        R"({"seq":1,"seen":1,"kind":"expected","body":{"what":"node-exitted"}})",
        R"({"seq":1,"seen":1,"kind":"fault","body":{"to":"heeling"}})",
        R"({"seq":1,"seen":1,"kind":"fault-planned","body":{"brings":["app-hash-divergance"]}})",
        R"({"seq":1,"seen":1,"kind":"moment","body":{"name":"lunch"}})",
        R"({"seq":1,"seen":1,"kind":"run-stopped","body":{"reason":"tired"}})",
        R"({"seq":1,"seen":1,"kind":"run-stopped","body":{"cause":"bad-luck"}})",
        R"({"seq":1,"seen":1,"kind":"run-stopped","body":{"cause":7}})"})
    EXPECT_THAT(trouble(std::string("{\"schema\":1}\n") + event + "\n", read_journal), HasSubstr(":2: not an event")) << event;
}

TEST(HostileInput, ASeedOfSixtyFourBitsIsRead) {
  record::Event e;
  e.body = record::RunStarted{};
  std::get<record::RunStarted>(e.body).seed = UINT64_MAX;
  const auto again = record::event_from_json(record::to_json(e));
  EXPECT_EQ(std::get<record::RunStarted>(again.body).seed, UINT64_MAX);
}

// What is asked of a network that was never planned.
TEST(HostileInput, AJournalWithoutTheNetworkItAskedIsNotJudged) {
  auto u = made::healthy();
  u.erase<record::NetworkPlanned>();
  EXPECT_EQ(made::item(u.judged(), "Active Validators").outcome, Outcome::skipped);
}

// A node that is verified on its own network may be at any height, and jump.
TEST(HostileInput, AHeightThatJumpsCostsNothing) {
  auto u = made::healthy();
  const double when = made::at::kTornDown;
  u.head_at(when, "validator-1", INT64_MAX, INT64_MAX);
  const auto view = u.view();
  const auto& n = view.nodes.at("validator-1");
  EXPECT_LT(n.stored.size(), 100U);
  EXPECT_EQ(n.stored_at(1'000'000), made::kInvoked + static_cast<record::Micros>(when * 1e6));
}

TEST(HostileInput, AnAnswerOfAnUnexpectedFormProvesNothing) {
  auto u = made::healthy();
  u.answer("after", "validators").value = {"validator-1", 2};
  const auto record = u.judged();
  for (const char* title : {"Active Validators", "Jailed Validators"}) {
    EXPECT_EQ(made::item(record, title).outcome, Outcome::inconclusive) << title;
    EXPECT_THAT(made::item(record, title).message, HasSubstr("an unexpected form"));
  }
  EXPECT_EQ(record.verdict, "inconclusive");
}

}  // namespace
}  // namespace rehearse
