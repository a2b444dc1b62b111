// Nothing outlives a run. Each test forks: what guards, guards all children of its process.
#include "localnet/process/guard.h"

#include <gmock/gmock.h>
#include <poll.h>
#include <sys/prctl.h>

#include "tests/unit/support/fakes.h"
#include "localnet/base/text.h"
#include "localnet/process/address.h"
#include "tests/unit/support/sleeper.h"

namespace rehearse {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A pipe that tells of itself when nobody holds its other end any more.
class Pipe {
 public:
  Pipe() {
    if (::pipe2(ends_, O_CLOEXEC) != 0) std::abort();
  }
  ~Pipe() {
    ::close(ends_[0]);
    close_writing();
  }
  void say(char c) const { (void)!::write(ends_[1], &c, 1); }
  void close_writing() {
    if (ends_[1] >= 0) ::close(ends_[1]);
    ends_[1] = -1;
  }
  // What is said next; '.' when all who could have ended, '?' when they neither speak nor end.
  char heard() const {
    pollfd ready{ends_[0], POLLIN, 0};
    if (::poll(&ready, 1, 20'000) != 1) return '?';
    char c = 0;
    return ::read(ends_[0], &c, 1) == 1 ? c : '.';
  }

 private:
  int ends_[2];
};

pid_t forked(const std::function<int()>& work) {
  std::fflush(nullptr);  // or it would be printed twice
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::signal(SIGINT, SIG_DFL);  // ignored by what a shell has started in the background
    ::_exit(work());
  }
  return pid;
}

// The exit code of a process, -1 when it was ended by a signal.
int code_of(pid_t pid) {
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

[[noreturn]] void stay() {
  for (;;) ::pause();
}

void block(int signal) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, signal);
  ::sigprocmask(SIG_BLOCK, &set, nullptr);
}

int wait_for(int signal) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, signal);
  int got = 0;
  ::sigwait(&set, &got);
  return got;
}

TEST(RunGuarded, ReturnsTheInnersCode) {
  for (const int code : {0, 1, 42})
    EXPECT_EQ(code_of(forked([&] { return run_guarded([&] { return code; }); })), code);
}

TEST(RunGuarded, GivesThreeWhenTheInnerIsKilled) {
  EXPECT_EQ(code_of(forked([] {
              return run_guarded([] {
                ::kill(::getpid(), SIGKILL);
                return 0;
              });
            })),
            3);
}

// Before the inner can answer to a signal, and after: it is ended by it, and that is what the user asked for.
TEST(RunGuarded, GivesTheCodeOfASignalThatEndedTheInner) {
  for (const int signal : {SIGINT, SIGTERM}) {
    Pipe ready;
    const auto outer = forked([&] {
      return run_guarded([&] {
        ready.say('x');
        stay();
        return 0;
      });
    });
    EXPECT_EQ(ready.heard(), 'x');
    ::kill(outer, signal);
    EXPECT_EQ(code_of(outer), 128 + signal);
  }
}

TEST(RunGuarded, GivesBackTheLocksOfAKilledInner) {
  made::TempFolder folder;
  const auto outer = forked([&] {
    ::setenv("XDG_RUNTIME_DIR", folder.path().c_str(), 1);
    return run_guarded([&] {
      RunLock lock(runtime_dir(), "one", "/results/one");
      const auto addresses = AddressBlock::claim(runtime_dir());
      ::kill(::getpid(), SIGKILL);
      return 0;
    });
  });
  EXPECT_EQ(code_of(outer), 3);
  EXPECT_TRUE(std::filesystem::is_empty(folder / ("rehearse-" + std::to_string(::getuid()))));
}

// Writes into that folder what is told of a run.
AfterCrash tells(const made::TempFolder& folder) {
  return [&folder](const std::filesystem::path& run, const HarnessEnd& end) { folder.write("told", run.filename().string() + ": " + end.how + (end.cut_off ? ", cut off" : "")); };
}

TEST(RunGuarded, HasARunConcludedThatASignalEnded) {
  made::TempFolder folder;
  const auto outer = forked([&] {
    ::setenv("XDG_RUNTIME_DIR", folder.path().c_str(), 1);
    return run_guarded(
        [&] {
          RunLock lock(runtime_dir(), "one", folder / "run");
          ::signal(SIGSEGV, SIG_DFL);
          ::kill(::getpid(), SIGSEGV);
          return 0;
        },
        tells(folder));
  });
  EXPECT_EQ(code_of(outer), 3);
  EXPECT_EQ(read_file(folder / "told"), "run: Segmentation fault");
}

TEST(RunGuarded, CutsOffARunOfAnInnerThatIsKilled) {
  made::TempFolder folder;
  Pipe held;
  const auto outer = forked([&] {
    ::setenv("XDG_RUNTIME_DIR", folder.path().c_str(), 1);
    return run_guarded(
        [&] {
          forked([&] {
            RunLock lock(runtime_dir(), "one", folder / "run");
            held.say('x');
            stay();
            return 0;
          });
          if (held.heard() == 'x') ::kill(::getpid(), SIGKILL);
          return 0;
        },
        tells(folder));
  });
  EXPECT_EQ(code_of(outer), 3);
  EXPECT_EQ(read_file(folder / "told"), "run: Killed, cut off");
}

TEST(RunGuarded, EndsAnOrphanOfItsOwnSession) {
  Pipe life;
  const auto outer = forked([&] {
    return run_guarded([&] {
      forked([&] {
        forked([&] {
          ::setsid();
          life.say('x');
          stay();
          return 0;
        });
        return 0;
      });
      return life.heard() == 'x' ? 7 : 8;
    });
  });
  EXPECT_EQ(code_of(outer), 7);
  life.close_writing();
  EXPECT_EQ(life.heard(), '.');
}

TEST(RunGuarded, EndsWhatAKilledInnerLeaves) {
  Pipe life;
  const auto outer = forked([&] {
    return run_guarded([&] {
      forked([&] {
        ::signal(SIGTERM, SIG_IGN);
        life.say('x');
        stay();
        return 0;
      });
      if (life.heard() == 'x') ::kill(::getpid(), SIGKILL);
      return 0;
    });
  });
  EXPECT_EQ(code_of(outer), 3);
  life.close_writing();
  EXPECT_EQ(life.heard(), '.');
}

TEST(RunGuarded, PassesSignalsOn) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    Pipe ready;
    const auto outer = forked([&] {
      block(signal);
      return run_guarded([&] {
        ready.say('x');
        return wait_for(signal);
      });
    });
    EXPECT_EQ(ready.heard(), 'x');
    ::kill(outer, signal);
    EXPECT_EQ(code_of(outer), signal);
  }
}

TEST(RunGuarded, TheInnerIsOutOfTheTerminalsGroup) {
  EXPECT_EQ(code_of(forked([] { return run_guarded([] { return ::getpgid(0) == ::getpid() ? 5 : 6; }); })),
            5);
}

TEST(RunGuarded, TheInnerIsToldWhenTheOuterIsKilled) {
  Pipe talk;
  const auto outer = forked([&] {
    block(SIGTERM);
    return run_guarded([&] {
      talk.say('x');
      if (wait_for(SIGTERM) == SIGTERM) talk.say('T');
      return 0;
    });
  });
  talk.close_writing();
  ASSERT_EQ(talk.heard(), 'x');
  ::kill(outer, SIGKILL);
  EXPECT_EQ(code_of(outer), -1);
  EXPECT_EQ(talk.heard(), 'T');
  EXPECT_EQ(talk.heard(), '.');
}

class LocksTest : public testing::Test {
 protected:
  // As the kernel leaves it when the process that held it was killed.
  void lock_of_a_dead_run(const std::string& id) {
    folder_.write(id + ".run", id + "\n" + run_folder(id).string() + "\n4194303\n");
  }
  std::filesystem::path run_folder(const std::string& id) const {
    std::filesystem::create_directories(folder_ / ("results/" + id));
    return folder_ / ("results/" + id);
  }
  bool has_lock(const std::string& id) const { return std::filesystem::exists(folder_ / (id + ".run")); }
  // No other run has it, whoever tests beside us.
  std::string id(const std::string& name) const { return name + "-" + folder_.path().filename().string(); }
  static std::string marked(const std::string& id) { return std::string(kRunVariable) + "=" + id; }

  made::TempFolder folder_;
};

TEST_F(LocksTest, ARunIsLiveWhileItsLockIsHeld) {
  {
    RunLock lock(folder_.path(), "one", "/results/one");
    const auto live = live_runs(folder_.path());
    ASSERT_EQ(live.size(), 1u);
    EXPECT_EQ(live[0].run_id, "one");
    EXPECT_EQ(live[0].folder, "/results/one");
    EXPECT_EQ(live[0].pid, ::getpid());
  }
  EXPECT_THAT(live_runs(folder_.path()), IsEmpty());
  EXPECT_FALSE(has_lock("one"));
}

TEST_F(LocksTest, TwoRunsCannotHaveOneName) {
  RunLock lock(folder_.path(), "one", "/results/one");
  EXPECT_THAT(made::trouble_of([&] { RunLock(folder_.path(), "one", "/results/two"); }, Blame::machine),
              HasSubstr("cannot be locked"));
  EXPECT_EQ(live_runs(folder_.path()).size(), 1u) << "the first is as it was";
  EXPECT_THAT(made::trouble_of([&] { RunLock(folder_ / "none", "two", "/x"); }, Blame::machine),
              HasSubstr("two.run: cannot be locked"));
}

TEST_F(LocksTest, AKilledRunIsNotLive) {
  Pipe ready;
  const auto run = forked([&] {
    RunLock lock(folder_.path(), "one", "/results/one");
    ready.say('x');
    stay();
    return 0;
  });
  EXPECT_EQ(ready.heard(), 'x');
  EXPECT_EQ(live_runs(folder_.path()).size(), 1u);
  ::kill(run, SIGKILL);
  code_of(run);
  EXPECT_THAT(live_runs(folder_.path()), IsEmpty());
  EXPECT_TRUE(has_lock("one")) << "heal finds it";
}

TEST_F(LocksTest, HealEndsWhatADeadRunLeftAndNothingElse) {
  const auto dead = id("dead"), other = id("other");
  lock_of_a_dead_run(dead);
  made::Sleeper left({marked(dead)}), left_too({"A=b", marked(dead)}), others({marked(other)}), nobodys({});
  const auto healed = clean_up(folder_.path());
  EXPECT_FALSE(healed.refused);
  EXPECT_THAT(healed.done,
              ElementsAre("run " + dead + " (" + run_folder(dead).string() + "): 2 processes ended"));
  EXPECT_EQ(left.ended_by(), SIGKILL);
  EXPECT_EQ(left_too.ended_by(), SIGKILL);
  EXPECT_EQ(others.ended_by(), 0);
  EXPECT_EQ(nobodys.ended_by(), 0);
  EXPECT_FALSE(has_lock(dead));
  EXPECT_THAT(clean_up(folder_.path()).done, IsEmpty());
}

TEST(EndProcesses, TakesThoseOfOneNodeWhateverSessionTheyAreIn) {
  const std::string run = "run-of-" + std::to_string(::getpid());
  const auto variable = [](const char* name, const std::string& value) { return std::string(name) + "=" + value; };
  const made::Sleeper one({variable(kRunVariable, run), variable(kNodeVariable, "provider")}),
      other({variable(kRunVariable, run), variable(kNodeVariable, "validator-1")}),
      another({variable(kRunVariable, run + "1"), variable(kNodeVariable, "provider")});
  EXPECT_EQ(end_processes(run, "provider"), 1);
  EXPECT_EQ(one.ended_by(), SIGKILL);
  EXPECT_EQ(other.ended_by(), 0);
  EXPECT_EQ(end_processes(run), 1);
  EXPECT_EQ(other.ended_by(), SIGKILL);
  EXPECT_EQ(another.ended_by(), 0);
}

TEST_F(LocksTest, HealLeavesALiveRunAlone) {
  const auto alive = id("alive");
  RunLock lock(folder_.path(), alive, run_folder(alive));
  made::Sleeper working({marked(alive)});
  EXPECT_THAT(clean_up(folder_.path()).done, IsEmpty());
  for (const auto& name : {alive, run_folder(alive).string()}) {
    const auto asked = clean_up(folder_.path(), name);
    EXPECT_TRUE(asked.refused);
    EXPECT_THAT(asked.done, ElementsAre(HasSubstr("is alive (process " + std::to_string(::getpid()) + ")")));
  }
  EXPECT_EQ(working.ended_by(), 0);
  EXPECT_TRUE(has_lock(alive));
}

TEST_F(LocksTest, HealTakesTheOneThatIsNamed) {
  lock_of_a_dead_run("one");
  lock_of_a_dead_run("two");
  EXPECT_THAT(clean_up(folder_.path(), "two").done, ElementsAre(HasSubstr("run two ")));
  EXPECT_TRUE(has_lock("one"));
  EXPECT_FALSE(has_lock("two"));
  EXPECT_THAT(clean_up(folder_.path(), "three").done, IsEmpty());
}

TEST_F(LocksTest, HealKnowsARunByItsFolderHoweverItIsWritten) {
  const auto folder = run_folder("one");
  std::filesystem::create_directory_symlink(folder, folder_ / "results/latest");
  for (const auto& name : {folder.string(), folder.string() + "/", (folder / "../one").string(),
                           (folder_ / "results/latest").string(), (folder_ / "results/latest/").string()}) {
    lock_of_a_dead_run("one");
    EXPECT_THAT(clean_up(folder_.path(), name).done, ElementsAre(HasSubstr("run one "))) << name;
  }
}

TEST_F(LocksTest, LocksLieInTheUsersRuntimeFolder) {
  const char* set = std::getenv("XDG_RUNTIME_DIR");
  const std::string before = set ? set : "";
  ::setenv("XDG_RUNTIME_DIR", folder_.path().c_str(), 1);
  EXPECT_EQ(runtime_dir(), folder_ / ("rehearse-" + std::to_string(::getuid())));
  EXPECT_TRUE(std::filesystem::is_directory(runtime_dir()));
  ::setenv("XDG_RUNTIME_DIR", (folder_ / "none").c_str(), 1);
  EXPECT_EQ(runtime_dir().parent_path(), std::filesystem::temp_directory_path());
  before.empty() ? ::unsetenv("XDG_RUNTIME_DIR") : ::setenv("XDG_RUNTIME_DIR", before.c_str(), 1);
}

}  // namespace
}  // namespace rehearse
