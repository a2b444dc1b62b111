// What the new release serves, held against what was served before it: what must be caught, and what only looks like it.
#include "harness/judge/service.h"

#include <gmock/gmock.h>

#include "harness/judge/checks/checklist.h"
#include "harness/judge/diagnosis/rules.h"
#include "harness/view/checkpoint.h"
#include "tests/unit/support/made_journal.h"

namespace rehearse {
namespace {

using record::Json;
using record::Outcome;
using record::Surveyed;
using record::TransactionTried;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ServiceChecks : public testing::Test {
 protected:
  Surveyed& before() { return *u_.all<Surveyed>().front(); }
  Surveyed& after() { return *u_.all<Surveyed>().back(); }
  Json& parameter(Surveyed& s, const char* module, const char* field) { return s.parameters[module][field]; }
  // What was sent after the upgrade, or before it.
  TransactionTried& tried(const std::string& kind, const std::string& checkpoint = kAfter) {
    for (auto* t : u_.all<TransactionTried>())
      if (t->transaction == kind && t->checkpoint == checkpoint) return *t;
    throw std::invalid_argument("there is no " + kind);
  }
  void announce(const Json& changes) {
    auto all = to_json(Changes{});
    all.update(changes);
    u_.all<record::RunStarted>().front()->conditions["changes"] = all;
  }
  const record::CheckResult& item(const std::string& title) { return made::item(judged_ = u_.judged(), title); }
  std::string cause() {
    const auto r = u_.judged();
    return r.diagnosis ? name_of(r.diagnosis->cause) : r.verdict;
  }

  made::Upgrade u_ = made::healthy();
  record::RunRecord judged_;
};

TEST_F(ServiceChecks, HoldOfAReleaseAsItShouldBe) {
  for (const char* title : {"Transactions Accepted", "Parameters Kept", "Queries"}) EXPECT_EQ(item(title).outcome, Outcome::pass) << title;
  EXPECT_EQ(item("Parameters Kept").expected, "4 parameters of 2 modules as before");
  EXPECT_EQ(item("Transactions Accepted").actual, "accepted: transfer, delegate, submit-proposal, vote");
}

// --- Parameters Kept

TEST_F(ServiceChecks, CatchAParameterThatNobodyAnnounced) {
  parameter(after(), "slashing", "downtime_jail_duration") = "600s";
  EXPECT_THAT(made::not_passed(u_), ElementsAre("Parameters Kept (network): fail"));
  EXPECT_THAT(item("Parameters Kept").message, AllOf(HasSubstr("slashing.downtime_jail_duration was 10s, is 600s"),
                                                     HasSubstr("`changes: {parameters: [slashing.downtime_jail_duration]}`")));
  EXPECT_EQ(cause(), "parameters-changed");
  EXPECT_EQ(u_.judged().diagnosis->owner, "release");
}

TEST_F(ServiceChecks, SayThatAValueIsTheModulesOwnDefault) {
  parameter(after(), "slashing", "signed_blocks_window") = 50;
  parameter(after(), "gov", "quorum") = "0.4";
  after().defaults = {{"slashing.signed_blocks_window", "50"}, {"gov.quorum", "0.334000000000000000"}};
  EXPECT_THAT(item("Parameters Kept").message, AllOf(HasSubstr("slashing.signed_blocks_window was 100, is 50, the module's own default"),
                                                     HasSubstr("gov.quorum was 0.334, is 0.4;")));
  parameter(after(), "gov", "quorum") = "0.334";
  parameter(before(), "gov", "quorum") = "0.4";
  EXPECT_THAT(item("Parameters Kept").message, HasSubstr("gov.quorum was 0.4, is 0.334, the module's own default"));
}

TEST_F(ServiceChecks, LetAnAnnouncedParameterChange) {
  parameter(after(), "slashing", "downtime_jail_duration") = "600s";
  announce({{"parameters", {"slashing.downtime_jail_duration"}}});
  EXPECT_THAT(made::not_passed(u_), IsEmpty());
  EXPECT_THAT(item("Parameters Kept").actual, HasSubstr("1 changed as announced"));
  announce({{"parameters", {"slashing.downtime_jail"}}});
  EXPECT_EQ(cause(), "parameters-changed") << "another name";
}

TEST_F(ServiceChecks, SayThatTheChainHasNoSuchParameterAsWasAnnounced) {
  announce({{"parameters", {"slashing.downtime_jail"}}});
  EXPECT_THAT(made::not_passed(u_), ElementsAre("Parameters Kept (network): inconclusive"));
  EXPECT_THAT(item("Parameters Kept").message, HasSubstr("the chain has no slashing.downtime_jail"));
}

TEST_F(ServiceChecks, TakeNewModulesAndFieldsForNoChange) {
  parameter(after(), "slashing", "new_field") = 1;
  parameter(after(), "group", "max_metadata_len") = 255;
  EXPECT_THAT(made::not_passed(u_), IsEmpty());
}

TEST_F(ServiceChecks, CatchAParameterThatIsGone) {
  after().parameters["slashing"].erase("signed_blocks_window");
  EXPECT_THAT(item("Parameters Kept").message, HasSubstr("slashing.signed_blocks_window was 100, is none"));
}

TEST_F(ServiceChecks, SayOnceWhatAChainWithoutReflectionLacks) {
  for (auto* s : u_.all<Surveyed>()) s->error = "code 6 (sdk): unknown query path", s->answered.clear(), s->parameters = Json::object();
  EXPECT_THAT(made::not_passed(u_), ElementsAre("Parameters Kept (network): skipped", "Queries (network): skipped"));
  EXPECT_THAT(item("Parameters Kept").message, HasSubstr("needs the chain's reflection service: code 6 (sdk): unknown query path"));
}

TEST_F(ServiceChecks, ProveNothingWhenTheChainDoesNotAnswerAfterwards) {
  after().error = "connection refused";
  EXPECT_EQ(item("Parameters Kept").outcome, Outcome::inconclusive);
  EXPECT_EQ(item("Queries").outcome, Outcome::inconclusive);
}

// --- Queries

TEST_F(ServiceChecks, CatchAQueryThatIsRefused) {
  after().refused["/cosmos/gov/v1/proposals"] = "HTTP 501: Not Implemented";
  EXPECT_THAT(made::not_passed(u_), ElementsAre("Queries (network): fail"));
  EXPECT_THAT(item("Queries").message,
              AllOf(HasSubstr("/cosmos/gov/v1/proposals: HTTP 501: Not Implemented"), HasSubstr("`changes: {queries: [/cosmos/gov/v1/proposals]}`")));
  EXPECT_EQ(cause(), "query-broken");
}

TEST_F(ServiceChecks, LetAnAnnouncedQueryGo) {
  after().refused["/cosmos/gov/v1/proposals"] = "HTTP 501: Not Implemented";
  announce({{"queries", {"/cosmos/gov/v1"}}});
  EXPECT_THAT(made::not_passed(u_), IsEmpty());
  announce({{"queries", {"/cosmos/go"}}});
  EXPECT_EQ(cause(), "query-broken");
}

TEST_F(ServiceChecks, LetTheQueriesOfAModuleGoThatTheReleasesListHasNoMore) {
  auto& releases = *u_.all<record::ReleasesOpened>().front();
  releases.from_module_versions = releases.to_module_versions;
  releases.from_module_versions["epochs"] = 1;
  after().refused["/cosmos.epochs.v1beta1.Query/EpochInfos"] = "code 6 (sdk): unknown query path";
  after().refused["/cosmos/epochs/v1beta1/epochs"] = "HTTP 501";
  EXPECT_THAT(made::not_passed(u_), IsEmpty());
  releases.from_module_versions.erase("epochs");
  EXPECT_EQ(cause(), "query-broken") << "nobody said that there was one";
}

// A program of one's own has no list of modules: its stores say what has gone.
TEST_F(ServiceChecks, LetTheQueriesOfAModuleGoWhoseStoreIsGone) {
  auto& releases = *u_.all<record::ReleasesOpened>().front();
  releases.from_module_versions.clear(), releases.to_module_versions.clear();
  after().refused["/cosmos.group.v1.Query/Groups"] = "code 6 (sdk): unknown query path";
  EXPECT_EQ(cause(), "query-broken");
  auto& value = u_.answer(kStopped, kStateChanges, "validator-1", made::kHeight).value;
  auto changes = value.get<record::StateChanges>();
  changes.at_upgrade.push_back({"group", false, true, {}, ""});
  value = changes;
  EXPECT_EQ(item("Queries").outcome, Outcome::pass);
  after().answered.push_back("/cosmos.group.v1.Query/GroupPolicies");
  EXPECT_EQ(cause(), "query-broken") << "the module is there, and has lost its store";
}

// --- Transactions Accepted

TEST_F(ServiceChecks, CatchAKindOfTransactionThatIsRefused) {
  auto& t = tried("delegate");
  t.height = 0, t.code = 11, t.codespace = "sdk", t.log = "out of gas";
  EXPECT_THAT(made::not_passed(u_), ElementsAre("Transactions Accepted (network): fail"));
  EXPECT_THAT(item("Transactions Accepted").message,
              AllOf(HasSubstr("delegate: code 11 (sdk): out of gas"), HasSubstr("`changes: {transactions: [delegate]}`")));
  EXPECT_EQ(cause(), "transactions-refused");
  EXPECT_EQ(u_.judged().diagnosis->first_evidence, "delegate: code 11 (sdk): out of gas");
  announce({{"transactions", {"delegate"}}});
  EXPECT_EQ(cause(), "pass");
  EXPECT_EQ(item("Transactions Accepted").actual, "accepted: transfer, submit-proposal, vote; refused as announced: delegate");
}

// What they are refused for stands in what is said, where it is a parameter.
TEST_F(ServiceChecks, NameAParameterAsTheRootOfARefusalThatNamesItsNewValue) {
  auto& t = tried("delegate");
  t.height = 0, t.code = 41, t.codespace = "sdk", t.log = "tx gas limit 500000 exceeds block max gas 50: invalid gas limit";
  after().parameters["slashing"]["signed_blocks_window"] = "5000";
  EXPECT_EQ(cause(), "transactions-refused");
  EXPECT_THAT(u_.judged().diagnosis->first_evidence, testing::EndsWith("invalid gas limit")) << "500000 is no 5000";
  EXPECT_THAT(u_.judged().diagnosis->consequences, testing::Contains(HasSubstr("beside it, parameters-changed: slashing.signed_blocks_window was")));
  t.log = "tx gas limit 500000 exceeds block max gas 5000: invalid gas limit";
  EXPECT_THAT(u_.judged().diagnosis->first_evidence, HasSubstr("invalid gas limit; slashing.signed_blocks_window was 100, is 5000"));
  EXPECT_THAT(u_.judged().diagnosis->proven_by, HasSubstr("name the new value of slashing.signed_blocks_window"));
}

// --- Transaction Costs

class TransactionCosts : public ServiceChecks {
 protected:
  // Of a transfer of 1000 with a fee of 1250, before and after.
  TransactionCosts() {
    for (auto* t : u_.all<record::TransactionTried>())
      if (t->transaction == "transfer") t->events = 9, t->paid = {{"stake", "2250"}}, t->fee = {{"stake", "1250"}};
  }
  std::string found() {
    const auto costs = item("Transaction Costs");
    return costs.outcome == Outcome::fail ? costs.message : "";
  }
};

TEST_F(TransactionCosts, AreWhatTheyWere) {
  EXPECT_EQ(item("Transaction Costs").outcome, Outcome::pass);
  tried("transfer").paid = {{"stake", "2400"}}, tried("transfer").fee = {{"stake", "1400"}};
  EXPECT_EQ(found(), "") << "its gas was estimated anew";
}

TEST_F(TransactionCosts, FailWhereNoFeeIsTakenOrTwiceOfIt) {
  tried("transfer").paid = {{"stake", "1000"}}, tried("transfer").fee = {};
  EXPECT_THAT(found(), HasSubstr("transfer: its account paid 1000 stake instead of 2250"));
  tried("transfer").paid = {{"stake", "3500"}}, tried("transfer").fee = {{"stake", "2500"}};
  EXPECT_THAT(found(), HasSubstr("its account paid 3500 stake instead of 2250"));
  EXPECT_THAT(made::not_passed(u_), ElementsAre("Transaction Costs (network): fail"));
  announce({{"transactions", {"transfer"}}});
  EXPECT_EQ(cause(), "pass");
}

TEST_F(TransactionCosts, FailInAnotherDenomAndBeyondSixtyFourBits) {
  tried("transfer").paid["dust"] = "1";
  EXPECT_THAT(found(), HasSubstr("its account paid 1 dust instead of 0"));
  for (auto* t : u_.all<record::TransactionTried>())
    if (t->transaction == "transfer") t->paid = {{"stake", "5000000000000000000000"}};
  EXPECT_EQ(found(), "");
  tried("transfer").paid = {{"stake", "6000000000000000000000"}};
  EXPECT_THAT(found(), HasSubstr("6000000000000000000000 stake instead of 5000000000000000000000"));
}

TEST_F(TransactionCosts, FailWhereResultsTellNothingAnyMore) {
  tried("transfer").events = 0, tried("transfer").paid = {}, tried("transfer").fee = {};
  EXPECT_THAT(found(), HasSubstr("transfer: its result has no events any more"));
}

TEST_F(TransactionCosts, FailWhereAnEventLacksWhatItHad) {
  for (auto* t : u_.all<record::TransactionTried>())
    if (t->transaction == "transfer") t->attributes = {{"transfer", {"amount", "recipient"}}, {"tx", {"fee"}}};
  EXPECT_EQ(found(), "");
  tried("transfer").attributes["transfer"] = {"amount", "recipient", "memo"};
  EXPECT_EQ(found(), "") << "one more breaks nobody";
  tried("transfer").attributes["transfer"] = {"amount"};
  EXPECT_THAT(found(), AllOf(HasSubstr("transfer: its event `transfer` has no `recipient` any more"), HasSubstr("`changes: {events: [transfer.recipient]}`")));
  u_.all<record::RunStarted>().front()->conditions["changes"] = {{"events", {"transfer.amount"}}};
  EXPECT_NE(found(), "") << "another is announced";
  u_.all<record::RunStarted>().front()->conditions["changes"] = {{"events", {"transfer.recipient"}}};
  EXPECT_EQ(found(), "");
}

TEST_F(TransactionCosts, FailWhereATransactionIsNotFoundByWhatItWas) {
  for (auto* t : u_.all<record::TransactionTried>()) t->attributes = t->indexed = {{"transfer", {"amount", "recipient"}}}, t->events = 9;
  EXPECT_EQ(found(), "");
  tried("transfer").indexed["transfer"] = {"amount"};
  EXPECT_THAT(found(), AllOf(HasSubstr("transfer: it is not found by `transfer.recipient` any more"), HasSubstr("`changes: {events: [transfer.recipient]}`")));
  for (auto* t : u_.all<record::TransactionTried>()) t->indexed["transfer"] = {"amount"};
  EXPECT_EQ(found(), "") << "nor was it before";
}

// Without rewards the fee's event alone is left. With as many events as before it is no such thing.
TEST_F(TransactionCosts, DoNotMissWhatFewerEventsDoNotHave) {
  for (auto* t : u_.all<record::TransactionTried>()) t->attributes = {{"coin_received", {"amount", "msg_index"}}}, t->events = 9;
  tried("delegate").attributes = {{"coin_received", {"amount"}}};
  EXPECT_THAT(found(), HasSubstr("delegate: its event `coin_received` has no `msg_index` any more"));
  tried("delegate").events = 7;
  EXPECT_EQ(found(), "");
}

TEST_F(TransactionCosts, SayAllThatIsToBeAnnounced) {
  for (auto* t : u_.all<record::TransactionTried>()) t->attributes = {{"transfer", {"amount", "recipient", "sender"}}}, t->events = 9;
  tried("transfer").attributes = {{"transfer", {"amount"}}};
  tried("delegate").paid = {{"stake", "9000"}};
  EXPECT_THAT(found(), HasSubstr("`changes: {events: [transfer.recipient, transfer.sender], transactions: [delegate]}`"));
}

TEST_F(TransactionCosts, FailWhereNoTransactionHasAnEventAnyMore) {
  for (auto* t : u_.all<record::TransactionTried>())
    if (t->transaction == "transfer") t->attributes = {{"transfer", {"amount"}}, {"rewards", {"amount"}}};
  tried("transfer").attributes.erase("rewards");
  EXPECT_THAT(found(), HasSubstr("transfer: its result has no event `rewards` any more"));
  tried("delegate").attributes = {{"rewards", {"amount"}}};
  EXPECT_EQ(found(), "") << "it comes with the state";
}

TEST_F(ServiceChecks, HaveNoCostsOfResultsWithoutEvents) { EXPECT_EQ(item("Transaction Costs").outcome, Outcome::skipped); }

// --- Forged Transactions Refused

class ForgedTransactions : public ServiceChecks {
 protected:
  void checked(const char* checkpoint, int code) {
    record::TransactionTried t;
    t.checkpoint = checkpoint, t.transaction = "transfer", t.code = code, t.codespace = code ? "sdk" : "", t.forged = true;
    u_.add(checkpoint == kBefore ? made::at::kAsked - 1.01 : made::at::kAsked + 0.01, "", t);
  }
};

TEST_F(ForgedTransactions, AreRefusedAsBefore) {
  checked(kBefore, 4), checked(kAfter, 4);
  EXPECT_THAT(made::not_passed(u_), IsEmpty());
  EXPECT_EQ(item("Forged Transactions Refused").outcome, Outcome::pass);
}

TEST_F(ForgedTransactions, FailWhereTheyAreAccepted) {
  checked(kBefore, 4), checked(kAfter, 0);
  EXPECT_THAT(made::not_passed(u_), ElementsAre("Forged Transactions Refused (network): fail"));
  EXPECT_THAT(item("Forged Transactions Refused").message, HasSubstr("a transfer whose signature is wrong is accepted"));
}

TEST_F(ForgedTransactions, SayNothingWhereSignaturesAreNotComeTo) {
  checked(kBefore, 4), checked(kAfter, 13);
  EXPECT_EQ(item("Forged Transactions Refused").outcome, Outcome::skipped);
}

TEST_F(ForgedTransactions, SayNothingWhereTheyWereRefusedForSomethingElse) {
  checked(kBefore, 32), checked(kAfter, 32);
  EXPECT_EQ(item("Forged Transactions Refused").outcome, Outcome::skipped);
}

TEST_F(ForgedTransactions, SayNothingOfAChainThatTookThemBefore) {
  checked(kBefore, 0), checked(kAfter, 0);
  EXPECT_EQ(item("Forged Transactions Refused").outcome, Outcome::skipped);
}

// --- Transactions Simulated, Replayed Transactions Refused

class TransactionProbes : public ServiceChecks {
 protected:
  void said(const char* question, const char* checkpoint, int code, const char* kind = "transfer", std::int64_t gas = 0) {
    record::Answered a;
    a.checkpoint = checkpoint, a.question = question, a.answered = true;
    a.value = {{"transaction", kind}, {"code", code}, {"codespace", code ? "sdk" : ""}, {"log", code ? "no" : ""}, {"gas_used", gas}};
    u_.add(checkpoint == kBefore ? made::at::kAsked - 1.01 : made::at::kAsked + 0.01, "", a);
  }
};

TEST_F(TransactionProbes, PassWhereNodesSayWhatTheyDid) {
  said(kSimulated, kBefore, 0), said(kSimulated, kAfter, 0), said(kReplayed, kBefore, 32), said(kReplayed, kAfter, 32);
  EXPECT_THAT(made::not_passed(u_), IsEmpty());
  EXPECT_EQ(item("Transactions Simulated").outcome, Outcome::pass);
  EXPECT_EQ(item("Replayed Transactions Refused").outcome, Outcome::pass);
}

TEST_F(TransactionProbes, FailWhereNothingIsSimulatedAnyMore) {
  said(kSimulated, kBefore, 0), said(kSimulated, kAfter, 18);
  EXPECT_THAT(made::not_passed(u_), ElementsAre("Transactions Simulated (network): fail"));
  EXPECT_THAT(item("Transactions Simulated").message, HasSubstr("a transfer cannot be simulated any more, so that wallets learn no gas for it: code 18 (sdk): no"));
}

TEST_F(TransactionProbes, FailWhereASimulationFindsFarLessThanABlockTakes) {
  for (auto* t : u_.all<record::TransactionTried>()) t->gas_used = t->checkpoint == kBefore ? 75'000 : 155'000;
  said(kSimulated, kBefore, 0, "transfer", 75'000), said(kSimulated, kAfter, 0, "transfer", 104'000);
  EXPECT_EQ(item("Transactions Simulated").outcome, Outcome::pass) << "what wallets allow is enough";
  said(kSimulated, kAfter, 0, "transfer", 103'000);
  EXPECT_THAT(item("Transactions Simulated").message, HasSubstr("a simulation finds that a transfer takes 103000 gas, and a block takes 155000: "));
  said(kSimulated, kBefore, 0, "transfer", 49'000);
  EXPECT_EQ(item("Transactions Simulated").outcome, Outcome::pass) << "it was so before";
}

TEST_F(TransactionProbes, FailWhereWhatWasCarriedOutIsAcceptedAgain) {
  said(kReplayed, kBefore, 32), said(kReplayed, kAfter, 0);
  EXPECT_THAT(made::not_passed(u_), ElementsAre("Replayed Transactions Refused (network): fail"));
}

TEST_F(TransactionProbes, SayNothingOfWhatWasSoBefore) {
  said(kSimulated, kBefore, 18), said(kSimulated, kAfter, 18), said(kReplayed, kBefore, 0), said(kReplayed, kAfter, 0);
  EXPECT_EQ(item("Transactions Simulated").outcome, Outcome::skipped);
  EXPECT_EQ(item("Replayed Transactions Refused").outcome, Outcome::skipped);
}

TEST_F(TransactionProbes, SayNothingWhereOneIsRefusedForSomethingElse) {
  said(kReplayed, kBefore, 32), said(kReplayed, kAfter, 13);
  EXPECT_EQ(item("Replayed Transactions Refused").outcome, Outcome::skipped);
}

TEST_F(TransactionProbes, SayNothingOfTwoKinds) {
  said(kSimulated, kBefore, 0), said(kSimulated, kAfter, 18, "vote");
  EXPECT_EQ(item("Transactions Simulated").outcome, Outcome::skipped);
}

TEST_F(ServiceChecks, CatchATransactionWithoutEffect) {
  tried("transfer").is = "1";
  EXPECT_THAT(item("Transactions Accepted").message, HasSubstr("transfer: it is in a block with code 0 and has no effect: still 1"));
  EXPECT_EQ(cause(), "transactions-refused");
}

// A fee that is charged to nobody is no matter of whose allowance it would come from.
TEST_F(ServiceChecks, DoNotBlameAnAllowanceForFeesThatAreNotTaken) {
  const std::map<std::string, std::string> fee = {{"stake", "1250"}};
  for (const char* when : {kBefore, kAfter}) {
    auto &own = tried("transfer", when), &granted = tried("delegate", when);
    own.events = granted.events = 9;
    own.fee = granted.fee = when == kBefore ? fee : std::map<std::string, std::string>{}, own.paid = when == kBefore ? fee : own.paid;
    granted.was = granted.is = "998000";
  }
  EXPECT_EQ(item("Transactions Accepted").outcome, Outcome::pass);
  EXPECT_EQ(item("Transaction Costs").outcome, Outcome::fail);
  EXPECT_EQ(cause(), "check-failed");
  tried("transfer").paid = fee, tried("transfer").fee = fee;
  EXPECT_THAT(item("Transactions Accepted").message, HasSubstr("delegate: it is in a block with code 0 and has no effect"));
}

TEST_F(ServiceChecks, SayWhatTheChainDidNotTakeBeforeEither) {
  for (const char* checkpoint : {kBefore, kAfter}) {
    auto& t = tried("delegate", checkpoint);
    t.height = 0, t.code = 2, t.codespace = "staking", t.log = "not allowed";
  }
  EXPECT_THAT(made::not_passed(u_), IsEmpty());
  EXPECT_EQ(item("Transactions Accepted").actual, "accepted: transfer, submit-proposal, vote; not accepted before either: delegate");
}

TEST_F(ServiceChecks, ProveNothingByATransactionThatCouldNotBeSent) {
  tried("vote").error = "validator-1: connection refused";
  EXPECT_THAT(made::not_passed(u_), ElementsAre("Transactions Accepted (network): inconclusive"));
}

TEST_F(ServiceChecks, CatchAProposalThatGetsTheNumberOfAnother) {
  tried("submit-proposal").log = "its proposal gets the number 1, which another has";
  EXPECT_EQ(cause(), "transactions-refused");
  EXPECT_EQ(u_.judged().diagnosis->first_evidence, "submit-proposal: its proposal gets the number 1, which another has");
}

// All before it were accepted: then its sequence is the next.
TEST_F(ServiceChecks, CatchASequenceThatDoesNotGoOn) {
  tried("delegate").error = "account sequence mismatch, expected 6, got 7: incorrect account sequence";
  EXPECT_EQ(cause(), "transactions-refused");
  EXPECT_THAT(item("Transactions Accepted").message, HasSubstr("delegate: account sequence mismatch, expected 6, got 7"));
  tried("transfer").height = 0, tried("transfer").code = 13;
  EXPECT_THAT(item("Transactions Accepted").message, testing::Not(HasSubstr("sequence"))) << "one before it was refused";
}

TEST_F(ServiceChecks, CatchATransactionThatCannotBeAskedForAnyMore) {
  tried("transfer").error = "validator-1 tx: HTTP 200: Internal error: transaction indexing is disabled";
  EXPECT_EQ(cause(), "transactions-refused");
}

TEST_F(ServiceChecks, CatchATransactionThatBlocksPassOver) {
  auto& t = tried("delegate");
  t.height = 0, t.log = "it is in none of the blocks up to 52";
  EXPECT_EQ(item("Transactions Accepted").outcome, Outcome::fail);
  EXPECT_EQ(cause(), "transactions-refused");
  EXPECT_EQ(u_.judged().diagnosis->first_evidence, "delegate: it is in none of the blocks up to 52");
}

// They were signed too late to be sent before the halt: what is refused then may have been refused before.
TEST_F(ServiceChecks, TryAfterTheUpgradeWhatCouldNotBeTriedBefore) {
  std::erase_if(u_.made, [](const auto& e) {
    const auto* t = std::get_if<TransactionTried>(&e.body);
    return t && t->checkpoint == kBefore;
  });
  EXPECT_EQ(item("Transactions Accepted").outcome, Outcome::pass);
  auto& t = tried("delegate");
  t.height = 0, t.code = 11, t.codespace = "sdk", t.log = "out of gas";
  EXPECT_EQ(item("Transactions Accepted").outcome, Outcome::inconclusive);
  EXPECT_THAT(item("Transactions Accepted").message, HasSubstr("none was sent before the upgrade"));
}

TEST_F(ServiceChecks, ProveNothingByARefusalOfWhatCouldNotBeSentBefore) {
  tried("delegate", kBefore).error = "the chain has halted";
  EXPECT_EQ(item("Transactions Accepted").outcome, Outcome::pass);
  auto& t = tried("delegate");
  t.height = 0, t.code = 13, t.codespace = "sdk", t.log = "insufficient fees";
  EXPECT_EQ(item("Transactions Accepted").outcome, Outcome::inconclusive);
}

TEST_F(ServiceChecks, AreSkippedWhereNothingWasSentOrAsked) {
  u_.erase<TransactionTried>();
  u_.erase<Surveyed>();
  EXPECT_THAT(made::not_passed(u_), ElementsAre("Transactions Accepted (network): skipped", "Parameters Kept (network): skipped",
                                                "Queries (network): skipped"));
}

}  // namespace
}  // namespace rehearse
