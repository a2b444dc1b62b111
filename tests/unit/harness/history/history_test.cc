// What stands in a history's file: after its writer was killed, with two writers, with another machine's nights in it, and when
// the file is not what it should be.
#include "harness/history/history.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>

#include "harness/history/schema.h"
#include "tests/unit/support/made_history.h"
#include "tests/unit/support/fakes.h"
#include "tests/unit/support/golden.h"

namespace rehearse::history {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

Night soak_of_this_process() {
  auto n = made::night("2026-04-30T20:00:00Z");
  n.process = ::getpid();
  return n;
}

// What is written by another process, until it ends by itself or is killed.
template <class Work>
int status_after(Work work) {
  const int child = ::fork();
  if (child == 0) {
    try {
      work();
      ::_exit(0);
    } catch (const std::exception&) {
      ::_exit(1);
    }
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

TEST(History, GivesBackWhatWasWritten) {
  const made::TempFolder folder;
  auto night = soak_of_this_process();
  night.seed = 18446744073709551615u;
  auto run = made::failing(0, "panic: x");
  {
    History h(folder / "soaks/history.db");
    run.night = h.begin(night);
    run.id = h.begin(run);
    EXPECT_EQ(h.iterations().at(0).state, State::running);
    run.state = State::done;
    h.end(run);
    h.end(run.night, State::done);
  }
  const auto h = History::existing(folder / "soaks/history.db");
  const auto back = h.nights().at(0);
  EXPECT_EQ(back.state, State::done);
  EXPECT_EQ(back.started, "2026-04-30T20:00:00Z");
  EXPECT_THAT(back.ended, testing::MatchesRegex("20..-..-..T..:..:..Z"));
  EXPECT_EQ(back.seed, night.seed);
  EXPECT_GT(back.process_started, 0) << "it is asked for";
  EXPECT_THAT(h.iterations(), ElementsAre(made::IsLike(run)));
}

TEST(History, RefusesTheEndOfWhatHasNotBegun) {
  const made::TempFolder folder;
  History h(folder / "h");
  EXPECT_THROW(h.end(7, State::done), std::invalid_argument);
  EXPECT_THROW(h.end(Iteration{}), std::invalid_argument);
  EXPECT_THAT(h.nights(), IsEmpty());
}

TEST(History, KeepsItsOrderWhenTheClockJumps) {
  const made::TempFolder folder;
  History h(folder / "h");
  for (const char* started : {"2026-04-30T20:00:00Z", "2031-01-01T00:00:00Z", "2026-05-01T20:00:00Z"}) h.begin(made::night(started));
  std::vector<std::string> order;
  for (const auto& n : h.nights()) order.push_back(n.started);
  EXPECT_THAT(order, ElementsAre("2026-04-30T20:00:00Z", "2031-01-01T00:00:00Z", "2026-05-01T20:00:00Z"));
}

TEST(History, SurvivesItsWritersKill) {
  const made::TempFolder folder;
  const auto status = status_after([&] {
    History h(folder / "h");
    auto run = made::passing(h.begin(soak_of_this_process()));
    run.id = h.begin(run);
    h.end(run);
    run.plan = "chain-upgrade-18", run.started = "2026-04-30T21:30:00Z";
    h.begin(run);
    ::raise(SIGKILL);
  });
  ASSERT_TRUE(WIFSIGNALED(status));
  History h(folder / "h");
  EXPECT_THAT(h.mark_interrupted("another-host"), IsEmpty());
  const auto marked = h.mark_interrupted(made::kHost);
  ASSERT_THAT(marked, SizeIs(1));
  EXPECT_EQ(marked[0].plan, "chain-upgrade-18");
  EXPECT_EQ(h.nights().at(0).state, State::interrupted);
  EXPECT_EQ(h.nights().at(0).ended, "2026-04-30T21:30:00Z") << "its last sign of life";
  EXPECT_EQ(h.iterations().at(0).state, State::done);
  EXPECT_EQ(h.iterations().at(1).state, State::interrupted);
  EXPECT_THAT(h.mark_interrupted(made::kHost), IsEmpty()) << "it is known";
}

TEST(History, LeavesALiveSoakAlone) {
  const made::TempFolder folder;
  History h(folder / "h");
  h.begin(made::passing(h.begin(soak_of_this_process())));
  EXPECT_THAT(h.mark_interrupted(made::kHost), IsEmpty());
  EXPECT_EQ(h.nights().at(0).state, State::running);
}

TEST(History, TakesNoOtherProcessOfTheSameNumberForTheSoak) {
  const made::TempFolder folder;
  History h(folder / "h");
  auto before = soak_of_this_process();
  before.process_started = 1;
  h.begin(made::passing(h.begin(before)));
  EXPECT_THAT(h.mark_interrupted(made::kHost), SizeIs(1));
}

TEST(History, IsWrittenBySeveralSoaksAtOnce) {
  const made::TempFolder folder;
  constexpr int kSoaks = 4, kRuns = 25;
  std::vector<int> soaks;
  for (int i = 0; i < kSoaks; ++i) {
    soaks.push_back(::fork());
    if (soaks.back()) continue;
    try {
      History h(folder / "h");  // made by whoever is first
      const auto night = h.begin(soak_of_this_process());
      for (int run = 0; run < kRuns; ++run) {
        auto one = made::passing(night);
        one.id = h.begin(one);
        h.end(one);
      }
      h.end(night, State::done);
      ::_exit(0);
    } catch (const std::exception&) {
      ::_exit(1);
    }
  }
  for (const int soak : soaks) {
    int status = -1;
    ::waitpid(soak, &status, 0);
    EXPECT_EQ(status, 0);
  }
  const auto h = History::existing(folder / "h");
  EXPECT_THAT(h.nights(), SizeIs(kSoaks));
  EXPECT_THAT(h.iterations(), SizeIs(kSoaks * kRuns));
}

TEST(History, MergedTwiceAddsNothing) {
  const made::TempFolder folder;
  History a(folder / "a"), b(folder / "b");
  for (auto* h : {&a, &b}) {
    const auto night = h->begin(made::night(h == &a ? "2026-05-02T20:00:00Z" : "2026-05-01T20:00:00Z"));
    auto run = made::failing(night, "panic: x");
    run.id = h->begin(run);
    h->end(run);
    h->end(night, State::done);
  }
  EXPECT_EQ(a.merge(History::existing(folder / "b")), 1);
  EXPECT_EQ(a.merge(b), 0);
  EXPECT_EQ(a.merge(History::existing(folder / "a")), 0);
  EXPECT_THAT(a.iterations(), SizeIs(2));
  EXPECT_EQ(a.nights().at(0).started, "2026-05-01T20:00:00Z") << "between the others by its start";
  EXPECT_EQ(a.iterations().at(0).night, a.nights().at(0).id);
  EXPECT_THAT(a.iterations().at(0), made::IsLike(b.iterations().at(0)));
}

TEST(History, MergesANightAgainThatStillRanTheLastTime) {
  const made::TempFolder folder;
  History a(folder / "a"), b(folder / "b");
  const auto night = b.begin(made::night("2026-05-01T20:00:00Z"));
  auto run = made::passing(night);
  run.id = b.begin(run);
  EXPECT_EQ(a.merge(b), 1);
  b.end(run);
  EXPECT_EQ(a.merge(b), 0) << "it still runs";
  b.end(night, State::done);
  EXPECT_EQ(a.merge(b), 1);
  EXPECT_THAT(a.nights(), SizeIs(1));
  EXPECT_EQ(a.iterations().at(0).state, State::done);
}

TEST(History, OfANewerVersionIsLeftAlone) {
  const made::TempFolder folder;
  const auto file = folder / "h";
  History{file};
  Connection(file, Connection::Use::write, {}).run("PRAGMA user_version = 2");
  const auto why = made::trouble_of([&] { History{file}; });
  EXPECT_THAT(why, HasSubstr(file.string()));
  EXPECT_THAT(why, HasSubstr("schema 2, this harness has 1: use the harness that wrote it"));
}

TEST(History, OfAnotherProgramIsNone) {
  const made::TempFolder folder;
  Connection(folder / "theirs", Connection::Use::write, {}).run("CREATE TABLE birds (name TEXT)");
  EXPECT_THAT(made::trouble_of([&] { History(folder / "theirs"); }), HasSubstr("another program's database"));
  const auto text = folder.write("notes", std::string(5000, 'x'));
  EXPECT_THAT(made::trouble_of([&] { History{text}; }), HasSubstr("is no history: give a file"));
  EXPECT_THAT(made::trouble_of([&] { History(folder.path()); }), HasSubstr("is a folder"));
  EXPECT_THAT(made::trouble_of([&] { History::existing(folder / "none"); }), HasSubstr("there is no such history"));
  EXPECT_THAT(made::trouble_of([&] { History::existing(folder.write("empty", "")); }), HasSubstr("no soak has written to it"));
  EXPECT_THAT(made::trouble_of([&] { History(folder / "notes/h"); }, Blame::machine), HasSubstr("cannot be opened"));
}

TEST(History, ThatIsDamagedIsSaidToBe) {
  const made::TempFolder folder;
  const auto file = folder / "h";
  {
    History h(file);
    const auto night = h.begin(made::night("2026-05-01T20:00:00Z"));
    for (int i = 0; i < 100; ++i) h.begin(made::failing(night, std::string(1000, 'x')));
  }
  const auto whole = made::read_file(file);
  folder.write("cut", whole.substr(0, whole.size() / 2));
  auto changed = whole;
  for (std::size_t i = 4096; i + 64 < changed.size(); i += 4096) changed.replace(i, 64, 64, '\x55');
  folder.write("changed", changed);
  for (const char* name : {"cut", "changed"}) {
    EXPECT_THAT(made::trouble_of([&] { History::existing(folder / name); }), HasSubstr("is damaged: put a copy of it in its place")) << name;
    EXPECT_THAT(made::trouble_of([&] { History(folder / name); }), HasSubstr("is damaged")) << name;
  }
  auto renamed = whole;
  for (auto at = renamed.find("running"); at != std::string::npos; at = renamed.find("running", at)) renamed.replace(at, 7, "walking");
  folder.write("renamed", renamed);
  const auto h = History::existing(folder / "renamed");
  EXPECT_THAT(made::trouble_of([&] { h.nights(); }), HasSubstr("`walking` is none of running, done, interrupted"));
}

TEST(History, ThatStaysLockedIsTheMachinesTrouble) {
  const made::TempFolder folder;
  History h(folder / "h", std::chrono::milliseconds(20));
  const Connection other(folder / "h", Connection::Use::write, {});
  const Transaction held(other);
  EXPECT_THAT(h.nights(), IsEmpty()) << "reading goes on";
  EXPECT_THAT(made::trouble_of([&] { h.begin(made::night("2026-05-01T20:00:00Z")); }, Blame::machine), HasSubstr("stayed locked by another program"));
}

TEST(History, OnAFullDiskSaysSo) {
  const made::TempFolder folder;
  History{folder / "h"};
  const Connection db(folder / "h", Connection::Use::write, {});
  db.run("PRAGMA max_page_count = 20");
  const auto fill = [&] {
    Transaction t(db);
    db.run("CREATE TABLE much AS SELECT zeroblob(1000000)");
    t.commit();
  };
  EXPECT_THAT(made::trouble_of(fill, Blame::machine), HasSubstr("the disk is full: free some space"));
  EXPECT_EQ(db.number("SELECT count(*) FROM sqlite_master WHERE name = 'much'"), 0);
}

TEST(History, IsReadInAFolderThatNobodyWritesTo) {
  const made::TempFolder folder;
  {
    History h(folder / "kept/h");
    h.begin(made::night("2026-05-01T20:00:00Z"));
  }
  const auto kept = folder / "kept";
  namespace fs = std::filesystem;
  fs::permissions(kept / "h", fs::perms::owner_read);
  fs::permissions(kept, fs::perms::owner_read | fs::perms::owner_exec);
  EXPECT_THAT(History::existing(kept / "h").nights(), SizeIs(1));
  fs::permissions(kept, fs::perms::owner_all);
  EXPECT_THAT(std::distance(fs::directory_iterator(kept), fs::directory_iterator()), 1) << "nothing is left beside it";
}

}  // namespace
}  // namespace rehearse::history
