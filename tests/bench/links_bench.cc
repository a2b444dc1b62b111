// What a link proxy costs: a connection through one against a direct one, in the same run, and many that say little.
#include <benchmark/benchmark.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <thread>
#include <vector>

#include "localnet/inject/links.h"
#include "tests/unit/support/loopback.h"

namespace rehearse {
namespace {

using made::Listener;
using made::Socket;

// Of this process, called that.
double cpu_seconds_of_thread(const std::string& name) {
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::string is;
    std::getline(std::ifstream(task.path() / "comm"), is);
    std::int64_t nanoseconds = 0;
    std::ifstream(task.path() / "schedstat") >> nanoseconds;
    if (is == name) return static_cast<double>(nanoseconds) / 1e9;
  }
  return 0;
}

// A connection, direct or through a proxy.
struct Connected {
  explicit Connected(bool through) {
    int port = listener.port;
    if (through) {
      links = std::make_unique<LinkSet>();
      port = links->add({"a", "b", {"127.0.0.1", 0}, {"127.0.0.1", listener.port}});
    }
    a = Socket::dial(port);
    b = listener.accept();
    for (auto* s : {&a, &b}) s->without_delay();
  }
  Listener listener;
  std::unique_ptr<LinkSet> links;
  Socket a, b;
};

bool receive_all(Socket& s, std::vector<char>& buffer, std::size_t bytes) {
  while (bytes > 0) {
    const auto n = ::recv(s.fd(), buffer.data(), std::min(bytes, buffer.size()), 0);
    if (n <= 0) return false;
    bytes -= static_cast<std::size_t>(n);
  }
  return true;
}

void throughput(benchmark::State& state, bool through) {
  constexpr std::size_t kPiece = 256 << 10, kBytes = 256 << 20;
  Connected c(through);
  std::atomic<bool> over = false;
  std::thread sender([&] {
    const std::string piece(kPiece, 'x');
    while (!over) c.a.send(piece);
    c.a.close();
  });
  std::vector<char> buffer(kPiece);
  receive_all(c.b, buffer, kBytes / 4);  // windows grow
  const auto before = cpu_seconds_of_thread("links");
  for (auto _ : state)
    if (!receive_all(c.b, buffer, kBytes)) state.SkipWithError("the connection ended");
  const auto spent = cpu_seconds_of_thread("links") - before;
  over = true;
  while (receive_all(c.b, buffer, kPiece)) {}
  sender.join();
  const auto bytes = static_cast<double>(state.iterations()) * kBytes;
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
  if (through) state.counters["core_s_per_GB"] = spent / (bytes / 1e9);
}

// There and back again: twice what a direction adds.
void round_trip(benchmark::State& state, bool through) {
  Connected c(through);
  const std::string message(200, 'x');
  std::thread echo([&] {
    std::vector<char> buffer(message.size());
    while (receive_all(c.b, buffer, message.size())) c.b.send(message);
  });
  std::vector<char> buffer(message.size());
  for (auto _ : state) {
    c.a.send(message);
    receive_all(c.a, buffer, message.size());
  }
  c.a.close();
  echo.join();
}

void DirectThroughput(benchmark::State& state) { throughput(state, false); }
void LinkThroughput(benchmark::State& state) { throughput(state, true); }
void DirectRoundTrip(benchmark::State& state) { round_trip(state, false); }
void LinkRoundTrip(benchmark::State& state) { round_trip(state, true); }
BENCHMARK(DirectThroughput)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(LinkThroughput)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(DirectRoundTrip)->UseRealTime()->Unit(benchmark::kMicrosecond);
BENCHMARK(LinkRoundTrip)->UseRealTime()->Unit(benchmark::kMicrosecond);

// The links between ten nodes, each of which says something to each other one forty times a second: more than validators do
// that make a block a second. `core`: the part of a core that it takes the proxies' thread.
void NinetyLinks(benchmark::State& state) {
  constexpr int kNodes = 10, kASecond = 40;
  LinkSet links;
  std::vector<std::unique_ptr<Listener>> listeners;
  for (int i = 0; i < kNodes; ++i) listeners.push_back(std::make_unique<Listener>());
  std::vector<Socket> ends;
  const auto name = [](int i) { return std::to_string(i); };
  for (int i = 0; i < kNodes; ++i)
    for (int j = 0; j < kNodes; ++j) {
      if (i == j) continue;
      const auto port = links.add({name(i), name(j), {"127.0.0.1", 0}, {"127.0.0.1", listeners[j]->port}});
      if (i > j) continue;  // one connection for a pair
      ends.push_back(Socket::dial(port));
      ends.push_back(listeners[j]->accept());
    }
  const std::string message(1044, 'x');  // a frame of CometBFT's
  std::vector<char> buffer(message.size());
  const auto before = cpu_seconds_of_thread("links");
  const auto start = std::chrono::steady_clock::now();
  auto next = start;
  for (auto _ : state) {
    for (int i = 0; i < kASecond; ++i) {
      for (auto& s : ends) s.send(message);
      for (auto& s : ends) receive_all(s, buffer, message.size());
      std::this_thread::sleep_until(next += std::chrono::milliseconds(1000 / kASecond));
    }
  }
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  state.counters["core"] = (cpu_seconds_of_thread("links") - before) / wall.count();
}
BENCHMARK(NinetyLinks)->UseRealTime()->Iterations(5)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace rehearse
