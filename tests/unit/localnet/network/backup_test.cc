#include "localnet/network/backup.h"

#include <gmock/gmock.h>

#include "tests/unit/support/fakes.h"

namespace rehearse {
namespace {

TEST(Backup, IsReadBackFileByFile) {
  made::TempFolder folder;
  folder.write("data/a.db/1.ldb", "one");
  folder.write("data/state.json", "two");
  const auto backup = back_up(folder / "data", folder / "backup");
  EXPECT_EQ(backup.files, 2u);
  EXPECT_EQ(backup.bytes, 6u);
  EXPECT_THAT(backup.differing, testing::IsEmpty());
}

TEST(Backup, WhatIsMissingOrOtherwiseIsNamed) {
  made::TempFolder folder;
  folder.write("data/a", "one"), folder.write("data/b", "two"), folder.write("data/c", "three");
  back_up(folder / "data", folder / "backup");
  folder.write("backup/a", "uno");
  std::filesystem::remove(folder / "backup/b");
  EXPECT_THAT(compare_backup(folder / "data", folder / "backup").differing, testing::UnorderedElementsAre("a", "b"));
}

TEST(Backup, AFolderThatIsNotThereIsTrouble) {
  made::TempFolder folder;
  EXPECT_THAT(made::trouble_of([&] { back_up(folder / "none", folder / "backup"); }, Blame::machine),
              testing::HasSubstr("the backup of "));
}

}  // namespace
}  // namespace rehearse
