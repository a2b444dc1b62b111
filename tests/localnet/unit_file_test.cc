// The systemd unit of a chain is one, to systemd itself; and what it says of a node's process holds for those of a run.
#include <sys/resource.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "tests/localnet/rehearsal.h"

namespace rehearse::localnet {
namespace {

// Whether systemd takes the unit; what it says is in `verify.log`.
bool verified(const Scratch& scratch, const std::string& text) {
  const auto file = scratch.write("virtengine.service", text);
  const auto command = "systemd-analyze verify " + file.string() + " >" + (scratch / "verify.log").string() + " 2>&1";
  return std::system(command.c_str()) == 0;
}

bool systemd_is_there() { return std::system("systemd-analyze --version >/dev/null 2>&1") == 0; }

std::string unit(const Scratch& scratch, const std::string& cosmovisor) {
  Rehearsal r(scratch, {"unit", "--home", (scratch / "a home").string(), "--cosmovisor", cosmovisor});
  EXPECT_EQ(r.wait(), 0) << r.output();
  return r.output();
}

// The harness starts with less than it may have.
class FewOpenFiles {
 public:
  FewOpenFiles() {
    ::getrlimit(RLIMIT_NOFILE, &before);
    const rlimit few{512, before.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &few);
  }
  ~FewOpenFiles() { ::setrlimit(RLIMIT_NOFILE, &before); }
  rlimit before{};
};

// "65535 65535", soft and hard.
std::string open_files(int pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/limits");
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string max, open, files, soft, hard;
    if (words >> max >> open >> files >> soft >> hard && open == "open") return soft + " " + hard;
  }
  return "";
}

TEST(SystemdUnitFile, IsTakenBySystemd) {
  if (!systemd_is_there()) GTEST_SKIP() << "needs systemd-analyze";
  Scratch scratch;
  EXPECT_TRUE(verified(scratch, unit(scratch, REHEARSE_PROGRAM))) << read(scratch / "verify.log");
  EXPECT_EQ(read(scratch / "verify.log"), "");
}

TEST(SystemdUnitFile, IsRefusedBySystemdWithoutItsProgram) {
  if (!systemd_is_there()) GTEST_SKIP() << "needs systemd-analyze";
  Scratch scratch;
  EXPECT_FALSE(verified(scratch, unit(scratch, (scratch / "none").string())));
}

TEST(SystemdUnitFile, LimitsOpenFilesOfEachNodesProcess) {
  const FewOpenFiles few;
  Scratch scratch;
  auto r = run(scratch, {"--validators", "2", "--break-at", "voting"});
  ASSERT_TRUE(r.said("held: ")) << r.output();
  const auto processes = processes_of(r.folder());
  EXPECT_EQ(processes.size(), 4u) << "two nodes, each with its Cosmovisor";
  // Beyond the hard limit only root may go.
  const auto most = std::to_string(std::min<rlim_t>(65535, few.before.rlim_max));
  for (const int pid : processes) {
    const auto limit = open_files(pid);
    EXPECT_TRUE(limit == "65535 65535" || limit == most + " " + most) << limit;
  }
  ::kill(r.pid(), SIGINT);
  EXPECT_EQ(r.wait(), 130) << r.output();
  EXPECT_TRUE(none_left(r.folder()));
}

}  // namespace
}  // namespace rehearse::localnet
