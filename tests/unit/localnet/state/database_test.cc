#include "localnet/state/database.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <fstream>

#include "localnet/base/text.h"
#include "localnet/state/application_state.h"
#include "tests/unit/support/fakes.h"
#include "tests/unit/support/made_state.h"

namespace rehearse {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

// Two heights of one store, in two tables.
void make_database(const fs::path& folder) {
  made::State state(folder);
  for (const char letter : {'a', 'b'}) {
    for (int i = 0; i < 200; ++i) state.store("bank").set("key " + std::to_string(i), std::string(100, letter));
    state.commit();
    state.reopen();
  }
}

std::vector<fs::path> files_of(const fs::path& folder, const std::string& part) {
  std::vector<fs::path> found;
  for (const auto& e : fs::directory_iterator(folder))
    if (e.path().filename().string().find(part) != std::string::npos) found.push_back(e.path());
  std::ranges::sort(found);
  return found;
}

std::map<std::string, std::string> contents(const fs::path& folder) {
  std::map<std::string, std::string> all;
  for (const auto& e : fs::directory_iterator(folder)) all[e.path().filename()] = read_file(e.path());
  return all;
}

// Why its content cannot be had, whether that shows when it is opened or when it is read.
std::string why_unreadable(const fs::path& folder, const fs::path& scratch) {
  const auto state = ApplicationState::open(folder, scratch);
  if (!state) return state.trouble;
  const auto latest = state->latest();
  if (!latest) return latest.trouble;
  std::string why;
  const auto visit = [&](const auto& self, const std::string& name) -> void {
    const auto node = state->node("bank", name);
    if (!node) why = node.trouble;
    if (!why.empty() || node->leaf()) return;
    self(self, node->left);
    self(self, node->right);
  };
  for (auto height = *latest; height > 0 && why.empty(); --height) {
    const auto root = state->root("bank", height);
    if (!root) return root.trouble;
    visit(visit, *root->name);
  }
  return why;
}

TEST(StateDatabase, IsReadWhileNothingOfTheNodesFolderChanges) {
  const made::TempFolder folder;
  make_database(folder / "application.db");
  folder.write("application.db/LOCK", "");
  const auto before = contents(folder / "application.db");
  {
    const auto database = Database::open(folder / "application.db", folder / "copy");
    ASSERT_TRUE(database) << database.trouble;
    EXPECT_TRUE(database->get("s/latest"));
    const auto none = database->get("s/nothing");
    EXPECT_FALSE(none);
    EXPECT_EQ(none.trouble, "");
    EXPECT_TRUE(fs::exists(folder / "copy"));
  }
  EXPECT_FALSE(fs::exists(folder / "copy"));
  EXPECT_EQ(contents(folder / "application.db"), before);
  EXPECT_EQ(why_unreadable(folder / "application.db", folder / "copy"), "");
}

// The log of the copy becomes a table with the number that comes next, which a table has that the node did not finish.
TEST(StateDatabase, LeavesTablesAloneThatTheManifestDoesNotKnow) {
  const made::TempFolder folder;
  const auto database = folder / "application.db";
  { made::State(database).commit(); }
  for (int number = 3; number < 20; ++number) {
    const auto name = fmt::format("{:06}.ldb", number);
    if (!fs::exists(database / name)) folder.write("application.db/" + name, "unfinished");
  }
  const auto before = contents(database);
  EXPECT_TRUE(Database::open(database, folder / "copy"));
  EXPECT_EQ(contents(database), before);
}

TEST(StateDatabase, SaysThatThereIsNone) {
  const made::TempFolder folder;
  EXPECT_THAT(Database::open(folder / "application.db", folder / "copy").trouble, HasSubstr("does not exist"));
  fs::create_directories(folder / "application.db");
  EXPECT_THAT(Database::open(folder / "application.db", folder / "copy").trouble, HasSubstr("is empty"));
  folder.write("memiavl.db/current", "");
  EXPECT_THAT(Database::open(folder / "application.db", folder / "copy").trouble, HasSubstr("memiavl.db"));
}

TEST(StateDatabase, SaysWhoseItIsWhenItIsNotLevelDb) {
  const made::TempFolder folder;
  folder.write("pebble/marker.manifest.000001.MANIFEST-000001", "");
  folder.write("old-pebble/CURRENT", "MANIFEST-000001\n");
  folder.write("old-pebble/OPTIONS-000003", "[Version]\n  pebble_version=0.1\n");
  folder.write("rocks/IDENTITY", "id");
  folder.write("rocks/CURRENT", "MANIFEST-000001\n");
  folder.write("bolt", "a file");
  folder.write("badger/000001.vlog", "");
  EXPECT_THAT(Database::open(folder / "pebble", folder / "copy").trouble, HasSubstr("pebbledb"));
  EXPECT_THAT(Database::open(folder / "old-pebble", folder / "copy").trouble, HasSubstr("pebbledb"));
  EXPECT_THAT(Database::open(folder / "rocks", folder / "copy").trouble, HasSubstr("rocksdb"));
  EXPECT_THAT(Database::open(folder / "bolt", folder / "copy").trouble, HasSubstr("no LevelDB"));
  EXPECT_THAT(Database::open(folder / "badger", folder / "copy").trouble, HasSubstr("no LevelDB"));
  make_database(folder / "level");
  EXPECT_EQ(backend_of(folder / "level"), Backend::goleveldb);
}

TEST(StateDatabase, DoesNotTakeAFolderThatIsInUse) {
  const made::TempFolder folder;
  make_database(folder / "application.db");
  folder.write("copy/notes", "mine");
  EXPECT_THAT(Database::open(folder / "application.db", folder / "copy").trouble, HasSubstr("not empty"));
  EXPECT_TRUE(fs::exists(folder / "copy" / "notes"));
}

TEST(StateDatabase, NamesTheTableThatIsCutOff) {
  const made::TempFolder folder;
  const auto database = folder / "application.db";
  make_database(database);
  const auto tables = files_of(database, ".ldb");
  ASSERT_FALSE(tables.empty());
  for (const auto& table : tables) {
    const auto whole = read_file(table);
    for (const auto size : {whole.size() / 2, whole.size() - 1, std::size_t{0}}) {
      fs::resize_file(table, size);
      EXPECT_THAT(why_unreadable(database, folder / "copy"), AllOf(HasSubstr("damaged"), HasSubstr(table.filename())))
          << size;
      std::ofstream(table, std::ios::binary) << whole;
    }
  }
  EXPECT_EQ(why_unreadable(database, folder / "copy"), "");
}

TEST(StateDatabase, NamesTheTableInWhichABitIsWrong) {
  const made::TempFolder folder;
  const auto database = folder / "application.db";
  make_database(database);
  const auto table = files_of(database, ".ldb").back();
  auto bytes = read_file(table);
  bytes[bytes.size() / 3] = static_cast<char>(bytes[bytes.size() / 3] ^ 1);
  std::ofstream(table, std::ios::binary) << bytes;
  EXPECT_THAT(why_unreadable(database, folder / "copy"), AllOf(HasSubstr(table.filename()), HasSubstr("checksum")));
}

TEST(StateDatabase, NamesWhatIsMissing) {
  const made::TempFolder folder;
  const auto database = folder / "application.db";
  make_database(database);
  const auto table = files_of(database, ".ldb").back();
  fs::remove(table);
  EXPECT_THAT(why_unreadable(database, folder / "copy"), AllOf(HasSubstr("missing"), HasSubstr(table.filename())));
}

TEST(StateDatabase, NamesTheManifestThatIsCutOff) {
  const made::TempFolder folder;
  const auto database = folder / "application.db";
  make_database(database);
  const auto manifest = files_of(database, "MANIFEST-").back();
  const auto whole = read_file(manifest);
  for (const std::size_t size : {whole.size() - 3, whole.size() / 2, std::size_t{20}, std::size_t{0}}) {
    fs::resize_file(manifest, size);
    EXPECT_THAT(why_unreadable(database, folder / "copy"), AllOf(HasSubstr("damaged"), HasSubstr(manifest.filename())))
        << size;
    std::ofstream(manifest, std::ios::binary) << whole;
  }
  fs::remove(manifest);
  EXPECT_THAT(why_unreadable(database, folder / "copy"), HasSubstr(manifest.filename()));
  folder.write("application.db/CURRENT", "nonsense");
  EXPECT_THAT(why_unreadable(database, folder / "copy"), HasSubstr("CURRENT"));
}

// LevelDB takes it for the end of what was written: an earlier height is the latest.
TEST(StateDatabase, NamesTheLogThatIsCutOffWhereAHeightIsMissing) {
  const made::TempFolder folder;
  const auto database = folder / "application.db";
  {
    made::State state(database);
    for (int height = 1; height <= 3; ++height) {
      state.store("bank").set("key", std::to_string(height));
      state.commit();
    }
  }
  const auto log = files_of(database, ".log").back();
  fs::resize_file(log, fs::file_size(log) - 10);
  const auto state = ApplicationState::open(database, folder / "copy");
  ASSERT_TRUE(state) << state.trouble;
  EXPECT_EQ(*state->latest(), 2);
  EXPECT_TRUE(state->commit(2));
  EXPECT_THAT(state->commit(3).trouble, AllOf(HasSubstr("the latest is 2"), HasSubstr(log.filename())));
}

}  // namespace
}  // namespace rehearse
