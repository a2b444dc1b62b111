// The chain's command line: what is an answer and what only looks like one. The "chain" is a shell script.
#include "localnet/profile/chain_cli.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/stat.h>

#include "tests/unit/support/fakes.h"
#include "tests/unit/support/golden.h"

namespace rehearse {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class ChainCliTest : public testing::Test {
 protected:
  ChainCliTest() { profile_.help = {"Usage:\n", "Available Commands:"}; }

  CliAnswer run(const std::string& body, Stream answer = Stream::out,
                std::chrono::milliseconds limit = std::chrono::seconds(20)) {
    std::optional<CliAnswer> got;
    cli_.run(
        folder_.script("maded", body), {"query", "x"}, answer, [&](CliAnswer a) { got = std::move(a); },
        limit);
    EXPECT_TRUE(made::run_until(loop_, [&] { return got.has_value(); }));
    return got.value_or(CliAnswer{});
  }

  made::TempFolder folder_;
  Loop loop_;
  Profile profile_;
  ChainCli cli_{loop_, profile_, folder_ / "commands", {{"MADE", "yes"}}};
};

TEST_F(ChainCliTest, ReadsJsonFromTheStreamThatCarriesIt) {
  const auto body = R"(echo '{"from": "out"}'; echo '{"from": "err"}' >&2)";
  EXPECT_EQ(run(body).json.value(), (json{{"from", "out"}}));
  EXPECT_EQ(run(body, Stream::err).json.value(), (json{{"from", "err"}}));
  EXPECT_EQ(run("echo '[1, 2]'").json.value(), (json{1, 2}));
  EXPECT_EQ(run(body).trouble(), "");
}

TEST_F(ChainCliTest, SkipsTextBeforeTheJson) {
  EXPECT_EQ(run("echo 'gas estimate: 123'; echo '{\"a\": 1}'").json.value(), (json{{"a", 1}}));
}

TEST_F(ChainCliTest, TakesTextForAnAnswerWithoutJson) {
  for (const char* body : {"echo v1.0.0", "echo '{torn'", "true"}) {
    const auto a = run(body);
    EXPECT_FALSE(a.json) << body;
    EXPECT_EQ(a.trouble(), "") << body;
  }
  EXPECT_EQ(run("echo v1.0.0").out, "v1.0.0\n");
}

TEST_F(ChainCliTest, TellsAHelpPageFromAnAnswer) {
  for (const char* body : {"printf 'Querying\\n\\nUsage:\\n  maded query [flags]\\n'",
                           "echo '{\"a\": 1}'; echo 'Available Commands: none'", "printf 'Usage:\\n' >&2"}) {
    const auto a = run(body);
    EXPECT_TRUE(a.help) << body;
    EXPECT_TRUE(a.status.ok());
    EXPECT_FALSE(a.json) << body;
    EXPECT_EQ(a.trouble(), "`maded query x`: printed a help page and exited 0") << body;
  }
}

TEST_F(ChainCliTest, NamesTheLineThatTells) {
  EXPECT_EQ(
      run("echo first >&2; echo 'Error: no such plan' >&2; printf 'Usage:\\n  maded' >&2; exit 1").trouble(),
      "`maded query x`: exit 1: Error: no such plan");
  EXPECT_EQ(run("echo first >&2; echo 'last word' >&2; echo >&2; exit 2").trouble(),
            "`maded query x`: exit 2: last word");
  EXPECT_EQ(run("echo 'on the other stream'; exit 1").trouble(),
            "`maded query x`: exit 1: on the other stream");
  EXPECT_EQ(run("printf 'Error: \\033[31mred\\033[0m' >&2; exit 1").trouble(),
            "`maded query x`: exit 1: Error: red");
  EXPECT_THAT(run("exit 4").trouble(), HasSubstr("exit 4"));
}

TEST_F(ChainCliTest, KillsACommandThatHangs) {
  const auto a = run("echo started; /bin/sleep 60; echo woke", Stream::out, std::chrono::milliseconds(50));
  EXPECT_EQ(a.status.signal, SIGKILL);
  EXPECT_EQ(a.trouble(), "`maded query x`: did not end in 50ms and was killed");
  EXPECT_EQ(a.out.find("woke"), std::string::npos);
}

TEST_F(ChainCliTest, CallsNoHandlerOfAnAbandonedCommand) {
  bool told = false;
  cli_.run(folder_.script("hangs", "exec /bin/sleep 60"), {}, Stream::out, [&](CliAnswer) { told = true; });
  cli_.run(folder_.script("ends", "true"), {}, Stream::out, [&](CliAnswer) { told = true; });
  cli_.abandon();
  run("true");
  EXPECT_FALSE(told);
}

TEST_F(ChainCliTest, RunsCommandsSideBySide) {
  std::vector<std::string> order;
  // The first waits for what the second does.
  const auto gate = (folder_ / "gate").string();
  ASSERT_EQ(::mkfifo(gate.c_str(), 0600), 0);
  cli_.run(folder_.script("one", "read line < " + gate), {}, Stream::out,
           [&](CliAnswer) { order.push_back("one"); });
  cli_.run(folder_.script("two", "echo go > " + gate), {}, Stream::out,
           [&](CliAnswer) { order.push_back("two"); });
  EXPECT_TRUE(made::run_until(loop_, [&] { return order.size() == 2; }));
}

TEST_F(ChainCliTest, MayRunTheNextCommandFromAHandler) {
  bool done = false;
  const auto program = folder_.script("maded", "true");
  cli_.run(program, {}, Stream::out,
           [&](CliAnswer) { cli_.run(program, {}, Stream::out, [&](CliAnswer) { done = true; }); });
  EXPECT_TRUE(made::run_until(loop_, [&] { return done; }));
}

TEST_F(ChainCliTest, KeepsTheOutputOfEachCommand) {
  run("echo one");
  run("echo two >&2");
  EXPECT_EQ(made::read_file(folder_ / "commands/001.out"), "one\n");
  EXPECT_EQ(made::read_file(folder_ / "commands/002.err"), "two\n");
}

TEST_F(ChainCliTest, GivesACommandItsEnvironmentAndNoOtherThanGosCollectors) {
  EXPECT_EQ(run("exec /usr/bin/env -u PWD -u OLDPWD -u _ | sort").out, "GOGC=off\nGOMEMLIMIT=512MiB\nMADE=yes\n");
}

TEST_F(ChainCliTest, LeavesTheCollectorAsItWasSet) {
  ChainCli cli(loop_, profile_, folder_ / "more", {{"GOGC", "50"}});
  std::optional<CliAnswer> got;
  cli.run(folder_.script("maded", "echo $GOGC"), {}, Stream::out, [&](CliAnswer a) { got = std::move(a); });
  EXPECT_TRUE(made::run_until(loop_, [&] { return got.has_value(); }));
  EXPECT_EQ(got.value_or(CliAnswer{}).out, "50\n");
}

TEST_F(ChainCliTest, GivesEachCommandTheInputToRead) {
  ChainCli cli(loop_, profile_, folder_ / "more", {}, folder_.write("passphrase", "secret\nsecret\n"));
  for (int i = 0; i < 2; ++i) {
    std::optional<CliAnswer> got;
    cli.run(folder_.script("maded", "read a; read b; echo $a $b"), {}, Stream::out, [&](CliAnswer a) { got = std::move(a); });
    EXPECT_TRUE(made::run_until(loop_, [&] { return got.has_value(); }));
    EXPECT_EQ(got.value_or(CliAnswer{}).out, "secret secret\n");
  }
}

TEST_F(ChainCliTest, NamesAProgramThatIsNotThere) {
  EXPECT_THAT(made::trouble_of([&] { cli_.run(folder_ / "none", {}, Stream::out, [](CliAnswer) {}); },
                               Blame::machine),
              HasSubstr((folder_ / "none").string() + ": cannot be executed"));
}

}  // namespace
}  // namespace rehearse
