// The command line. It is the only place that links harness and reports.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <iostream>

#include "harness/cli/commands.h"
#include "harness/cli/repeating.h"
#include "harness/repro/minimize.h"
#include "harness/view/journal.h"
#include "localnet/process/guard.h"
#include "localnet/base/number.h"
#include "localnet/base/text.h"
#include "reports/summary_md.h"

namespace rehearse::cli {

record::Micros invoked() {
  const char* text = std::getenv("REHEARSE_INVOKED");
  if (!text) return now_micros();
  return whole_number<record::Micros>(text).value_or(now_micros());
}

// What files and chains say may be in it.
int complain(const Error& e) {
  std::cerr << "rehearse: " << printable_lines(e.what()) << "\n";
  if (std::getenv("GITHUB_ACTIONS")) std::cout << reports::github_annotation(e.what());
  return code_of(e);
}

int code_of(const Error& e) {
  return e.blame == Blame::release ? 1 : e.blame == Blame::scenario ? 2 : 3;
}

namespace {

std::string quoted(const std::string& word) {
  if (!word.empty() && word.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                              "-_=./:,+@%") == std::string::npos)
    return word;
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

// What the user typed, less the folder for the results: that one is not empty any more. Of a run with its seed, which other commands take
// from what they repeat.
std::string reproduction(int argc, char** argv, std::uint64_t seed) {
  std::vector<std::string> words = {"./rehearse"};
  bool has_seed = argc > 1 && std::string_view(argv[1]) != "run" && std::string_view(argv[1]) != "net";
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    has_seed = has_seed || word.starts_with("--seed");
    if (word == "--out") ++i;
    else if (!word.starts_with("--out=")) words.push_back(quoted(word));
  }
  if (!has_seed) words.push_back(fmt::format("--seed {}", seed));
  return fmt::format("{}", fmt::join(words, " "));
}

// Bytes, which are not taken for many where they are less than none.
CLI::Option* takes_size(CLI::Option* option, const char* usual) {
  return option->transform(CLI::AsSizeValue(true))
      ->transform(CLI::Validator([](std::string& text) { return text.starts_with("-") ? "a size is not negative" : std::string(); }, ""))
      ->default_str(usual);
}

// Of whatever carries out runs.
void add_common_flags(CLI::App& run, RunFlags& f) {
  run.add_option("--out", f.out, "folder for the results; must not exist or be empty")->envname("REHEARSE_OUT");
  run.add_option("--log-level", f.log_level, "the least that harness.log tells: debug, info, warning, error")
      ->envname("REHEARSE_LOG_LEVEL")
      ->capture_default_str();
  run.add_option("--keep", f.keep, "nodes' data and binaries, and the operator's keys: never, on-failure, always")
      ->envname("REHEARSE_KEEP")
      ->capture_default_str();
  run.add_option("--cosmovisor", f.cosmovisor, "another Cosmovisor than the project's")->envname("REHEARSE_COSMOVISOR");
  run.add_option("--junit-dialect", f.junit_dialect, "rich, or strict: valid against Jenkins' schema")
      ->envname("REHEARSE_JUNIT_DIALECT")
      ->capture_default_str();
  run.add_option("--bundle", f.bundle, "what the bundle of a failure (repro.tar.zst) holds of its releases: facts, or releases for their files")
      ->envname("REHEARSE_BUNDLE")
      ->capture_default_str()
      ->check(CLI::IsMember({"facts", "releases"}));
  takes_size(run.add_option("--bundle-limit", f.bundle_limit, "the most of the run's own files in it, before they are compressed, such as 500MB"), "200MB")
      ->envname("REHEARSE_BUNDLE_LIMIT")
      ->check(CLI::Range(std::uint64_t{0}, kMostOfRun));
}

// Of a run that failed.
void add_flags_of_repeating(CLI::App& command, RunFlags& f) {
  add_common_flags(command, f);
  command.add_option("--release", f.releases, "from=, to=, patch= or failing=RELEASE in the place of the run's own");
}

void add_run_flags(CLI::App& run, RunFlags& f) {
  add_common_flags(run, f);
  run.add_option("scenario", f.scenario, "a scenario or a suite: a name of `rehearse list`, or a file")->capture_default_str();
  run.add_option("--profile", f.profile, "the chain: a name of `rehearse list`, or a file (default: probed where both releases are files or URLs; else the suite's; else virtengine)")
      ->envname("REHEARSE_PROFILE");
  run.add_option("--release", f.releases,
                 "from=RELEASE, to=RELEASE or, of a train, patch=RELEASE and failing=RELEASE: a name, or the path or URL of an archive or binary");
  run.add_option("--genesis-set", f.genesis, "PATH=JSON: a genesis value, as app_state.gov.params.quorum='\"0.5\"'");
  run.add_option("--from", f.from, "--release from=...");
  run.add_option("--to", f.to, "--release to=...");
  run.add_option("--validators", f.validators, "that many validators instead of the scenario's");
  run.add_option("--network-backend", f.network_backend, "what faults of links act by, instead of what the scenario says: proxies, namespaces")
      ->envname("REHEARSE_NETWORK_BACKEND");
  run.add_option("--attest", f.attest, "file with more `attestations`: what people saw to before the upgrade");
  run.add_option("--expect", f.expect, "pass, or the cause it must fail with, instead of what the scenario expects");
  run.add_option("--seed", f.seed, "of everything random")->envname("REHEARSE_SEED")->capture_default_str();
  run.add_option("--schedule", f.schedule, "schedule.json of another run: the faults that it planned, instead of the scenario's");
  run.add_option("--repeat", f.repeat, "that many runs, one after the other; all must pass")
      ->envname("REHEARSE_REPEAT")
      ->check(CLI::Range(1, 10000));
  run.add_option("--verify", f.verify, "that many tries more of a run that fails: how often does it fail for the same cause?")
      ->envname("REHEARSE_VERIFY")
      ->check(CLI::Range(0, 1000));
  run.add_option("--verify-for", f.verify_for, "the longest these may go on being begun")->envname("REHEARSE_VERIFY_FOR")->capture_default_str();
  run.add_option("--jobs", f.jobs, "runs of a suite side by side, as far as memory and processors allow")
      ->envname("REHEARSE_JOBS")
      ->check(CLI::Range(1, 1000));
  run.add_option("--shard", f.shard, "NUMBER/COUNT: the part of a suite that this one of several machines runs")
      ->envname("REHEARSE_SHARD");
  run.add_option("--fork", f.fork, "auto: scenarios of a suite with the same past go through it once, and begin from the checkpoint that the first leaves; never")
      ->envname("REHEARSE_FORK")
      ->capture_default_str()
      ->check(CLI::IsMember({"auto", "never"}));
  run.add_option("--timeout", f.timeout, "the longest the run may take")->envname("REHEARSE_TIMEOUT")->capture_default_str();
  run.add_option("--break-at", f.break_at, "hold the run when it enters that phase, for `rehearse net`");
  takes_size(run.add_option("--log-cap", f.log_cap, "the most that a node may log, such as 500MB"), "256MB")->envname("REHEARSE_LOG_CAP");
}

// For what starts processes: nothing outlives it, nor what it had in a folder of its own when it was ended by a signal.
int guarded(const Project& project, const std::function<int()>& command) {
  const int code = run_guarded([&] {
    try {
      return command();
    } catch (const Error& e) {
      return complain(e);
    } catch (const std::exception& e) {
      return complain(Error(Blame::machine, e.what()));
    }
  }, after_crash);
  remove_abandoned_folders(project);
  return code;
}

int dispatch(int argc, char** argv) {
  CLI::App app{"rehearse: upgrades of a real network, rehearsed", "rehearse"};
  app.require_subcommand(1);
  app.set_version_flag("--version", REHEARSE_VERSION);
  RunFlags flags;
  std::vector<std::string> files;
  std::string folder, kind, profile = "virtengine", for_profile, binary, node;

  auto* run_ = app.add_subcommand("run", "rehearse a scenario, or each of a suite");
  add_run_flags(*run_, flags);
  run_->add_option("--plan", flags.scenario, "the same as a scenario: a file that `rehearse plan --out` has written")->excludes("scenario");
  std::string target;
  auto* repro_ = app.add_subcommand("repro", "a failure once more: does it come again, and for the same cause?");
  repro_->add_option("what", target, "a bundle (repro.tar.zst), its URL, or a run's folder")->required();
  add_flags_of_repeating(*repro_, flags);
  repro_->add_option("--repeat", flags.repeat, "that many runs, one after the other")->check(CLI::Range(1, 10000));
  auto* replay_ = app.add_subcommand("replay", "the network of a run that has ended, up again, to look into it with `rehearse net`");
  replay_->add_option("what", target, "a run's folder; with --from also a bundle or its URL")->required();
  add_flags_of_repeating(*replay_, flags);
  replay_->add_option("--from", flags.break_at, "made anew, and held when it enters that phase, instead of as it ended");
  int tries = MinimizeLimits{}.tries;
  std::string lasts = "30min";
  auto* minimize_ = app.add_subcommand("minimize", "a failing scenario without what its failure does not need");
  minimize_->add_option("what", target, "a bundle (repro.tar.zst), its URL, or a run's folder")->required();
  add_flags_of_repeating(*minimize_, flags);
  minimize_->add_option("--tries", tries, "the most runs")->capture_default_str()->check(CLI::Range(1, 100000));
  minimize_->add_option("--for", lasts, "the longest that runs may go on being begun")->capture_default_str();
  BisectFlags bisected;
  auto* bisect_ = app.add_subcommand("bisect", "with which of many releases a failure began");
  add_flags_of_repeating(*bisect_, flags);
  bisect_->add_option("what", flags.scenario, "a scenario: a name of `rehearse list`, or a file; or a failure: a bundle, its URL, or a run's folder")->capture_default_str();
  bisect_->add_option("--profile", flags.profile, "the chain (default: virtengine)")->envname("REHEARSE_PROFILE");
  bisect_->add_option("--from", flags.from, "the release that each is upgraded from");
  bisect_->add_option("--good", bisected.good, "one that passes")->required();
  bisect_->add_option("--bad", bisected.bad, "a later one that fails")->required();
  bisect_->add_option("--releases", bisected.releases, "both, and what lies between them, in order: a manifest, a text with a release or commit a line, or a folder")
      ->required();
  bisect_->add_option("--build", bisected.build,
                      "shell command that makes the program of $REHEARSE_COMMIT in $REHEARSE_OUTPUT; 125: that one cannot be tried");
  auto* list_ = app.add_subcommand("list", "what there is: scenarios, profiles, releases, checklists, causes");
  list_->add_option("--profile", for_profile, "say which scenarios are skipped for that chain, and why");
  bool only_causes = false;
  std::string list_format = "text";
  list_->add_flag("--causes", only_causes, "only the causes that a run can fail for");
  list_->add_option("--format", list_format, "of --causes: text, or md for a table with evidence, owner and advice")
      ->check(CLI::IsMember({"text", "md"}));
  auto* validate_ = app.add_subcommand("validate", "whether scenarios and profiles are well formed");
  validate_->add_option("files", files, "none: all of the project");
  auto* profile_ = app.add_subcommand("profile", "profiles of chains");
  profile_->require_subcommand(1);
  auto* show_ = profile_->add_subcommand("show", "a profile with what it extends, and where each value stands");
  show_->add_option("profile", profile, "a name of `rehearse list`, or a file")->required();
  ProbeFlags probed;
  auto* probe_ = profile_->add_subcommand("probe", "write a profile by asking the chain's program, and try it on a network of one node");
  probe_->add_option("binary", probed.binary, "the program, an archive with it, or its URL")->required();
  probe_->add_option("--to", probed.to, "the program that it is upgraded to, in the same forms");
  probe_->add_option("--out", probed.out, "the file to write it to; must not exist");
  validate_->add_option("--profile", for_profile, "say which scenarios are skipped for that chain, and why");
  auto* doctor_ = app.add_subcommand("doctor", "what this machine can do, and what is missing");
  doctor_->add_option("--profile", profile, "the chain")->capture_default_str();
  doctor_->add_option("--binary", binary, "its program: a scratch node is asked every question of the profile");
  auto* report_ = app.add_subcommand("report", "judge a run again from its journal, and render it");
  report_->add_option("run", folder, "a run's folder")->required();
  std::string standing;
  auto* verify_ = app.add_subcommand("verify", "hold a network that somebody else runs against the runbook's checklists, without a transaction");
  verify_->add_option("--network", standing, "a file with its nodes: nodes: [{name, rpc, rest, role, version}]")->required();
  verify_->add_option("--profile", flags.profile, "the chain (default: virtengine)")->envname("REHEARSE_PROFILE");
  verify_->add_option("--out", flags.out, "folder for the results; must not exist or be empty")->envname("REHEARSE_OUT");
  verify_->add_option("--junit-dialect", flags.junit_dialect, "rich, or strict: valid against Jenkins' schema");
  PlanFlags planned;
  auto* plan_ = app.add_subcommand("plan", "draw a rehearsal from a seed: the network, the way, who is late, what goes wrong");
  plan_->add_option("--seed", planned.seed, "the same seed, the same plan")->envname("REHEARSE_SEED")->capture_default_str();
  plan_->add_option("--profile", planned.profile, "the chain: what it cannot be taken through is not drawn")->envname("REHEARSE_PROFILE")->capture_default_str();
  plan_->add_option("--weights", planned.weights, "how often what happens (default: harness/plans/weights.yaml)");
  plan_->add_option("--releases", planned.releases, "names of the chain's releases that it may go to, as v1.0.1,v2.0.0 (default: all)")->delimiter(',');
  plan_->add_option("--max-steps", planned.most_steps, "the most legs of a train, and one more than the most faults")->capture_default_str()->check(CLI::Range(1, 100));
  plan_->add_option("--out", planned.out, "the file to write it to, which `run` takes");
  plan_->add_option("--format", planned.format, "text, or yaml: the scenario")->capture_default_str()->check(CLI::IsMember({"text", "yaml"}));

  SoakFlags soaked;
  auto* soak_ = app.add_subcommand("soak", "drawn plans one after the other, and what came of them kept night after night");
  add_common_flags(*soak_, flags);
  soak_->add_option("--for", soaked.lasts, "how long plans are begun")->envname("REHEARSE_SOAK_FOR")->capture_default_str();
  soak_->add_option("--seed", flags.seed, "that the plans are drawn from")->envname("REHEARSE_SEED")->capture_default_str();
  soak_->add_option("--profile", flags.profile, "the chain (default: virtengine)")->envname("REHEARSE_PROFILE");
  soak_->add_option("--release", flags.releases, "from=RELEASE, to=RELEASE: what chain upgrades are about, instead of the profile's");
  soak_->add_option("--history", soaked.history, "the file of all nights (default: results/history.db)")->envname("REHEARSE_HISTORY");
  soak_->add_option("--jobs", soaked.jobs, "plans carried out side by side; auto: one for two processors, as far as memory allows")->envname("REHEARSE_JOBS")->capture_default_str();
  soak_->add_option("--shard", flags.shard, "NUMBER/COUNT: one of several machines that share the night, for `history merge`")->envname("REHEARSE_SHARD");
  takes_size(soak_->add_option("--space", soaked.space, "what failures may take, such as 5GB: the oldest go first"), "5GB");
  soak_->add_option("--weights", soaked.weights, "how often what happens (default: harness/plans/weights.yaml)");
  soak_->add_option("--metrics", soaked.metrics, "[ADDRESS:]PORT at which Prometheus is told how it goes (ADDRESS: loopback; 0: any port that is free)")->envname("REHEARSE_METRICS");

  ScoreFlags scored;
  auto* score_ = app.add_subcommand("score", "how well a suite of bad and good releases was judged, and whether worse than the last time");
  score_->add_option("run", scored.run, "the folder of a suite's run, or latest")->required();
  score_->add_option("--format", scored.format, "text, json, or md: CORPUS.md")->check(CLI::IsMember({"text", "json", "md"}));
  score_->add_option("--scores", scored.scores, "the file that scores are kept in (default: results/scores.json)")->envname("REHEARSE_SCORES");
  score_->add_flag("--accept", scored.accept, "keep the score also when it is worse");
  HistoryFlags told;
  auto* history_ = app.add_subcommand("history", "what soaks have found: tonight against the nights before");
  history_->add_option("file", told.file, "that `rehearse soak --history` has written");
  history_->add_option("--format", told.format, "text, md, json, or html: one page with plots")->check(CLI::IsMember({"text", "md", "json", "html"}));
  history_->add_flag("--compare", told.compare, "exit code 1 when tonight is worse, by more than chance");
  history_->add_option("--out", told.out, "file for what is otherwise printed");
  std::vector<std::string> histories;
  std::string into, cluster;
  auto* merge_ = history_->add_subcommand("merge", "add the nights of other machines' files");
  merge_->add_option("files", histories, "histories")->required();
  merge_->add_option("--into", into, "the history that they are added to")->required();
  auto* issue_ = app.add_subcommand("issue", "the text of an issue on a failure of a history");
  issue_->add_option("failure", cluster, "its name in `rehearse history`: C-1a2b3c4d")->required();
  issue_->add_option("--history", into, "the history that has it")->required();
  auto* runbook_ = app.add_subcommand("runbook", "what the runbook has and what of it is rehearsed by what: RUNBOOK.md");
  auto* schema_ = app.add_subcommand("schema", "the JSON Schema of a kind of file, for editors");
  schema_->add_option("kind", kind, "scenario, suite, profile, releases or weights")->required();
  auto* heal_ = app.add_subcommand("heal", "end what killed runs have left behind");
  heal_->add_option("run", folder, "a run's id or folder; none: all");

  auto* unit_ = app.add_subcommand("unit", "the systemd unit that runs a node under Cosmovisor");
  std::string user = "validator", home, cosmovisor;
  unit_->add_option("--profile", profile, "the chain")->capture_default_str();
  unit_->add_option("--user", user, "who runs it")->capture_default_str();
  unit_->add_option("--home", home, "the node's home; none: the chain's in that user's");
  unit_->add_option("--cosmovisor", cosmovisor, "its program; none: in that user's go/bin");

  auto* net_ = app.add_subcommand("net", "a network to play with, or one that a run holds (--break-at)");
  net_->require_subcommand(1);
  auto* up_ = net_->add_subcommand("up", "start the default network and hold it until `net down` or Ctrl-C");
  add_run_flags(*up_, flags);
  auto* fork_ = net_->add_subcommand("fork", "a network that goes on from a copy of one that is held, on addresses of its own");
  fork_->add_option("run", folder, "a run's id or folder; none: the only one");
  fork_->add_option("--out", flags.out, "folder for the results; must not exist or be empty");
  auto* nets_ = net_->add_subcommand("list", "networks that are alive");
  auto* down_ = net_->add_subcommand("down", "end it");
  auto* status_ = net_->add_subcommand("status", "its nodes");
  auto* logs_ = net_->add_subcommand("logs", "a node's log");
  auto* env_ = net_->add_subcommand("env", "exports for a shell: eval \"$(./rehearse net env)\"");
  for (auto* sub : {logs_, env_}) sub->add_option("node", node, "none: the first");
  for (auto* sub : {down_, status_, logs_, env_}) sub->add_option("--run", folder, "a run's id or folder; none: the only one");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    const int code = app.exit(e);
    return code == 0 ? 0 : 2;
  }
  const auto project = Project::find();
  const auto again = reproduction(argc, argv, flags.seed);
  if (run_->parsed()) {
    return guarded(project, [&] { return run(project, flags, again); });
  }
  if (repro_->parsed()) return guarded(project, [&] { return repro(project, target, flags, again); });
  if (replay_->parsed()) {
    const int code = guarded(project, [&] { return replay(project, target, flags, again); });
    remove_abandoned_replay(target);
    return code;
  }
  if (minimize_->parsed()) return guarded(project, [&] { return minimize(project, target, flags, tries, lasts, again); });
  if (bisect_->parsed()) return guarded(project, [&] { return bisect(project, flags, bisected, again); });
  if (up_->parsed()) {
    if (flags.break_at.empty()) flags.break_at = "voting";  // it is up, and nothing is proposed
    flags.one_release = true;
    return guarded(project, [&] { return run(project, flags, again); });
  }
  if (fork_->parsed()) return guarded(project, [&] { return net_fork(project, flags, folder, again); });
  if (nets_->parsed()) return net_list();
  if (down_->parsed()) return net_down(folder);
  if (status_->parsed()) return net_status(folder);
  if (logs_->parsed()) return net_logs(node, folder);
  if (env_->parsed()) return net_env(node, folder);
  if (doctor_->parsed() && !binary.empty()) return guarded(project, [&] { return examine(project, profile, binary); });
  if (list_->parsed()) return only_causes ? list_causes(list_format == "md") : list(project, for_profile);
  if (show_->parsed()) return profile_show(project, profile);
  if (probe_->parsed()) return guarded(project, [&] { return profile_probe(project, probed); });
  if (validate_->parsed()) return validate(project, files, for_profile);
  if (doctor_->parsed()) return doctor(project, profile);
  if (report_->parsed()) return report(project, folder);
  if (verify_->parsed()) return guarded(project, [&] { return verify(project, standing, flags, again); });
  if (soak_->parsed()) return guarded(project, [&] { return soak(project, flags, soaked, again); });
  if (plan_->parsed()) return plan(project, planned);
  if (score_->parsed()) return score(project, scored);
  if (merge_->parsed()) return merge_histories(histories, into);
  if (history_->parsed()) return history_of(told);
  if (issue_->parsed()) return issue(cluster, into);
  if (runbook_->parsed()) return runbook(project);
  if (unit_->parsed()) return unit(project, profile, user, home, cosmovisor);
  if (schema_->parsed()) return schema(kind);
  if (heal_->parsed()) return heal(project, folder);
  return 2;
}

}  // namespace
}  // namespace rehearse::cli

int main(int argc, char** argv) {
  using namespace rehearse;
  try {
    return cli::dispatch(argc, argv);
  } catch (const Error& e) {
    return cli::complain(e);
  } catch (const std::exception& e) {
    return cli::complain(Error(Blame::machine, e.what()));
  }
}
