#include "harness/procedures/transaction_maker.h"

#include <re2/re2.h>

#include <algorithm>
#include <functional>

#include "harness/view/checkpoint.h"
#include "localnet/base/bech32.h"
#include "localnet/base/text.h"
#include "localnet/cosmos/keys.h"
#include "localnet/cosmos/rpc.h"
#include "localnet/profile/question_names.h"

namespace rehearse {

using record::Json;

namespace {

const Json::json_pointer kMessages("/body/messages"), kFee("/auth_info/fee");

}  // namespace

std::string new_address(Rehearsal& r) {
  return bech32_encode(r.profile().chain.bech32, address_bytes(Ed25519Key::generate().pub));
}

Json messages_of(const std::string& written) {
  const auto transaction = Json::parse(written, nullptr, false);
  return transaction.contains(kMessages) ? transaction[kMessages] : Json::array();
}

bool has_granter(const std::string& written) {
  const auto transaction = Json::parse(written, nullptr, false);
  static const Json::json_pointer kGranter("/auth_info/fee/granter");
  return transaction.contains(kGranter) && !text_of(transaction[kGranter]).empty();
}

TransactionMaker::TransactionMaker(Rehearsal& rehearsal)
    : r(rehearsal), node(first_in_reach(r)), signer_(r.http(), r.network(), r.profile()) {}

bool TransactionMaker::has(const std::string& kind) const {
  return std::ranges::any_of(kinds, [&](const Kind& k) { return k.one.kind == kind; });
}

void TransactionMaker::begin() {
  batch = std::make_shared<TransactionBatch>(r, account.address, kBefore);
  questioner_.emplace(r.http(), r.network().cli(), r.profile());
  questioner_->ask({question::account, node, {{"address", account.address}}, 0}, r.network().respondent(node),
                   [self = shared_from_this()](const Answer& a) {
                     if (!a.answered || !a.value.is_object())
                       return self->give_up("account " + self->account.address + ": " + a.error);
                     self->account.number = account_number_of(a.value);
                     self->sequence = sequence_of(a.value);
                     self->make();
                   });
}

// One after the other: what the procedure does meanwhile has the processors first.
void TransactionMaker::make() {
  while (made_ < kinds.size() && kinds[made_].how->run.empty()) ++made_;
  if (made_ == kinds.size()) {
    for (auto& k : kinds) if (!k.how->message.is_null()) put_together(k);
    for (auto& k : kinds) if (!k.how->of.empty()) put_together(k);
    return sign();
  }
  auto& kind = kinds[made_];
  auto arguments = kind.how->run;
  arguments.push_back("--generate-only");
  signer_.make(node, account, std::move(arguments), values, where(kind),
               [self = shared_from_this(), &kind](const std::string& trouble, const std::string& written) {
                 kind.trouble = trouble, kind.one.as_made.written = written;
                 ++self->made_;
                 self->make();
               });
}

// The first that the chain's program made, with other messages in it.
void TransactionMaker::put_together(Kind& kind) {
  const auto by_program = std::ranges::find_if(kinds, [](const Kind& k) { return !k.how->run.empty() && !k.one.as_made.written.empty(); });
  if (by_program == kinds.end()) {
    kind.trouble = "the chain's program made none whose gas and fees it could have";
    return;
  }
  auto messages = Json::array();
  auto texts = values;
  texts.merge(Values(r.network().respondent(node).values));
  texts["account"] = account.address;
  if (!kind.how->message.is_null()) messages.push_back(fill_texts(kind.how->message, texts, where(kind)));
  for (const auto& part : kind.how->of) {
    const auto of_part = messages_of(std::ranges::find(kinds, part, [](const Kind& k) { return k.one.kind; })->one.as_made.written);
    if (of_part.empty()) kind.trouble = part + " could not be made";
    messages.insert(messages.end(), of_part.begin(), of_part.end());
  }
  auto transaction = Json::parse(by_program->one.as_made.written);
  transaction[kMessages] = messages;
  if (!kind.how->fee.is_null()) transaction[kFee].merge_patch(fill_texts(kind.how->fee, texts, where(kind)));
  kind.one.as_made.written = transaction.dump();
}

// All in one start of the program.
void TransactionMaker::sign() {
  leave_out_unmade();
  first.clear(), second.clear();
  // To somebody else before: after the upgrade a transfer is to make an account.
  for (const auto& k : kinds)
    if (k.before) first.push_back(k.one), RE2::GlobalReplace(&first.back().as_made.written, RE2::QuoteMeta(values.at(kPayee)), new_address(r));
  for (const auto& k : kinds) second.push_back(k.one);
  // Those that are signed otherwise stand together, and so take one start of the program; the first of both is of one kind.
  const auto as_usual = [](const auto& t) { return t.as_made.sign_mode.empty(); };
  std::stable_partition(first.begin(), first.end(), as_usual);
  if (!second.empty()) std::stable_partition(second.begin() + 1, second.end(), std::not_fn(as_usual));
  std::vector<UnsignedTransaction> made;
  for (const auto* some : {&first, &second})
    for (const auto& t : *some) made.push_back(t.as_made);
  if (made.empty()) return give_up("none could be made");
  signer_.sign(node, account, std::move(made), sequence,
               [self = shared_from_this()](const std::string& trouble, const std::vector<SignedTransaction>& all) {
                 if (!trouble.empty()) return self->is_of_some(trouble) ? self->sign() : self->give_up(trouble);
                 std::size_t next = 0;
                 for (auto* some : {&self->first, &self->second})
                   for (auto& t : *some) t.as_signed = all[next++];
                 if (!has_halted(self->r.view())) self->batch->send(self->first);
                 self->is_signed = true;
               });
}

// The program names the type of a message that it does not know, or has not the way in which some are to be signed: the others
// can still be signed.
bool TransactionMaker::is_of_some(const std::string& trouble) {
  for (auto& k : kinds) {
    const auto parts = messages_of(k.one.as_made.written).flatten();  // a message may hold others
    for (const auto& [at, value] : parts.items())
      if (at.ends_with("/@type") && RE2::PartialMatch(trouble, RE2::QuoteMeta(value.get<std::string>()) + "\\b")) k.trouble = trouble;
  }
  const auto is_known = [](const Kind& k) { return !k.trouble.empty(); };
  if (std::ranges::none_of(kinds, is_known))
    for (auto& k : kinds) if (!k.how->sign_mode.empty()) k.trouble = trouble;
  return std::ranges::any_of(kinds, is_known);
}

void TransactionMaker::leave_out_unmade() {
  std::erase_if(kinds, [this](const Kind& k) {
    if (!k.trouble.empty()) unmade.emplace_back(k.one.kind, k.trouble);
    return !k.trouble.empty();
  });
}

void TransactionMaker::give_up(const std::string& why) {
  for (const auto& k : kinds) unmade.emplace_back(k.one.kind, why);
  ended = true;
}

std::string TransactionMaker::where(const Kind& kind) const {
  return r.profile().file.string() + ": transactions: " + kind.one.kind;
}

}  // namespace rehearse
