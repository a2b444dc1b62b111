// strace attached to real children: the calls that it is told to spoil are spoilt, and no others; then they are right again.
#include "localnet/inject/strace.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <thread>

#include "tests/unit/support/fakes.h"
#include "localnet/process/probe.h"
#include "localnet/inject/small_disk.h"

namespace rehearse {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;

class StraceTest : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto needs = strace_needs(); !needs.empty()) GTEST_SKIP() << needs;
  }
  std::unique_ptr<Strace> attach(int pid, const SyscallFault& fault) {
    auto strace = std::make_unique<Strace>(loop_, pid, fault, folder_ / "strace", std::map<std::string, std::string>{});
    EXPECT_TRUE(made::run_until(loop_, [&] { return strace->attached() || !strace->trouble().empty(); }));
    EXPECT_EQ(strace->trouble(), "");
    return strace;
  }
  // One that writes to a file, and says how that and an fsync of it went.
  AnsweringChild writer(const std::filesystem::path& file) {
    return AnsweringChild([fd = ::open(file.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600)] {
      std::string said = ::write(fd, "x", 1) == 1 ? "written" : errno_text("write");
      said += ::fsync(fd) == 0 ? ", synced" : errno_text(", fsync");
      return said;
    });
  }
  void undo(Strace& strace) {
    strace.undo();
    EXPECT_TRUE(made::run_until(loop_, [&] { return strace.undone().holds; })) << strace.undone().facts;
    EXPECT_EQ(strace.trouble(), "");
  }

  made::TempFolder folder_;
  Loop loop_;
};

// What the small disk of an unprivileged user needs, and keeps until the harness ends.
TEST_F(StraceTest, IsThereInAUserNamespaceOfOurs) {
  constexpr uid_t kNobody = 65534;
  const auto said = in_child([]() -> std::string {
    if (::geteuid() == 0 && (::setresgid(kNobody, kNobody, kNobody) != 0 || ::setresuid(kNobody, kNobody, kNobody) != 0)) return errno_text("setresuid");
    if (const auto needs = mount_namespace_needs(); !needs.empty()) return needs;
    enter_mount_namespace();
    return strace_needs();
  });
  if (said.starts_with("needs root or user namespaces")) GTEST_SKIP() << said;
  EXPECT_EQ(said, "");
}

TEST_F(StraceTest, LetsSyncingFailAndNothingElse) {
  const auto child = writer(folder_ / "file");
  const auto strace = attach(child.pid(), failing_sync());
  EXPECT_FALSE(strace->applied().holds) << "there was no call yet";
  EXPECT_EQ(child.ask(), "written, fsync: Input/output error");
  EXPECT_EQ(child.ask(), "written, fsync: Input/output error");
  EXPECT_TRUE(made::run_until(loop_, [&] { return strace->injected() == 2; }));
  EXPECT_TRUE(strace->applied().holds);
  EXPECT_THAT(strace->applied().facts, ContainsRegex("process [0-9]+: traced by strace \\([0-9]+\\), 2 calls tampered with"));
  EXPECT_FALSE(strace->undone().holds);
  undo(*strace);
  EXPECT_THAT(strace->undone().facts, HasSubstr("TracerPid 0, strace has ended"));
  EXPECT_EQ(child.ask(), "written, synced");
}

TEST_F(StraceTest, LetsSyncingTakeLong) {
  const auto child = writer(folder_ / "file");
  const auto strace = attach(child.pid(), slow_sync(std::chrono::milliseconds(150)));
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(child.ask(), "written, synced");
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(150));
  EXPECT_TRUE(made::run_until(loop_, [&] { return strace->applied().holds; }));
}

TEST_F(StraceTest, SpoilsTheFilesOfOneFolder) {
  folder_.write("full/file", "");
  folder_.write("other", "");
  const auto full = writer(folder_ / "full/file"), other = writer(folder_ / "other");
  const auto fault = full_disk(folder_ / "full");
  const auto strace = attach(full.pid(), fault);
  EXPECT_EQ(full.ask(), "write: No space left on device, synced");
  undo(*strace);
  const auto of_other = attach(other.pid(), fault);
  EXPECT_EQ(other.ask(), "written, synced");
  EXPECT_FALSE(of_other->applied().holds);
}

TEST_F(StraceTest, RefusesToOpenWhatIsReadOnly) {
  const auto file = folder_.write("read-only/file", "");
  const AnsweringChild child([file] {
    const int fd = ::open(file.c_str(), O_WRONLY);
    const auto said = fd < 0 ? errno_text("open") : "opened";
    ::close(fd);
    return said;
  });
  const auto strace = attach(child.pid(), read_only_disk(folder_ / "read-only"));
  EXPECT_EQ(child.ask(), "open: Read-only file system");
}

TEST_F(StraceTest, ReachesEachThread) {
  const auto file = folder_.write("file", "");
  const AnsweringChild child([file] {
    std::string said;
    static std::vector<std::thread> idle;
    if (idle.empty()) idle.emplace_back([] { ::pause(); });
    std::thread([&] { said = ::fsync(::open(file.c_str(), O_WRONLY)) == 0 ? "synced" : errno_text("fsync"); }).join();
    return said;
  });
  EXPECT_EQ(child.ask(), "synced");
  const auto strace = attach(child.pid(), failing_sync());
  EXPECT_EQ(child.ask(), "fsync: Input/output error");
}

TEST_F(StraceTest, LetsGoWhenItIsEnded) {
  const auto child = writer(folder_ / "file");
  attach(child.pid(), failing_sync()).reset();
  EXPECT_EQ(child.ask(), "written, synced");
  EXPECT_EQ(status_value(child.pid(), "TracerPid"), "0");
}

TEST_F(StraceTest, EndsWithItsProcess) {
  auto child = std::make_unique<AnsweringChild>([] { return std::string(); });
  const int pid = child->pid();
  const auto strace = attach(pid, failing_sync());
  child.reset();
  EXPECT_TRUE(made::run_until(loop_, [&] { return strace->undone().holds; }));
  EXPECT_THAT(made::trouble_of([&] { attach(pid, failing_sync()); }, Blame::machine), HasSubstr("has ended"));
}

TEST_F(StraceTest, SaysWhyItHasEnded) {
  const auto child = writer(folder_ / "file");
  Strace strace(loop_, child.pid(), {"no_such_call", "error=EIO"}, folder_ / "strace", {});
  EXPECT_TRUE(made::run_until(loop_, [&] { return !strace.trouble().empty(); }));
  EXPECT_THAT(strace.trouble(), HasSubstr("no_such_call"));
  EXPECT_FALSE(strace.applied().holds);
}

TEST_F(StraceTest, IsTheOnlyTracer) {
  const auto child = writer(folder_ / "file");
  const auto first = attach(child.pid(), failing_sync());
  EXPECT_THAT(made::trouble_of([&] { Strace second(loop_, child.pid(), failing_sync(), folder_ / "second", {}); }, Blame::machine),
              HasSubstr("traces it already"));
}

TEST_F(StraceTest, WantsFilesInTheFolder) {
  EXPECT_THAT(made::trouble_of([&] { full_disk(folder_ / "none"); }), HasSubstr("there are no files in it"));
}

}  // namespace
}  // namespace rehearse
