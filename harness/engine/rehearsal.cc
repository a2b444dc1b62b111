#include "harness/engine/rehearsal.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/judge/diagnosis/diagnose.h"
#include "harness/view/checkpoint.h"
#include "harness/view/starvation.h"
#include "localnet/network/node_log.h"
#include "localnet/base/log.h"
#include "localnet/base/temporary_path.h"
#include "localnet/base/text.h"

namespace rehearse {

using namespace std::chrono_literals;

namespace {

// A wake-up that comes this much later than asked for: the machine stood still.
constexpr auto kStall = 1s;
// After a failure is proven: how long other nodes may take to show the same, so that all affected are named.
constexpr auto kLinger = 1200ms;

std::string describe(const Unmet& u) {
  std::string text = u.who.empty() ? "" : fmt::format("{}", fmt::join(u.who, ", "));
  if (!u.seen.empty()) text += (text.empty() ? "" : ": ") + u.seen;
  return text;
}

// What was there at once is of little interest.
void log_wait(const std::string& what, Loop::Clock::duration took) {
  const double seconds = std::chrono::duration<double>(took).count();
  const auto text = fmt::format("waited {:.2f} s for {}", seconds, what);
  seconds < 0.1 ? log_debug(text) : log_info(text);
}

}  // namespace

Rehearsal::Rehearsal(Loop& loop, Http& http, Journal& journal, ProgressReporter& reporter, const Scenario& scenario,
                     const Profile& profile, std::filesystem::path folder)
    : loop_(loop),
      http_(http),
      journal_(journal),
      reporter_(reporter),
      scenario_(scenario),
      profile_(profile),
      folder_(std::move(folder)) {}

void Rehearsal::record(record::Body body, const std::string& node) {
  if (silent_) return;
  record::Event e;
  e.node = node;
  if (const auto found = incarnations_.find(node); found != incarnations_.end())
    e.incarnation = found->second;
  const auto name_checkpoint = [this](auto* of) {
    if (of && of->checkpoint != kStopped) of->checkpoint = view_.named(of->checkpoint);
  };
  name_checkpoint(std::get_if<record::Answered>(&body));
  name_checkpoint(std::get_if<record::Surveyed>(&body));
  name_checkpoint(std::get_if<record::TransactionTried>(&body));
  e.body = std::move(body);
  fold(view_, journal_.append(std::move(e)));
}

void Rehearsal::follow(const std::vector<record::Event>& past) {
  for (const auto& e : past) {
    fold(view_, journal_.append(e));
    auto& incarnation = incarnations_[e.node];
    incarnation = std::max(incarnation, e.incarnation);
  }
  for (const auto& s : view_.steps)
    if (s.ended) past_steps_.insert(s.step.step);
  for (const auto& [phase, entered] : view_.phases) past_phases_.insert(phase);
}

void Rehearsal::silently(const std::function<void()>& work) {
  silent_ = true;
  try {
    work();
  } catch (...) {
    silent_ = false;
    throw;
  }
  silent_ = false;
}

record::Json Rehearsal::carried() const {
  auto all = record::Json::array();
  for (const auto& t : prepared_.all) {
    record::Json one = {{"kind", t.kind}, {"written", t.as_made.written}, {"sign_mode", t.as_made.sign_mode}, {"bytes", t.as_signed.bytes}, {"hash", t.as_signed.hash}};
    if (t.effect) one["effect"] = {{"name", t.effect->name}, {"node", t.effect->node}, {"args", t.effect->args}, {"height", t.effect->height}};
    all.push_back(std::move(one));
  }
  const auto& a = prepared_.account;
  return {{"next_ordinal", next_ordinal_},
          {"account", {{"key", a.key}, {"address", a.address}, {"number", a.number}}},
          {"sequence", prepared_.sequence},
          {"proposal", prepared_.proposal},
          {"transactions", std::move(all)}};
}

void Rehearsal::carry(const record::Json& j) {
  j.at("next_ordinal").get_to(next_ordinal_);
  const auto& a = j.at("account");
  prepared_ = {{a.at("key"), a.at("address"), a.at("number")}, j.at("sequence"), j.at("proposal"), {}};
  for (const auto& t : j.at("transactions")) {
    PreparedTransactions::One one{t.at("kind"), {t.at("written"), t.value("sign_mode", "")}, {t.at("bytes"), t.at("hash")}, {}};
    if (const auto e = t.find("effect"); e != t.end()) one.effect = Question{e->at("name"), e->at("node"), e->at("args").get<Values>(), e->at("height")};
    prepared_.all.push_back(std::move(one));
  }
}

void Rehearsal::note(const std::string& text) {
  reporter_.note(text);
  log_info(text);
}

void Rehearsal::enter(Phase phase) {
  if (silent_ || past_phases_.contains(phase)) return;
  log_info("phase " + name_of(phase));
  record(record::PhaseEntered{phase});
  reporter_.phase(phase);
  if (phase == on_phase_.first) on_phase_.second();
  hold_if_at(phase);
}

void Rehearsal::hold_if_at(Phase phase) {
  if (phase == hold_at_) hold("held");
}

void Rehearsal::hold(const std::string& why) {
  const TemporaryPath may_be_forked(folder_ / kCarried);
  write_file(may_be_forked.path(), carried().dump());
  const auto go_on = folder_ / "continue";
  reporter_.note(why + ": `./rehearse net status`, `net logs NODE`, `eval \"$(./rehearse net env)\"`; Ctrl-C ends it, `touch " +
                go_on.string() + "` goes on");
  constexpr auto kForEver = std::chrono::hours(24 * 365);
  const bool was_armed = std::exchange(armed_, false);
  await_done("the end of the hold", [&] { return std::filesystem::exists(go_on); }, {kForEver, kForEver});
  armed_ = was_armed;
}

void Rehearsal::step(const std::string& name, const std::string& what, const std::string& runbook,
                     const std::function<std::string()>& work) {
  if (silent_) {
    work();
    return;
  }
  if (past_steps_.contains(view_.named(name))) return;
  const auto id = view_.named(name), title = view_.leg() ? view_.leg()->leg.title + ": " + what : what;
  record(record::StepStarted{id, title, runbook});
  reporter_.step_started(title, runbook);
  log_info(fmt::format("step `{}` begins", title));
  auto end = [&](StepOutcome outcome, const std::string& detail) {
    record(record::StepEnded{id, outcome, detail});
    reporter_.step_ended(title, outcome, detail);
    log_info(fmt::format("step `{}` {}{}{}", title, name_of(outcome), detail.empty() ? "" : ": ", detail));
  };
  try {
    end(StepOutcome::done, work());
  } catch (const StepSkipped& e) {
    end(StepOutcome::skipped, e.what());
  } catch (const StepFailed& e) {
    end(StepOutcome::failed, e.what());
    throw;
  } catch (const FailureProven& e) {
    end(StepOutcome::failed, e.what());
    throw;
  } catch (const Error& e) {
    end(e.blame == Blame::release ? StepOutcome::failed : StepOutcome::error, e.what());
    throw;
  } catch (const std::exception& e) {  // Cancelled, or trouble of our own
    end(StepOutcome::error, e.what());
    throw;
  }
}

void Rehearsal::check_tripwires() {
  const auto known = view_.progress + view_.asked;
  if (!armed_ || judged_progress_ == known) return;
  judged_progress_ = known;
  const auto proven = proven_failure(view_);
  if (!proven) return;
  armed_ = false;
  record(record::Milestone{MilestoneName::proven});
  const auto until = Loop::Clock::now() + kLinger;
  auto latest = proven;
  while (Loop::Clock::now() < until && !(latest && shown_by_all(view_, *latest))) {
    loop_.run_one(20ms);
    latest = proven_failure(view_);
  }
  if (!latest) latest = proven;  // the view only grows; what was proven stays so
  throw FailureProven(latest->proven_by);
}

void Rehearsal::run_loop(const std::string& what, const std::function<std::optional<Unmet>()>& unmet,
                         Budget budget) {
  auto start = Loop::Clock::now();
  auto moved = start, turned = start;
  auto progress = view_.progress;
  const auto stalls = view_.stalls.size();
  const auto begun = view_.last_seen;
  for (;;) {
    if (cancelled_) throw Cancelled(*cancelled_);
    if (trouble_) throw Error(*trouble_);
    if (background_task_) background_task_->advance();
    stall_watch_.advance(Loop::Clock::now());
    const auto lacking = unmet();
    check_tripwires();
    const auto before = Loop::Clock::now();
    if (!lacking) return log_wait(what, before - start);
    if (progress != view_.progress) progress = view_.progress, moved = before;
    // Nothing is late because of what a fault holds up; faults have bounds of their own.
    if (view_.fault_open()) moved = before, start += before - turned;
    turned = before;
    const auto idle = before - moved;
    const bool late_for_good = idle > budget.idle && (!a_block_may_still_come(view_) || idle > resumes_within(scenario().service_levels));
    if (before - start > budget.cap || late_for_good) {
      auto message = fmt::format("{} not reached in {:.0f} s ({})", what,
                                 std::chrono::duration<double>(before - start).count(), describe(*lacking));
      log_info(message);
      if (view_.stalls.size() > stalls)
        throw TimedOut(message + "; the machine stood still meanwhile", Cause::machine_stalled);
      if (const auto starved = starved_since(view_, begun))
        throw TimedOut(message + in_words(starved), Cause::machine_stalled);
      throw TimedOut(message);
    }
    constexpr auto kNap = 50ms;
    loop_.run_one(kNap);
    const auto late = Loop::Clock::now() - before - kNap;
    if (late <= kStall) continue;
    record(record::Stalled{std::chrono::duration<double>(late).count()});
    log_info(fmt::format("the machine stood still for {:.1f} s", std::chrono::duration<double>(late).count()));
  }
}

void Rehearsal::await(const std::string& what, const Goal& goal, Budget budget) {
  run_loop(
      what, [&] { return goal(view_); }, budget);
}

void Rehearsal::await_done(const std::string& what, const std::function<bool()>& done, Budget budget) {
  run_loop(
      what,
      [&]() -> std::optional<Unmet> {
        if (done()) return std::nullopt;
        return Unmet{};
      },
      budget);
}

WaitFor Rehearsal::wait_for() {
  return [this](const std::string& what, const std::function<bool()>& done) { await_done(what, done); };
}

std::string Rehearsal::in_folder(const std::string& file) const {
  return std::filesystem::path(file).lexically_relative(folder_).string();
}

void Rehearsal::process_started(const std::string& node, int pid, const std::string& program) {
  ++incarnations_[node];
  record(record::ProcessStarted{pid, program}, node);
}

void Rehearsal::process_ended(const std::string& node, const std::string& program, const ExitStatus& status,
                              const LastWords& words) {
  record::ProcessEnded ended{program, status.code, status.signal, words.lines, in_folder(words.file), words.line, words.starts_again};
  ended.said = words.said;
  ended.said_line = words.said.empty() ? 0 : words.said_line;
  if (words.panic) {
    ended.panic = {words.panic->text, words.panic->goroutine, {}, words.panic->line, words.panic->kind == GoPanic::Kind::fatal_error};
    for (const auto& f : words.panic->frames) ended.panic.frames.push_back({f.function, f.file, f.line});
  }
  record(std::move(ended), node);
}

void Rehearsal::log_line(const std::string& node, const MatchedLine& m) {
  record(record::LogLine{m.pattern, m.text, m.error, m.captures, in_folder(m.file), m.offset, m.line}, node);
}

void Rehearsal::log_counted(const std::string& node, const LogCount& c) { record(record::LogCounted{c.lines, c.levelled}, node); }

void Rehearsal::upgrade_info(const std::string& node, const UpgradeInfo& u) { record(record::UpgradeInfoSeen{u.name, u.height}, node); }

void Rehearsal::head(const std::string& node, const Head& h) {
  record(
      record::HeadSeen{h.store_height, h.block_hash, h.app_height, h.app_hash, h.app_version, h.catching_up},
      node);
}

void Rehearsal::block(const std::string& node, const Block& b) {
  record::BlockSeen seen{b.height, b.hash, b.app_hash, b.time, b.proposer, b.round, {}};
  for (const auto& s : b.signatures) seen.signatures.push_back({s.validator, s.flag});
  record(std::move(seen), node);
}

void Rehearsal::sample(const std::string& node, const NodeSample& s) {
  record(record::Sampled{s.process.rss_bytes, s.process.cpu_seconds, s.process.waited_seconds, s.process.open_files, s.data_bytes, s.goroutines}, node);
}

}  // namespace rehearse
