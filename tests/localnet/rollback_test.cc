// A rollback across the upgrade height is refused, and leaves what it would have destroyed.
#include <cstdlib>

#include "tests/localnet/rehearsal.h"

namespace rehearse::localnet {
namespace {

TEST(LongRollback, AcrossTheUpgradeIsRefusedBeforeItDestroysAnything) {
  Scratch scratch;
  auto r = run(scratch, {(project() / "scenarios/twins/rollback-chain-destroys.yaml").string(), "--keep", "always"});
  ASSERT_EQ(r.wait(), 0) << r.output();
  EXPECT_EQ(r.cause(), "rollback-destroys");
  const auto home = r.folder() / "nodes/validator-4", program = home / "cosmovisor/current/bin/virtengine";
  const auto said = scratch / "said.txt";
  const auto call = [&](const std::string& arguments) {
    const auto command = program.string() + " " + arguments + " --home " + home.string() + " >" + said.string() + " 2>&1";
    return std::system(command.c_str());
  };
  const auto plans = r.events("plan-proposed");
  ASSERT_FALSE(plans.empty());
  const auto state = "module-hash-by-height " + std::to_string(plans.front()["body"]["height"].get<int>());
  EXPECT_EQ(call(state), 0) << "the state is whole; " << read(said);
  // It takes the stores in no order, and ends at the first that has no such version: now and then before it has destroyed one.
  int times = 0;
  do {
    ASSERT_NE(call("rollback --hard"), 0);
    ASSERT_NE(read(said).find("version does not exist"), std::string::npos) << read(said);
  } while (call(state) == 0 && ++times < 10);
  EXPECT_NE(call(state), 0) << "and would not have been";
}

}  // namespace
}  // namespace rehearse::localnet
