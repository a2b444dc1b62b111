// Templates: which names a text has, and what becomes of them.
#include "localnet/base/template.h"

#include <gmock/gmock.h>

#include "tests/unit/support/fakes.h"

namespace rehearse {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(NamesIn, AreThoseThatAreClosed) {
  EXPECT_THAT(names_in("{a}-{module:gov}{a} {open"), ElementsAre("a", "module:gov", "a"));
  EXPECT_THAT(names_in("a} b"), IsEmpty());
}

TEST(Fill, ReplacesEachName) {
  const Values values = {{"a", "1"}, {"b", "{a}"}, {"empty", ""}};
  EXPECT_EQ(fill("{a}-{b}-{empty}-{a}", values, "here"), "1-{a}--1") << "values are not filled in again";
  EXPECT_EQ(fill("no names", values, "here"), "no names");
  EXPECT_EQ(fill("open {a", values, "here"), "open {a");
  EXPECT_EQ(fill("a} b", values, "here"), "a} b");
  EXPECT_THAT(fill(std::vector<std::string>{"x", "{a}"}, values, "here"), ElementsAre("x", "1"));
}

TEST(Fill, ReplacesEachNameInWhateverHoldsIt) {
  const nlohmann::json message = {{"@type", "/bank.Send"}, {"{to}", "{to}"}, {"amount", {{{"denom", "{denom}"}, {"amount", 1}}}}, {"limit", nlohmann::json::array()}};
  const nlohmann::json filled = {{"@type", "/bank.Send"}, {"{to}", "me"}, {"amount", {{{"denom", "stake"}, {"amount", 1}}}}, {"limit", nlohmann::json::array()}};
  EXPECT_EQ(fill_texts(message, {{"to", "me"}, {"denom", "stake"}}, "here"), filled);
}

TEST(Fill, SaysWhichValueIsMissingAndWhere) {
  EXPECT_EQ(made::trouble_of([] {
              fill("/plan/{name}", {{"nam", "x"}}, "p.yaml: questions: applied-plan");
            }),
            "p.yaml: questions: applied-plan: there is no value for {name}");
  EXPECT_EQ(made::trouble_of([] { fill("{}", {}, "here"); }), "here: there is no value for {}");
}

}  // namespace
}  // namespace rehearse
