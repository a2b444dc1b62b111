// The one event loop: file descriptors, timers and signals, in one thread. Everything that waits, waits in run_one().
// Asio stays behind this header (it costs seconds of compiler a file).
#pragma once

#include <chrono>
#include <functional>
#include <memory>

namespace rehearse {

class Loop {
 public:
  using Clock = std::chrono::steady_clock;
  using Handler = std::function<void()>;

  Loop();
  ~Loop();
  Loop(const Loop&) = delete;

  // Runs handlers that are ready; waits up to `limit` for the first. False when none became ready.
  bool run_one(std::chrono::milliseconds limit);

  // A handle: destroying it cancels. Must not outlive the loop.
  class Registration;
  using Handle = std::shared_ptr<Registration>;

  // Calls `handler` once after `delay`.
  [[nodiscard]] Handle after(std::chrono::milliseconds delay, Handler handler);
  // Calls `handler` every `period`, first after one period.
  [[nodiscard]] Handle every(std::chrono::milliseconds period, Handler handler);

  enum class Ready { readable, writable };
  // Calls `handler` each time `fd` becomes ready. The fd stays the caller's and must be open until the handle goes.
  [[nodiscard]] Handle watch(int fd, Ready, Handler handler);

  // Calls `handler` once, as soon as the loop runs. Of this class only this may be called in another thread.
  void post(Handler handler);

  // Calls `handler` (signal number) for each of SIGINT, SIGTERM and SIGHUP from now on.
  void on_stop_signal(std::function<void(int)> handler);

  struct Impl;
  Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace rehearse
