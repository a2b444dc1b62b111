#include <gtest/gtest.h>

#include "harness/record/cause.h"
#include "tests/unit/support/golden.h"

namespace rehearse {
namespace {

// What a reader finds in the documentation is what the program says.
TEST(Causes, StandInTheDocumentationAsTheyAre) {
  EXPECT_EQ(made::read_file(made::kProject / "CAUSES.md"), causes_document())
      << "write it anew: ./rehearse list --causes --format md > CAUSES.md";
}

TEST(Causes, EachHasEvidenceAndAdvice) {
  for (const auto& c : causes()) {
    EXPECT_STRNE(c.evidence, "") << c.name;
    EXPECT_STRNE(c.advice, "") << c.name;
  }
}

}  // namespace
}  // namespace rehearse
