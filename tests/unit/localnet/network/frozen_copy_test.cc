// A copy that shares with the original what never changes, and nothing else.
#include "localnet/network/frozen_copy.h"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include "localnet/base/text.h"
#include "tests/unit/support/fakes.h"
#include "tests/unit/support/in_copy.h"

namespace rehearse {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class FrozenCopy : public testing::Test {
 protected:
  // Last written so long ago.
  void write(const std::string& name, const std::string& text, std::chrono::seconds age = 1min) {
    folder_.write("homes/" + name, text);
    fs::last_write_time(from_ / name, fs::file_time_type::clock::now() - age);
  }
  bool linked(const std::string& name) const { return fs::equivalent(from_ / name, to_ / name); }

  made::TempFolder folder_;
  fs::path from_ = folder_ / "homes", to_ = folder_ / "copy";
};

TEST_F(FrozenCopy, LinksTablesAndProgramsAndCopiesWhatIsWrittenInPlace) {
  for (const char* name :
       {"a/data/application.db/000005.ldb", "a/data/state.db/000007.sst", "a/data/cs.wal/wal",
        "a/data/state.db/000008.log", "a/data/state.db/MANIFEST-000009", "a/data/priv_validator_state.json",
        "a/bin/chaind"})
    write(name, "text");
  fs::permissions(from_ / "a/bin/chaind", fs::perms::owner_all);
  copy_frozen(from_, to_);
  EXPECT_TRUE(linked("a/data/application.db/000005.ldb"));
  EXPECT_TRUE(linked("a/data/state.db/000007.sst"));
  EXPECT_TRUE(linked("a/bin/chaind"));
  for (const char* name : {"a/data/cs.wal/wal", "a/data/state.db/000008.log",
                           "a/data/state.db/MANIFEST-000009", "a/data/priv_validator_state.json"}) {
    EXPECT_FALSE(linked(name)) << name;
    EXPECT_EQ(read_file(to_ / name), "text");
  }
}

// A table that its database had not finished may be written anew under the same name.
TEST_F(FrozenCopy, CopiesATableThatWasWrittenJustNow) {
  write("a/data/application.db/000006.ldb", "half", 0s);
  copy_frozen(from_, to_);
  EXPECT_FALSE(linked("a/data/application.db/000006.ldb"));
  const auto copied = to_ / "a/data/application.db/000006.ldb";
  EXPECT_GT(fs::last_write_time(copied), fs::file_time_type::clock::now()) << "nor is it whole in a copy of the copy";
}

TEST_F(FrozenCopy, LinksLeadIntoTheCopy) {
  write("a/cosmovisor/genesis/bin/chaind", "text");
  fs::create_directory_symlink(from_ / "a/cosmovisor/genesis", from_ / "a/cosmovisor/current");
  fs::create_symlink("/elsewhere/file", from_ / "a/outside");
  copy_frozen(from_, to_, folder_ / "named");
  EXPECT_EQ(fs::read_symlink(to_ / "a/cosmovisor/current"), folder_ / "named/a/cosmovisor/genesis");
  EXPECT_EQ(fs::read_symlink(to_ / "a/outside"), "/elsewhere/file");
}

TEST_F(FrozenCopy, SaysWhichFolderAFullDiskStopped) {
  write("a/data/cs.wal/wal", std::string(100'000, 'x'));
  made::in_copy([this] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{50'000, 50'000};
    ::setrlimit(RLIMIT_FSIZE, &small);
    const auto trouble = made::trouble_of([this] { copy_frozen(from_, to_); }, Blame::machine);
    made::expect(trouble.find("homes cannot be copied") != std::string::npos, trouble);
  });
}

TEST_F(FrozenCopy, ASealIsBrokenByAnyChange) {
  write("a/data/wal", "text");
  write("a/data/1.ldb", "table");
  const auto seal = seal_of(from_);
  EXPECT_EQ(seal_of(from_), seal);
  write("a/data/wal", "texT", 1s);
  const auto changed = seal_of(from_);
  EXPECT_NE(changed, seal);
  fs::remove(from_ / "a/data/1.ldb");
  EXPECT_NE(seal_of(from_), changed);
}

}  // namespace
}  // namespace rehearse
