// Sums and counts of records that belong together: bank's balances and its supply, delegations and shares.
#include "localnet/state/invariant.h"

#include <gmock/gmock.h>

#include "localnet/base/sha256.h"
#include "tests/unit/support/fakes.h"
#include "tests/unit/support/made_state.h"

namespace rehearse {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Invariant invariant(const std::string& yaml) {
  return decode<Invariant>(YAML::Load(yaml), std::string("a profile"));
}

Invariant supply() {
  return invariant(
      "{name: supply, of: {records: bank/0x00, key: [denom*], by: [denom], sum: value}, "
      "equals: {records: bank/0x02, key: [account, denom*], by: [denom], sum: value}}");
}
Invariant shares() {
  return invariant(
      "{name: shares, of: {records: staking/0x21, key: [validator], by: [validator], sum: 6, decimals: 18}, "
      "equals: {records: staking/0x31, key: [delegator, validator], by: [validator], sum: 3, decimals: 18}}");
}
Invariant delegations_to_somebody() {
  return invariant(
      "{name: somebody, of: {records: staking/0x31, key: [delegator, validator], by: [validator]}, "
      "among: {records: staking/0x21, key: [validator], by: [validator]}}");
}

std::string after_its_length(const std::string& text) { return static_cast<char>(text.size()) + text; }
std::string field(char number, const std::string& text) {
  return static_cast<char>(number << 3 | 2) + after_its_length(text);
}
std::string varint(char number, char value) { return {static_cast<char>(number << 3), value}; }

class InvariantTest : public testing::Test {
 protected:
  InvariantTest() {
    bank().set(std::string("\0uve", 4), "300");
    balance("alice", "uve", "100");
    balance("bob", "uve", "200");
    validator("val1", "300");
    delegation("alice", "val1", "100");
    delegation("bob", "val1", "200");
  }
  made::Store& bank() { return state_.store("bank"); }
  void balance(const std::string& account, const std::string& denom, const std::string& amount) {
    bank().set("\x02" + after_its_length(account) + denom, amount);
  }
  void validator(const std::string& name, const std::string& shares, char status = 3) {
    state_.store("staking").set("\x21" + after_its_length(name),
                                varint(4, status) + field(5, shares) + field(6, dec(shares)));
  }
  void delegation(const std::string& delegator, const std::string& validator, const std::string& shares) {
    state_.store("staking").set("\x31" + after_its_length(delegator) + after_its_length(validator),
                                field(1, delegator) + field(3, dec(shares)));
  }
  static std::string dec(const std::string& whole) { return whole + std::string(18, '0'); }

  Read<Breaches> found(const Invariant& i) {
    state_.commit();
    state_.close();
    read_ = std::move(ApplicationState::open(folder_ / "state", folder_ / "copy").value);
    return breaches(i, *read_, state_.height(), state_.height() - 1);
  }
  std::vector<std::string> examples(const Invariant& i) {
    const auto b = found(i);
    EXPECT_EQ(b.trouble, "");
    EXPECT_EQ(b ? static_cast<std::size_t>(b->count) : 0, b ? b->examples.size() : 0);
    return b ? b->examples : std::vector<std::string>{};
  }

  made::TempFolder folder_;
  made::State state_{folder_ / "state"};
  std::optional<ApplicationState> read_;
};

TEST_F(InvariantTest, HoldsOfSumsThatAreEqual) { EXPECT_THAT(examples(supply()), IsEmpty()); }
TEST_F(InvariantTest, HoldsOfFieldsThatAreEqual) { EXPECT_THAT(examples(shares()), IsEmpty()); }
TEST_F(InvariantTest, HoldsOfWhatIsAmong) { EXPECT_THAT(examples(delegations_to_somebody()), IsEmpty()); }

TEST_F(InvariantTest, TellsSumsApartByAPartOfTheKey) {
  balance("bob", "uatom", "5");
  EXPECT_THAT(examples(supply()), ElementsAre("bank/0x00 of denom \"uatom\": 0, not 5"));
}

TEST_F(InvariantTest, SaysWhichSumIsNotWhatItShouldBe) {
  balance("alice", "uve", "101");
  EXPECT_THAT(examples(supply()), ElementsAre("bank/0x00 of denom \"uve\": 300, not 301"));
}

TEST_F(InvariantTest, CountsNumbersThatNoMachineWordHolds) {
  bank().set(std::string("\0uve", 4), "340282366920938463463374607431768211756");
  balance("alice", "uve", "340282366920938463463374607431768211556");
  EXPECT_THAT(examples(supply()), IsEmpty());
}

TEST_F(InvariantTest, SeesTheLastPlaceOfADecimal) {
  state_.store("staking").set(
      "\x31\x03"
      "bob\x04val1",
      field(3, "200000000000000000001"));
  EXPECT_THAT(examples(shares()),
              ElementsAre("staking/0x21 of validator \"val1\": 300, not 300.000000000000000001"));
}

TEST_F(InvariantTest, SaysWhatIsNotAmong) {
  delegation("bob", "nobody", "1");
  EXPECT_THAT(examples(delegations_to_somebody()),
              ElementsAre("staking/0x31 of validator \"nobody\" is not in staking/0x21"));
}

TEST_F(InvariantTest, CountsRecordsWhereAFieldHasAValueOrIsLeftOut) {
  const auto i = invariant(
      "{name: n, of: {records: staking/0x23}, equals: {records: staking/0x21, where: {4: '3', 3: '0'}}}");
  state_.store("staking").set("\x23one", "");
  validator("val2", "0", 1);
  EXPECT_THAT(examples(i), IsEmpty());
}

TEST_F(InvariantTest, FindsTheAccountOfAModule) {
  const auto digest = sha256(std::string_view("bonded_tokens_pool"));
  const std::string pool(digest.begin(), digest.begin() + 20);
  balance(pool, "uve", "299");
  const auto i = invariant(
      "{name: pool, of: {records: staking/0x21, where: {4: '3'}, sum: 5}, "
      "at_most: {records: bank/0x02, key: [account, denom*], where: {account: module bonded_tokens_pool, "
      "denom: uve}, sum: value}}");
  EXPECT_THAT(examples(i), ElementsAre("staking/0x21: 300, above 299"));
}

TEST_F(InvariantTest, AddsUpAFieldOfAllOfAList) {
  state_.store("gov").set("\x10one", field(3, field(1, "uve") + field(2, "7")) + field(3, field(2, "3")));
  const auto i = invariant("{name: n, of: {records: gov/0x10, sum: 3.2}, at_most: {records: staking/0x31}}");
  EXPECT_THAT(examples(i), ElementsAre("gov/0x10: 10, above 2"));
}

class InvariantOfSeveral : public InvariantTest {
 protected:
  // What is outstanding, and what the community has, beside the hundred that are there.
  std::vector<std::string> examples_with(const std::string& pool) {
    state_.store("distribution").set(std::string("\x00", 1), field(1, field(2, dec(pool))));
    state_.store("distribution").set("\x02val1", field(1, field(2, dec("90"))));
    return examples(invariant("{name: held, of: {records: distribution/0x02, sum: \"1.2\", decimals: 18}, "
                              "plus: [{records: distribution/0x00, sum: \"1.2\", decimals: 18}], "
                              "equals: {records: bank/0x02, key: [account, denom*], where: {account: alice}, sum: value}}"));
  }
};

TEST_F(InvariantOfSeveral, HoldsOfTheirSum) { EXPECT_THAT(examples_with("10"), IsEmpty()); }
TEST(InvariantForm, ComparesTheNewStateWithTheOldOneWhereAnyPartOfItIsOfTheOld) {
  EXPECT_FALSE(supply().of_upgrade());
  EXPECT_TRUE(invariant("{name: n, of: {records: a}, plus: [{records: b, before: true}], equals: {records: c}}").of_upgrade());
}

TEST_F(InvariantOfSeveral, NamesThemAll) {
  EXPECT_THAT(examples_with("11"), ElementsAre("distribution/0x02 and distribution/0x00: 101, not 100"));
}

TEST_F(InvariantTest, HoldsTheNewStateAgainstTheOldOne) {
  for (const char* name : {"a", "b"}) state_.store("tally").set("rec/" + std::string(name), "1");
  state_.commit();
  state_.drop("tally");
  state_.store("ledger").set("rec/a", "1");
  const auto i =
      invariant("{name: moved, of: {records: ledger/rec/}, equals: {records: tally/rec/, before: true}}");
  EXPECT_TRUE(i.of_upgrade());
  EXPECT_THAT(examples(i), ElementsAre("ledger/rec/: 1, not 2"));
}

TEST_F(InvariantTest, SaysOfAStoreThatIsNotThereThatItIsNot) {
  const auto b = found(invariant("{name: n, of: {records: nothing}, equals: {records: bank}}"));
  EXPECT_FALSE(b);
  EXPECT_THAT(b.trouble, HasSubstr("nothing"));
}

TEST_F(InvariantTest, IsBrokenByARecordThatIsNotOfItsForm) {
  balance("eve", "uve", "a lot");
  EXPECT_THAT(examples(supply()),
              ElementsAre("a record of bank/0x02 is not of that form: 0x0203657665757665: \"a lot\""));
}

// At heights 1, before the upgrade, 2 and 3.
class InvariantOfUpgradeTest : public InvariantTest {
 protected:
  InvariantOfUpgradeTest() { state_.commit(); }
  Held held_over(const Invariant& i) {
    while (state_.height() < 3) state_.commit();
    state_.close();
    read_ = std::move(ApplicationState::open(folder_ / "state", folder_ / "copy").value);
    return held(i, *read_, {1, 2, 3});
  }
};

TEST_F(InvariantOfUpgradeTest, HoldsWhereNothingChanges) {
  const auto h = held_over(supply());
  EXPECT_EQ(h.broken_at, 0);
  EXPECT_EQ(h.trouble, "");
}

TEST_F(InvariantOfUpgradeTest, IsBrokenByTheUpgrade) {
  balance("alice", "uve", "101");
  const auto h = held_over(supply());
  EXPECT_EQ(h.broken_at, 2);
  EXPECT_EQ(h.breaches.count, 1);
}

TEST_F(InvariantOfUpgradeTest, IsBrokenByABlockAfterIt) {
  state_.commit();
  balance("alice", "uve", "101");
  EXPECT_EQ(held_over(supply()).broken_at, 3);
}

TEST_F(InvariantOfUpgradeTest, IsBrokenByARecordThatCannotBeReadAnyMore) {
  balance("alice", "uve", "a lot");
  EXPECT_EQ(held_over(supply()).broken_at, 2);
}

TEST_F(InvariantOfUpgradeTest, SaysNothingWhereItDidNotHoldBefore) {
  const auto h =
      held_over(invariant("{name: n, of: {records: staking/0x21}, equals: {records: staking/0x31}}"));
  EXPECT_EQ(h.broken_at, 0);
  EXPECT_EQ(h.trouble, "it did not hold before the upgrade: staking/0x21: 1, not 2");
}

TEST_F(InvariantOfUpgradeTest, IsBrokenByAStoreThatTheUpgradeHadToMake) {
  const auto h = held_over(
      invariant("{name: n, of: {records: ledger/rec/}, equals: {records: staking/0x31, before: true}}"));
  EXPECT_EQ(h.broken_at, 2);
  EXPECT_THAT(h.breaches.examples, ElementsAre("ledger/rec/: 0, not 2"));
}

TEST(InvariantForm, IsToldFromWhatIsWritten) {
  const auto wrong = [](const std::string& yaml) { return wrong_form(invariant(yaml)); };
  EXPECT_EQ(wrong_form(supply()), "");
  EXPECT_THAT(wrong("{name: n, of: {records: a}}"), HasSubstr("one of equals, at_most and among"));
  EXPECT_THAT(wrong("{name: n, of: {records: a/0x2}, equals: {records: b}}"),
              HasSubstr("`a/0x2` is not STORE"));
  EXPECT_THAT(wrong("{name: n, of: {records: a, by: [x]}, equals: {records: b}}"), HasSubstr("no part `x`"));
  EXPECT_THAT(wrong("{name: n, of: {records: a, key: ['x:']}, equals: {records: b}}"),
              HasSubstr("`x:` is not a part"));
  EXPECT_THAT(wrong("{name: n, of: {records: a, key: [x*, y]}, equals: {records: b}}"),
              HasSubstr("nothing follows it"));
  EXPECT_THAT(wrong("{name: n, of: {records: a, sum: '3.'}, equals: {records: b}}"),
              HasSubstr("neither `value`"));
  EXPECT_THAT(wrong("{name: n, of: {records: a, where: {z: '1'}}, equals: {records: b}}"),
              HasSubstr("neither a part"));
  EXPECT_THAT(wrong("{name: n, of: {records: a, decimals: 19}, equals: {records: b}}"), HasSubstr("0 to 18"));
  EXPECT_THAT(wrong("{name: n, of: {records: a, key: [x], by: [x]}, equals: {records: b}}"),
              HasSubstr("as many parts"));
  EXPECT_THAT(wrong("{name: n, of: {records: a}, plus: [{records: b, key: [x], by: [x]}], equals: {records: c}}"),
              HasSubstr("what is added is told apart"));
  EXPECT_THAT(wrong("{name: n, of: {records: a}, plus: [{records: b}], among: {records: c}}"), HasSubstr("takes no plus"));
}

}  // namespace
}  // namespace rehearse
