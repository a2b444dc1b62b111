// What the harness itself costs: its journal, its view, its patterns, its reports.
#include <benchmark/benchmark.h>

#include <filesystem>

#include "harness/judge/diagnosis/diagnose.h"
#include "harness/view/journal.h"
#include "harness/judge/judge.h"
#include "localnet/base/text.h"
#include "localnet/network/node_log.h"
#include "reports/junit.h"
#include "reports/render.h"
#include "tests/bench/made_long.h"

namespace rehearse {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kManyEvents = 100'000;

const made::Upgrade& many() {
  static const auto u = made::long_upgrade(kManyEvents);
  return u;
}

const std::vector<record::Event>& many_events() {
  static const auto events = many().events();
  return events;
}

class Folder {
 public:
  Folder() {
    auto name = (fs::temp_directory_path() / "bench.XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() { fs::remove_all(path_); }
  fs::path operator/(const char* name) const { return path_ / name; }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

void write_journal(const fs::path& file) {
  fs::remove(file);
  Journal journal(file);
  for (const auto& e : many_events()) journal.append(e);
}

void per_event(benchmark::State& state) {
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * many_events().size()));
}

void AppendToJournal(benchmark::State& state) {
  const Folder folder;
  many_events();
  for (auto _ : state) write_journal(folder / "events.jsonl");
  per_event(state);
}
BENCHMARK(AppendToJournal)->Unit(benchmark::kMillisecond);

void ReplayJournal(benchmark::State& state) {
  const Folder folder;
  write_journal(folder / "events.jsonl");
  for (auto _ : state) benchmark::DoNotOptimize(read_journal(folder / "events.jsonl"));
  per_event(state);
}
BENCHMARK(ReplayJournal)->Unit(benchmark::kMillisecond);

void FoldIntoView(benchmark::State& state) {
  many_events();
  for (auto _ : state) benchmark::DoNotOptimize(fold_all(many_events()));
  per_event(state);
}
BENCHMARK(FoldIntoView)->Unit(benchmark::kMillisecond);

// Asked after each event that moves the network: must not grow with the run.
void Tripwires(benchmark::State& state) {
  const auto view = made::long_upgrade(static_cast<std::size_t>(state.range(0))).view();
  for (auto _ : state) benchmark::DoNotOptimize(proven_failure(view));
}
BENCHMARK(Tripwires)->Arg(1'000)->Arg(10'000)->Arg(100'000)->Unit(benchmark::kMicrosecond);

void MatchLogLine(benchmark::State& state) {
  const LogMatcher matcher(many().profile.log_patterns);
  const std::string line =
      "8:04AM INF finalized block "
      "block_app_hash=E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855 "
      "height=4711 module=state num_txs_res=0 num_val_updates=0 server=node";
  for (auto _ : state) benchmark::DoNotOptimize(matcher.match(printable(line)));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * line.size()));
}
BENCHMARK(MatchLogLine);

void JunitOfTenThousandCases(benchmark::State& state) {
  auto record = made::healthy().judged();
  const auto checks = record.checks;
  while (record.checks.size() < 10'000) {
    auto check = checks[record.checks.size() % checks.size()];
    check.subject += "-" + std::to_string(record.checks.size());
    record.checks.push_back(std::move(check));
  }
  for (auto _ : state) benchmark::DoNotOptimize(reports::junit(record));
}
BENCHMARK(JunitOfTenThousandCases)->Unit(benchmark::kMillisecond);

// rehearse report of a long run: at most 2 s.
void JudgeAndRenderManyEvents(benchmark::State& state) {
  const Folder folder;
  write_journal(folder / "events.jsonl");
  for (auto _ : state) {
    const auto record =
        judge(fold_all(read_journal(folder / "events.jsonl")), many().scenario, many().profile);
    reports::write_all(record, folder.path());
  }
  per_event(state);
}
BENCHMARK(JudgeAndRenderManyEvents)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace rehearse
