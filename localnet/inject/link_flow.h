// One direction of one connection through a proxy: takes bytes from one socket and hands them to the other, as
// the condition of the link says that is set at that moment. Sockets do not block; whoever owns the flow calls it when a
// socket became ready or the time has come that it names.
#pragma once

#include <array>
#include <deque>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "localnet/inject/link_condition.h"
#include "localnet/base/fd.h"

namespace rehearse {

// A pipe that bytes are spliced through. They are given back when they are empty, so that there are as many as flows
// that wait for their receiver, not as many as connections: the kernel counts their memory against the user.
class Pipe {
 public:
  Pipe();  // as large as the user may have them; it has none when there is none to be had
  Fd in, out;
};

// What all flows of a thread share.
struct FlowTools {
  using Clock = std::chrono::steady_clock;
  std::vector<Pipe> pipes;  // empty ones
  std::array<char, 64 * 1024> scratch;
};

// A directed link as its flows see it, both those of connections that its beginning dialled and the others.
struct Link {
  LinkCondition condition;
  std::int64_t passed = 0, swallowed = 0, resets = 0, refused = 0;
  std::mt19937_64 random;

  bool plain() const {
    return condition.delay.count() == 0 && condition.jitter.count() == 0 && condition.rate == 0 &&
           condition.bytes == LinkCondition::Bytes::pass;
  }
};

// The proxy's socket to one of the two. Its owner notes what it has become ready for; a flow notes what it is no longer.
struct LinkEnd {
  int fd = -1;
  bool readable = false, writable = false;
  bool broken = false;  // a write failed: whatever it reads as its end is no proper one
};

class LinkFlow {
 public:
  using Clock = FlowTools::Clock;

  // All outlive this.
  LinkFlow(LinkEnd& from, LinkEnd& to, Link& link, FlowTools& tools);
  LinkFlow(const LinkFlow&) = delete;

  enum class Moved {
    all,     // that could be moved; call it when a socket is ready, or at wakes()
    more,    // is there; it is the turn of others first
    broken,  // its sender has reset the connection
  };
  Moved move(Clock::time_point now);
  // When it wants to be called though no socket has become ready.
  std::optional<Clock::time_point> wakes() const;
  // The condition of its link is another one. Bytes that wait do so no longer than they would have to now.
  void condition_changed(Clock::time_point now);
  // The receiver's socket is closed without its sender's being told: from now on its bytes are swallowed.
  void lead_nowhere() { nowhere_ = true; }
  // Its sender's socket is closed: nothing more is handed on.
  void abandon();

  bool leads_nowhere() const { return nowhere_; }
  bool over() const { return over_; }  // its end was handed on, or nobody is there to take it
  bool torn() const { return torn_; }  // it swallowed something: what is behind it is worth nothing to its receiver
  std::int64_t held() const;           // bytes, those too that its sender has sent and nobody has taken

 private:
  enum class End { none, proper, reset };
  struct Piece {
    Clock::time_point due;
    std::string bytes;  // empty: the end
  };

  Moved splice_on();
  Moved hold_and_pass(Clock::time_point now);
  Moved swallow();
  bool take(Clock::time_point now);
  Moved give(Clock::time_point now);
  Moved finish();
  std::size_t piece_size() const;
  Clock::time_point due_of(std::size_t bytes, Clock::time_point now);
  void hold_what_is_in_the_pipe(Clock::time_point now);
  bool has_pipe();
  void give_pipe_back();
  void forget_what_is_held();
  // A call on the sender's socket, or the receiver's, moved nothing.
  void nothing_read(ssize_t result);
  void nothing_written();

  LinkEnd& from_;
  LinkEnd& to_;
  Link& link_;
  FlowTools& tools_;

  std::optional<Pipe> pipe_;
  std::int64_t in_pipe_ = 0;  // bytes; there are none while any are in queue_
  std::deque<Piece> queue_;
  std::size_t given_ = 0;  // bytes of its first piece
  std::int64_t queued_ = 0;
  Clock::time_point line_free_;  // when a link of that rate has sent what it was given
  End end_ = End::none;          // what the sender ended with
  bool over_ = false, torn_ = false, nowhere_ = false;
};

}  // namespace rehearse
