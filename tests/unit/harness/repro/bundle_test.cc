// A failure as one file: what is in it, what is not, and what is refused.
#include "harness/repro/bundle.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>

#include "harness/repro/bundle_format.h"
#include "harness/repro/machine.h"
#include "harness/repro/releases.h"
#include "harness/run/run_folder.h"
#include "localnet/artifact/archive.h"
#include "localnet/artifact/archive_writer.h"
#include "localnet/base/fd.h"
#include "localnet/base/sha256.h"
#include "localnet/base/text.h"
#include "localnet/cosmos/node_home.h"
#include "tests/unit/support/fakes.h"
#include "tests/unit/support/golden.h"
#include "tests/unit/support/made_record.h"

namespace rehearse {
namespace {

namespace fs = std::filesystem;
using record::Json;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kRecipeOfNobody = R"({"scenario": "a.yaml", "profile": "b.yaml"})";

// A run of the stock chain that has failed, as far as a bundle looks at it.
class BundleTest : public testing::Test {
 protected:
  BundleTest() {
    o_.scenario = made::kProject / "scenarios/chain-upgrade.yaml";
    o_.profile = made::kProject / "fixtures/profiles/stock.yaml";
    o_.profiles = o_.profile.parent_path();
    o_.built = folder_ / "built";
    o_.cosmovisor = folder_.script("cosmovisor", "");
    o_.seed = 7, o_.validators = 3, o_.to = "v2-troubled";
    for (const char* release : {"v1", "v2-troubled"}) {
      folder_.write(std::string("built/stock-releases/") + release + "/stockd_linux_amd64.tar.gz", std::string("archive of ") + release);
      folder_.write(std::string("built/stock-releases/") + release + "/SHA256SUMS", "sums");
    }
    fs::create_directories(run_);
    write_recipe(run_, read_inputs(o_), o_);
    record_ = made::failed();
    record_.from->sha256 = record_.to->sha256 = "";  // the files say it
    folder_.write("run/nodes/validator-4/logs/node.log", "a log");
    folder_.write("run/nodes/validator-4/data/application.db/000005.ldb", std::string(1000, 's'));
    folder_.write("run/nodes/validator-4/config/priv_validator_key.json", "a key");
    folder_.write("run/operator/key", "a key");
    folder_.write("run/events.jsonl", "{}\n");
    write_record();
  }
  void write_record() { folder_.write("run/run.json", record::to_json(record_).dump()); }
  fs::path bundle(const BundleOptions& o = {}) {
    write_bundle(run_, o);
    return run_ / kBundle;
  }
  BundleManifest manifest(const BundleOptions& o = {}) { return open_bundle(bundle(o), folder_ / "opened").manifest; }
  std::map<std::string, std::string> members() const {
    std::map<std::string, std::string> all;
    const Fd in(::open((run_ / kBundle).c_str(), O_RDONLY | O_CLOEXEC));
    read_members(in.get(), kBundle, 1'000'000'000, [&](const std::string& path, std::uint64_t) { return [&all, path](std::string_view piece) { all[path] += piece; }; });
    return all;
  }
  std::string refused(const fs::path& file, Blame blame = Blame::scenario) {
    const auto said = made::trouble_of([&] { open_bundle(file, folder_ / "opened"); }, blame);
    EXPECT_EQ(fs::exists(folder_ / "opened"), false);
    return said;
  }
  // With a manifest that is right about these members.
  fs::path forged(std::map<std::string, std::string> members, const std::function<void(BundleManifest&)>& change = [](auto&) {},
                  const std::function<void(Json&)>& change_sealed = [](auto&) {}) {
    BundleManifest m;
    m.schema = kBundleSchema, m.architecture = architecture();
    for (const auto& [path, text] : members) m.files[path] = {sha256_hex(text), text.size()};
    change(m);
    m.seal = seal_of(m);
    Json written = m;
    change_sealed(written);
    const auto file = folder_ / "forged.tar.zst";
    ArchiveWriter out(file);
    out.add(kBundleManifest, written.dump());
    for (const auto& [path, text] : members) out.add(path, text);
    out.close();
    return file;
  }

  made::TempFolder folder_;
  const fs::path run_ = folder_ / "run";
  RunOptions o_;
  record::RunRecord record_;
};

TEST_F(BundleTest, GivesTheSameRunElsewhere) {
  const auto file = bundle({true, 1'000'000});
  fs::remove_all(folder_ / "built");
  const auto opened = open_bundle(file, folder_ / "opened");
  EXPECT_EQ(opened.manifest.scenario, record_.scenario);
  EXPECT_EQ(opened.manifest.failure.cause, record_.diagnosis->cause);
  place_releases(opened.manifest.releases, opened.recipe, {});
  RunOptions here;
  here.cosmovisor = o_.cosmovisor;
  const auto again = repeat_options(read_recipe(opened.recipe), opened.recipe, here);
  EXPECT_EQ(again.seed, 7U);
  EXPECT_EQ(again.validators, 3);
  const auto in = read_inputs(again);
  EXPECT_EQ(in.profile.name, "stock");
  EXPECT_EQ(in.scenario.name, "chain-upgrade");
  EXPECT_EQ(in.to.name, "v2-troubled");
  EXPECT_EQ(read_file(in.to.archive), "archive of v2-troubled");
  EXPECT_TRUE(fs::exists(in.to.archive.parent_path() / "SHA256SUMS"));
}

TEST_F(BundleTest, NamesTheReleasesThatAreNotInIt) {
  const auto file = bundle();
  const auto opened = open_bundle(file, folder_ / "opened");
  const auto places = ReleasePlaces{folder_ / "elsewhere", made::kProject / "fixtures", {}};
  place_releases(opened.manifest.releases, opened.recipe, places);  // where they were
  fs::remove_all(opened.recipe / "releases");
  folder_.write("built/stock-releases/v1/stockd_linux_amd64.tar.gz", "another");
  const auto said = made::trouble_of([&] { place_releases(opened.manifest.releases, opened.recipe, places); }, Blame::machine);
  EXPECT_THAT(said, AllOf(HasSubstr("from: v1, sha256 " + sha256_hex("archive of v1")), HasSubstr("where another lies now: sha256 " + sha256_hex("another"))));
  EXPECT_THAT(said, Not(HasSubstr("to: v2-troubled")));
  place_releases(opened.manifest.releases, opened.recipe, places, {"from"});  // replaced
  folder_.write("elsewhere/stock-releases/v1/stockd_linux_amd64.tar.gz", "archive of v1");
  place_releases(opened.manifest.releases, opened.recipe, places);
}

TEST_F(BundleTest, HasNoKeys) {
  ::setenv("REHEARSE_TEST_SECRET", "correct horse battery staple", 1);
  const auto m = manifest({true, 1'000'000});
  for (const auto& [path, of] : m.files) {
    EXPECT_THAT(path, Not(HasSubstr("key")));
    EXPECT_THAT(path, Not(HasSubstr("operator")));
  }
  for (const auto& [path, text] : members()) EXPECT_THAT(text, Not(HasSubstr("correct horse battery staple"))) << path;
  EXPECT_THAT(m.files, Contains(testing::Key("run/nodes/validator-4/logs/node.log")));
}

TEST_F(BundleTest, HasTheStateOfANodeOfEachGroupAsFarAsItFits) {
  record_.diagnosis->cause = Cause::app_hash_divergence;
  record_.diagnosis->groups = {{"A", {"validator-1", "validator-2"}, "70 of 100"}, {"B", {"validator-4"}, "10 of 100"}};
  write_record();
  EXPECT_THAT(manifest().files, Contains(testing::Key("run/nodes/validator-4/data/application.db/000005.ldb")));
  fs::remove_all(folder_ / "opened");
  const auto small = manifest({false, 500 + fs::file_size(run_ / "run.json")});
  EXPECT_THAT(small.files, Not(Contains(testing::Key("run/nodes/validator-4/data/application.db/000005.ldb"))));
  ASSERT_FALSE(small.left_out.empty());
  EXPECT_EQ(small.left_out.back().path, "run/nodes/validator-4/data/application.db");
  EXPECT_EQ(small.left_out.back().bytes, 1000U);
}

TEST_F(BundleTest, CutsALongLogAroundTheEvidence) {
  std::string log;
  for (int i = 1; i <= 200'000; ++i) log += "line " + std::to_string(i) + " of a log that is long\n";
  folder_.write("run/nodes/validator-4/logs/node.log", log);
  record_.diagnosis->evidence_at = "nodes/validator-4/logs/node.log:100000";
  write_record();
  const auto m = manifest();
  EXPECT_LT(m.files.at("run/nodes/validator-4/logs/node.log").bytes, 2'000'000U);
  EXPECT_EQ(m.left_out.front().bytes, log.size());
  // What is left begins and ends as the log does, and has the evidence.
  const auto text = members().at("run/nodes/validator-4/logs/node.log");
  EXPECT_THAT(text, testing::StartsWith("line 1 of"));
  EXPECT_THAT(text, HasSubstr("\nline 100000 of"));
  EXPECT_THAT(text, testing::EndsWith("line 200000 of a log that is long\n"));
  EXPECT_THAT(text, HasSubstr("bytes are left out]"));
}

TEST_F(BundleTest, IsRefusedWhereverItWasChangedOrCutOff) {
  const auto bytes = read_file(bundle());
  for (const std::size_t part : {2U, 3U, 5U, 8U}) {
    auto changed = bytes;
    changed[bytes.size() / part] = static_cast<char>(changed[bytes.size() / part] ^ 0xFF);
    EXPECT_THAT(refused(folder_.write("changed.tar.zst", changed)), HasSubstr("refused"));
    EXPECT_THAT(refused(folder_.write("cut.tar.zst", bytes.substr(0, bytes.size() / part))), HasSubstr("refused"));
  }
  EXPECT_THAT(refused(folder_.write("no.tar.zst", "text")), HasSubstr("refused"));
  EXPECT_THAT(refused(folder_.write("empty.tar.zst", "")), HasSubstr("refused"));
  EXPECT_THAT(refused(folder_ / "none"), HasSubstr("cannot be opened"));
}

TEST_F(BundleTest, IsRefusedWhenItsMembersAreNotThoseOfItsManifest) {
  EXPECT_THAT(refused(forged({{"recipe/x", "1"}}, [](auto& m) { m.files["recipe/y"] = {"", 0}; })), HasSubstr("recipe/y is missing"));
  EXPECT_THAT(refused(forged({{"recipe/x", "1"}}, [](auto& m) { m.files.clear(); })), HasSubstr("not in its manifest"));
  EXPECT_THAT(refused(forged({{"recipe/x", std::string(5'000'000, '0')}}, [](auto& m) { m.files["recipe/x"].bytes = 1; })), HasSubstr("has 5000000 bytes"));
  EXPECT_THAT(refused(forged({{"recipe/x", "1"}}, [](auto& m) { m.files["recipe/x"].sha256 = sha256_hex("2"); })), HasSubstr("was changed"));
  EXPECT_THAT(refused(forged({{"../outside", "1"}})), HasSubstr("leads out of the archive"));
  EXPECT_THAT(refused(forged({{"recipe/../../outside", "1"}})), HasSubstr("leads out of the archive"));
  EXPECT_FALSE(fs::exists(folder_ / "outside"));
}

TEST_F(BundleTest, IsRefusedWhenItsRecipeReachesOutside) {
  const auto with = [this](const std::string& recipe) { return refused(forged({{"recipe/recipe.json", recipe}})); };
  EXPECT_THAT(with(R"({"scenario": "../../a.yaml", "profile": "b.yaml"})"), HasSubstr("`../../a.yaml` is no file of its folder"));
  EXPECT_THAT(with(R"({"scenario": "a.yaml", "profile": "/etc/passwd"})"), HasSubstr("is no file of its folder"));
  for (const char* path : {"/tmp/x", "../x", "releases/../../x", "recipe.json"})
    EXPECT_THAT(with(record::Json({{"scenario", "a.yaml"}, {"profile", "b.yaml"}, {"releases", {{{"role", "to"}, {"path", path}}}}}).dump()),
                HasSubstr("is not below releases/"));
  // What is placed is what was looked at.
  EXPECT_THAT(refused(forged({{"recipe/recipe.json", kRecipeOfNobody}}, [](auto& m) { m.releases = {{"to", "v2", "", "../../x", "/etc/passwd", ""}}; })),
              HasSubstr("name other releases"));
}

TEST_F(BundleTest, IsRefusedWhateverIsWrongWithItsManifest) {
  EXPECT_THAT(refused(forged({}, [](auto& m) { m.machine = record::Json::parse(std::string(400, '[') + std::string(400, ']')); })), HasSubstr("damaged"));
  EXPECT_THAT(refused(forged({{"recipe/a", "1"}, {"recipe/a/b", "2"}})), HasSubstr("refused"));
}

TEST_F(BundleTest, HasAnArchiveOnceThatSeveralRolesShare) {
  o_.from = o_.to = "v1";
  fs::remove_all(run_ / kRecipe);
  write_recipe(run_, read_inputs(o_), o_);
  manifest({true, 1'000'000});
}

TEST_F(BundleTest, IsRefusedWithMoreBehindItsEnd) {
  const auto bytes = read_file(bundle());
  EXPECT_THAT(refused(folder_.write("twice.tar.zst", bytes + bytes)), HasSubstr("not in its manifest"));
}

TEST_F(BundleTest, IsNoPipeWhichMayNeverEnd) {
  ASSERT_EQ(::mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  EXPECT_THAT(refused(folder_ / "pipe"), HasSubstr("it is no file"));
}

TEST_F(BundleTest, IsNamedAsItsUserKnowsIt) {
  const auto file = folder_.write("cut.tar.zst", read_file(bundle()).substr(0, 500));
  const auto said = made::trouble_of([&] { open_bundle(file, folder_ / "opened", "https://example.org/repro.tar.zst"); }, Blame::scenario);
  EXPECT_THAT(said, AllOf(testing::StartsWith("https://example.org/repro.tar.zst: this bundle is refused: the archive is damaged"), HasSubstr("fetched whole?")));
}

TEST_F(BundleTest, IsRefusedWhenItHoldsALink) {
  folder_.write("links/manifest.json", "{}");
  fs::create_symlink("/etc/passwd", folder_ / "links/recipe");
  const auto file = folder_ / "links.tar.gz";
  ASSERT_EQ(std::system(("tar -C " + (folder_ / "links").string() + " -czf " + file.string() + " recipe manifest.json").c_str()), 0);
  EXPECT_THAT(refused(file), HasSubstr("links to '/etc/passwd' outside"));
}

TEST_F(BundleTest, IsRefusedWhenItIsOfANewerHarnessOrAnotherMachine) {
  EXPECT_THAT(refused(forged({}, [](auto& m) { m.schema = 9, m.harness_version = "3.1"; })), HasSubstr("take the harness \"3.1\""));
  EXPECT_THAT(refused(forged({{"recipe/recipe.json", kRecipeOfNobody}}, [](auto& m) { m.architecture = "vax"; }), Blame::machine), HasSubstr("do not run here"));
}

TEST_F(BundleTest, IsRefusedWhereItsManifestWasChanged) {
  EXPECT_THAT(refused(forged({}, [](auto&) {}, [](Json& m) { m["seed"] = 8; })), HasSubstr("its manifest was changed"));
}

TEST_F(BundleTest, OfAnOlderHarnessIsWholeWithFewerFacts) {
  const auto as_it_was = [](Json& m) {
    m["schema"] = kOldestBundleSchema;
    m["failure"].erase("nodes");
    m["seal"] = seal_of(m);
  };
  const auto file = forged({{"recipe/recipe.json", kRecipeOfNobody}}, [](auto& m) { m.architecture = "vax"; }, as_it_was);
  EXPECT_THAT(refused(file, Blame::machine), HasSubstr("do not run here")) << "all of it was read";
}

TEST_F(BundleTest, IsLeftByWhatFailsOnly) {
  EXPECT_TRUE(leaves_bundle(record_, run_));
  for (const char* verdict : {"pass", "skipped", "cancelled"}) {
    record_.verdict = verdict;
    EXPECT_FALSE(leaves_bundle(record_, run_));
  }
  record_.verdict = "error";
  EXPECT_TRUE(leaves_bundle(record_, run_));
  EXPECT_FALSE(leaves_bundle(record_, folder_ / "nothing"));
}

TEST_F(BundleTest, IsNotLeftInHalf) {
  fs::remove(run_ / "run.json");
  EXPECT_THAT(made::trouble_of([&] { bundle(); }, Blame::scenario), HasSubstr("no run.json"));
  for (const auto& entry : fs::directory_iterator(run_)) EXPECT_THAT(entry.path().filename().string(), Not(HasSubstr("zst")));
}

}  // namespace
}  // namespace rehearse
