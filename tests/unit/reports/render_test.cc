#include "reports/render.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>

#include "reports/files.h"
#include "reports/junit.h"
#include "tests/unit/support/golden.h"
#include "tests/unit/support/made_record.h"

namespace rehearse::reports {
namespace {

namespace fs = std::filesystem;

class Render : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "rehearse-render-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string read(const char* name) const { return made::read_file((folder_ / name).string()); }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }

  fs::path folder_;
};

TEST_F(Render, WritesARun) {
  write_all(made::failed(), folder_);
  EXPECT_EQ(files(), 4u) << "and no temporary file";
  const auto text = read("run.json");
  EXPECT_TRUE(text.starts_with("{\n  \"checks\""));
  EXPECT_TRUE(text.ends_with("}\n"));
  const auto again = record::run_record_from_json(record::Json::parse(text));
  EXPECT_EQ(record::to_json(again), record::to_json(made::failed()));
  for (const char* name : {"junit.xml", "summary.md", "report.html"})
    EXPECT_FALSE(read(name).empty()) << name;
  write_all(again, folder_);
  EXPECT_EQ(read("run.json"), text) << "rendering what was rendered gives the same bytes";
}

TEST_F(Render, TextThatIsNotUtf8DoesNotStopIt) {
  write_all(made::hostile_record(), folder_, JunitDialect::strict);
  EXPECT_TRUE(record::Json::accept(read("run.json")));
}

TEST_F(Render, WritesASuite) {
  write_suite("default", 3, {made::passed(), made::failed()}, folder_);
  EXPECT_EQ(files(), 4u);
  const auto json = record::Json::parse(read("run.json"));
  EXPECT_EQ(json.at("suite"), "default");
  EXPECT_EQ(json.at("verdict"), "fail");
  EXPECT_EQ(json.at("runs").size(), 2u);
  EXPECT_EQ(json.at("planned"), 3);
  EXPECT_EQ(json.at("schema"), record::kSchemaVersion);
}

TEST_F(Render, ReplacesAFileAsAWhole) {
  write_atomically(folder_ / "a", "first, and longer");
  write_atomically(folder_ / "a", "second");
  EXPECT_EQ(read("a"), "second");
  EXPECT_EQ(files(), 1u);
}

TEST_F(Render, AFailureNamesThePathAndLeavesNothing) {
  const auto message_of = [](const fs::path& path) -> std::string {
    try {
      write_atomically(path, "x");
    } catch (const std::system_error& e) {
      return e.what();
    }
    return "";
  };
  EXPECT_NE(message_of(folder_ / "no" / "such").find("no/such"), std::string::npos);
  fs::create_directory(folder_ / "taken");
  EXPECT_NE(message_of(folder_ / "taken").find("taken"), std::string::npos);
  EXPECT_EQ(files(), 1u);
}

TEST(SuiteVerdict, IsTheWorst) {
  const auto verdict = [](std::vector<const char*> verdicts) {
    std::vector<record::RunRecord> runs(verdicts.size());
    for (std::size_t i = 0; i < runs.size(); ++i) runs[i].verdict = verdicts[i];
    return suite_verdict(runs);
  };
  EXPECT_EQ(verdict({"pass", "pass"}), "pass");
  EXPECT_EQ(verdict({"pass", "cancelled", "inconclusive"}), "inconclusive");
  EXPECT_EQ(verdict({"error", "fail", "cancelled"}), "fail");
  EXPECT_EQ(verdict({"pass", "error"}), "error");
  EXPECT_EQ(verdict({}), "inconclusive");
  EXPECT_EQ(verdict({"pass", "of another version"}), "inconclusive");
}

TEST(SuiteVerdict, IsNotChangedByWhatWasSkipped) {
  auto skipped = made::bare();
  skipped.verdict = "skipped";
  skipped.skipped = "made has no patch release";
  EXPECT_EQ(suite_verdict({skipped, made::passed()}), "pass");
  EXPECT_EQ(suite_verdict({skipped, made::failed()}), "fail");
  EXPECT_EQ(suite_verdict({skipped}), "skipped");
  EXPECT_NE(junit(skipped, JunitDialect::rich).find("<skipped message=\"made has no patch release\""), std::string::npos);
}

TEST(SuiteVerdict, IsAFailureWhenAFaultNeverTookEffect) {
  std::vector<record::RunRecord> runs(2);
  for (auto& run : runs) run.verdict = "pass", run.coverage = {{"kill", "halted", 1, 0, 0, 0}};
  EXPECT_EQ(suite_verdict(runs), "fail");
  EXPECT_THAT(junit(runs, JunitDialect::strict, "made"), testing::HasSubstr("kill when halted: took effect"));
  runs[1].coverage[0].applied = 1;
  EXPECT_EQ(suite_verdict(runs), "pass") << "once is enough";
  EXPECT_THAT(junit(runs, JunitDialect::strict, "made"), testing::Not(testing::HasSubstr("took effect")));
}

}  // namespace
}  // namespace rehearse::reports
