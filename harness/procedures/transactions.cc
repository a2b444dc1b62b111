#include "harness/procedures/transactions.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "harness/engine/goals.h"
#include "harness/judge/service.h"
#include "harness/procedures/transaction_batch.h"
#include "harness/procedures/transaction_maker.h"
#include "harness/view/checkpoint.h"
#include "localnet/base/log.h"
#include "localnet/base/text.h"
#include "localnet/cosmos/descriptors.h"
#include "localnet/cosmos/genesis.h"
#include "localnet/cosmos/keys.h"
#include "localnet/profile/question_names.h"

namespace rehearse {

using record::Json;
using record::TransactionTried;

namespace {

constexpr const char* kOfVote = "vote";  // on the proposal that is submitted beside it

std::vector<Json> effects_of(Rehearsal& r, const std::vector<std::optional<Question>>& of,
                             const std::string& node) {
  std::vector<Question> questions;
  for (auto question : of)
    if (question) question->node = node, questions.push_back(*question);
  const auto answers = r.ask("effects", questions);
  std::vector<Json> effects;
  std::size_t next = 0;
  for (const auto& question : of) {
    if (!question) {
      effects.push_back(nullptr);
      continue;
    }
    const auto& a = answers[next++];
    effects.push_back(!a.answered ? Json() : a.absent ? Json("none") : a.value);
  }
  return effects;
}

// What nodes make of one transaction that was carried out, and of what the batch asked besides.
// `of_new`: the new release is asked; the old one no more once it has halted.
void record_probes(Rehearsal& r, TransactionBatch& batch, bool of_new) {
  const auto before = transactions_at(r.view(), kBefore);
  const auto carried_out = std::ranges::find_if(before, was_accepted);
  if (carried_out != before.end() && !batch.items().empty() && (of_new || !has_halted(r.view()))) batch.try_again(*carried_out);
  if (!batch.forged().checkpoint.empty()) r.record(batch.forged());
  for (auto& probe : batch.probes()) r.record(std::move(probe));
}

// A proposal that does nothing: no upgrade is planned by then. It has a message, since the older version of
// the module's service lists no proposal without one.
std::filesystem::path write_idle_proposal(Rehearsal& r) {
  const auto& p = r.profile();
  const Json message = {{"@type", "/cosmos.upgrade.v1beta1.MsgCancelUpgrade"},
                        {"authority", module_address("gov", p.chain.bech32)}};
  const Json written = {{"messages", {message}},
                        {"metadata", ""},
                        {"deposit", p.governance.deposit},
                        {"title", "Are proposals accepted?"},
                        {"summary", "A rehearsal asks after the upgrade"},
                        {"expedited", false}};
  const auto file = r.folder() / "operator" / "idle-proposal.json";
  write_file(file, written.dump(1) + "\n");
  return file;
}

}  // namespace

TransactionsBefore::TransactionsBefore(Rehearsal& r, const std::string& proposal) : r_(r) {
  const auto& p = r.profile();
  const auto validators = r.view().validators();
  if (p.transactions.empty() || !p.commands.contains("sign-batch") ||
      !p.questions.contains(question::account) || validators.empty())
    return;
  maker_ = std::make_shared<TransactionMaker>(r);
  const auto& sender = validators.back()->member;
  maker_->account = {sender.name, sender.account, ""};
  maker_->values = {{kPayee, new_address(r)},
                   {"validator", validators.front()->member.operator_address},
                   {"other_validator", validators.size() > 2 ? validators[1]->member.operator_address : ""},
                   {"watched", r.network().watched_account()},
                   {"granter", validators.front()->member.account},  // who it is, and to whom, the genesis knows: genesis_maker.cc
                   {"file", write_idle_proposal(r).string()},
                   {"proposal", std::to_string(std::stoll(proposal) + 1)}};
  auto of_question = maker_->values;
  of_question["account"] = sender.account, of_question["denom"] = p.chain.denom;
  const auto own = transactions_at(r.view(), kBefore);
  for (const auto& [kind, t] : p.transactions) {
    // What it delegates to itself would be taken for a delegation that changed.
    const auto names = [texts = fmt::format("{} {} {}", fmt::join(t.run, " "), t.message.dump(), t.fee.dump())](std::string_view value) { return texts.find(value) != std::string::npos; };
    if (validators.size() < (names("{other_validator}") ? 3 : names("{validator}") || names("{granter}") ? 2 : 1)) continue;
    TransactionMaker::Kind k{{kind, {"", t.sign_mode}, {}, {}}, &t};
    k.before = std::none_of(own.begin(), own.end(),
                            [&, name = kind](const auto& tried) { return tried.transaction == name; });
    if (!t.effect.empty()) {
      Values args;
      for (const auto& [name, text] : t.args)
        args[name] =
            fill(std::vector<std::string>{text}, of_question, p.file.string() + ": transactions: " + kind)
                .front();
      k.one.effect = Question{t.effect, maker_->node, args, 0};
    }
    maker_->kinds.push_back(std::move(k));
  }
  std::erase_if(maker_->kinds, [this](const auto& k) {
    return !std::ranges::all_of(k.how->of, [this](const auto& part) { return maker_->has(part); });
  });
  maker_->begin();
}

void TransactionsBefore::end() {
  if (!maker_) return;
  // Late, after the halt, those of afterwards are still of use.
  r_.await_done("transactions of each kind signed", [this] { return maker_->is_signed || maker_->ended; });
  for (const auto& [kind, why] : maker_->unmade) {
    TransactionTried t;
    t.checkpoint = kBefore, t.transaction = kind, t.account = maker_->account.address, t.error = why;
    r_.record(std::move(t));
  }
  if (!maker_->is_signed) return;
  maker_->batch->await_blocks(true);
  for (auto& item : maker_->batch->items()) r_.record(std::move(item.tried));
  record_probes(r_, *maker_->batch, false);
  r_.keep_prepared({maker_->account, maker_->sequence + maker_->first.size(), maker_->values.at("proposal"),
                    std::move(maker_->second)});
}

struct TransactionsAfter::Work {
  std::string proposal;                            // that is voted on
  std::vector<std::optional<Question>> questions;  // for the effect of each
  std::vector<Json> were;                          // their answers before it
  std::shared_ptr<TransactionBatch> batch;
};

namespace {

// Another transaction of the account came first, or one of before was rolled back.
void sign_again(Rehearsal& r, PreparedTransactions& p, const std::string& node, std::size_t sequence) {
  log_info(fmt::format("transactions of {} are signed again: its sequence is {}, not {}", p.account.address,
                       sequence, p.sequence));
  struct Signing {
    Signer signer;
    std::vector<SignedTransaction> all;
    std::string trouble;
    bool done = false;
  };
  auto signing = std::make_shared<Signing>(Signing{{r.http(), r.network(), r.profile()}, {}, "", false});
  std::vector<UnsignedTransaction> made;
  for (const auto& t : p.all) made.push_back(t.as_made);
  signing->signer.sign(node, p.account, std::move(made), sequence,
                       [signing](const std::string& trouble, std::vector<SignedTransaction> all) {
                         signing->all = std::move(all), signing->trouble = trouble, signing->done = true;
                       });
  r.await_done("transactions signed again", [&] { return signing->done; });
  for (std::size_t i = 0; i < signing->all.size(); ++i) p.all[i].as_signed = signing->all[i];
  if (!signing->trouble.empty()) throw TimedOut("transactions cannot be signed again: " + signing->trouble, Cause::machine_stalled);
}

// Of a message of its, as it is written, or of who pays its fees.
bool is_of_dropped_module(const NetworkView& v, const std::string& written) {
  if (has_granter(written) && is_module_dropped(v, "feegrant")) return true;
  return std::ranges::any_of(messages_of(written), [&](const Json& message) {
    return is_module_dropped(v, module_of_route(message.value("@type", "")));
  });
}

// A release may want a higher deposit: then there is nothing to vote on yet.
bool waits_for_deposit(Rehearsal& r, const std::string& proposal) {
  const auto a = r.ask("effects", {{question::proposal, first_in_reach(r), {{"id", proposal}}, 0}}).front();
  return a.answered && a.value.is_object() && a.value.contains("status") && a.value["status"] == "PROPOSAL_STATUS_DEPOSIT_PERIOD";
}

}  // namespace

TransactionsAfter::TransactionsAfter(Rehearsal& r) : r_(r) {
  auto p = r.take_prepared();
  const auto before = transactions_at(r.view(), kBefore);
  const bool too_late = std::ranges::any_of(before, [](const auto& t) { return !t.error.empty(); });
  if (p.all.empty() && too_late && r.view().plan) {  // the chain had halted by the time that they were made
    TransactionsBefore(r, r.view().plan->proposal).end();
    p = r.take_prepared();
  }
  if (p.all.empty()) return;
  // One that is refused before its signature is looked at would leave a gap in the account's sequence.
  const auto gone = announced_changes(r.view()).transactions;
  const auto left_out = std::erase_if(p.all, [&](const auto& t) {
    const auto kind = std::ranges::find(r.profile().transactions, t.kind, [](const auto& k) { return k.first; });
    return announces(gone, t.kind) || is_of_dropped_module(r.view(), t.as_made.written) || (kind != r.profile().transactions.end() && std::ranges::any_of(kind->second.of, [&](const auto& part) { return announces(gone, part); }));
  });
  if (p.all.empty()) return;
  const auto node = first_in_reach(r);
  const auto a = r.ask("effects", {{question::account, node, {{"address", p.account.address}}, 0}}).front();
  const auto sequence = a.answered && a.value.is_object() ? sequence_of(a.value) : p.sequence;
  if (left_out || sequence != p.sequence) sign_again(r, p, node, sequence);
  work_ = std::make_shared<Work>();
  work_->proposal = p.proposal;
  for (const auto& t : p.all) work_->questions.push_back(t.effect);
  work_->were = effects_of(r, work_->questions, node);
  work_->batch = std::make_shared<TransactionBatch>(r, p.account.address, kAfter);
  work_->batch->send(std::move(p.all));
}

void TransactionsAfter::end() {
  if (!work_) return;
  auto& b = *work_->batch;
  b.await_blocks(false);
  const auto are = effects_of(r_, work_->questions, b.node());
  // Others may have made proposals meanwhile: a vote on one of theirs says nothing.
  const bool voted_on_own = std::any_of(b.proposals().begin(), b.proposals().end(),
                                        [this](const auto& p) { return p.second == work_->proposal; });
  for (std::size_t i = 0; i < b.items().size(); ++i) {
    auto& t = b.items()[i].tried;
    if (t.transaction == kOfVote && (!voted_on_own || waits_for_deposit(r_, work_->proposal))) continue;
    if (was_accepted(t)) t.was = work_->were[i], t.is = are[i];
    if (const auto made = b.proposals().find(t.hash); was_accepted(t) && made != b.proposals().end() && number_in(made->second) < number_in(work_->proposal))
      t.log = fmt::format("its proposal gets the number {}, which another has", made->second);
    r_.record(t);
  }
  record_probes(r_, b, true);
}

}  // namespace rehearse
