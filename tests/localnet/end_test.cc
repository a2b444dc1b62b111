// A run is ended from outside, in each of its phases and in each way: its code is the documented one, reports
// are written where the harness lived, and nothing is left: no process, no temporary file, no lock.
#include <signal.h>

#include "localnet/process/proc.h"
#include "tests/localnet/rehearsal.h"

namespace rehearse::localnet {
namespace {

// The outer process is the reaper of all that the inner one, the harness, starts.
enum class How { ctrl_c, sigterm, harness_killed, both_killed };

struct End {
  const char* phase;  // when the console says so
  How how;
};

std::string text_of(How how) {
  switch (how) {
    case How::ctrl_c:
      return "CtrlC";
    case How::sigterm:
      return "Sigterm";
    case How::harness_killed:
      return "HarnessKilled";
    case How::both_killed:
      break;
  }
  return "BothKilled";
}

void PrintTo(const End& end, std::ostream* out) { *out << end.phase << "-" << text_of(end.how); }

std::string end_name(const ::testing::TestParamInfo<End>& info) {
  std::string name;
  for (const char c : info.param.phase + text_of(info.param.how))
    if (std::isalnum(static_cast<unsigned char>(c))) name += c;
  return name;
}

int harness_of(const Rehearsal& r) {
  const auto children = children_of(r.pid());
  return children.empty() ? 0 : children.front();
}

std::vector<End> every_end() {
  std::vector<End> all;
  for (const char* phase : {"prepare", "voting", "waiting", "swap", "first-block"})
    for (const auto how : {How::ctrl_c, How::sigterm, How::harness_killed, How::both_killed})
      all.push_back({phase, how});
  return all;
}

class EndOfARun : public ::testing::TestWithParam<End> {
 protected:
  // The exit code.
  int end(Rehearsal& r) const {
    const int harness = harness_of(r);
    EXPECT_GT(harness, 0);
    switch (GetParam().how) {
      case How::ctrl_c:
        ::kill(r.pid(), SIGINT);
        break;
      case How::sigterm:
        ::kill(r.pid(), SIGTERM);
        break;
      case How::harness_killed:
        ::kill(harness, SIGKILL);
        break;
      case How::both_killed:
        ::kill(r.pid(), SIGSTOP);  // so that the reaper cannot act before it is killed itself
        ::kill(harness, SIGKILL);
        ::kill(r.pid(), SIGKILL);
        break;
    }
    return r.wait();
  }
  int code() const {
    switch (GetParam().how) {
      case How::ctrl_c:
        return 130;
      case How::sigterm:
        return 143;
      case How::harness_killed:
        return 3;
      case How::both_killed:
        break;
    }
    return 128 + SIGKILL;
  }
  bool harness_lived() const { return GetParam().how == How::ctrl_c || GetParam().how == How::sigterm; }

  Scratch scratch_;
  Outside outside_{scratch_};
};

TEST_P(EndOfARun, LeavesReportsAndNothingElse) {
  auto r = run(scratch_, {"--validators", "2"}, outside_.environment());
  ASSERT_TRUE(r.said(std::string("-- ") + GetParam().phase)) << r.output();
  EXPECT_EQ(end(r), code()) << r.output();
  if (GetParam().how == How::both_killed) {
    EXPECT_EQ(heal(scratch_, r.folder(), outside_.environment()), 0) << r.output();
  }
  EXPECT_TRUE(none_left(r.folder()));
  EXPECT_TRUE(outside_.left().empty()) << outside_.left().front();
  if (GetParam().how == How::harness_killed) {
    EXPECT_TRUE(fs::exists(r.folder() / "junit.xml")) << "whoever guards it concludes it";
    EXPECT_EQ(r.record()["verdict"], "error");
    EXPECT_TRUE(r.said(", unexpected, in ")) << r.output();  // in a step, or before the first
  }
  if (!harness_lived()) {  // what it had seen can still be judged
    Rehearsal report(scratch_, {"report", r.folder().string()});
    EXPECT_EQ(report.wait(), 3) << report.output();
  }
  EXPECT_EQ(r.record()["verdict"], harness_lived() ? "cancelled" : "error") << r.output();
  EXPECT_TRUE(r.junit_is_whole());
}

// Each phase and each way once; the whole table takes minutes.
INSTANTIATE_TEST_SUITE_P(Some, EndOfARun,
                         ::testing::Values(End{"prepare", How::ctrl_c}, End{"prepare", How::both_killed},
                                           End{"voting", How::sigterm}, End{"waiting", How::harness_killed},
                                           End{"swap", How::both_killed}, End{"first-block", How::ctrl_c}),
                         end_name);

INSTANTIATE_TEST_SUITE_P(Long, EndOfARun, ::testing::ValuesIn(every_end()), end_name);

}  // namespace
}  // namespace rehearse::localnet
