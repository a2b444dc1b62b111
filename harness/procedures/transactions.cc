#include "harness/procedures/transactions.h"

#include <fmt/format.h>

#include <re2/re2.h>

#include <algorithm>
#include <utility>

#include "harness/engine/goals.h"
#include "harness/judge/service.h"
#include "harness/procedures/transaction_batch.h"
#include "harness/view/checkpoint.h"
#include "localnet/base/bech32.h"
#include "localnet/base/log.h"
#include "localnet/base/text.h"
#include "localnet/cosmos/descriptors.h"
#include "localnet/cosmos/genesis.h"
#include "localnet/cosmos/keys.h"
#include "localnet/cosmos/rpc.h"
#include "localnet/profile/question_names.h"

namespace rehearse {

using record::Json;
using record::TransactionTried;

namespace {

const Json::json_pointer kMessages("/body/messages");  // of a transaction as it is written

constexpr const char* kPayee = "payee";
constexpr const char* kOfVote = "vote";  // on the proposal that is submitted beside it

using Prepared = std::vector<PreparedTransactions::One>;

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

// That nobody has a key of.
std::string new_address(Rehearsal& r) {
  return bech32_encode(r.profile().chain.bech32, address_bytes(Ed25519Key::generate().pub));
}

SigningAccount account_of(const Json& account, const std::string& key, const std::string& address) {
  return {key, address, text_of(account.value("account_number", Json("0")))};
}

std::size_t sequence_of(const Json& account) {
  return static_cast<std::size_t>(number_in(account.value("sequence", Json(0))));
}

}  // namespace

// Asks for the account, makes the transactions, signs them and sends those of before: each when the one
// before it is done.
struct TransactionsBefore::Work : std::enable_shared_from_this<TransactionsBefore::Work> {
  struct Kind {
    PreparedTransactions::One one;
    std::vector<std::string> run, of;  // see TransactionKind
    bool before = true;  // false: the procedure has sent one itself
    std::string trouble = {};
  };

  explicit Work(Rehearsal& r) : r(r), node(first_in_reach(r)), signer(r.http(), r.network(), r.profile()) {}

  void begin() {
    batch = std::make_shared<TransactionBatch>(r, account.address, kBefore);
    questioner.emplace(r.http(), r.network().cli(), r.profile());
    questioner->ask({question::account, node, {{"address", account.address}}, 0},
                    r.network().respondent(node), [self = shared_from_this()](const Answer& a) {
                      if (!a.answered || !a.value.is_object())
                        return self->give_up("account " + self->account.address + ": " + a.error);
                      self->account = account_of(a.value, self->account.key, self->account.address);
                      self->sequence = sequence_of(a.value);
                      self->make();
                    });
  }

  // One after the other: what the procedure does meanwhile has the processors first.
  void make() {
    if (made == kinds.size()) return sign();
    auto& kind = kinds[made];
    if (!kind.of.empty()) {
      put_together(kind);
      ++made;
      return make();
    }
    auto arguments = kind.run;
    arguments.push_back("--generate-only");
    signer.make(node, account, std::move(arguments), values, r.profile().file.string() + ": transactions: " + kind.one.kind,
                [self = shared_from_this(), &kind](const std::string& trouble, const std::string& written) {
                  kind.trouble = trouble, kind.one.written = written;
                  ++self->made;
                  self->make();
                });
  }

  // One transaction with the messages of those, else as the first of them.
  void put_together(Kind& kind) {
    Json all;
    for (const auto& part : kind.of) {
      const auto& k = *std::ranges::find(kinds, part, [](const Kind& one) { return one.one.kind; });
      const auto written = k.trouble.empty() ? Json::parse(k.one.written, nullptr, false) : Json();
      if (!written.contains(kMessages)) {
        kind.trouble = part + " could not be made";
        return;
      }
      if (all.is_null()) all = written;
      else for (const auto& message : written[kMessages]) all[kMessages].push_back(message);
    }
    kind.one.written = all.dump();
  }

  void sign() {
    std::erase_if(kinds, [this](const Kind& k) {
      if (!k.trouble.empty()) unmade.emplace_back(k.one.kind, k.trouble);
      return !k.trouble.empty();
    });
    // To somebody else before: after the upgrade a transfer is to make an account.
    for (const auto& k : kinds)
      if (k.before) first.push_back(k.one), RE2::GlobalReplace(&first.back().written, RE2::QuoteMeta(values.at(kPayee)), new_address(r));
    for (const auto& k : kinds) second.push_back(k.one);
    std::vector<std::string> written;
    for (const auto* some : {&first, &second})
      for (const auto& t : *some) written.push_back(t.written);
    if (written.empty()) return give_up("none could be made");
    signer.sign(
        node, account, written, sequence,
        [self = shared_from_this()](const std::string& trouble, const std::vector<SignedTransaction>& all) {
          if (!trouble.empty()) return self->give_up(trouble);
          std::size_t next = 0;
          for (auto* some : {&self->first, &self->second})
            for (auto& t : *some) t.as_signed = all[next++];
          if (!has_halted(self->r.view())) self->batch->send(self->first);
          self->is_signed = true;
        });
  }

  bool has(const std::string& kind) const {
    return std::ranges::any_of(kinds, [&](const Kind& k) { return k.one.kind == kind; });
  }

  void give_up(const std::string& why) {
    for (const auto& k : kinds) unmade.emplace_back(k.one.kind, why);
    ended = true;
  }

  Rehearsal& r;
  const std::string node;
  Signer signer;
  std::optional<Questioner> questioner;
  std::shared_ptr<TransactionBatch> batch;
  SigningAccount account;
  std::size_t sequence = 0, made = 0;
  Values values;
  std::vector<Kind> kinds;
  Prepared first, second;
  std::vector<std::pair<std::string, std::string>> unmade;  // kind, why
  bool is_signed = false, ended = false;
};

namespace {

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
  work_ = std::make_shared<Work>(r);
  const auto& sender = validators.back()->member;
  work_->account = {sender.name, sender.account, ""};
  work_->values = {{kPayee, new_address(r)},
                   {"validator", validators.front()->member.operator_address},
                   {"other_validator", validators.size() > 2 ? validators[1]->member.operator_address : ""},
                   {"file", write_idle_proposal(r).string()},
                   {"proposal", std::to_string(std::stoll(proposal) + 1)}};
  auto of_question = work_->values;
  of_question["account"] = sender.account, of_question["denom"] = p.chain.denom;
  const auto own = transactions_at(r.view(), kBefore);
  for (const auto& [kind, t] : p.transactions) {
    // What it delegates to itself would be taken for a delegation that changed.
    const auto names = [&run = t.run](std::string_view value) {
      return std::ranges::any_of(run, [&](const auto& a) { return a.find(value) != std::string::npos; });
    };
    if (validators.size() < (names("{other_validator}") ? 3 : names("{validator}") ? 2 : 1)) continue;
    if (!std::ranges::all_of(t.of, [this](const auto& part) { return work_->has(part); })) continue;
    Work::Kind k{{kind, "", {}, {}}, t.run, t.of};
    k.before = std::none_of(own.begin(), own.end(),
                            [&, name = kind](const auto& tried) { return tried.transaction == name; });
    if (!t.effect.empty()) {
      Values args;
      for (const auto& [name, text] : t.args)
        args[name] =
            fill(std::vector<std::string>{text}, of_question, p.file.string() + ": transactions: " + kind)
                .front();
      k.one.effect = Question{t.effect, work_->node, args, 0};
    }
    work_->kinds.push_back(std::move(k));
  }
  work_->begin();
}

void TransactionsBefore::end() {
  if (!work_) return;
  // Late, after the halt, those of afterwards are still of use.
  r_.await_done("transactions of each kind signed", [this] { return work_->is_signed || work_->ended; });
  for (const auto& [kind, why] : work_->unmade) {
    TransactionTried t;
    t.checkpoint = kBefore, t.transaction = kind, t.account = work_->account.address, t.error = why;
    r_.record(std::move(t));
  }
  if (!work_->is_signed) return;
  work_->batch->await_blocks(true);
  for (auto& item : work_->batch->items()) r_.record(std::move(item.tried));
  record_probes(r_, *work_->batch, false);
  r_.keep_prepared({work_->account, work_->sequence + work_->first.size(), work_->values.at("proposal"),
                    std::move(work_->second)});
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
  std::vector<std::string> written;
  for (const auto& t : p.all) written.push_back(t.written);
  signing->signer.sign(node, p.account, written, sequence,
                       [signing](const std::string& trouble, std::vector<SignedTransaction> all) {
                         signing->all = std::move(all), signing->trouble = trouble, signing->done = true;
                       });
  r.await_done("transactions signed again", [&] { return signing->done; });
  for (std::size_t i = 0; i < signing->all.size(); ++i) p.all[i].as_signed = signing->all[i];
  if (!signing->trouble.empty()) throw TimedOut("transactions cannot be signed again: " + signing->trouble, Cause::machine_stalled);
}

// Of a message of its, as it is written.
bool is_of_dropped_module(const NetworkView& v, const std::string& written) {
  const auto transaction = Json::parse(written, nullptr, false);
  return transaction.contains(kMessages) && std::ranges::any_of(transaction[kMessages], [&](const Json& message) {
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
    return announces(gone, t.kind) || is_of_dropped_module(r.view(), t.written) || (kind != r.profile().transactions.end() && std::ranges::any_of(kind->second.of, [&](const auto& part) { return announces(gone, part); }));
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
