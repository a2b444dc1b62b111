#include "harness/procedures/shared_blocks.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "harness/procedures/afterwards.h"
#include "harness/procedures/transaction_batch.h"
#include "harness/procedures/transaction_maker.h"
#include "localnet/network/signer.h"
#include "localnet/profile/question_names.h"

namespace rehearse {

namespace {

constexpr const char* kPayments = "shared-blocks";
constexpr const char* kCommand = "unsigned-payment";
constexpr std::size_t kMostRounds = 10;  // a payment of each account
constexpr int kBlocks = 5;               // that are to hold several: of two entries a map's order is the same in half of them

struct Payer {
  SigningAccount account;
  std::size_t sequence = 0;
  std::string written;  // a payment, unsigned
  std::vector<SignedTransaction> payments;
};

std::vector<Payer> payers(Rehearsal& r) {
  std::vector<Payer> all;
  for (const auto* n : r.view().validators()) {
    const auto& address = n->member.account;
    const auto account = answer_of_chain(r, kPayments, {question::account, first_in_reach(r), {{"address", address}}, 0});
    if (!account.is_object()) throw StepFailed("the chain has no account " + address, Cause::afterwards_failed);
    all.push_back({{n->member.name, address, account_number_of(account)}, sequence_of(account), "", {}});
  }
  return all;
}

// What the signer says is shared with its handlers: an answer may come after the wait was given up.
struct Signing {
  explicit Signing(Rehearsal& r) : signer(r.http(), r.network(), r.profile()) {}
  Signer signer;
  std::vector<Payer> payers;
  std::size_t open = 0;
  std::string trouble;
};

void sign_one(const std::shared_ptr<Signing>& s, const std::string& node, std::size_t i) {
  const std::vector<UnsignedTransaction> all(kMostRounds, {s->payers[i].written});
  s->signer.sign(node, s->payers[i].account, all, s->payers[i].sequence, [s, i](const std::string& trouble, std::vector<SignedTransaction> payments) {
    --s->open;
    if (!trouble.empty()) s->trouble = trouble;
    s->payers[i].payments = std::move(payments);
  });
}

std::vector<Payer> sign_payments(Rehearsal& r, std::vector<Payer> payers) {
  auto s = std::make_shared<Signing>(r);
  s->payers = std::move(payers);
  s->open = s->payers.size();
  const auto node = first_in_reach(r);
  const auto where = fmt::format("{}: commands: {}", r.profile().file.string(), kCommand);
  for (std::size_t i = 0; i < s->payers.size(); ++i)
    s->signer.make(node, s->payers[i].account, command_of(r.profile(), kCommand).run, {{"address", new_address(r)}}, where,
                   [s, node, i](const std::string& trouble, const std::string& written) {
                     s->payers[i].written = written;
                     if (trouble.empty()) return sign_one(s, node, i);
                     --s->open, s->trouble = trouble;
                   });
  r.await_done("payments of several accounts signed", [s] { return s->open == 0; });
  if (!s->trouble.empty()) throw StepFailed("a payment cannot be signed: " + s->trouble, Cause::afterwards_failed);
  return std::move(s->payers);
}

// All at once; returns at which heights they are.
std::vector<std::int64_t> pay(Rehearsal& r, const std::vector<Payer>& payers, std::size_t round) {
  std::vector<std::shared_ptr<TransactionBatch>> batches;
  for (const auto& p : payers) {
    batches.push_back(std::make_shared<TransactionBatch>(r, p.account.address, kPayments));
    batches.back()->send({{kCommand, {p.written}, p.payments[round], {}}});
  }
  std::vector<std::int64_t> heights;
  for (const auto& batch : batches) {
    batch->await_blocks(false);
    const auto& tried = batch->items().front().tried;
    if (!tried.error.empty() || tried.code)
      throw StepFailed(fmt::format("a payment of {}: {}", tried.account, tried.code ? fmt::format("code {}, {}", tried.code, tried.log) : tried.error),
                       Cause::afterwards_failed);
    heights.push_back(tried.height);
  }
  return heights;
}

}  // namespace

std::string pay_in_shared_blocks(Rehearsal& r) {
  const auto all = sign_payments(r, payers(r));
  std::map<std::int64_t, std::size_t> accounts;  // by height
  const auto shared = [&] { return std::ranges::count_if(accounts, [](const auto& a) { return a.second > 1; }); };
  for (std::size_t round = 0; round < kMostRounds && shared() < kBlocks; ++round)
    for (const auto height : pay(r, all, round)) ++accounts[height];
  if (!shared()) throw StepFailed(fmt::format("no block has come to hold payments of several accounts in {} rounds", kMostRounds), Cause::not_proven);
  const auto most = std::ranges::max_element(accounts, {}, [](const auto& a) { return a.second; })->second;
  return fmt::format("{} blocks hold payments of several accounts, up to {}", shared(), most);
}

}  // namespace rehearse
