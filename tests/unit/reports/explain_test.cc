// explain.md: what a failure was, for whoever opens nothing else.
#include "reports/explain.h"

#include <gmock/gmock.h>

#include "tests/unit/support/golden.h"
#include "tests/unit/support/made_record.h"

namespace rehearse::reports {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Explanation explanation() {
  Explanation e;
  e.evidence = Excerpt{"nodes/validator-4/logs/node.log", 117, 119, {"INF applying upgrade", "INF migrating", "panic: ```no price```", "", "goroutine 1 [running]:"}};
  e.bundle = "results/20260430T120000Z-a1b2/repro.tar.zst";
  e.network = "results/20260430T120000Z-a1b2";
  e.last_pass = made::passed();
  return e;
}

TEST(Explain, LooksAsItDidWhenSomebodyFoundItGood) { made::expect_golden("explain.md", explain_md(made::failed(), explanation())); }

TEST(Explain, SaysWhatItDoesNotHave) {
  const auto text = explain_md(made::failed(), {});
  EXPECT_THAT(text, HasSubstr("No run of this scenario that passed is known"));
  EXPECT_THAT(text, Not(HasSubstr("repro ")));
  EXPECT_THAT(text, Not(HasSubstr("replay")));
  auto unknown = made::failed();
  unknown.diagnosis.reset();
  EXPECT_THAT(explain_md(unknown, {}), Not(HasSubstr("## Evidence")));
}

TEST(Explain, TellsWhatIsAnotherThanInTheLastPass) {
  auto now = made::passed(), passed = now;
  EXPECT_THAT(differences(now, passed), IsEmpty());
  now.to->name = "v2.1.0", now.to->sha256 = std::string(64, '9');
  now.seed = 5, passed.seed = 4;
  passed.timing.parts = {{"boot", 2}, {"vote", 2}, {"checks", 0.1}};
  now.timing.parts = {{"boot", 2.4}, {"vote", 9}, {"checks", 0.9}};
  EXPECT_THAT(differences(now, passed),
              ElementsAre("to: v2.1.0 (sha256 999999999999) instead of v2.0.0 (sha256 cccccccccccc)", "seed: 5 instead of 4", "vote took 9.0 s instead of 2.0 s"))
      << "what a noisy machine does is left out";
}

}  // namespace
}  // namespace rehearse::reports
