#include "localnet/process/address.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <optional>

#include "localnet/base/error.h"

namespace rehearse {
namespace {

class AddressTest : public testing::Test {
 protected:
  void SetUp() override {
    dir_ = std::filesystem::temp_directory_path() / ("address-test-" + std::to_string(::getpid()));
    std::filesystem::remove_all(dir_);
  }
  void TearDown() override { std::filesystem::remove_all(dir_); }

  size_t lock_files() const {
    std::filesystem::directory_iterator files(dir_);
    return size_t(std::distance(begin(files), end(files)));
  }
  std::filesystem::path dir_;
};

TEST_F(AddressTest, GivesEachNodeAnAddressOfTheBlock) {
  AddressBlock block = AddressBlock::claim(dir_);
  std::string first = block.at(1);
  EXPECT_TRUE(first.starts_with("127."));
  EXPECT_TRUE(first.ends_with(".1"));
  EXPECT_EQ(block.at(254), first.substr(0, first.size() - 1) + "254");
  EXPECT_THROW(block.at(0), Error);
  EXPECT_THROW(block.at(255), Error);
}

TEST_F(AddressTest, TwoClaimsNeverMeet) {
  AddressBlock one = AddressBlock::claim(dir_);
  AddressBlock two = AddressBlock::claim(dir_);
  EXPECT_NE(one.at(1), two.at(1));
  EXPECT_EQ(lock_files(), 2u);
}

TEST_F(AddressTest, ReleasesOnce) {
  std::string address;
  {
    AddressBlock block = AddressBlock::claim(dir_);
    address = block.at(1);
    AddressBlock moved = std::move(block);
    EXPECT_EQ(moved.at(1), address);
    EXPECT_EQ(lock_files(), 1u);
  }
  EXPECT_EQ(lock_files(), 0u);
  AddressBlock again = AddressBlock::claim(dir_);
  EXPECT_EQ(again.at(1), address);
}

TEST_F(AddressTest, AssignmentReleasesTheOldBlock) {
  AddressBlock one = AddressBlock::claim(dir_);
  AddressBlock two = AddressBlock::claim(dir_);
  std::string second = two.at(1);
  one = std::move(two);
  EXPECT_EQ(one.at(1), second);
  EXPECT_EQ(lock_files(), 1u);
}

TEST_F(AddressTest, TakesALockFileThatNobodyHolds) {
  std::string address = AddressBlock::claim(dir_).at(1);
  size_t x_end = address.find('.', 4);
  std::string x = address.substr(4, x_end - 4);
  std::string y = address.substr(x_end + 1, address.rfind('.') - x_end - 1);
  std::ofstream(dir_ / ("net-" + x + "-" + y + ".lock"));
  EXPECT_EQ(AddressBlock::claim(dir_).at(1), address);
}

TEST_F(AddressTest, RemovesTheLocksThatNobodyHolds) {
  AddressBlock held = AddressBlock::claim(dir_);
  std::ofstream(dir_ / "net-9-9.lock");
  std::ofstream(dir_ / "mine.txt");
  AddressBlock::remove_stale(dir_);
  EXPECT_FALSE(std::filesystem::exists(dir_ / "net-9-9.lock"));
  EXPECT_EQ(lock_files(), 2u) << "the one that is held, and what is no lock";
  AddressBlock::remove_stale(dir_ / "none");
}

TEST_F(AddressTest, PassesByABlockWhereSomethingListens) {
  std::optional<AddressBlock> block = AddressBlock::claim(dir_);
  std::string address = block->at(2);
  block.reset();

  int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(26657);
  ::inet_pton(AF_INET, address.c_str(), &where.sin_addr);
  ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&where), sizeof where), 0);
  ASSERT_EQ(::listen(fd, 1), 0);
  EXPECT_NE(AddressBlock::claim(dir_).at(2), address);
  ::close(fd);
  EXPECT_EQ(AddressBlock::claim(dir_).at(2), address);
}

TEST_F(AddressTest, SaysWhenTheDirectoryCannotBeMade) {
  std::ofstream file(dir_);
  try {
    AddressBlock::claim(dir_ / "below");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.blame, Blame::machine);
  }
}

}  // namespace
}  // namespace rehearse
