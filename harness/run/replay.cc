#include "harness/run/replay.h"

#include <algorithm>

#include "localnet/base/text.h"

namespace rehearse {

namespace fs = std::filesystem;

namespace {

std::string in_its_place(std::string text, const std::string& home, const std::string& copy) {
  for (auto at = text.find(home); at != std::string::npos; at = text.find(home, at + copy.size()))
    text.replace(at, home.size(), copy);
  return text;
}

// As the node is started, with the copy wherever its home is named.
ChildSpec start_of(Rehearsal& r, const Replay& order, const fs::path& home) {
  const auto& node = r.network().node(order.node);
  ChildSpec spec;
  spec.argv = {order.program.string()};
  for (const auto& a : r.command("start", order.node, {{"home", home.string()}})) spec.argv.push_back(a);
  for (const auto& [name, value] : node.environment())
    spec.environment[name] = in_its_place(value, node.home().string(), home.string());
  spec.directory = home;
  spec.out = spec.err = order.folder / "output.log";
  return spec;
}

}  // namespace

void copy_home(const fs::path& home, const fs::path& to) {
  fs::create_directories(to);
  for (const char* part : {"config", "data"}) fs::copy(home / part, to / part, fs::copy_options::recursive);
}

std::vector<Replayed> replay(Rehearsal& r, const std::vector<Replay>& orders, std::chrono::seconds at_most) {
  std::vector<Replayed> all(orders.size());
  std::vector<std::unique_ptr<Child>> children;
  for (std::size_t i = 0; i < orders.size(); ++i) {
    const auto home = orders[i].folder / "home";
    copy_home(r.network().node(orders[i].node).home(), home);
    if (orders[i].prepare) orders[i].prepare(home);
    children.push_back(
        Child::spawn(r.loop(), start_of(r, orders[i], home), [&all, i](ExitStatus s) { all[i].end = s; }));
  }
  const auto until = Loop::Clock::now() + at_most;
  r.await_done("a copy of the node to meet the block again",
               [&] {
                 return Loop::Clock::now() > until ||
                        std::all_of(all.begin(), all.end(), [](const Replayed& one) { return one.end; });
               },
               {at_most + std::chrono::seconds(5), at_most + std::chrono::seconds(5)});
  children.clear();
  for (std::size_t i = 0; i < orders.size(); ++i) all[i].output = read_file(orders[i].folder / "output.log");
  return all;
}

}  // namespace rehearse
