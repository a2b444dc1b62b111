#include "localnet/cosmos/log_entry.h"

#include <gmock/gmock.h>
#include <re2/re2.h>
#include <yaml-cpp/yaml.h>
#include <zlib.h>

#include <chrono>
#include <filesystem>
#include <sstream>

#include "localnet/base/text.h"
#include "localnet/cosmos/go_text.h"

namespace rehearse {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::IsEmpty;
using testing::Pair;
using testing::StartsWith;

// The line of x/upgrade at the height of a plan, as an SDK 0.53 node writes it in each of its formats.
constexpr const char* kNeeded =
    R"(UPGRADE "v2.0.0" NEEDED at height: 107: {"binaries":{"linux/amd64":"https://127.37.83.254:36471/v.tar.gz?checksum=sha256:04"}})";

TEST(LogEntry, ReadsALineOfAConsole) {
  using enum LineLevel;
  const auto e = read_log_line(std::string("2:33AM ERR ") + kNeeded + " module=x/upgrade");
  EXPECT_EQ(e.level, error);
  EXPECT_EQ(e.module, "x/upgrade");
  EXPECT_EQ(e.message, kNeeded);
  EXPECT_THAT(e.fields, ElementsAre(Pair("module", "x/upgrade")));
  EXPECT_EQ(e.text, std::string("ERR ") + kNeeded + " module=x/upgrade");
}

TEST(LogEntry, JsonComesToTheSameText) {
  using enum LineLevel;
  const auto console = read_log_line(
      R"(2:33AM ERR error in proxyAppConn.FinalizeBlock err="UPGRADE \"v2.0.0\" NEEDED at height: 107: {\"a\":1}" module=state)");
  const auto json = read_log_line(
      R"({"level":"error","module":"state","err":"UPGRADE \"v2.0.0\" NEEDED at height: 107: {\"a\":1}",)"
      R"("time":"2026-11-28T02:33:00Z","message":"error in proxyAppConn.FinalizeBlock"})");
  EXPECT_EQ(json.text, console.text);
  EXPECT_EQ(json.message, console.message);
  EXPECT_EQ(json.fields, console.fields);
  EXPECT_EQ(*json.field("err"), R"(UPGRADE "v2.0.0" NEEDED at height: 107: {"a":1})");
  EXPECT_EQ(json.level, error);
}

TEST(LogEntry, JsonHasItsFieldsAsAConsoleDoes) {
  const auto e = read_log_line(
      R"({"level":"info","module":"p2p","impl":"Peer{MConn{1.2.3.4:5} ab in}","n":10,"ok":true,"none":null,"empty":"",)"
      R"("listener":{"b":"<1>","a":[1, 2]},"error":"already stopped","msg":"Starting Peer service","message":"service start"})");
  EXPECT_EQ(e.text,
            R"(INF service start error="already stopped" empty= impl="Peer{MConn{1.2.3.4:5} ab in}" )"
            R"(listener={"a":[1,2],"b":"\u003c1\u003e"} module=p2p msg="Starting Peer service" n=10 none=null ok=true)");
  EXPECT_EQ(e.message, "service start");
  EXPECT_EQ(read_log_line(R"({"level":"info","module":"a","module":"b","message":"m"})").module, "b") << "as Go's decoder";
}

TEST(LogEntry, KnowsEveryFormOfTime) {
  using enum LineLevel;
  for (const char* time : {"", "3:04PM ", "2026-05-01T10:00:00Z ", "2026-05-01T10:00:00.123456+02:00 ", "1700000000 ", "<nil> ",
                           "1700000000.123 ", "2026-05-01 10:00:00 ", "2026/05/01 10:00:00.000 ", "May  1 10:00:00 ", "10:00:00 ",
                           "Fri May  1 10:00:00 2026 ", "Fri, 01 May 2026 10:00:00 UTC ", "01 May 26 10:00 UTC ",
                           "2026-05-01 10:00:00.999 +0200 CEST "}) {
    const auto e = read_log_line(std::string(time) + "WRN slow block height=5 module=state");
    EXPECT_EQ(e.level, warn) << time;
    EXPECT_EQ(e.text, "WRN slow block height=5 module=state") << time;
    EXPECT_EQ(e.message, "slow block") << time;
  }
}

TEST(LogEntry, ALevelInProseIsNone) {
  using enum LineLevel;
  for (const char* line :
       {"Error: ERR is what it says", "got 3 ERR lines", "see INF", "ERRor in it", "the level WRN module=x", "height 5 ERR x=1",
        "a \"level\":\"error\" b", "{not json ERR", "{\"no\":\"level\"}", "level of detail=3", "I[x] ERR", "INFO about it"}) {
    const auto e = read_log_line(line);
    EXPECT_EQ(e.level, unknown) << line;
    EXPECT_EQ(e.text, line);
    EXPECT_EQ(e.message, line);
    EXPECT_THAT(e.fields, IsEmpty()) << line;
  }
}

TEST(LogEntry, ColoursAreGone) {
  using enum LineLevel;
  const auto e = read_log_line("\x1b[90m3:04AM\x1b[0m \x1b[31mERR\x1b[0m \x1b[1mCONSENSUS FAILURE!!!\x1b[0m "
                               "\x1b[36merr=\x1b[0m\"a b\" \x1b[36mmodule=\x1b[0mconsensus");
  EXPECT_EQ(e.text, "ERR CONSENSUS FAILURE!!! err=\"a b\" module=consensus");
  EXPECT_EQ(e.level, error);
}

TEST(LogEntry, KnowsAllLevels) {
  using enum LineLevel;
  const std::pair<const char*, LineLevel> all[] = {{"TRC", trace}, {"DBG", debug}, {"INF", info},  {"WRN", warn},
                                                  {"ERR", error}, {"FTL", fatal}, {"PNC", panic}, {"???", unknown}};
  for (const auto& [word, level] : all) {
    const auto e = read_log_line("3:04PM " + std::string(word) + " m a=b");
    EXPECT_EQ(e.level, level);
    EXPECT_EQ(e.message, "m") << word;
  }
  EXPECT_EQ(read_log_line(R"({"level":"fatal","message":"m"})").level, fatal);
  EXPECT_EQ(read_log_line(R"({"level":"ERROR+2","msg":"m"})").level, error) << "log/slog";
  EXPECT_EQ(read_log_line(R"({"level":"odd","message":"m"})").text, "m");
}

TEST(LogEntry, ReadsCosmovisorsKeysWithSpaces) {
  const auto e = read_log_line("2:33AM INF backup completed backup completion time=2026-11-27T02:33:53Z backup saved at=/run/b "
                               "module=cosmovisor time taken to complete backup=0.65");
  EXPECT_EQ(e.module, "cosmovisor");
  EXPECT_EQ(*e.field("time taken to complete backup"), "0.65");
  EXPECT_EQ(read_log_line("2:33AM ERR error=\"exit status 1\" module=cosmovisor").message, "");
  EXPECT_EQ(read_log_line("2:33AM INF a module=b is not there module=c").module, "c");
  EXPECT_EQ(read_log_line("2:33AM INF a module=b is not there").module, "");
}

TEST(LogEntry, ReadsTmlog) {
  using enum LineLevel;
  const auto e = read_log_line("E[2023-05-01|10:00:00.123] CONSENSUS FAILURE!!!                         module=consensus "
                               "err=\"a \\\"b\\\"\" appHash=AB");
  EXPECT_EQ(e.level, error);
  EXPECT_EQ(e.text, R"(ERR CONSENSUS FAILURE!!! appHash=AB err="a \"b\"" module=consensus)");
  EXPECT_EQ(read_log_line("INFO [05-01|10:00:00.123] Started P2P networking      self=enode").text,
            "INF Started P2P networking self=enode");
}

TEST(LogEntry, ReadsSlogAndLogfmt) {
  using enum LineLevel;
  const char* text = R"(ERR cannot do it error="a b" count=3 module=x)";
  EXPECT_EQ(read_log_line(R"(time=2026-05-01T10:00:00Z level=ERROR msg="cannot do it" module=x count=3 error="a b")").text, text);
  EXPECT_EQ(read_log_line(R"({"time":"2026-05-01T10:00:00Z","level":"ERROR","msg":"cannot do it","module":"x","count":3,"error":"a b"})").text,
            text);
  EXPECT_EQ(read_log_line(R"(2026/05/01 10:00:00 ERROR cannot do it module=x count=3 error="a b")").text, text);
  EXPECT_EQ(read_log_line("2026/05/01 10:00:00 cannot do it").level, unknown) << "Go's log has no levels";
}

TEST(LogEntry, ReadsTheFirstLineOfAPanic) {
  using enum LineLevel;
  const auto e = read_log_line("panic: version of store \"group\" mismatch root store's version; expected 0 got 20");
  EXPECT_EQ(e.level, panic);
  EXPECT_THAT(e.message, StartsWith("version of store"));
  EXPECT_THAT(e.text, StartsWith("panic: version"));
  EXPECT_EQ(read_log_line("fatal error: concurrent map writes").level, fatal);
  EXPECT_EQ(read_log_line("no panic: all is well").level, unknown);
}

TEST(LogEntry, ReadsWhatIsThereOfALineThatIsCutOff) {
  using enum LineLevel;
  const std::string whole = R"({"level":"error","module":"consensus","stack":{"a":[1]},"message":"CONSENSUS FAIL\u00fcre"})";
  for (std::size_t n = 0; n <= whole.size(); ++n) {
    const auto e = read_log_line(whole.substr(0, n));
    if (n < std::string_view(R"({"level":"err)").size()) {
      EXPECT_EQ(e.level, unknown) << whole.substr(0, n);
    } else if (n >= std::string_view(R"({"level":"error)").size()) {
      EXPECT_EQ(e.level, error) << whole.substr(0, n);
    }
  }
  const auto e = read_log_line(whole.substr(0, whole.find("FAIL") + 4));
  EXPECT_EQ(e.text, "ERR CONSENSUS FAIL module=consensus stack={\"a\":[1]}");
  EXPECT_EQ(*read_log_line("3:04PM ERR m err=\"a b").field("err"), "a b");
}

TEST(LogEntry, AStackIsWholeInItsFieldOnly) {
  std::string stack;
  for (int i = 0; i < 1000; ++i) stack += "goroutine 1 [running]:\\nmain.main()\\n\\t/a/b.go:1 +0x1\\n";
  const auto json = read_log_line(R"({"level":"error","module":"consensus","stack":")" + stack + R"(","message":"m"})");
  const auto console = read_log_line("3:04PM ERR m module=consensus stack=\"" + stack + "\"");
  EXPECT_EQ(*json.field("stack"), unescaped(stack));
  EXPECT_EQ(*console.field("stack"), unescaped(stack));
  EXPECT_EQ(json.text, console.text);
  EXPECT_LT(json.text.size(), 5000U);
  EXPECT_THAT(json.text, EndsWith("...\""));
  EXPECT_EQ(read_log_line(json.text).text, json.text);
}

TEST(LogEntry, IsOneCleanLineWhateverIsInIt) {
  const auto e = read_log_line("{\"level\":\"info\",\"a\":\"x\\n\\u001b[31my\",\"message\":\"b\\nc\\u001b[0m\"}");
  EXPECT_EQ(e.text, R"(INF b\nc a="x\n\x1b[31my")");
  EXPECT_EQ(*e.field("a"), "x\n\x1b[31my");
  EXPECT_EQ(read_log_line("3:04PM INF half \xc3").message, "half \xc3");
  EXPECT_EQ(read_log_line("").text, "");
}

// Each would take long if it were looked at again from each of its places.
TEST(LogEntry, IsLinear) {
  const auto repeated = [](std::string_view start, std::string_view part) {
    std::string all(start);
    while (all.size() < 200'000) all += part;
    return all;
  };
  const auto begin = std::chrono::steady_clock::now();
  for (const char* part : {"a={ ", "a=\"b ", "a=\"b\"c ", "a=[\" ", "a=b ", "a ", "[", "a=\\\" ", "=", "module=x y "})
    read_log_line(repeated("3:04PM ERR ", part));
  for (const char* part : {"\"a\":{", "\"a\":\"b\",", "\"a\":[\"", "[", "\\u", ","}) read_log_line(repeated("{\"level\":\"info\",", part));
  std::string keys = "{\"level\":\"info\"";
  for (int i = 0; i < 20'000; ++i) keys += ",\"" + std::to_string(i) + "\":1";
  EXPECT_EQ(read_log_line(keys + "}").fields.size(), 999U);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
}

// A node's lines in JSON, and what zerolog's own ConsoleWriter (1.34) makes of each of them.
TEST(LogEntry, IsTheSameOfBothFormsOfANodesLines) {
  const std::filesystem::path logs = std::filesystem::path(REHEARSE_SOURCE_DIR) / "tests/unit/localnet/cosmos/logs";
  std::istringstream json(read_file(logs / "node.json")), console(read_file(logs / "node-console.txt"));
  int lines_read = 0;
  for (std::string a, b; std::getline(json, a) && std::getline(console, b); ++lines_read) {
    const auto of_json = read_log_line(a), of_console = read_log_line(b);
    // A key of the database as text: which of its code points can be printed only Go's tables say.
    if (of_json.message != "recursiveRemove") { EXPECT_EQ(of_json.text, of_console.text); }
    EXPECT_EQ(of_json.level, of_console.level) << a;
    EXPECT_EQ(of_json.module, of_console.module) << a;
    if (of_json.message == "Reactor ") continue;
    if (of_json.message.ends_with("; set ProposalBlock=LockedBlock")) continue;  // as a field at a message's end would
    EXPECT_EQ(of_json.message, of_console.message);
    EXPECT_EQ(of_json.fields, of_console.fields) << a;
  }
  EXPECT_GT(lines_read, 50);
}

std::string recorded_log(const std::filesystem::path& file) {
  const std::unique_ptr<gzFile_s, decltype(&::gzclose)> in(::gzopen(file.c_str(), "rb"), &::gzclose);
  std::string text;
  char part[65536];
  for (int n; (n = ::gzread(in.get(), part, sizeof part)) > 0;) text.append(part, static_cast<std::size_t>(n));
  return text;
}

// All that nodes of real runs wrote: what a pattern finds in a line it finds in the entry's text, and nothing else.
TEST(LogEntry, HasWhatPatternsFindInRecordedLines) {
  using enum LineLevel;
  const std::filesystem::path project = REHEARSE_SOURCE_DIR;
  const auto profile = YAML::LoadFile(project / "fixtures/profiles/cosmos-sdk.yaml");
  std::vector<std::unique_ptr<RE2>> patterns;
  for (const auto& p : profile["log_patterns"]) patterns.push_back(std::make_unique<RE2>(p.second.as<std::string>()));
  for (const auto& p : profile["harmless_errors"]) patterns.push_back(std::make_unique<RE2>(p["match"].as<std::string>()));
  const RE2 error_before(R"(^\S+ ERR |"level":"error")");
  int lines_read = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(project / "tests/recorded")) {
    if (file.path().string().find("node.log") == std::string::npos) continue;
    std::istringstream lines(recorded_log(file.path()));
    for (std::string line; std::getline(lines, line); ++lines_read) {
      line = printable(line.substr(line.find('\t') + 1));  // behind its number
      const auto entry = read_log_line(line);
      EXPECT_EQ(entry.level == error, RE2::PartialMatch(line, error_before)) << line;
      if (line.starts_with('{')) continue;  // of JSON the text is made: LogMatcher's tests have it
      for (const auto& p : patterns)
        EXPECT_EQ(RE2::PartialMatch(entry.text, *p), RE2::PartialMatch(line, *p)) << p->pattern() << "\n" << line;
      EXPECT_EQ(read_log_line(entry.text).text, entry.text);
      // A longer value is cut in the text.
      const bool whole = std::all_of(entry.fields.begin(), entry.fields.end(), [](const auto& f) { return f.second.size() < 4096; });
      EXPECT_TRUE(!whole || read_log_line(entry.text).fields == entry.fields) << line;
    }
  }
  EXPECT_GT(lines_read, 1000);
}

}  // namespace
}  // namespace rehearse
