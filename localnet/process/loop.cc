#include <fcntl.h>

#include <boost/asio/post.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "localnet/process/loop_impl.h"

namespace rehearse {

namespace asio = boost::asio;

class Loop::Registration {
 public:
  virtual ~Registration() = default;
};

namespace {

class Timer : public Loop::Registration, public std::enable_shared_from_this<Timer> {
 public:
  Timer(asio::io_context& context, std::chrono::milliseconds period, bool repeat, Loop::Handler handler)
      : timer_(context), period_(period), repeat_(repeat), handler_(std::move(handler)) {}

  void arm() {
    timer_.expires_after(period_);
    timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
      const auto self = weak.lock();
      if (error || !self) return;
      self->handler_();
      if (self->repeat_ && self.use_count() > 1) self->arm();
    });
  }

 private:
  asio::steady_timer timer_;
  std::chrono::milliseconds period_;
  bool repeat_;
  Loop::Handler handler_;
};

class Watch : public Loop::Registration, public std::enable_shared_from_this<Watch> {
 public:
  Watch(asio::io_context& context, int fd, Loop::Ready ready, Loop::Handler handler)
      : descriptor_(context,
                    ::fcntl(fd, F_DUPFD_CLOEXEC, 0)),  // the fd itself may be watched twice, or closed
        wait_(ready == Loop::Ready::readable ? asio::posix::stream_descriptor::wait_read
                                             : asio::posix::stream_descriptor::wait_write),
        handler_(std::move(handler)) {}

  void arm() {
    descriptor_.async_wait(wait_, [weak = weak_from_this()](boost::system::error_code error) {
      const auto self = weak.lock();
      if (error || !self) return;
      self->handler_();
      if (self.use_count() > 1) self->arm();
    });
  }

 private:
  asio::posix::stream_descriptor descriptor_;
  asio::posix::stream_descriptor::wait_type wait_;
  Loop::Handler handler_;
};

void wait_for_signal(Loop::Impl& impl, std::shared_ptr<std::function<void(int)>> handler) {
  impl.signals.async_wait([&impl, handler](boost::system::error_code error, int signal) {
    if (error) return;
    (*handler)(signal);
    wait_for_signal(impl, handler);
  });
}

}  // namespace

Loop::Loop() : impl_(std::make_unique<Impl>()) {}
Loop::~Loop() = default;

bool Loop::run_one(std::chrono::milliseconds limit) {
  impl_->context.restart();
  if (impl_->context.run_one_for(limit) == 0) return false;
  // What is ready beside it; handlers that make each other ready without end must not keep whoever waits.
  constexpr auto kLongest = std::chrono::milliseconds(20);
  for (const auto end = Clock::now() + kLongest; Clock::now() < end && impl_->context.poll_one() > 0;) {
  }
  return true;
}

Loop::Handle Loop::after(std::chrono::milliseconds delay, Handler handler) {
  auto timer = std::make_shared<Timer>(impl_->context, delay, false, std::move(handler));
  timer->arm();
  return timer;
}

Loop::Handle Loop::every(std::chrono::milliseconds period, Handler handler) {
  auto timer = std::make_shared<Timer>(impl_->context, period, true, std::move(handler));
  timer->arm();
  return timer;
}

Loop::Handle Loop::watch(int fd, Ready ready, Handler handler) {
  auto watch = std::make_shared<Watch>(impl_->context, fd, ready, std::move(handler));
  watch->arm();
  return watch;
}

void Loop::post(Handler handler) { asio::post(impl_->context, std::move(handler)); }

void Loop::on_stop_signal(std::function<void(int)> handler) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) impl_->signals.add(signal);
  wait_for_signal(*impl_, std::make_shared<std::function<void(int)>>(std::move(handler)));
}

}  // namespace rehearse
