// A proxy between two, what a directed link does with the bytes that flow over it, and what has come of that. Plain data.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace rehearse {

struct SocketAddress {
  std::string ip;  // v4
  int port = 0;
};

// The client dials `listen` in place of `target`. There may be more between the same two.
struct LinkRoute {
  std::string client, server;  // names
  SocketAddress listen;        // port 0: one that is free
  SocketAddress target;        // dialled for each connection; one to where nobody listens is reset
};

// The default is a link in order; all that can be set together is in force together. CometBFT notices no stall for about a
// minute: after a shorter one all goes on at once. A connection that was reset, or has to be since it lost bytes, is back when
// the node that dialled it dials again: at once, or 5 to 8 s after its last try; much later once it has tried for two minutes.
struct LinkCondition {
  std::chrono::microseconds delay{0};   // of each byte; the order is kept
  std::chrono::microseconds jitter{0};  // up to that much more or less than the delay, never less than nothing
  std::int64_t rate = 0;                // bytes a second; what is faster is held back, at last at its sender
  std::int64_t chunk = 0;               // with a rate: so many bytes at a time, each time a packet of its own

  enum class Bytes {
    pass,
    stall,  // none passes; they wait, and pass after it
    drop,   // swallowed, and the end of a connection too; a connection that has lost some is reset after it
  };
  Bytes bytes = Bytes::pass;

  // A cut: connections between the two are reset, new ones too, in whichever direction they were dialled. To be accepted and
  // reset at once is for CometBFT what a closed port is (it dials again 5 to 8 s after either), and each try is counted.
  bool refuse = false;

  bool operator==(const LinkCondition&) const = default;
};

// Of one directed link. What is counted is counted since its condition was last set or cleared.
struct LinkState {
  LinkCondition condition;
  int connections = 0;         // open now between the two, whoever dialled; those that lead nowhere too
  int leading_nowhere = 0;     // of them, half open with this link's beginning as the end that was told nothing
  std::int64_t held = 0;       // bytes that wait now: in the proxy, or before it
  std::int64_t passed = 0;     // bytes handed on
  std::int64_t swallowed = 0;  // bytes
  std::int64_t resets = 0;     // connections that were reset
  std::int64_t refused = 0;    // connections that were turned away
};

}  // namespace rehearse
