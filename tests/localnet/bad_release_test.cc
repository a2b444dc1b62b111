// Releases that must not get through, each for its cause: the deliberately bad ones, and files that are no releases.
#include <set>

#include "tests/localnet/rehearsal.h"

namespace rehearse::localnet {
namespace {

struct Bad {
  const char* release;
  const char* cause;
  std::vector<std::string> affected;
};
const std::vector<std::string> kAll = {"validator-1", "validator-2", "validator-3", "validator-4"};

void PrintTo(const Bad& bad, std::ostream* out) { *out << bad.release; }

class BadRelease : public ::testing::TestWithParam<Bad> {};

std::string release_name(const ::testing::TestParamInfo<Bad>& info) {
  std::string name;
  for (const char c : std::string(info.param.cause))
    if (std::isalnum(static_cast<unsigned char>(c))) name += c;
  return name;
}

// The default scenario with variables that only some nodes get.
std::string scenario_with_environment(const std::string& environment) {
  auto text = read(project() / "scenarios" / "chain-upgrade.yaml");
  const std::string supervisor = "  supervisor: cosmovisor\n";
  return text.replace(text.find(supervisor), supervisor.size(), supervisor + "  environment: " + environment + "\n");
}

void expect_named(Rehearsal& r, const std::string& cause) {
  EXPECT_EQ(r.wait(), 1) << r.output();
  EXPECT_EQ(r.cause(), cause) << r.output();
  EXPECT_EQ(r.record()["verdict"], "fail");
  EXPECT_TRUE(r.junit_is_whole());
  EXPECT_TRUE(none_left(r.folder()));
  const auto lines = r.lines();
  ASSERT_GE(lines.size(), 2u);
  EXPECT_TRUE(lines[lines.size() - 2].starts_with("FAIL " + cause + ": ")) << lines[lines.size() - 2];
}

TEST_P(BadRelease, IsCaughtForItsCause) {
  Scratch scratch;
  auto r = run(scratch, {"--release", std::string("to=") + GetParam().release});
  expect_named(r, GetParam().cause);
  EXPECT_EQ(r.record()["diagnosis"]["affected_nodes"].get<std::vector<std::string>>(), GetParam().affected);
}

INSTANTIATE_TEST_SUITE_P(Fixtures, BadRelease,
                         ::testing::Values(Bad{"v2.0.0-handler-error", "upgrade-handler-error", kAll},
                                           Bad{"v2.0.0-handler-panic", "upgrade-handler-panic", kAll},
                                           Bad{"v2.0.0-missing-store", "missing-store-upgrade", kAll},
                                           Bad{"v2.0.0-diverges", "app-hash-divergence", {"validator-4"}},
                                           Bad{"v2.0.0-wrong-version", "wrong-version-inside", {}},
                                           Bad{"v1.0.0", "same-version", {}}),
                         release_name);

TEST(BadReleaseState, NamesTheStoreThatDiffers) {
  Scratch scratch;
  auto r = run(scratch, {"--release", "to=v2.0.0-diverges"});
  expect_named(r, "app-hash-divergence");
  const auto proof = r.record()["diagnosis"]["proven_by"].get<std::string>();
  EXPECT_NE(proof.find("; stores that differ: veid; store veid, key "), std::string::npos) << proof;
}

// No node says CONSENSUS FAILURE then: neither half can outvote the other, so both prevote nil for ever.
TEST(BadReleaseOnHalf, DivergesWithoutAnyNodeFailing) {
  Scratch scratch;
  const auto scenario = scratch.write("half.yaml", scenario_with_environment("{validator-1: {VIRTENGINE_EXTRA_KEY: \"1\"}}"));
  // validator-4 (10) has the variable from the release, validator-1 (40) from the scenario: half of the power.
  auto r = run(scratch, {scenario, "--release", "to=v2.0.0-diverges"});
  expect_named(r, "app-hash-divergence");
  EXPECT_EQ(r.record()["diagnosis"]["affected_nodes"].get<std::vector<std::string>>(), kAll);
  for (const auto& node : kAll)
    EXPECT_EQ(read(r.folder() / "nodes" / node / "logs/node.log").find("precommit step; +2/3"), std::string::npos);
}

TEST(BadFile, CorruptedArchive) {
  Scratch scratch;
  auto bytes = read(published("v2.0.0"));
  bytes[bytes.size() / 2] ^= 1;
  scratch.write("release/SHA256SUMS", read(published("v2.0.0").parent_path() / "SHA256SUMS"));
  auto r = run(scratch, {"--release", "to=" + scratch.write("release/virtengine_linux_amd64.tar.gz", bytes).string()});
  expect_named(r, "checksum-mismatch");
}

TEST(BadFile, TruncatedArchive) {
  Scratch scratch;
  auto bytes = read(published("v2.0.0"));
  bytes.resize(bytes.size() / 2);
  auto r = run(scratch, {"--release", "to=" + scratch.write("virtengine.tar.gz", bytes).string()});
  expect_named(r, "archive-corrupt");
}

TEST(BadFile, MissingArchive) {
  Scratch scratch;
  auto r = run(scratch, {"--release", "to=" + (scratch / "none.tar.gz").string()});
  EXPECT_EQ(r.wait(), 2);
  EXPECT_TRUE(r.said("none.tar.gz: there is no such file")) << r.output();
  EXPECT_FALSE(fs::exists(r.folder()));
}

TEST(BadFile, OtherArchitecture) {
  Scratch scratch;
  auto bytes = read(REHEARSE_PROGRAM);
  bytes[18] = static_cast<char>(183);  // e_machine: aarch64
  auto r = run(scratch, {"--release", "to=" + scratch.write("virtengine", bytes).string()});
  expect_named(r, "wrong-architecture");
}

TEST(BadFile, ProgramThatDiesAtStart) {
  Scratch scratch;
  auto r = run(scratch, {"--release", std::string("to=v2.0.0=") + DIES_AT_START_PROGRAM});
  expect_named(r, "node-exited");
  EXPECT_TRUE(r.said("cannot map the state")) << r.output();
  EXPECT_NE(r.record()["diagnosis"]["evidence_at"].get<std::string>().find("logs/node.log:"), std::string::npos);
}

// Programs that no operator could run. They are written without leave to be executed: the store gives it.
struct Odd {
  const char* name;
  std::string bytes, cause, said;
};
void PrintTo(const Odd& odd, std::ostream* out) { *out << odd.name; }

std::string replaced(std::string bytes, const std::string& what, const std::string& with) {
  for (auto at = bytes.find(what); at != std::string::npos; at = bytes.find(what, at))
    bytes.replace(at, what.size(), with);
  return bytes;
}

std::vector<Odd> odd_releases() {
  const auto program = read(ODD_RELEASE_PROGRAM);
  const std::string not_run = "binary-does-not-run";
  return {{"Hangs", program + "\nhangs", not_run, "`virtengine version`: did not end in 30s and was killed"},
          {"HelpsWithEverything", program + "\nhelps", not_run, "printed a help page and exited 0"},
          {"SaysItsVersionOnStderr", program + "\nwhispers", "same-version", "are v1.0.0"},
          {"NeedsALibrary", replaced(program, "libc.so.6", "libq.so.6"), not_run,
           "libq.so.6: cannot open shared object"},
          {"NeedsALoader", replaced(program, "/ld-linux", "/ld-other"), not_run,
           "cannot be executed: No such file"},
          {"IsCutOff", program.substr(0, 64), not_run, "cannot be executed: "}};
}

class OddRelease : public ::testing::TestWithParam<Odd> {};

TEST_P(OddRelease, IsCaughtBeforeAnythingIsProposed) {
  Scratch scratch;
  const auto file = scratch.write("virtengine", GetParam().bytes).string();
  auto r = run(scratch, {"--validators", "2", "--release", "to=v2.0.0=" + file});
  expect_named(r, GetParam().cause);
  EXPECT_TRUE(r.said(GetParam().said)) << r.output();
  EXPECT_FALSE(r.said("-- voting")) << r.output();
}

INSTANTIATE_TEST_SUITE_P(Programs, OddRelease, ::testing::ValuesIn(odd_releases()),
                         [](const auto& info) { return std::string(info.param.name); });

// Its plan would be named for the version.
TEST(UnversionedRelease, WantsItsPlanNamed) {
  Scratch scratch;
  auto r = run(scratch, {"--validators", "2", "--release", "to=" + scratch.write("virtengine", read(ODD_RELEASE_PROGRAM) + "\nis silent").string()});
  expect_named(r, "version-unknown");
  EXPECT_TRUE(r.said("prints no version")) << r.output();
}

TEST(OddCurrentRelease, IsCaughtToo) {
  const std::set<std::string> some = {"HelpsWithEverything", "NeedsALibrary", "NeedsALoader", "IsCutOff"};
  for (const auto& odd : odd_releases()) {
    if (!some.contains(odd.name)) continue;
    Scratch scratch;
    const auto file = scratch.write("virtengine", odd.bytes).string();
    auto r = run(scratch, {"--validators", "2", "--release", "from=" + file});
    expect_named(r, odd.cause);
  }
}

}  // namespace
}  // namespace rehearse::localnet
