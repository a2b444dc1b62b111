// A child process: what it gets, how its end is told, and that nothing of it is left. The children are real.
#include "localnet/process/child.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <unistd.h>

#include <optional>

#include "tests/unit/support/fakes.h"
#include "tests/unit/support/golden.h"
#include "localnet/process/proc.h"

namespace rehearse {
namespace {

using testing::HasSubstr;

class ChildTest : public testing::Test {
 protected:
  ChildSpec spec(std::vector<std::string> argv) { return {std::move(argv), {}, {}, out_, out_}; }
  std::unique_ptr<Child> start(ChildSpec s) {
    return Child::spawn(loop_, std::move(s), [this](ExitStatus status) { ends_.push_back(status); });
  }
  std::unique_ptr<Child> shell(const std::string& script) { return start(spec({"/bin/sh", "-c", script})); }
  ExitStatus end_of(const std::unique_ptr<Child>& child) {
    EXPECT_TRUE(run_until(loop_, [&] { return !child->running(); }));
    return ends_.empty() ? ExitStatus{} : ends_.back();
  }
  // The number that it prints once it is under way.
  int printed_pid() {
    run_until(loop_, [&] { return made::read_file(out_).find('\n') != std::string::npos; });
    return std::stoi(made::read_file(out_));
  }
  bool ends(int pid) {
    return run_until(loop_, [&] { return process_state(pid).value_or('Z') == 'Z'; });
  }
  using Done = std::function<bool()>;
  static bool run_until(Loop& loop, const Done& done) { return made::run_until(loop, done); }

  made::TempFolder folder_;
  std::filesystem::path out_ = folder_ / "out";
  Loop loop_;
  std::vector<ExitStatus> ends_;
};

TEST_F(ChildTest, TellsTheExitCode) {
  for (const int code : {0, 1, 7, 255}) {
    const auto child = shell("exit " + std::to_string(code));
    const auto status = end_of(child);
    EXPECT_EQ(status.code, code);
    EXPECT_EQ(status.signal, 0);
    EXPECT_EQ(status.ok(), code == 0);
    EXPECT_FALSE(child->running());
  }
  EXPECT_EQ(ends_.size(), 4u) << "each is told once";
}

TEST_F(ChildTest, OpensAsManyFilesAsItIsGiven) {
  auto s = spec({"/bin/sh", "-c", "ulimit -Sn; ulimit -Hn"});
  s.open_files = 100;
  EXPECT_TRUE(end_of(start(s)).ok());
  EXPECT_EQ(made::read_file(out_), "100\n100\n");
}

TEST_F(ChildTest, TellsTheSignal) {
  const auto status = end_of(shell("kill -TERM $$"));
  EXPECT_EQ(status.signal, SIGTERM);
  EXPECT_EQ(status.code, -1);
  EXPECT_FALSE(status.ok());
  EXPECT_EQ(to_string(status), "signal 15 (Terminated)");
  EXPECT_EQ(to_string(ExitStatus{3, 0}), "exit 3");
}

TEST_F(ChildTest, HasTheEnvironmentThatItIsGivenAndNoOther) {
  ::setenv("INHERITED", "yes", 1);
  auto s = spec({"/usr/bin/env"});
  s.environment = {{"A", "1"}, {"B", "two words"}, {"C", ""}, {"D", "x=y"}};
  end_of(start(s));
  EXPECT_EQ(made::read_file(out_), "A=1\nB=two words\nC=\nD=x=y\n");
}

TEST_F(ChildTest, PassesArgumentsAsTheyAre) {
  end_of(start(spec({"/usr/bin/printf", "<%s>", "two words", "", "$HOME *", "\"quoted\""})));
  EXPECT_EQ(made::read_file(out_), "<two words><><$HOME *><\"quoted\">");
}

TEST_F(ChildTest, AppendsItsOutput) {
  folder_.write("out", "before\n");
  end_of(shell("echo out; echo err >&2"));
  EXPECT_EQ(made::read_file(out_), "before\nout\nerr\n");
  auto s = spec({"/bin/sh", "-c", "echo more; echo bad >&2"});
  s.err = folder_ / "err";
  end_of(start(s));
  EXPECT_EQ(made::read_file(out_), "before\nout\nerr\nmore\n");
  EXPECT_EQ(made::read_file(s.err), "bad\n");
}

TEST_F(ChildTest, RunsInItsDirectoryWithNothingToRead) {
  auto s = spec({"/bin/sh", "-c", "pwd; cat"});
  s.directory = folder_.path();
  EXPECT_TRUE(end_of(start(s)).ok());
  EXPECT_EQ(made::read_file(out_), std::filesystem::canonical(folder_.path()).string() + "\n");
}

TEST_F(ChildTest, HasNoSignalBlocked) {
  sigset_t all, before;
  sigfillset(&all);
  ::sigprocmask(SIG_BLOCK, &all, &before);
  const auto child = start(spec({"/bin/grep", "SigBlk", "/proc/self/status"}));
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  end_of(child);
  EXPECT_EQ(made::read_file(out_), "SigBlk:\t0000000000000000\n");
}

TEST_F(ChildTest, NamesAProgramThatCannotBeExecuted) {
  const auto none = (folder_ / "none").string();
  EXPECT_EQ(made::trouble_of([&] { start(spec({none})); }, Blame::machine),
            none + ": cannot be executed: No such file or directory");
  const auto plain = folder_.write("plain", "#!/bin/sh\n").string();
  EXPECT_EQ(made::trouble_of([&] { start(spec({plain})); }, Blame::machine),
            plain + ": cannot be executed: Permission denied");
  const auto folder = folder_.path().string(), garbage = folder_
                                                             .write("garbage",
                                                                    "\x7f"
                                                                    "ELF and no more")
                                                             .string();
  std::filesystem::permissions(garbage, std::filesystem::perms::owner_all);
  EXPECT_EQ(made::trouble_of([&] { start(spec({garbage})); }, Blame::machine),
            garbage + ": cannot be executed: Exec format error");
  EXPECT_THAT(made::trouble_of([&] { start(spec({folder})); }, Blame::machine),
              HasSubstr(folder + ": cannot be executed: Permission denied"));
  EXPECT_TRUE(children_of(::getpid()).empty()) << "nothing is left to reap";
}

TEST_F(ChildTest, NamesAFileThatCannotBeWritten) {
  auto s = spec({"/bin/true"});
  s.out = folder_ / "none/out";
  EXPECT_EQ(made::trouble_of([&] { start(s); }, Blame::machine),
            s.out.string() + ": cannot be opened: No such file or directory");
}

TEST_F(ChildTest, LeadsAGroupOfItsOwnThatSignalsReach) {
  const auto child = shell("/bin/sleep 60 & echo $!; wait");
  const int below = printed_pid();
  EXPECT_EQ(::getpgid(child->pid()), child->pid());
  EXPECT_EQ(::getpgid(below), child->pid());
  child->signal_group(SIGTERM);
  EXPECT_EQ(end_of(child).signal, SIGTERM);
  EXPECT_TRUE(ends(below));
}

TEST_F(ChildTest, TakesItsWholeGroupWithItWhenItIsDestroyed) {
  auto child = shell("/bin/sleep 60 & echo $!; wait");
  const int leader = child->pid(), below = printed_pid();
  child.reset();
  EXPECT_FALSE(process_state(leader)) << "it is reaped";
  EXPECT_TRUE(ends(below));
  loop_.run_one(std::chrono::milliseconds(1));
  EXPECT_TRUE(ends_.empty()) << "no handler afterwards";
}

// Cosmovisor ends and leaves its node.
TEST_F(ChildTest, TakesWhatItsLeaderLeftBehind) {
  auto child = shell("/bin/sleep 60 & echo $!");
  EXPECT_TRUE(end_of(child).ok());
  const int below = printed_pid();
  EXPECT_NE(process_state(below).value_or('Z'), 'Z');
  child.reset();
  EXPECT_TRUE(ends(below));
}

TEST_F(ChildTest, CallsNoHandlerWhenItIsDestroyedBetweenItsEndAndTheLoop) {
  auto child = shell("exit 3");
  siginfo_t info;
  ::waitid(P_PID, static_cast<id_t>(child->pid()), &info, WEXITED | WNOWAIT);
  child.reset();
  loop_.run_one(std::chrono::milliseconds(1));
  EXPECT_TRUE(ends_.empty());
}

TEST_F(ChildTest, MayBeDestroyedByItsOwnHandler) {
  std::unique_ptr<Child> child;
  bool told = false;
  child = Child::spawn(loop_, spec({"/bin/true"}), [&](ExitStatus) { child.reset(), told = true; });
  EXPECT_TRUE(run_until(loop_, [&] { return told; }));
}

}  // namespace
}  // namespace rehearse
