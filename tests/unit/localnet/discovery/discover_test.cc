#include "localnet/discovery/discover.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rehearse {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Discover, UpgradesArePackagesOfTheProgram) {
  const FunctionOffsets functions = {{"example.org/chain/v25/app/upgrades/v24.CreateUpgradeHandler", 1},
                                     {"example.org/chain/v25/app/upgrades/v25.CreateUpgradeHandler.func1", 2},
                                     {"example.org/chain/v25/app/upgrades/v25/parts.(*Migrator).Run", 3},
                                     {"example.org/chain/app/upgrades/v1%2e2.Do", 4},
                                     {"example.org/chain/app/upgrades/v1.3/parts.Do", 4},
                                     {"example.org/chain/app/upgrades/v26.Each[go.shape.int]", 4},
                                     {"example.org/chain/app/upgrades.(*List).Add", 5},
                                     {"cosmossdk.io/x/upgrade/keeper.Keeper.ApplyUpgrade", 6}};
  EXPECT_THAT(upgrade_packages(functions), ElementsAre("v1.2", "v1.3", "v24", "v25", "v26"));
  EXPECT_THAT(upgrade_packages(FunctionOffsets{}), IsEmpty());
}

}  // namespace
}  // namespace rehearse
