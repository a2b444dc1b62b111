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

// As a harness of schema 1 left it: a night with a run.
void write_of_schema_1(const std::filesystem::path& file) {
  const Connection db(file, Connection::Use::write, {});
  db.run(R"sql(
CREATE TABLE nights (
  id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, place INTEGER NOT NULL, state TEXT NOT NULL, started TEXT NOT NULL,
  ended TEXT NOT NULL, seed INTEGER NOT NULL, harness_version TEXT NOT NULL, host TEXT NOT NULL, process INTEGER NOT NULL,
  process_started INTEGER NOT NULL);
CREATE TABLE iterations (
  id INTEGER PRIMARY KEY, night INTEGER NOT NULL REFERENCES nights ON DELETE CASCADE, state TEXT NOT NULL, plan TEXT NOT NULL,
  seed INTEGER NOT NULL, profile TEXT NOT NULL, procedure TEXT NOT NULL, from_release TEXT NOT NULL, to_release TEXT NOT NULL,
  started TEXT NOT NULL, verdict TEXT NOT NULL, cause TEXT NOT NULL, owner TEXT NOT NULL, scope TEXT NOT NULL,
  fingerprint TEXT NOT NULL, evidence TEXT NOT NULL, seconds REAL NOT NULL, bundle TEXT NOT NULL,
  scenario TEXT NOT NULL);
CREATE INDEX iterations_of_night ON iterations (night);
CREATE TABLE phases (
  iteration INTEGER NOT NULL REFERENCES iterations ON DELETE CASCADE, phase TEXT NOT NULL, seconds REAL NOT NULL);
CREATE INDEX phases_of_iteration ON phases (iteration);
CREATE TABLE covered (
  iteration INTEGER NOT NULL REFERENCES iterations ON DELETE CASCADE, phase TEXT NOT NULL, fault TEXT NOT NULL,
  role TEXT NOT NULL, releases TEXT NOT NULL);
CREATE INDEX covered_of_iteration ON covered (iteration);
INSERT INTO nights VALUES (1, 'a', 1, 'done', '2026-05-01T20:00:00Z', '2026-05-01T23:00:00Z', 7, '0.1.0', 'nightly-1', 1, 1);
INSERT INTO iterations VALUES (1, 1, 'done', 'plan-17', 17, 'virtengine', 'chain', 'v1.0.0', 'v2.0.0', '2026-05-01T20:00:00Z', 'pass',
  '', '', 'all', '', '', 12.5, '', '');
INSERT INTO phases VALUES (1, 'swap', 2.5);
PRAGMA application_id = 1380471636; PRAGMA user_version = 1;
)sql");
}

Iteration measured_run(std::int64_t night) {
  auto run = made::passing(night);
  run.measures.of_run = {{record::Subject::old_release, record::Quantity::memory, 201.5}, {record::Subject::soak, record::Quantity::open_files, 9}};
  run.measures.series = {{"validator-1", 1, record::Quantity::memory, {{60, 200}, {90, 210}}},
                         {"validator-1", 2, record::Quantity::memory, {{200, 190}}},
                         {"", 0, record::Quantity::block_interval, {{60, 0.15}}}};
  return run;
}

TEST(History, KeepsMeasures) {
  const made::TempFolder folder;
  History h(folder / "h");
  auto run = measured_run(h.begin(made::night("2026-05-01T20:00:00Z")));
  run.id = h.begin(run);
  h.end(run);
  EXPECT_EQ(record::to_json(h.iterations().at(0).measures), record::to_json(run.measures)) << "once, although it was written twice";
  History other(folder / "other");
  EXPECT_EQ(other.merge(h), 1);
  EXPECT_EQ(record::to_json(other.iterations().at(0).measures), record::to_json(run.measures));
  EXPECT_THAT(other.iterations(Detail::no_measures).at(0).measures.of_run, IsEmpty());
}

TEST(History, OfTheVersionBeforeIsBroughtUpToDateWhenItIsWrittenTo) {
  const made::TempFolder folder;
  write_of_schema_1(folder / "h");
  {
    History h(folder / "h");
    EXPECT_EQ(h.iterations().at(0).phases.at(0).seconds, 2.5);
    h.begin(measured_run(1));
  }
  EXPECT_EQ(Connection(folder / "h", Connection::Use::read, {}).number("PRAGMA user_version"), 2);
  const auto all = History::existing(folder / "h").iterations();
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_THAT(all[0].measures.of_run, IsEmpty());
  EXPECT_THAT(all[1].measures.of_run, SizeIs(2));
}

TEST(History, OfTheVersionBeforeIsReadAsItIs) {
  const made::TempFolder folder;
  write_of_schema_1(folder / "h");
  const auto before = made::read_file(folder / "h");
  const auto h = History::existing(folder / "h");
  ASSERT_THAT(h.iterations(), SizeIs(1));
  EXPECT_THAT(h.iterations()[0].measures.of_run, IsEmpty());
  History into(folder / "into");
  EXPECT_EQ(into.merge(h), 1);
  EXPECT_EQ(made::read_file(folder / "h"), before) << "nothing is written to it";
}

TEST(History, OfANewerVersionIsLeftAlone) {
  const made::TempFolder folder;
  const auto file = folder / "h";
  History{file};
  Connection(file, Connection::Use::write, {}).run("PRAGMA user_version = 3");
  const auto why = made::trouble_of([&] { History{file}; });
  EXPECT_THAT(why, HasSubstr(file.string()));
  EXPECT_THAT(why, HasSubstr("schema 3, this harness has 2: use the harness that wrote it"));
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
