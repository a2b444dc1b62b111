#include "localnet/http/guest_http.h"

#include <algorithm>

#include "localnet/http/url.h"

namespace rehearse {

GuestHttp::GuestHttp(Loop& loop, Http& http, double requests_a_second, std::filesystem::path ca_file)
    : loop_(loop), http_(http), pause_(std::chrono::duration_cast<Loop::Clock::duration>(std::chrono::duration<double>(1 / requests_a_second))), ca_file_(std::move(ca_file)) {}

void GuestHttp::send(HttpRequest request, OnAnswer on_answer) {
  if (request.ca_file.empty()) request.ca_file = ca_file_;
  const auto now = Loop::Clock::now();
  auto& next = next_[host_of(request.url)];
  const auto when = std::max(now, next);
  next = when + pause_;
  if (when == now) return http_.send(std::move(request), std::move(on_answer));
  const auto delay = std::chrono::ceil<std::chrono::milliseconds>(when - now);
  const int number = ++count_;
  waiting_[number] = loop_.after(delay, [this, number, r = std::move(request), then = std::move(on_answer)] {
    const auto done = waiting_.extract(number);  // kept until this handler has ended
    http_.send(r, then);
  });
}

}  // namespace rehearse
