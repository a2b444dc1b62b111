// What it costs to copy the homes of four paused validators, and to see that the copy is still what it was.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "localnet/network/frozen_copy.h"

namespace rehearse {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

// As a fixture chain's homes are after a minute, with the tables of a larger state.
void make_homes(const fs::path& folder) {
  constexpr int kNodes = 4, kTables = 100;
  const std::string table(2'000'000, 't'), wal(5'000'000, 'w'), small(2'000, 's');
  const auto old = fs::file_time_type::clock::now() - std::chrono::minutes(1);
  for (int n = 1; n <= kNodes; ++n) {
    const auto home = folder / fmt::format("homes/validator-{}", n);
    for (int i = 0; i < kTables; ++i) {
      const auto file = home / fmt::format("data/application.db/{:06}.ldb", i);
      write(file, table);
      fs::last_write_time(file, old);
    }
    write(home / "data/cs.wal/wal", wal);
    write(home / "logs/node.log", wal);
    for (int i = 0; i < 40; ++i) write(home / fmt::format("data/other.db/MANIFEST-{:06}", i), small);
  }
}

void four_homes(benchmark::State& state) {
  const auto folder = fs::temp_directory_path() / fmt::format("rehearse-fork-bench.{}", ::getpid());
  make_homes(folder);
  for (auto _ : state) {
    copy_frozen(folder / "homes", folder / "copy");
    benchmark::DoNotOptimize(seal_of(folder / "copy"));
    state.PauseTiming();
    fs::remove_all(folder / "copy");
    state.ResumeTiming();
  }
  fs::remove_all(folder);
}
BENCHMARK(four_homes)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace rehearse
