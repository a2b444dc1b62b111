// The way from one node to another through this process, packet by packet: lost, late, doubled, out of order, one after the
// other. It works below TCP, which repeats and sorts as on a bad line; connections stay as they are when it comes and goes.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <random>
#include <string>

#include "localnet/process/evidence.h"
#include "localnet/process/loop.h"
#include "localnet/inject/namespaces.h"
#include "localnet/base/fd.h"

namespace rehearse {

struct LineQuality {
  std::chrono::milliseconds delay{0};   // of each packet
  std::chrono::milliseconds jitter{0};  // up to so much more, by chance
  int loss = 0, duplication = 0;        // percent of the packets, by chance
  int reordering = 0;                   // percent that are held back so that those after them overtake
  std::int64_t rate = 0;                // bytes a second, one packet after the other; what waits too long is lost; 0: any
};

class TunLink {
 public:
  // What `from` sends to `to` comes this way from now on, not what comes back. `namespaces` and the loop outlive this; all
  // chance comes from the seed. Throws Error(Blame::machine).
  TunLink(Loop&, const NetworkNamespaces& namespaces, const std::string& from, const std::string& to, const LineQuality&,
          std::uint64_t seed);
  ~TunLink();  // undoes it
  TunLink(const TunLink&) = delete;

  void undo();  // what is under way arrives at once; the direct way is taken again

  // How many packets came, were lost, doubled, delayed, held back, and the kernel's route: holds once something happened to
  // one of them.
  Evidence applied() const;
  Evidence undone() const;

 private:
  using Packet = std::string;
  void read_packets();
  void treat(const Packet&);
  void send_at(Loop::Clock::time_point due, const Packet&);
  void deliver_due();
  void deliver(const Packet&);
  bool by_chance(int percent);
  std::string route() const;

  Loop& loop_;
  const NetworkNamespaces& namespaces_;
  std::string from_, to_, device_;
  LineQuality quality_;
  std::mt19937_64 chance_;
  Fd source_, destination_;
  Loop::Clock::time_point busy_until_;  // a line with a rate
  std::multimap<Loop::Clock::time_point, Packet> under_way_;
  Loop::Handle readable_, timer_;
  std::uint64_t came_ = 0, lost_ = 0, doubled_ = 0, delayed_ = 0, held_back_ = 0;
};

}  // namespace rehearse
