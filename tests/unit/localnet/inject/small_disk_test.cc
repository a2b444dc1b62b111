// A folder on a small file system. Each test runs in a copy of this process, so that no other test is in its namespace.
#include "localnet/inject/small_disk.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "tests/unit/support/fakes.h"
#include "tests/unit/support/golden.h"
#include "tests/unit/support/in_copy.h"

namespace rehearse {
namespace {

using made::expect;
using made::in_copy;
using testing::HasSubstr;

constexpr std::uint64_t kSize = 1 << 20;

class SmallDiskTest : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto needs = mount_namespace_needs(); !needs.empty()) GTEST_SKIP() << needs;
  }
  made::TempFolder folder_;
};

TEST_F(SmallDiskTest, IsFullAndHasRoomAgain) {
  folder_.write("data/file", "x");
  in_copy([&] {
    SmallDisk disk(folder_ / "data", kSize);
    expect(disk.has_room());
    expect(disk.is_full(), false);
    disk.fill(0);
    expect(disk.is_full());
    expect(disk.has_room(), false);
    const auto facts = disk.is_full().facts;
    expect(facts.find("0 of ") != std::string::npos && facts.ends_with("writing 4096 bytes: No space left on device"), facts);
    disk.fill(100'000);
    expect(disk.is_full());
    std::ofstream(folder_ / "data/file") << std::string(60'000, 'x');
    expect(std::filesystem::file_size(folder_ / "data/file") == 60'000, "60000 bytes fit");
    disk.undo_fill();
    expect(disk.has_room());
    expect(disk.is_full(), false);
  });
}

TEST_F(SmallDiskTest, IsFullWhileFilesAreOpen) {
  in_copy([&] {
    SmallDisk disk(folder_ / "data", kSize);
    const int fd = ::open((folder_ / "data/file").c_str(), O_CREAT | O_WRONLY, 0600);
    const std::string page(4096, 'x');
    expect(::write(fd, page.data(), page.size()) == 4096, "there is room");
    disk.fill(0);
    expect(::write(fd, page.data(), page.size()) == -1 && errno == ENOSPC, "there is none");
    disk.undo_fill();
    expect(::write(fd, page.data(), page.size()) == 4096, "there is room again");
  });
}

TEST_F(SmallDiskTest, HasWhatLayThereAndLeavesItThere) {
  folder_.write("data/sub/file", "before");
  std::filesystem::permissions(folder_ / "data", std::filesystem::perms::owner_all);
  in_copy([&] {
    SmallDisk disk(folder_ / "data", kSize);
    expect(made::read_file(folder_ / "data/sub/file") == "before", "it is there");
    struct stat s {};
    expect(::stat((folder_ / "data").c_str(), &s) == 0 && (s.st_mode & 0777) == 0700, "with its permissions");
    folder_.write("data/sub/file", "after");
    folder_.write("data/new", "new");
  });
  EXPECT_EQ(made::read_file(folder_ / "data/sub/file"), "after");
  EXPECT_EQ(made::read_file(folder_ / "data/new"), "new");
}

TEST_F(SmallDiskTest, IsTooSmallForWhatLiesThere) {
  folder_.write("data/file", std::string(2 * kSize, 'x'));
  EXPECT_THAT(in_child([&] {
                SmallDisk disk(folder_ / "data", kSize);
                return std::string("mounted");
              }),
              HasSubstr("a file system of 1048576 bytes cannot take its place"));
}

TEST_F(SmallDiskTest, IsSeenByNobodyElseAndGoneWithItsProcess) {
  std::unique_ptr<SmallDisk> disk;
  {
    const AnsweringChild child([&] {
      if (!disk) disk = std::make_unique<SmallDisk>(folder_ / "data", kSize);
      folder_.write("data/file", "inside");
      return made::read_file(folder_ / "data/file");
    });
    EXPECT_EQ(child.ask(), "inside");
    EXPECT_FALSE(std::filesystem::exists(folder_ / "data/file"));
  }  // it is killed
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "data"));
  EXPECT_THAT(made::read_file("/proc/self/mounts"), testing::Not(HasSubstr(folder_.path().string())));
  std::filesystem::remove_all(folder_ / "data");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "data")) << "nothing is mounted there";
}

TEST_F(SmallDiskTest, LeavesUsWhoWeAre) {
  in_copy([&] {
    const auto who = std::make_pair(::geteuid(), ::getegid());
    ::prctl(PR_SET_PDEATHSIG, SIGUSR2);
    enter_mount_namespace();
    enter_mount_namespace();  // once is enough
    int death_signal = 0;
    ::prctl(PR_GET_PDEATHSIG, &death_signal);
    expect(death_signal == SIGUSR2, "we end with our parent");
    expect(::prctl(PR_GET_DUMPABLE) == 1, "others may look into us");
    expect(who == std::make_pair(::geteuid(), ::getegid()), "user and group");
    const auto id = run_command({"/usr/bin/id", "-u"});
    expect(id.output == std::to_string(who.first) + "\n", "our children's user: " + id.output);
  });
}

// As root: a user namespace could not be entered.
TEST_F(SmallDiskTest, WorksWhileThereAreThreads) {
  folder_.write("data/file", "x");
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  in_copy([&] {
    std::atomic<bool> end = false;
    std::thread other([&] {
      while (!end) std::this_thread::yield();
    });
    std::string trouble;
    try {
      SmallDisk disk(folder_ / "data", kSize);
      disk.fill(0);
      if (!disk.is_full().holds) trouble = disk.is_full().facts;
    } catch (const Error& e) {
      trouble = e.what();
    }
    end = true;
    other.join();
    expect(trouble.empty(), trouble);
  });
}

}  // namespace
}  // namespace rehearse
