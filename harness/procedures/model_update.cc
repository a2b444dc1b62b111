#include "harness/procedures/model_update.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "harness/judge/checks/scoring.h"
#include "harness/engine/goals.h"
#include "harness/procedures/governed.h"
#include "harness/procedures/verification.h"
#include "harness/view/step_ids.h"
#include "localnet/cosmos/hdf5.h"
#include "localnet/profile/model.h"
#include "localnet/cosmos/rpc.h"
#include "localnet/base/sha256.h"
#include "localnet/profile/question_names.h"

namespace rehearse {

using record::Json;

namespace {

// Loads a model with the real Keras and tells its version.
constexpr int kNoKeras = 42;  // its exit code where Keras is not there
constexpr const char* kLoad =
    "import os, sys\n"
    "os.environ.setdefault('KERAS_BACKEND', 'numpy')\n"
    "try:\n"
    "  import keras\n"
    "except ImportError:\n"
    "  sys.exit(42)\n"
    "keras.models.load_model(sys.argv[1])\n"
    "print('Keras', keras.__version__)\n";

std::string load_with_keras(Rehearsal& r, const std::filesystem::path& file) {
  if (r.subject().keras.empty()) throw StepSkipped("needs Keras: ./rehearse keras");
  const auto a = r.run_programs({{r.subject().keras, {"-c", kLoad, file.string()}}}).front();
  if (a.status.code == kNoKeras)
    throw StepSkipped("needs Keras: " + r.subject().keras.string() + " has none");
  if (a.killed_after.count())
    throw TimedOut(r.subject().keras.string() + " did not load the model in time", Cause::machine_stalled);
  if (!a.status.ok()) throw StepFailed("Keras does not load " + file.filename().string() + ": " + a.err, Cause::model_not_loaded);
  return version_in(a) + " loads " + file.filename().string();
}

}  // namespace

ModelUpdate::ModelUpdate(Rehearsal& r) : r_(r) {
  if (!r.profile().model)
    throw Error(Blame::scenario, r.profile().file.string() + ": the chain has no model (`model`), this procedure changes it");
}

Values ModelUpdate::values() const {
  return {{"model_version", change().to.version}, {"model_hash", change().to.hash()}, {"height", std::to_string(height_)}};
}

NodeNames ModelUpdate::diligent() const { return except(nodes_, r_.scenario().upgrade.missed); }

std::string ModelUpdate::show(const Model& m) const { return m.version + ", " + m.hash().substr(0, 23); }

std::vector<Json> ModelUpdate::status_of(const std::string& checkpoint, const NodeNames& names) {
  std::vector<Question> questions;
  for (const auto& name : names) questions.push_back({question::model_status, name, {}, 0});
  std::vector<Json> all;
  for (const auto& a : r_.ask(checkpoint, questions)) {
    if (!a.answered) throw StepFailed(names[all.size()] + " does not say what it scores with: " + a.error);
    all.push_back(a.value);
  }
  return all;
}

std::vector<Json> ModelUpdate::scored_records(const std::string& checkpoint) {
  const auto a = r_.ask(checkpoint, {{question::scored_records, r_.view().order.front(), {}, 0}}).front();
  if (!a.answered) throw StepFailed("the chain does not list what was scored: " + a.error);
  return a.value.get<std::vector<Json>>();
}

std::int64_t ModelUpdate::score(const std::vector<const NodeView*>& validators) {
  std::int64_t last = 0;
  const auto& transaction = first_initial_transaction(r_);
  const auto sent = send_transactions(
      r_, transactions_of_each(r_, transaction, validators, r_.take_ordinals(validators.size())));
  for (const auto& included : sent) last = std::max(last, included.height);
  return last;
}

void ModelUpdate::begin() {
  r_.step("before", "State before the model changes", kModelGovernance, [&] {
    make_records(r_);
    scored_before_ = scored_records("before-model");
    nodes_ = then_full_nodes(r_, smallest_first(r_));
    from_ = r_.view().highest_height();
    return fmt::format("{}; {} records scored by {}", ask_state_before(r_), scored_before_.size(), show(change().from));
  });
}

void ModelUpdate::submit(bool to_switch) {
  // In blocks: on a slow machine they are as late as the nodes.
  constexpr std::int64_t kToReport = 10, kToRestart = 13;
  height_ = height_after(r_, seconds_to_pass(r_)) + kToReport +
            (to_switch ? kToRestart * static_cast<std::int64_t>(nodes_.size()) : 0);
  Json message = Json::object();
  for (const auto& [field, value] : section().proposal) message[field] = fill(value, values(), "model: proposal");
  proposal_ = submit_proposal(r_, {"Model " + change().to.version, message});
}

// The message is what operators go by.
void ModelUpdate::check_proposal() {
  const auto a = r_.ask("proposed", {{question::proposal, r_.view().order.front(), {{"id", proposal_}}, 0}}).front();
  if (!a.answered || a.absent) throw StepFailed("proposal " + proposal_ + " cannot be asked for: " + a.error);
  if (const auto status = a.value.value("status", ""); status != "PROPOSAL_STATUS_VOTING_PERIOD")
    throw StepFailed("proposal " + proposal_ + " is not voted on: " + status);
  const auto message = a.value.at("messages").at(0);
  for (const auto& [field, value] : section().proposal)
    if (message.value(field, "") != fill(value, values(), "model: proposal"))
      throw StepFailed("proposal " + proposal_ + " is not the one that was submitted: " + message.dump());
}

void ModelUpdate::propose(bool to_switch) {
  r_.enter(Phase::voting);
  r_.step(step_id::propose, "Model proposed", kModelGovernance, [&] {
    submit(to_switch);
    return fmt::format("proposal {}: {}, effective at height {}", proposal_, show(change().to), height_);
  });
  r_.step("proposal", "Check for model upgrade proposal", kModelGovernance, [&] {
    check_proposal();
    return "proposal " + proposal_ + " in its voting period";
  });
  r_.step("vote", "Every validator votes", kModelGovernance, [&] {
    all_voted_ = approve(r_, proposal_);
    return std::string("votes yes") + (all_voted_ ? "" : ", not all in time");
  });
}

void ModelUpdate::pass() {
  r_.step(step_id::passed, "Voting ends, model approved", kModelGovernance, [&] {
    try {
      await_passed(r_, proposal_, all_voted_);
    } catch (const StepFailed& e) {
      if (e.cause == Cause::proposal_failed && r_.view().highest_height() >= height_)
        throw too_late(r_.view(), fmt::format("the vote was not over before height {}", height_));
      throw;
    }
    const auto update = status_of("approved", {r_.view().order.front()}).front().at("update");
    if (!update.is_object() || update.value("hash", "") != change().to.hash())
      throw StepFailed("the proposal passed, but no such model is approved: " + update.dump());
    return fmt::format("to be reported by height {}, effective at {}", text_of(update.at("report_by")), height_);
  });
}

void ModelUpdate::fetch(const NodeNames& names, const char* runbook) {
  const auto file_of = [&](const std::string& name) {
    return model_in(r_.network().node(name).home(), section(), change().to.version);
  };
  r_.step("download", "Download model", runbook, [&] {
    std::vector<Download> all;
    for (const auto& name : names) all.push_back({change().url, file_of(name), change().to.sha256, change().ca_file});
    try {
      r_.download(all);
    } catch (const Error& e) {
      if (e.trouble != Trouble::checksum_mismatch) throw;
      throw StepFailed(std::string(e.what()) + "; no node was touched", Cause::model_hash_mismatch);
    }
    return fmt::format("{} on {} nodes", file_of(names.front()).filename().string(), names.size());
  });
  r_.step("hash", "Verify hash", runbook, [&] {
    for (const auto& name : names)
      if (const auto actual = sha256_file(file_of(name)); actual != change().to.sha256)
        throw StepFailed(fmt::format("{}: expected {}, actual sha256:{}", name, change().to.hash(), actual),
                         Cause::model_hash_mismatch);
    return fmt::format("{} on {} nodes", change().to.hash(), names.size());
  });
}

// The files are the same everywhere: one of them is loaded.
void ModelUpdate::load() {
  const auto file = model_in(r_.network().node(diligent().front()).home(), section(), change().to.version);
  r_.step("opens", "Test model opens: libhdf5", kModelDownload, [&] {
    if (const auto trouble = trouble_with_model(file); !trouble.empty()) throw StepFailed(trouble, Cause::model_not_loaded);
    return "model_config and model_weights are there";
  });
  r_.step("loads", "Test model loads: Keras", kModelDownload, [&] { return load_with_keras(r_, file); });
}

void ModelUpdate::switch_nodes(const NodeNames& names, const char* runbook, const std::function<void()>& after_each) {
  r_.enter(Phase::swap);
  for (const auto& name : names) {
    r_.step("model-" + name, "Update config, restart: " + name, runbook, [&] {
      const auto& home = r_.network().node(name).home();
      const auto changed = name_model(home, section(), model_in(home, section(), change().to.version));
      if (changed.empty())
        throw StepFailed(fmt::format("{}: `{}` replaces nothing in {}", name, section().match, section().config));
      downs_.merge(restart(r_, {name}, [] {}, true));
      return changed;
    });
    if (after_each) after_each();
  }
  r_.step("signed", "Every block signed by all but the one that restarts", kOrder,
          [&] { return check_signatures(r_.view(), from_, downs_); });
}

void ModelUpdate::report(bool unseen) {
  r_.step("report", "Validators report the model", kModelActivation, [&] {
    const auto validators = validator_names(r_.scenario().network);
    const auto status = status_of("reporting", validators);
    std::vector<NodeCommand> reports;
    NodeNames silent;
    for (std::size_t i = 0; i < validators.size(); ++i) {
      const auto& files = status[i].at("files");
      const bool loaded = std::any_of(files.begin(), files.end(),
                                      [&](const Json& f) { return f.value("hash", "") == change().to.hash(); });
      if (loaded || unseen)
        reports.push_back({validators[i], r_.command("report-model", validators[i], values())});
      else
        silent.push_back(validators[i]);
    }
    const auto by = number_in(status.front().at("update").at("report_by"));
    for (const auto& included : send_transactions(r_, reports))
      if (included.height > by) throw too_late(r_.view(), fmt::format("not every validator had reported before height {}", by + 1));
    if (unseen) return std::string("before any node has loaded it");
    return fmt::format("{} of {}{}", reports.size(), validators.size(),
                       silent.empty() ? "" : fmt::format("; not loaded on {}", fmt::join(silent, ", ")));
  });
}

void ModelUpdate::await_height(const std::string& remark) {
  r_.enter(Phase::waiting);
  r_.step(step_id::height, "Monitor current height: the model activates", kModelActivation, [&] {
    constexpr std::chrono::seconds kStandsStill{20}, kMost{120};
    // The state after it is there once the next block is.
    r_.await("height " + std::to_string(height_) + " on all", stored_on_all(height_ + 1), {kStandsStill, kMost});
    return fmt::format("height {}{}", height_, remark);
  });
}

void ModelUpdate::verify_active() {
  const auto status = status_of("activated", nodes_);
  std::vector<std::string> troubles;
  bool stub = false;
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    if (const auto trouble = scoring_trouble(status[i], change().to.hash()); !trouble.empty()) {
      troubles.push_back(nodes_[i] + ": " + trouble);
      stub = stub || stub_answers(status[i]);
    }
  if (!troubles.empty())
    throw StepFailed(fmt::format("{}", fmt::join(troubles, "; ")), stub ? Cause::model_not_loaded : Cause::wrong_model);
}

// All records are of one piece of data: what was scored before and what was scored now differ by the model
// alone.
std::string ModelUpdate::compare_scores() {
  std::set<std::string> known, before, now;
  const auto take = [](std::set<std::string>& scores, const Json& record, const Model& by) {
    if (record.value("model_version", "") != by.version)
      throw StepFailed("not scored by " + by.version + ": " + record.dump(), Cause::wrong_model);
    scores.insert(text_of(record.at("score")));
  };
  for (const auto& record : scored_before_) known.insert(record.at("id")), take(before, record, change().from);
  for (const auto& record : scored_records("scored"))
    if (!known.contains(record.at("id"))) take(now, record, change().to);
  if (now.size() != 1 || before.size() != 1 || now == before)
    throw StepFailed(fmt::format("the same data scored {} before and {} now", fmt::join(before, ", "), fmt::join(now, ", ")),
                     Cause::wrong_model);
  return fmt::format("the same data scores {} by {} and {} by {}", *before.begin(), change().from.version, *now.begin(),
                     change().to.version);
}

void ModelUpdate::finish() {
  r_.step("active", "Verify model active", kModelActivation, [&] {
    verify_active();
    return fmt::format("{} answers on {} nodes", show(change().to), nodes_.size());
  });
  std::int64_t scored_at = 0;
  r_.step("scored", "Records scored by the new model", kModelActivation, [&] {
    auto validators = r_.view().validators();
    validators.resize(std::min<std::size_t>(validators.size(), 2));
    scored_at = score(validators);
    r_.await("the block after the records on all", stored_on_all(scored_at + 1));
    return compare_scores();
  });
  // The app hashes after the records are among those that are compared.
  r_.record(record::ExpectedOutcome{scored_at - 1, WhichRelease::from, false, change().to.hash()});
  ask_when_resumed(r_);
  verify(r_);
}

}  // namespace rehearse
