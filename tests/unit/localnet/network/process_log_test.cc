// The log of a process: what matches is told, and its last lines are kept.
#include "localnet/network/process_log.h"

#include <gmock/gmock.h>

#include "tests/unit/support/fake_network.h"
#include "tests/unit/support/fakes.h"

namespace rehearse {
namespace {

using testing::ElementsAre;

class LinesSeen : public Sink {
 public:
  std::vector<std::string> lines;
  void log_line(const std::string& name, const MatchedLine& m) override {
    lines.push_back(name + " " + m.pattern + " " + std::to_string(m.line) + (m.error ? " error" : ""));
  }
};

TEST(ProcessLog, TellsWhatMatchesAndKeepsTheLastLines) {
  made::TempFolder folder;
  LinesSeen told;
  const LogMatcher matcher(Ordered<std::string>{{"refused", "has schema"}});
  ProcessLog log(told, matcher, "provider", folder / "logs/node.log", [](const std::string& line) { return line != "noise"; });
  EXPECT_TRUE(log.last_words().lines.empty());
  folder.write("logs/node.log", "1\n2\n{\"level\":\"error\"}\nnoise\n3\n\n4\n5 has schema\nunended");
  log.read();
  EXPECT_THAT(told.lines, ElementsAre("provider error 3 error", "provider refused 8"));
  EXPECT_THAT(log.last_words().lines, ElementsAre("2", "{\"level\":\"error\"}", "3", "4", "5 has schema"));
  log.read(true);
  EXPECT_THAT(log.last_words().lines.back(), "unended");
  EXPECT_EQ(log.last_words().line, 9);
  EXPECT_EQ(log.last_words().file, log.file().string());
}

// A command prints its error, and its help before or after it.
TEST(ProcessLog, TellsWhatAProcessSaidAtItsEnd) {
  made::TempFolder folder;
  LinesSeen told;
  const LogMatcher matcher({});
  ProcessLog log(told, matcher, "node", folder / "logs/node.log");
  folder.write("logs/node.log",
               "a banner\n5:10AM INF running app module=x\nUsage:\n  maded start [flags]\n\nFlags:\n  --x int   of y\n"
               "app.toml: set oracle.endpoint\nError: exit status 1\n");
  log.read(true);
  const auto words = log.last_words();
  EXPECT_EQ(words.said, "app.toml: set oracle.endpoint");
  EXPECT_EQ(words.said_line, 8);
  EXPECT_FALSE(words.panic);
  EXPECT_EQ(log.last_words().said, "") << "the next process has said nothing yet";
  EXPECT_EQ(log.count().lines, 9);
  EXPECT_EQ(log.count().levelled, 1);
}

TEST(ProcessLog, TellsThePanicThatAProcessEndedBy) {
  made::TempFolder folder;
  LinesSeen told;
  const LogMatcher matcher({});
  ProcessLog log(told, matcher, "node", folder / "logs/node.log");
  folder.write("logs/node.log",
               "5:10AM INF running app module=x\npanic: assignment to entry in nil map\n\ngoroutine 1 [running]:\n"
               "example.org/chain/x/rewards.Keeper.Settle(0x1)\n\tx/rewards/keeper.go:41 +0x1\n");
  log.read(true);
  const auto panic = log.last_words().panic;
  ASSERT_TRUE(panic);
  EXPECT_EQ(panic->text, "assignment to entry in nil map");
  EXPECT_EQ(panic->line, 2);
  ASSERT_EQ(panic->frames.size(), 1u);
  EXPECT_EQ(panic->frames[0].line, 41);
  EXPECT_FALSE(log.last_words().panic);
}

}  // namespace
}  // namespace rehearse
