// A failure as a file, on the real network: it comes again, and a mended release does not have it.
#include <gmock/gmock.h>

#include "localnet/base/text.h"
#include "tests/localnet/rehearsal.h"

namespace rehearse::localnet {
namespace {

using testing::HasSubstr;

std::string cause_in(const fs::path& folder) {
  return nlohmann::json::parse(read_file(folder / "run.json")).at("diagnosis").value("cause", "");
}

TEST(Repro, BringsTheFailureBackAndTellsAMendedReleaseFromIt) {
  Scratch scratch;
  auto failed = run(scratch, {"--release", "to=v2.0.0-handler-panic", "--verify", "1"});
  ASSERT_EQ(failed.wait(), 1) << failed.output();
  const auto record = failed.record();
  EXPECT_EQ(record.at("bundle"), "repro.tar.zst");
  EXPECT_EQ(record.at("reproduced"), nlohmann::json({{"tried", 1}, {"same", 1}, {"passed", 0}})) << failed.output();
  EXPECT_THAT(read_file(failed.folder() / "explain.md"), HasSubstr("> ")) << "the evidence is marked";
  const auto bundle = scratch.write("elsewhere/failure.tar.zst", read_file(failed.folder() / "repro.tar.zst")).string();

  Rehearsal replayed(scratch, {"replay", failed.folder().string(), "--out", (scratch / "replayed").string()});
  ASSERT_TRUE(replayed.said("held before `")) << replayed.output();
  EXPECT_THAT(replayed.output(), HasSubstr("as it ended"));
  scratch.write("replayed/continue", "");
  EXPECT_EQ(replayed.wait(), 1) << replayed.output();
  EXPECT_EQ(cause_in(replayed.folder()), "upgrade-handler-panic") << "of the step that comes next";
  EXPECT_FALSE(fs::exists(failed.folder() / "checkpoints"));
  fs::remove_all(failed.folder());

  Rehearsal again(scratch, {"repro", bundle, "--out", (scratch / "again").string()});
  EXPECT_EQ(again.wait(), 0) << again.output();
  EXPECT_EQ(cause_in(again.folder()), "upgrade-handler-panic");

  Rehearsal mended(scratch, {"repro", bundle, "--release", "to=v2.0.0", "--out", (scratch / "mended").string()});
  EXPECT_EQ(mended.wait(), 1) << mended.output();
  EXPECT_THAT(mended.output(), HasSubstr("1: passed"));
}

}  // namespace
}  // namespace rehearse::localnet
