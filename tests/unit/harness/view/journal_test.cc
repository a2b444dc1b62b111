// The journal as a file: what was written is read again, what is broken is said with its line.
#include "harness/view/journal.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

#include "harness/judge/judge.h"
#include "localnet/base/error.h"
#include "tests/unit/support/made_failures.h"

namespace rehearse {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class JournalFile : public testing::Test {
 protected:
  JournalFile() {
    auto name = (fs::temp_directory_path() / "journal.XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    file_ = folder_ / "events.jsonl";
  }
  ~JournalFile() override { fs::remove_all(folder_); }

  std::vector<record::Event> write(const std::vector<record::Event>& events) {
    Journal journal(file_);
    std::vector<record::Event> appended;
    for (const auto& e : events) appended.push_back(journal.append(e));
    return appended;
  }
  std::vector<std::string> lines() const {
    std::ifstream in(file_);
    std::vector<std::string> out;
    for (std::string line; std::getline(in, line);) out.push_back(line);
    return out;
  }
  void rewrite(const std::vector<std::string>& lines, bool whole = true) {
    std::ofstream out(file_, std::ios::trunc);
    for (std::size_t i = 0; i < lines.size(); ++i)
      out << lines[i] << (i + 1 < lines.size() || whole ? "\n" : "");
  }
  std::string trouble() const {
    try {
      read_journal(file_);
    } catch (const Error& e) {
      EXPECT_EQ(e.blame, Blame::scenario);
      return e.what();
    }
    return "";
  }

  fs::path folder_, file_;
};

std::string bytes_of(const made::Upgrade& u, const std::vector<record::Event>& events) {
  return record::to_json(judge(fold_all(events), u.scenario, u.profile)).dump();
}

TEST_F(JournalFile, GivesTheSameBytesWhenItIsJudgedAgain) {
  for (const auto& u : {made::healthy(), made::handler_error(), made::diverges({4}),
                        made::only_upgraded({2, 4}), made::refused(Cause::checksum_mismatch, "another sum")}) {
    fs::remove(file_);
    const auto appended = write(u.events());
    EXPECT_EQ(bytes_of(u, read_journal(file_)), bytes_of(u, appended));
  }
}

TEST_F(JournalFile, GivesTheSameBytesForALineThatIsNotUtf8) {
  auto u = made::healthy();
  u.error(5.6, "validator-2", "ERR bytes \xFF\xC0\xAF and a \x01 more");
  const auto appended = write(u.events());
  const auto again = judge(fold_all(read_journal(file_)), u.scenario, u.profile);
  const auto live = judge(fold_all(appended), u.scenario, u.profile);
  constexpr auto replace = record::Json::error_handler_t::replace;
  EXPECT_EQ(record::to_json(again).dump(-1, ' ', false, replace),
            record::to_json(live).dump(-1, ' ', false, replace));
}

TEST_F(JournalFile, IsReadAsItWasWritten) {
  const auto events = made::handler_panic().events();
  write(events);
  const auto again = read_journal(file_);
  ASSERT_EQ(again.size(), events.size());
  for (std::size_t i = 0; i < events.size(); ++i)
    EXPECT_EQ(record::to_json(again[i]), record::to_json(events[i])) << i;
}

TEST_F(JournalFile, NumbersItsEvents) {
  auto events = made::healthy().events();
  for (auto& e : events) e.seq = 99;
  const auto appended = write(events);
  EXPECT_EQ(appended.front().seq, 1);
  EXPECT_EQ(appended.back().seq, static_cast<std::int64_t>(events.size()));
}

TEST_F(JournalFile, IsNeverWrittenOver) {
  write({});
  EXPECT_THROW(Journal again(file_), Error);
}

TEST_F(JournalFile, ThrowsAwayWhatWasJudged) {
  auto events = made::healthy().events();
  record::Event judged = events.back(), concluded = events.back();
  judged.node = concluded.node = "";
  judged.body = record::Judged{{{"title", "Version"}}};
  concluded.body = record::Concluded{"fail", {{"cause", "unknown"}}};
  const auto count = events.size();
  events.push_back(judged), events.push_back(concluded);
  write(events);
  EXPECT_EQ(lines().size(), 1 + events.size());
  const auto again = read_journal(file_);
  EXPECT_EQ(again.size(), count);
  const auto u = made::healthy();
  EXPECT_EQ(judge(fold_all(again), u.scenario, u.profile).verdict, "pass");
}

TEST_F(JournalFile, MayEndInATornLine) {
  const auto events = made::healthy().events();
  write(events);
  auto torn = lines();
  torn.back().resize(torn.back().size() / 2);
  rewrite(torn, false);
  EXPECT_EQ(read_journal(file_).size(), events.size() - 1);
}

TEST_F(JournalFile, WithABrokenLineInTheMiddleIsAnErrorThatNamesIt) {
  write(made::healthy().events());
  auto broken = lines();
  broken[11].resize(20);
  rewrite(broken);
  EXPECT_THAT(trouble(), HasSubstr(file_.string() + ":12: not an event"));
}

TEST_F(JournalFile, WithABrokenButWholeLastLineIsAnError) {
  write(made::healthy().events());
  auto broken = lines();
  broken.back().resize(20);
  rewrite(broken);
  EXPECT_THAT(trouble(), HasSubstr(":" + std::to_string(broken.size()) + ": not an event"));
}

TEST_F(JournalFile, WithAnEventOfAnUnknownKindIsAnErrorThatNamesIt) {
  write(made::healthy().events());
  auto broken = lines();
  broken[2] = R"({"seq":2,"seen":1,"kind":"eclipse","body":{}})";
  rewrite(broken);
  EXPECT_THAT(trouble(), HasSubstr(file_.string() + ":3: not an event: unknown kind of event: eclipse"));
}

TEST_F(JournalFile, OfAnotherSchemaIsAnError) {
  rewrite({R"({"schema":2})"});
  EXPECT_THAT(trouble(), HasSubstr(file_.string() + ":1: not a journal of schema 1"));
}

TEST_F(JournalFile, OfNoSchemaIsAnError) {
  rewrite({"not JSON at all"});
  EXPECT_THAT(trouble(), HasSubstr(":1: not a journal of schema 1"));
}

TEST_F(JournalFile, ThatIsNotThereIsAnError) { EXPECT_THAT(trouble(), HasSubstr("is it a run folder?")); }

}  // namespace
}  // namespace rehearse
