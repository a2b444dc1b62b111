// Every question of the profiles that come with the project is answered by the chain that it is about.
#include <gtest/gtest.h>

#include "tests/localnet/rehearsal.h"

namespace rehearse::localnet {
namespace {

class Doctor : public testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(Doctor, HasEveryQuestionAnswered) {
  Scratch scratch;
  const auto [profile, release] = GetParam();
  auto r = Rehearsal(scratch, {"doctor", "--profile", profile, "--binary", (project() / ".cache/fixtures/releases" / release).string()});
  EXPECT_EQ(r.wait(), 0) << r.output();
  EXPECT_TRUE(r.said(" questions answered"));
  EXPECT_EQ(r.output().find("NONE"), std::string::npos) << r.output();
}

INSTANTIATE_TEST_SUITE_P(Shipped, Doctor,
                         testing::Values(std::pair("virtengine", "releases/v1.0.0/virtengine_linux_amd64.tar.gz"),
                                         std::pair("stock", "stock-releases/v1/stockd_linux_amd64.tar.gz")));

}  // namespace
}  // namespace rehearse::localnet
