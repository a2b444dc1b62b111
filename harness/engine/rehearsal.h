// One run, as its procedure sees it: steps, phases, questions, and the one way to wait (design invariants 2
// and 3). Everything that is observed goes into the journal, is folded into the view, and wakes whoever
// waits.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "harness/engine/stall_watch.h"
#include "harness/view/journal.h"
#include "harness/spec/releases.h"
#include "harness/spec/scenario.h"
#include "harness/view/view.h"
#include "localnet/http/download.h"
#include "localnet/base/error.h"
#include "localnet/profile/model.h"
#include "localnet/network/network.h"
#include "localnet/network/signer.h"
#include "localnet/profile/questions.h"
#include "localnet/http/release_server.h"
#include "localnet/network/sink.h"

namespace rehearse {

// What a goal lacks.
struct Unmet {
  std::vector<std::string> who;  // nodes it waits for
  std::string seen;              // what is there instead
};
// Nothing when it is met.
using Goal = std::function<std::optional<Unmet>(const NetworkView&)>;

struct Budget {
  std::chrono::milliseconds idle{20000};  // without progress anywhere
  std::chrono::milliseconds cap{120000};
};

// A dead transfer ends by itself, and --timeout ends the run.
inline constexpr Budget kWhileAnythingComes{std::chrono::hours(24), std::chrono::hours(24)};

// A step could not do what it is for.
struct StepFailed : std::runtime_error {
  explicit StepFailed(const std::string& message, Cause cause = Cause::none)
      : std::runtime_error(message), cause(cause) {}
  Cause cause;
};
// What a step is for cannot be done here: it is skipped, and the procedure goes on. "needs Keras"
struct StepSkipped : std::runtime_error {
  using std::runtime_error::runtime_error;
};
// A goal was not met in its budget. With the cause machine-stalled it was the machine that was too slow: the run is
// inconclusive.
struct TimedOut : StepFailed {
  using StepFailed::StepFailed;
};
// A rule of diagnosis proved a failure while something was awaited.
struct FailureProven : std::runtime_error {
  using std::runtime_error::runtime_error;
};
// Ctrl-C, SIGTERM (signal) or --timeout (signal 0).
struct Cancelled : std::runtime_error {
  Cancelled(const std::string& message, int signal) : std::runtime_error(message), signal(signal) {}
  int signal;
};

// Told of a run's progress as it happens, for the console; all of it is in the journal too.
class ProgressReporter {
 public:
  virtual ~ProgressReporter() = default;
  virtual void phase(Phase) = 0;
  virtual void note(const std::string& text) = 0;
  virtual void step_started(const std::string& title, const std::string& runbook) = 0;
  virtual void step_ended(const std::string& title, StepOutcome, const std::string& detail) = 0;
};

// Arguments of the chain's program, for the operator of a node.
struct NodeCommand {
  std::string node;
  std::vector<std::string> arguments;
};

// A program at a path, such as what an operator has just installed.
struct ProgramCall {
  std::filesystem::path program;
  std::vector<std::string> arguments;
  ChainCli* cli = nullptr;  // null: the operator's of the nodes
};
// What a provider daemon goes from and to.
struct ProviderReleases {
  Release from, to;
};

// The models that nodes score with, before and after.
struct ModelChange {
  Model from, to;
  std::string url;                // where operators download the new one
  std::filesystem::path ca_file;  // see Download
};

// What a run is about: chosen from scenario, profile and options, complete before the network starts.
// Procedures read it.
struct Subject {
  Release from, to;
  std::optional<Release> patch = {};              // of a procedure that installs one before
  std::optional<Release> failing = {};            // of a procedure that takes one back before
  std::optional<ProviderReleases> provider = {};  // of a procedure that is about one; it opens them
  std::optional<ModelChange> model = {};          // where the chain has one
  std::map<std::string, Release> others = {};     // by name, that faults put in the place of the new one
  ReleaseServer* release_server = nullptr;        // where everything is published; null: there is none yet
  std::filesystem::path store = {};               // of verified programs
  std::filesystem::path results = {};             // of earlier runs; empty: none are known
  std::filesystem::path keras = {};               // a Python that may have Keras; empty: none is known
  double faults_of_vote_s = 0;                    // see VotingPeriods (network_of.h)
};

// In a run of several procedures, one after the other: what is otherwise in one of them.
struct Leg {
  Scenario scenario;
  Release from, to;
};

// Transactions that were signed before an upgrade, to be sent after it: what wallets made still has to be taken.
struct PreparedTransactions {
  struct One {
    std::string kind;
    UnsignedTransaction as_made;
    SignedTransaction as_signed;
    std::optional<Question> effect;
  };
  SigningAccount account;
  std::size_t sequence = 0;  // of the first
  std::string proposal;      // that is voted on, if it gets that number
  std::vector<One> all;
};

// In the folder of a run that is held: see Rehearsal::carried().
inline constexpr const char* kCarried = "carried.json";

// What goes on beside the procedure while it waits: injected faults.
class BackgroundTask {
 public:
  virtual ~BackgroundTask() = default;
  // Goes on as far as it can without waiting; called whenever something was waited for a moment.
  virtual void advance() = 0;
  // The procedure is through: comes to its end, and waits until all is as it was.
  virtual void end() = 0;
};

class Rehearsal : public Sink {
 public:
  // All outlive this. `folder` is the run's.
  Rehearsal(Loop&, Http&, Journal&, ProgressReporter&, const Scenario&, const Profile&, std::filesystem::path folder);

  const Scenario& scenario() const { return leg_ ? leg_->scenario : scenario_; }
  const Release& from() const { return leg_ ? leg_->from : subject_.from; }
  const Release& to() const { return leg_ ? leg_->to : subject_.to; }
  const Subject& subject() const { return subject_; }
  void set_subject(Subject s) { subject_ = std::move(s); }
  // The one that comes now; none: the whole.
  void set_leg(std::optional<Leg> leg) { leg_ = std::move(leg); }
  const Profile& profile() const { return profile_; }
  const NetworkView& view() const { return view_; }
  const std::filesystem::path& folder() const { return folder_; }
  Loop& loop() { return loop_; }
  Http& http() { return http_; }
  Network& network() { return *network_; }
  void set_network(Network* network) { network_ = network; }
  void set_background_task(BackgroundTask* task) { background_task_ = task; }
  void end_background_task() { if (background_task_) background_task_->end(); }

  // The run goes on with a network that another has frozen: `past` is what that one told until then, with what this one says of
  // itself in the place of what that one said. Steps and phases that stand there are not gone through again.
  void follow(const std::vector<record::Event>& past);
  // What the past has told already is done once more without a word: nothing of `work` is journaled.
  void silently(const std::function<void()>& work);
  // Called when the procedure enters that phase, before the run may be held there.
  void when_entering(Phase phase, std::function<void()> then) { on_phase_ = {phase, std::move(then)}; }
  // What was done before that no journal tells and no folder holds: for whoever goes on from here in another run.
  record::Json carried() const;
  void carry(const record::Json&);

  // So many ordinals of the profile's own transactions, which are used up then: the first.
  std::size_t take_ordinals(std::size_t count) { return std::exchange(next_ordinal_, next_ordinal_ + count); }
  // For after the upgrade; none: no kind was tried before it.
  void keep_prepared(PreparedTransactions p) { prepared_ = std::move(p); }
  PreparedTransactions take_prepared() { return std::exchange(prepared_, {}); }

  // Journals something that was done (or observed by the harness itself); an answer's checkpoint as NetworkView::named.
  void record(record::Body, const std::string& node = "");
  void enter(Phase);
  // Shows it at once.
  void note(const std::string& text);
  // The run stays where it is when it enters that phase, until a file `continue` lies in its folder.
  void hold_at(std::optional<Phase> phase) { hold_at_ = phase; }
  // The same now, if that is the phase.
  void hold_if_at(Phase);
  // Until that file is there; nothing that the nodes do meanwhile ends the run. `why` is shown.
  void hold(const std::string& why);

  // Runs `work` as a step of the procedure; what it returns is the step's detail. `id` is unique in a procedure.
  void step(const std::string& id, const std::string& title, const std::string& runbook,
            const std::function<std::string()>& work);

  // Waits until the goal is met. Throws TimedOut, FailureProven or Cancelled.
  void await(const std::string& what, const Goal&, Budget = {});
  // The same for something that is not in the view (a command, a transfer).
  void await_done(const std::string& what, const std::function<bool()>& done, Budget = {});
  WaitFor wait_for();

  // Who answers for a node: it does, or another one as long as a fault takes it away.
  const std::string& in_reach(const std::string& node) const;
  // Where commands for a node go.
  Respondent respondent(const std::string& node);
  // Asks all at once, journals each answer under `checkpoint`, and returns them in the questions' order. A node whose API does
  // not serve yet, though its RPC does, is asked again for a few seconds.
  std::vector<record::Answered> ask(const std::string& checkpoint, const std::vector<Question>&);
  // Runs chain commands side by side; their answers, in the same order.
  std::vector<CliAnswer> run_commands(const std::vector<NodeCommand>&);
  std::vector<CliAnswer> run_programs(const std::vector<ProgramCall>&);
  // Transfers them side by side. Throws the Error of one that fails.
  void download(const std::vector<Download>&);
  // The profile's command with its templates filled for that node.
  std::vector<std::string> command(const std::string& name, const std::string& node, Values extra = {});

  // From a signal handler of the loop: the next await throws.
  void cancel(const std::string& why, int signal) { cancelled_ = Cancelled(why, signal); }
  // The same for what makes it useless to go on, such as a full disk.
  void fail(Error why) { trouble_ = std::move(why); }
  // No rule of diagnosis interrupts from now on.
  void disarm() { armed_ = false; }

  // Sink.
  void process_started(const std::string& node, int pid, const std::string& program) override;
  void process_ended(const std::string& node, const std::string& program, const ExitStatus&,
                     const LastWords&) override;
  void log_line(const std::string& node, const MatchedLine&) override;
  void log_counted(const std::string& node, const LogCount&) override;
  void upgrade_info(const std::string& node, const UpgradeInfo&) override;
  void head(const std::string& node, const Head&) override;
  void block(const std::string& node, const Block&) override;
  void sample(const std::string& node, const NodeSample&) override;

 private:
  void run_loop(const std::string& what, const std::function<std::optional<Unmet>()>& unmet, Budget);
  void check_tripwires();
  std::string in_folder(const std::string& file) const;  // relative to the run's folder

  Loop& loop_;
  Http& http_;
  Journal& journal_;
  ProgressReporter& reporter_;
  const Scenario& scenario_;
  const Profile& profile_;
  std::filesystem::path folder_;
  Subject subject_;
  std::optional<Leg> leg_;
  std::size_t next_ordinal_ = 0;
  PreparedTransactions prepared_;
  Network* network_ = nullptr;
  BackgroundTask* background_task_ = nullptr;
  NetworkView view_;
  std::map<std::string, int> incarnations_;
  std::optional<Cancelled> cancelled_;
  std::optional<Error> trouble_;
  StallWatch stall_watch_{*this};
  bool armed_ = true;
  std::optional<Phase> hold_at_;
  std::pair<std::optional<Phase>, std::function<void()>> on_phase_;
  std::set<std::string> past_steps_;
  std::set<Phase> past_phases_;
  bool silent_ = false;
  std::uint64_t judged_progress_ = 0;  // the view that the tripwires have seen
};

}  // namespace rehearse
