// What the machine may lack: room on its disk, a folder that can be written, addresses. Exit code 3, what to
// do is said, and nothing is left.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include "localnet/cosmos/config_files.h"
#include "tests/localnet/apart.h"
#include "tests/localnet/rehearsal.h"

namespace rehearse::localnet {
namespace {

constexpr std::uintmax_t kMB = 1'000'000;

Rehearsal run_on(const Disk& disk, const Scratch& scratch, const Outside& outside) {
  return Rehearsal(scratch, {"run", "--validators", "1", "--out", (disk.path() / "run").string()},
                   outside.environment());
}

void expect_trouble(Rehearsal& r, const Outside& outside, const std::string& said) {
  EXPECT_EQ(r.wait(), 3) << r.output();
  EXPECT_TRUE(r.said(said)) << r.output();
  EXPECT_TRUE(none_left(r.folder()));
  EXPECT_TRUE(outside.left().empty()) << outside.left().front();
}

#define NEEDS_ITS_OWN(namespaces, work) \
  if (!apart(namespaces, work)) GTEST_SKIP() << "needs root, or CAP_SYS_ADMIN: " #namespaces

TEST(Machine, HasNoRoomAtTheStart) {
  NEEDS_ITS_OWN(CLONE_NEWNS, [] {
    Scratch scratch;
    Outside outside(scratch);
    Disk disk(scratch / "disk", 200 * kMB);  // binaries are links only on the disk of the store
    auto r = run_on(disk, scratch, outside);
    expect_trouble(r, outside, " MB; make room, or give --out another disk");
    EXPECT_EQ(r.record()["verdict"], "error");
    EXPECT_TRUE(r.junit_is_whole());
    EXPECT_FALSE(r.said(kNetworkUp));
  });
}

TEST(Machine, HasItsDiskFillUpInTheMiddle) {
  NEEDS_ITS_OWN(CLONE_NEWNS, [] {
    Scratch scratch;
    Outside outside(scratch);
    Disk disk(scratch / "disk", 700 * kMB);
    auto r = run_on(disk, scratch, outside);
    ASSERT_TRUE(r.said(kNetworkUp)) << r.output();
    disk.fill(30 * kMB);
    expect_trouble(r, outside, " MB are kept in reserve");
    EXPECT_EQ(r.record()["verdict"], "error");
    EXPECT_TRUE(r.junit_is_whole());
  });
}

// Nodes end too, on that disk: it is not their release's fault.
TEST(Machine, HasItsDiskFullAtOnce) {
  NEEDS_ITS_OWN(CLONE_NEWNS, [] {
    Scratch scratch;
    Outside outside(scratch);
    Disk disk(scratch / "disk", 700 * kMB);
    auto r = run_on(disk, scratch, outside);
    ASSERT_TRUE(r.said(kNetworkUp)) << r.output();
    disk.fill(0);
    expect_trouble(r, outside, " room");
  });
}

TEST(Machine, HasAResultsFolderThatCannotBeWritten) {
  NEEDS_ITS_OWN(CLONE_NEWNS, [] {
    Scratch scratch;
    Outside outside(scratch);
    Disk disk(scratch / "disk", 10 * kMB);
    fs::create_directory(disk.path() / "made");
    disk.make_read_only();
    for (const char* folder : {"made", "not-made"}) {
      Rehearsal r(scratch, {"run", "--out", (disk.path() / folder).string()}, outside.environment());
      expect_trouble(r, outside, "cannot be made: Read-only file system");
    }
  });
}

TEST(Machine, HasAResultsFolderThatCannotBeMade) {
  Scratch scratch;
  Outside outside(scratch);
  Rehearsal r(scratch, {"run", "--out", "/proc/results"}, outside.environment());
  expect_trouble(r, outside, "/proc/results: cannot be made: ");
}

TEST(Machine, HasNoAddressesLeft) {
  NEEDS_ITS_OWN(CLONE_NEWNET, [] {
    Scratch scratch;
    Outside outside(scratch);
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in everywhere{};
    everywhere.sin_family = AF_INET;
    everywhere.sin_port = htons(rpc_port);
    ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&everywhere), sizeof everywhere), 0);
    ASSERT_EQ(::listen(fd, 1), 0);
    auto r = run(scratch, {"--validators", "1"}, outside.environment());
    expect_trouble(r, outside, "nothing else may listen on 0.0.0.0 port");
    ::close(fd);
  });
}

}  // namespace
}  // namespace rehearse::localnet
