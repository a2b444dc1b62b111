// What it costs to compare two stopped nodes, and two heights of one: by the difference, not by the state.
//
//   state_bench                            a state of 16 MB
//   REHEARSE_STATE_MB=1000 state_bench     a gigabyte on either side; takes a minute to make, and 2 GB of disk
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "localnet/base/number.h"
#include "localnet/state/changes.h"
#include "localnet/state/compare.h"
#include "tests/unit/support/made_state.h"

namespace rehearse {
namespace {

namespace fs = std::filesystem;

constexpr int kDiffer = 10;
constexpr std::int64_t kUnchanged = 100;  // one record in so many is changed by the upgrade
constexpr std::size_t kValue = 1000;

std::int64_t megabytes() {
  const auto* set = std::getenv("REHEARSE_STATE_MB");
  return whole_number<std::int64_t>(set ? set : "").value_or(16);
}

std::string key_at(std::int64_t i) { return fmt::format("balances/{:012}", i); }

// Nothing that could be compressed.
std::string random_value(std::uint64_t& state) {
  std::string value(kValue, '\0');
  for (auto& c : value) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    c = static_cast<char>(state >> 56);
  }
  return value;
}

// The states of two nodes that have the first height in common, and ten keys not; then an upgrade of one changes one record
// in a hundred.
void make(const fs::path& folder) {
  const auto keys = megabytes() * 1'000'000 / static_cast<std::int64_t>(kValue);
  std::uint64_t random = 1;
  made::State a(folder / "a");
  constexpr std::int64_t kAtOnce = 50'000;
  for (std::int64_t i = 0; i < keys; ++i) {
    a.store("bank").set(key_at(i), random_value(random));
    if (i % kAtOnce == kAtOnce - 1) a.commit();
  }
  a.commit();
  auto b = a.copy(folder / "b");
  for (int i = 0; i < kDiffer; ++i) b.store("bank").set(key_at(keys / kDiffer * i + i), "other");
  a.commit();
  b.commit();
  std::ofstream(folder / "height") << a.height();
  for (std::int64_t i = 0; i < keys; i += kUnchanged) a.store("bank").set(key_at(i), "migrated");
  a.commit();
}

// Made by a process of its own: what that takes of memory is not what a comparison takes.
class TwoNodes {
 public:
  TwoNodes() {
    auto name = (fs::temp_directory_path() / "bench.XXXXXX").string();
    path_ = ::mkdtemp(name.data());
    const auto child = ::fork();
    if (child == 0) {
      make(path_);
      std::_Exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    made_ = status == 0;
    std::ifstream(path_ / "height") >> height;
  }
  ~TwoNodes() { fs::remove_all(path_); }
  TwoNodes(const TwoNodes&) = delete;
  bool made() const { return made_; }
  fs::path operator/(const char* name) const { return path_ / name; }
  std::int64_t height = 0;

 private:
  fs::path path_;
  bool made_ = false;
};

double megabytes_at_most() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::atof(line.c_str() + 6) / 1024;
  return 0;
}

// Copies, opens, compares and removes, as after a divergence.
void CompareTwoNodes(benchmark::State& state) {
  const TwoNodes nodes;
  if (!nodes.made()) return state.SkipWithError("the states cannot be made");
  std::size_t read = 0;
  for (auto _ : state) {
    const auto a = ApplicationState::open(nodes / "a", nodes / "copy-a");
    const auto b = ApplicationState::open(nodes / "b", nodes / "copy-b");
    if (!a || !b) return state.SkipWithError((a.trouble + b.trouble).c_str());
    const auto found = compare({*a, nodes.height}, {*b, nodes.height}, {});
    if (found.stores.size() != 1 || found.stores[0].changed != kDiffer) return state.SkipWithError("not what differs");
    read = found.stores[0].nodes_read;
  }
  state.counters["nodes_read"] = static_cast<double>(read);
  state.counters["peak_MB"] = megabytes_at_most();
}
BENCHMARK(CompareTwoNodes)->Unit(benchmark::kMillisecond)->Iterations(3);

// As after each upgrade, of one node.
void ChangesOfAnUpgrade(benchmark::State& state) {
  const TwoNodes nodes;
  if (!nodes.made()) return state.SkipWithError("the states cannot be made");
  for (auto _ : state) {
    const auto a = ApplicationState::open(nodes / "a", nodes / "copy-a");
    if (!a) return state.SkipWithError(a.trouble.c_str());
    const auto found = changed_records(*a, nodes.height, nodes.height + 1);
    std::int64_t changed = 0;
    for (const auto& store : found.stores)
      for (const auto& [divided_by, below] : store.below) changed += below.changed;
    if (changed != megabytes() * 1'000'000 / static_cast<std::int64_t>(kValue) / kUnchanged) return state.SkipWithError("not what changes");
  }
  state.counters["peak_MB"] = megabytes_at_most();
}
BENCHMARK(ChangesOfAnUpgrade)->Unit(benchmark::kMillisecond)->Iterations(3);

}  // namespace
}  // namespace rehearse
