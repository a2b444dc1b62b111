// What failures may take: the oldest go first, their bundles last, and the newest stays.
#include "harness/repro/kept_runs.h"

#include <gmock/gmock.h>

#include "harness/repro/bundle.h"
#include "tests/unit/support/fakes.h"

namespace rehearse {
namespace {

namespace fs = std::filesystem;

using testing::ElementsAre;
using testing::IsEmpty;

class KeptRuns : public testing::Test {
 protected:
  KeptRuns() {
    int age = 3;
    for (const char* name : {"c-oldest", "a-next", "b-newest"}) {
      results_.write(std::string(name) + ".yaml", "title: x\n");
      results_.write(std::string(name) + ".log", "");
      results_.write(std::string(name) + "/" + kBundle, std::string(100, 'b'));
      results_.write(std::string(name) + "/nodes/log", std::string(1000, 'l'));
      fs::last_write_time(results_ / name, fs::file_time_type::clock::now() - std::chrono::hours(age--));
    }
    results_.write("checkpoints/1/big", std::string(5000, 'x'));  // no run: nothing of that name beside it
  }
  bool there(const std::string& file) { return fs::exists(results_ / file); }
  made::TempFolder results_;
};

TEST_F(KeptRuns, StayWhileThereIsRoom) {
  EXPECT_THAT(keep_within(results_ / "", 3300), IsEmpty());
  EXPECT_TRUE(there("c-oldest/nodes/log"));
}

TEST_F(KeptRuns, OfTheOldestOnlyTheBundleStays) {
  EXPECT_THAT(keep_within(results_ / "", 3299), IsEmpty());
  EXPECT_FALSE(there("c-oldest/nodes"));
  EXPECT_TRUE(there(std::string("c-oldest/") + kBundle));
  EXPECT_TRUE(there("a-next/nodes/log"));
}

TEST_F(KeptRuns, TheOldestGoesOnceThereAreOnlyBundles) {
  EXPECT_THAT(keep_within(results_ / "", 1200), ElementsAre(results_ / "c-oldest"));
  EXPECT_FALSE(there("c-oldest") || there("c-oldest.yaml") || there("c-oldest.log"));
  EXPECT_TRUE(there(std::string("a-next/") + kBundle));
  EXPECT_TRUE(there("b-newest/nodes/log")) << "the newest stays as it is";
}

TEST_F(KeptRuns, ThoseThatStillRunStay) {
  EXPECT_THAT(keep_within(results_ / "", 1, {results_ / "c-oldest"}), ElementsAre(results_ / "a-next"));
  EXPECT_TRUE(there("c-oldest/nodes/log"));
}

TEST_F(KeptRuns, TheNewestStaysWhateverItTakes) {
  EXPECT_THAT(keep_within(results_ / "", 1), ElementsAre(results_ / "c-oldest", results_ / "a-next"));
  EXPECT_TRUE(there("b-newest/nodes/log"));
}

// Neither what came to an end, nor a failure of which only the bundle is left, nor what is no run.
TEST_F(KeptRuns, OnlyWhatCameToNoEndIsRemovedAsSuch) {
  for (const char* name : {"failed", "cancelled", "killed"}) results_.write(std::string(name) + "/events.jsonl", ""), results_.write(std::string(name) + ".yaml", "");
  results_.write("failed/run.json", R"({"verdict": "fail"})");
  results_.write("cancelled/run.json", R"({"verdict": "cancelled"})");
  results_.write("prod/notes", ""), results_.write("prod.yaml", "");
  EXPECT_THAT(remove_unfinished(results_ / ""), testing::UnorderedElementsAre(results_ / "cancelled", results_ / "killed"));
  EXPECT_TRUE(there("failed/run.json") && there("prod/notes") && there(std::string("c-oldest/") + kBundle));
}

}  // namespace
}  // namespace rehearse
