// What nights cost beside the runs themselves: drawing plans, and holding a long history against tonight.
#include <benchmark/benchmark.h>

#include <filesystem>

#include "harness/history/history.h"
#include "harness/plans/legality.h"
#include "harness/plans/plan.h"
#include "harness/plans/weights.h"
#include "localnet/profile/profile.h"
#include "reports/history.h"
#include "tests/unit/support/made_history.h"

namespace rehearse {
namespace {

namespace fs = std::filesystem;

constexpr int kNights = 100, kIterationsOfANight = 100;

class File {
 public:
  File() {
    auto name = (fs::temp_directory_path() / "bench.XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    fill();
  }
  ~File() { fs::remove_all(folder_); }
  fs::path path() const { return folder_ / "history.db"; }

 private:
  // Each night a few fail in one of ten ways, and each run leaves what it measured.
  void fill() const {
    made::Nights all;
    for (int n = 0; n < kNights; ++n) all.add(kIterationsOfANight, 3, fmt::format("panic: {}", n % 10));
    history::History history(path());
    for (const auto& night : all.nights) {
      const auto id = history.begin(made::night(night.started));
      for (auto i : all.iterations) {
        if (i.night != night.id) continue;
        i.night = id;
        i.measures.of_run = {{record::Subject::harness, record::Quantity::memory, 40}, {record::Subject::new_release, record::Quantity::goroutines, 100}};
        i.id = history.begin(i);
        history.end(i);
      }
      history.end(id, history::State::done);
    }
  }
  fs::path folder_;
};

const File& ten_thousand() {
  static const File file;
  return file;
}

// `rehearse history FILE --compare --format html` of 10,000 iterations: at most 3 s.
void CompareAndRenderTenThousand(benchmark::State& state) {
  const auto file = ten_thousand().path();
  for (auto _ : state) {
    const auto history = history::History::existing(file);
    const auto iterations = history.iterations();
    const auto summary = history::sum_up(history.nights(), iterations);
    benchmark::DoNotOptimize(reports::worse_lines(summary));
    benchmark::DoNotOptimize(reports::history_html(summary));
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * kNights * kIterationsOfANight);
}
BENCHMARK(CompareAndRenderTenThousand)->Unit(benchmark::kMillisecond);

// What a soak reads of it for its metrics, and for the failures that it tries again.
void ReadTenThousandWithoutMeasures(benchmark::State& state) {
  const auto history = history::History::existing(ten_thousand().path());
  for (auto _ : state) benchmark::DoNotOptimize(history.iterations(history::Detail::no_measures));
}
BENCHMARK(ReadTenThousandWithoutMeasures)->Unit(benchmark::kMillisecond);

// `rehearse plan` of 1,000 seeds, each judged legal: at most 1 s.
void DrawAThousandPlans(benchmark::State& state) {
  const fs::path root = REHEARSE_SOURCE_DIR;
  const auto profiles = root / "fixtures/profiles";
  const Planner planner(load_profile(profiles / "virtengine.yaml", profiles), read_weights(root / "harness/plans/weights.yaml"));
  for (auto _ : state)
    for (std::uint64_t seed = 0; seed < 1'000; ++seed) benchmark::DoNotOptimize(why_illegal(planner.draw({seed})));
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * 1'000);
}
BENCHMARK(DrawAThousandPlans)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace rehearse
