// The log of a process: what matches is told, and its last lines are kept.
#include "localnet/network/process_log.h"

#include <gmock/gmock.h>

#include "tests/unit/support/fake_network.h"
#include "tests/unit/support/fakes.h"

namespace rehearse {
namespace {

using testing::ElementsAre;

class LinesSeen : public made::DeafSink {
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

}  // namespace
}  // namespace rehearse
