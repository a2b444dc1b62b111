#include "localnet/state/log_tail.h"

#include <gtest/gtest.h>
#include <leveldb/db.h>

#include "localnet/base/text.h"
#include "tests/unit/support/fakes.h"

namespace rehearse {
namespace {

// Three entries, the last of them over several blocks.
std::string log_of_three() {
  const made::TempFolder folder;
  leveldb::Options options;
  options.create_if_missing = true;
  leveldb::DB* plain = nullptr;
  EXPECT_TRUE(leveldb::DB::Open(options, folder / "db", &plain).ok());
  const std::unique_ptr<leveldb::DB> db(plain);
  for (const std::size_t size : {100u, 32'700u, 100'000u}) EXPECT_TRUE(db->Put({}, "key", std::string(size, 'x')).ok());
  for (const auto& e : std::filesystem::directory_iterator(folder / "db"))
    if (e.path().extension() == ".log") return read_file(e.path());
  return {};
}

TEST(LogTail, KnowsALogThatIsWhole) {
  const auto log = log_of_three();
  ASSERT_GT(log.size(), 130'000u);
  EXPECT_FALSE(ends_within_entry(log));
  EXPECT_FALSE(ends_within_entry(""));
  EXPECT_FALSE(ends_within_entry(log + std::string(1000, '\0')));  // space that was taken and not used
}

TEST(LogTail, KnowsOneThatWasCutOff) {
  const auto log = log_of_three();
  for (const std::size_t size : {log.size() - 1, log.size() - 50'000, std::size_t{32 << 10}, std::size_t{50}, std::size_t{3}})
    EXPECT_TRUE(ends_within_entry(log.substr(0, size))) << size;
}

}  // namespace
}  // namespace rehearse
