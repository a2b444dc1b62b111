// What the machine lets us do: each probe answers, and says what is missing where it is.
#include "localnet/inject/capabilities.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <grp.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

#include "localnet/process/probe.h"

namespace rehearse {
namespace {

using testing::AnyOf;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::MatchesRegex;

constexpr const char* kNeeds = "needs .+ \\(.+: .+\\)";

TEST(Capabilities, EachIsTried) {
  std::vector<std::string> names;
  for (const auto& c : capabilities()) {
    names.push_back(c.name);
    EXPECT_THAT(c.needs, AnyOf(IsEmpty(), MatchesRegex(kNeeds))) << c.name;
    EXPECT_THAT(c.probed, testing::Not(IsEmpty())) << c.name;
    EXPECT_EQ(capability(c.name).needs, c.needs);
  }
  EXPECT_THAT(names, ElementsAre("signals", "prlimit", "strace", "vdso-clock", "mount-namespace", "network-namespace",
                                 "nftables", "tun", "fail-test"));
  EXPECT_THROW(capability("magic"), std::out_of_range);
}

// Executes this program again as a user without privileges: a process that only has changed its user may not even be looked
// at by its own children.
[[noreturn]] void execute_as_nobody(const std::string& test) {
  constexpr uid_t kNobody = 65534;
  const int program = ::open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  std::string filter = "--gtest_filter=" + test, name = "unit_tests";
  char* arguments[] = {name.data(), filter.data(), nullptr};
  char* environment[] = {nullptr};
  if (::setgroups(0, nullptr) == 0 && ::setresgid(kNobody, kNobody, kNobody) == 0 && ::setresuid(kNobody, kNobody, kNobody) == 0)
    ::fexecve(program, arguments, environment);
  ::_exit(127);
}

// Run by the one below, or as it is by whoever has no privileges.
TEST(Capabilities, OfAnUnprivilegedUser) {
  if (::geteuid() == 0) GTEST_SKIP() << "that is for others; it is run by the next test";
  for (const auto* name : {"signals", "prlimit", "vdso-clock", "fail-test"}) EXPECT_EQ(capability(name).needs, "") << name;
  for (const auto* name : {"network-namespace", "nftables", "tun"})
    EXPECT_THAT(capability(name).needs, MatchesRegex("needs (root|ip|nft) \\(.+: .+\\)")) << name;
  EXPECT_THAT(capability("strace").needs, AnyOf(IsEmpty(), MatchesRegex(kNeeds)));
  EXPECT_THAT(capability("mount-namespace").needs, AnyOf(IsEmpty(), MatchesRegex("needs root or user namespaces \\(.+: .+\\)")));
}

TEST(Capabilities, OfAnUnprivilegedUserAreFewer) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], 1);
    execute_as_nobody("Capabilities.OfAnUnprivilegedUser");
  }
  ::close(ends[1]);
  std::string said;
  char buffer[4096];
  for (ssize_t got = 0; (got = ::read(ends[0], buffer, sizeof buffer)) > 0;) said.append(buffer, static_cast<std::size_t>(got));
  ::close(ends[0]);
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0) << said;
  EXPECT_THAT(said, testing::HasSubstr("[  PASSED  ] 1 test"));
}

}  // namespace
}  // namespace rehearse
