#include "localnet/inject/link_flow.h"

#include <fcntl.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "localnet/base/fd.h"

namespace rehearse {

namespace {

constexpr int kPipe = 1 << 20;                 // bytes; what an ordinary user may ask for
constexpr std::int64_t kTurn = 4 << 20;        // bytes, then others have theirs
constexpr std::int64_t kMostHeld = 4 << 20;    // bytes, about what a TCP window grows to
constexpr std::chrono::milliseconds kBurst{10};  // of a link with a rate, so that timers that are late cost it nothing
constexpr std::int64_t kPiecesPerSecond = 50;  // of a link with a rate and no chunk

}  // namespace

Pipe::Pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return;
  in = Fd(ends[1]);
  out = Fd(ends[0]);
  ::fcntl(in.get(), F_SETPIPE_SZ, kPipe);  // slower where it may not be so large
}

LinkFlow::LinkFlow(LinkEnd& from, LinkEnd& to, Link& link, FlowTools& tools)
    : from_(from), to_(to), link_(link), tools_(tools) {}

LinkFlow::Moved LinkFlow::move(Clock::time_point now) {
  if (over_) return Moved::all;
  if (nowhere_ || link_.condition.bytes == LinkCondition::Bytes::drop) return swallow();
  if (link_.condition.bytes == LinkCondition::Bytes::stall) return Moved::all;
  if (link_.plain() && queue_.empty() && has_pipe()) return splice_on();
  return hold_and_pass(now);
}

// ---- in order: bytes go from socket to socket without being looked at

LinkFlow::Moved LinkFlow::splice_on() {
  for (std::int64_t moved = 0; moved < kTurn && !over_;) {
    if (in_pipe_ == 0) {
      if (end_ != End::none || !from_.readable) break;
      // The pipe is empty: what is not to be had is not there.
      const auto n = ::splice(from_.fd, nullptr, pipe_->in.get(), nullptr, kPipe, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
      if (n > 0) in_pipe_ = n;
      else nothing_read(n);
      continue;
    }
    if (!to_.writable) return Moved::all;
    const auto n = ::splice(pipe_->out.get(), nullptr, to_.fd, nullptr, static_cast<std::size_t>(in_pipe_),
                            SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    if (n <= 0) {
      nothing_written();
      continue;
    }
    in_pipe_ -= n;
    moved += n;
    link_.passed += n;
  }
  if (over_) return Moved::more;
  if (in_pipe_ > 0 || (from_.readable && end_ == End::none)) return Moved::more;
  give_pipe_back();
  return end_ == End::none ? Moved::all : finish();
}

bool LinkFlow::has_pipe() {
  if (pipe_) return true;
  if (tools_.pipes.empty()) {
    Pipe made;
    if (!made.in) return false;  // no more descriptors: bytes are copied then
    tools_.pipes.push_back(std::move(made));
  }
  pipe_ = std::move(tools_.pipes.back());
  tools_.pipes.pop_back();
  return true;
}

void LinkFlow::give_pipe_back() {
  if (pipe_ && in_pipe_ == 0) tools_.pipes.push_back(std::move(*pipe_));
  pipe_.reset();  // one with bytes in it is thrown away
  in_pipe_ = 0;
}

// ---- with a delay or a rate: bytes wait for their time

LinkFlow::Moved LinkFlow::hold_and_pass(Clock::time_point now) {
  hold_what_is_in_the_pipe(now);
  const bool in_order_again = link_.plain() && !queue_.empty();  // what waits goes first, the rest is spliced
  bool more = !in_order_again && take(now);
  const auto given = give(now);
  if (in_order_again && queue_.empty()) more = true;
  return given == Moved::all && more ? Moved::more : given;
}

// They came before the condition.
void LinkFlow::hold_what_is_in_the_pipe(Clock::time_point now) {
  if (!pipe_) return;
  while (in_pipe_ > 0) {
    const auto n = ::read(pipe_->out.get(), tools_.scratch.data(), tools_.scratch.size());
    if (n <= 0) break;
    queue_.push_back({now, std::string(tools_.scratch.data(), static_cast<std::size_t>(n))});
    in_pipe_ -= n;
    queued_ += n;
  }
  give_pipe_back();
}

// True when it stopped though there may be more.
bool LinkFlow::take(Clock::time_point now) {
  for (std::int64_t taken = 0; from_.readable && end_ == End::none && queued_ < kMostHeld;) {
    if (taken >= kTurn) return true;
    if (link_.condition.rate > 0 && line_free_ > now) break;
    const auto n = ::recv(from_.fd, tools_.scratch.data(), piece_size(), 0);
    if (n <= 0) {
      nothing_read(n);
      if (end_ != End::none) queue_.push_back({due_of(0, now), ""});
      continue;
    }
    const auto size = static_cast<std::size_t>(n);
    queue_.push_back({due_of(size, now), std::string(tools_.scratch.data(), size)});
    queued_ += n;
    taken += n;
  }
  return false;
}

std::size_t LinkFlow::piece_size() const {
  const auto most = static_cast<std::int64_t>(tools_.scratch.size());
  const auto& c = link_.condition;
  if (c.rate == 0) return static_cast<std::size_t>(most);
  return static_cast<std::size_t>(std::clamp(c.chunk > 0 ? c.chunk : c.rate / kPiecesPerSecond, std::int64_t{1}, most));
}

// A line sends one piece after the other; what it has sent arrives after the delay, and not before what was sent earlier.
LinkFlow::Clock::time_point LinkFlow::due_of(std::size_t bytes, Clock::time_point now) {
  const auto& c = link_.condition;
  auto sent = now;
  if (c.rate > 0) {
    const std::chrono::duration<double> takes(static_cast<double>(bytes) / static_cast<double>(c.rate));
    line_free_ = std::max(line_free_, now - kBurst) + std::chrono::duration_cast<Clock::duration>(takes);
    sent = std::max(now, line_free_);
  }
  auto delay = c.delay;
  if (c.jitter.count() > 0)
    delay += std::chrono::microseconds(
        std::uniform_int_distribution<std::int64_t>(-c.jitter.count(), c.jitter.count())(link_.random));
  const auto due = std::max(sent, sent + delay);
  return queue_.empty() ? due : std::max(due, queue_.back().due);
}

LinkFlow::Moved LinkFlow::give(Clock::time_point now) {
  while (!queue_.empty() && queue_.front().due <= now && !over_) {
    const auto& bytes = queue_.front().bytes;
    if (bytes.empty()) return finish();
    if (!to_.writable) break;
    const auto n = ::send(to_.fd, bytes.data() + given_, bytes.size() - given_, MSG_NOSIGNAL);
    if (n < 0) {
      nothing_written();
      continue;
    }
    given_ += static_cast<std::size_t>(n);
    queued_ -= n;
    link_.passed += n;
    if (given_ < bytes.size()) continue;
    queue_.pop_front();
    given_ = 0;
  }
  return over_ ? Moved::more : Moved::all;
}

std::optional<LinkFlow::Clock::time_point> LinkFlow::wakes() const {
  if (over_ || nowhere_ || link_.condition.bytes != LinkCondition::Bytes::pass) return std::nullopt;
  std::optional<Clock::time_point> at;
  if (!queue_.empty() && to_.writable) at = queue_.front().due;
  const bool line_is_waited_for =
      link_.condition.rate > 0 && from_.readable && end_ == End::none && queued_ < kMostHeld;
  if (line_is_waited_for) at = at ? std::min(*at, line_free_) : line_free_;
  return at;
}

void LinkFlow::condition_changed(Clock::time_point now) {
  const auto latest = now + link_.condition.delay + link_.condition.jitter;
  for (auto& piece : queue_) piece.due = std::min(piece.due, latest);
  line_free_ = now;
}

// ---- swallowed

LinkFlow::Moved LinkFlow::swallow() {
  torn_ = torn_ || nowhere_ || in_pipe_ > 0 || !queue_.empty();
  link_.swallowed += in_pipe_ + queued_;
  forget_what_is_held();
  for (std::int64_t taken = 0; from_.readable && end_ == End::none;) {
    if (taken >= kTurn) return Moved::more;
    const auto n = ::recv(from_.fd, tools_.scratch.data(), tools_.scratch.size(), 0);
    if (n <= 0) {
      nothing_read(n);
      torn_ = torn_ || end_ != End::none;
      continue;
    }
    torn_ = true;
    taken += n;
    link_.swallowed += n;
  }
  if (nowhere_ && end_ != End::none) over_ = true;
  return Moved::all;
}

// ---- ends

void LinkFlow::nothing_read(ssize_t result) {
  if (result < 0 && errno == EINTR) return;
  from_.readable = false;
  if (result == 0) end_ = from_.broken ? End::reset : End::proper;
  else if (errno != EAGAIN) end_ = End::reset;
}

void LinkFlow::nothing_written() {
  if (errno == EINTR) return;
  to_.writable = false;
  if (errno == EAGAIN) return;
  to_.broken = true;
  to_.readable = true;  // the flow the other way is to find that out
  abandon();
}

void LinkFlow::abandon() {
  over_ = true;
  forget_what_is_held();
}

void LinkFlow::forget_what_is_held() {
  give_pipe_back();
  queue_.clear();
  given_ = 0;
  queued_ = 0;
}

LinkFlow::Moved LinkFlow::finish() {
  over_ = true;
  queue_.clear();
  if (end_ == End::reset) return Moved::broken;
  ::shutdown(to_.fd, SHUT_WR);
  return Moved::all;
}

std::int64_t LinkFlow::held() const {
  int waiting = 0;
  if (from_.fd >= 0 && !over_) ::ioctl(from_.fd, SIOCINQ, &waiting);
  return in_pipe_ + queued_ + waiting;
}

}  // namespace rehearse
