// Limits of a running process: a child that tries what they forbid. What it says must agree with what was read back.
#include "localnet/inject/limits.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "tests/unit/support/fakes.h"
#include "localnet/process/probe.h"

namespace rehearse {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;

// How many more files it could open, at most five, and why no more.
std::string open_some() {
  std::vector<int> opened;
  int fd = 0;
  while (opened.size() < 5 && (fd = ::open("/dev/null", O_RDONLY)) >= 0) opened.push_back(fd);
  const auto why = fd < 0 ? errno_text(" more") : "";
  for (const int o : opened) ::close(o);
  return std::to_string(opened.size()) + why;
}

std::string map_some() {
  constexpr std::size_t kSize = 64 << 20;
  void* const memory = ::mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return errno_text("mmap");
  ::munmap(memory, kSize);
  return "mapped";
}

TEST(LoweredLimit, LeavesAsManyDescriptorsAsItIsTold) {
  const AnsweringChild child(open_some);
  EXPECT_EQ(child.ask(), "5");
  {
    LoweredLimit limit(child.pid(), Resource::open_files, 0);
    EXPECT_EQ(child.ask(), "0 more: Too many open files");
    EXPECT_TRUE(limit.applied().holds);
    EXPECT_FALSE(limit.undone().holds);
    EXPECT_THAT(limit.applied().facts,
                ContainsRegex("process [0-9]+: Max open files [0-9]+, [0-9]+ open, 0 left below the limit"));
    limit.undo();
    EXPECT_EQ(child.ask(), "5");
    EXPECT_FALSE(limit.applied().holds);
    EXPECT_TRUE(limit.undone().holds) << limit.undone().facts;
  }
  const LoweredLimit limit(child.pid(), Resource::open_files, 3);
  EXPECT_EQ(child.ask(), "3 more: Too many open files");
  EXPECT_THAT(limit.applied().facts, HasSubstr(", 3 left below"));
}

TEST(LoweredLimit, LeavesAsMuchMemoryAsItIsTold) {
  const AnsweringChild child(map_some);
  {
    const LoweredLimit limit(child.pid(), Resource::data, 1 << 20);
    EXPECT_EQ(child.ask(), "mmap: Cannot allocate memory");
    EXPECT_TRUE(limit.applied().holds);
    EXPECT_THAT(limit.applied().facts, ContainsRegex("process [0-9]+: Max data size [0-9]+, [0-9]+ in use"));
  }
  EXPECT_EQ(child.ask(), "mapped") << "it is undone when the object goes";
  const LoweredLimit limit(child.pid(), Resource::data, 1 << 30);
  EXPECT_EQ(child.ask(), "mapped");
}

TEST(LoweredLimit, HoldsAsLongAsItsProcessLives) {
  auto child = std::make_unique<AnsweringChild>(open_some);
  const int pid = child->pid();
  LoweredLimit limit(pid, Resource::open_files, 1);
  child.reset();
  EXPECT_FALSE(limit.applied().holds);
  EXPECT_TRUE(limit.undone().holds);
  EXPECT_EQ(limit.undone().facts, "process " + std::to_string(pid) + " has ended");
  limit.undo();
  EXPECT_THAT(made::trouble_of([&] { LoweredLimit again(pid, Resource::data, 1); }, Blame::machine), HasSubstr("has ended"));
}

TEST(LoweredLimit, IsNotHigherThanWhatIsThere) {
  const AnsweringChild child(open_some);
  EXPECT_THAT(made::trouble_of([&] { LoweredLimit limit(child.pid(), Resource::open_files, 1 << 30); }),
              HasSubstr("leaves less than 1073741824 already"));
}

TEST(LoweredLimit, CanBeHadHere) { EXPECT_EQ(limits_needs(), ""); }

}  // namespace
}  // namespace rehearse
