#include "localnet/inject/link_proxies.h"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "localnet/base/error.h"
#include "localnet/inject/link_socket.h"

namespace rehearse {

namespace {

// What epoll says an event is of: a number above these two bits, and in them what it is the number of.
enum Kind : std::uint64_t { kWake, kRoute, kClient, kServer };
constexpr std::uint64_t token(std::uint64_t number, Kind kind) { return number << 2 | kind; }

}  // namespace

struct LinkProxies::Route {
  Route(int listener, const sockaddr_in& target, Link& up, Link& down)
      : listener(listener), target(target), up(up), down(down) {}
  ~Route() { close_socket(listener); }

  int listener;
  const sockaddr_in target;
  Link& up;    // to the server
  Link& down;  // to the client
};

struct LinkProxies::Connection {
  Connection(std::uint64_t number, Route& r, FlowTools& tools)
      : number(number), route(r), up(client, server, r.up, tools), down(server, client, r.down, tools) {}
  ~Connection() {
    close_socket(client.fd);
    close_socket(server.fd);
  }
  void reset() {
    reset_socket(client.fd);
    reset_socket(server.fd);
  }

  const std::uint64_t number;
  Route& route;
  LinkEnd client, server;
  LinkFlow up, down;
  std::optional<Clock::time_point> wakes;  // as it stands in timers_
};

LinkProxies::LinkProxies(std::uint64_t seed) : seed_(seed) {
  epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  wake_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (epoll_ < 0 || wake_ < 0 || !watch(wake_, token(0, kWake)))
    throw Error(Blame::machine, fmt::format("link proxies: epoll, eventfd: {}", strerror(errno)));
}

LinkProxies::~LinkProxies() {
  for (auto& [number, c] : connections_) c->reset();
  close_socket(wake_);
  close_socket(epoll_);
}

bool LinkProxies::watch(int fd, std::uint64_t what) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.u64 = what;
  return ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) == 0;
}

// ---- the loop

void LinkProxies::run() {
  while (!stopped_) {
    wait();
    const auto now = Clock::now();
    for (auto due = timers_.begin(); due != timers_.end() && due->first <= now; ++due) ready_.push_back(due->second);
    for (const auto number : std::exchange(ready_, {})) serve(number);
  }
}

// Until a socket is ready, something was posted, or the time has come for bytes that wait; notes who is ready.
void LinkProxies::wait() {
  timespec limit{};
  if (ready_.empty() && !timers_.empty()) {
    const auto left = std::max(timers_.begin()->first - Clock::now(), Clock::duration::zero());
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
    limit = {seconds.count(), std::chrono::nanoseconds(left - seconds).count()};
  }
  const bool for_ever = ready_.empty() && timers_.empty();
  epoll_event events[64];
  const int count = ::epoll_pwait2(epoll_, events, std::size(events), for_ever ? nullptr : &limit, nullptr);
  bool posted = false;
  for (int i = 0; i < count; ++i) {
    const auto number = events[i].data.u64 >> 2;
    const auto kind = static_cast<Kind>(events[i].data.u64 & 3);
    if (kind == kWake) posted = true;
    if (kind == kRoute) accept_all(*routes_[number]);
    const auto found = connections_.find(number);
    if (kind < kClient || found == connections_.end()) continue;
    auto& end = kind == kClient ? found->second->client : found->second->server;
    if (events[i].events & ~EPOLLOUT) end.readable = true;  // an error is found out by reading
    if (events[i].events & ~EPOLLIN) end.writable = true;
    ready_.push_back(number);
  }
  if (posted) do_what_was_posted();
}

void LinkProxies::post(std::function<void()> work) {
  {
    const std::lock_guard lock(posted_mutex_);
    posted_.push_back(std::move(work));
  }
  const std::uint64_t one = 1;
  if (::write(wake_, &one, sizeof one) < 0) return;  // it counts to 2^64: it is awake then
}

void LinkProxies::do_what_was_posted() {
  std::uint64_t count;
  if (::read(wake_, &count, sizeof count) < 0) return;
  std::vector<std::function<void()>> posted;
  {
    const std::lock_guard lock(posted_mutex_);
    posted.swap(posted_);
  }
  for (const auto& work : posted) work();
}

void LinkProxies::serve(std::uint64_t number) {
  const auto found = connections_.find(number);
  if (found == connections_.end()) return;
  auto& c = *found->second;
  const auto now = Clock::now();
  for (auto* flow : {&c.up, &c.down}) {
    const auto moved = flow->move(now);
    if (moved == LinkFlow::Moved::more) ready_.push_back(number);
    if (moved == LinkFlow::Moved::broken) {
      c.reset();
      return close(c);
    }
  }
  if (c.up.over() && c.down.over()) return close(c);
  auto wakes = c.up.wakes();
  if (const auto other = c.down.wakes(); other && (!wakes || *other < *wakes)) wakes = other;
  if (wakes == c.wakes) return;
  if (c.wakes) timers_.erase({*c.wakes, number});
  if (wakes) timers_.insert({*wakes, number});
  c.wakes = wakes;
}

void LinkProxies::close(Connection& c) {
  if (c.wakes) timers_.erase({*c.wakes, c.number});
  connections_.erase(c.number);
}

// ---- connections

void LinkProxies::accept_all(Route& r) {
  while (true) {
    // Out of descriptors: whoever dialled waits until the next one does.
    int client = ::accept4(r.listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (client < 0 && (errno == EINTR || errno == ECONNABORTED)) continue;
    if (client < 0) return;
    const bool refused = r.up.condition.refuse || r.down.condition.refuse;
    for (auto* link : {&r.up, &r.down}) link->refused += link->condition.refuse;
    if (refused) reset_socket(client);
    else connect(r, client);
  }
}

void LinkProxies::connect(Route& r, int client) {
  const auto number = ++last_;
  auto c = std::make_unique<Connection>(number, r, tools_);
  c->client.fd = client;
  c->server.fd = dial(r.target);
  without_delay(client);
  const bool dialled = c->server.fd >= 0;
  if (!dialled || !watch(client, token(number, kClient)) || !watch(c->server.fd, token(number, kServer)))
    return c->reset();
  connections_[number] = std::move(c);
}

// ---- links

Link& LinkProxies::made(const std::string& from, const std::string& to) {
  const auto [entry, is_new] = links_.try_emplace({from, to});
  if (is_new) entry->second.random.seed(seed_ + links_.size());
  return entry->second;
}

Link& LinkProxies::link(const std::string& from, const std::string& to) {
  const auto found = links_.find({from, to});
  if (found == links_.end()) throw Error(Blame::scenario, fmt::format("there is no link {}->{}", from, to));
  return found->second;
}

int LinkProxies::add(const LinkRoute& r) {
  auto route = std::make_unique<Route>(listen_at(r.listen), socket_address(r.target), made(r.client, r.server),
                                       made(r.server, r.client));
  const auto listener = route->listener;
  routes_.push_back(std::move(route));
  if (!watch(listener, token(routes_.size() - 1, kRoute)))
    throw Error(Blame::machine, fmt::format("link proxies: epoll: {}", strerror(errno)));
  return port_of(listener);
}

std::vector<std::pair<std::string, std::string>> LinkProxies::all() const {
  std::vector<std::pair<std::string, std::string>> all;
  for (const auto& [name, link] : links_) all.push_back(name);
  return all;
}

std::vector<std::pair<LinkProxies::Connection*, LinkFlow*>> LinkProxies::carriers(const Link& l) {
  std::vector<std::pair<Connection*, LinkFlow*>> found;
  for (auto& [number, c] : connections_) {
    if (&c->route.up == &l) found.emplace_back(c.get(), &c->up);
    if (&c->route.down == &l) found.emplace_back(c.get(), &c->down);
  }
  return found;
}

void LinkProxies::set(const std::string& from, const std::string& to, const LinkCondition& condition) {
  auto& l = link(from, to);
  l.condition = condition;
  l.passed = l.swallowed = l.resets = l.refused = 0;
  const bool drops = condition.bytes == LinkCondition::Bytes::drop;
  const auto now = Clock::now();
  for (const auto& [c, flow] : carriers(l)) {
    if (condition.refuse || flow->leads_nowhere() || (flow->torn() && !drops)) {
      c->reset();
      close(*c);
      ++l.resets;
      continue;
    }
    flow->condition_changed(now);
    ready_.push_back(c->number);
  }
}

void LinkProxies::reset(const std::string& from, const std::string& to) {
  auto& l = link(from, to);
  for (const auto& [c, flow] : carriers(l)) {
    c->reset();
    close(*c);
    ++l.resets;
  }
}

void LinkProxies::half_open(const std::string& from, const std::string& to) {
  auto& l = link(from, to);
  for (const auto& [c, flow] : carriers(l)) {
    if (c->up.leads_nowhere() || c->down.leads_nowhere()) continue;
    const bool up = flow == &c->up;
    reset_socket(up ? c->server.fd : c->client.fd);
    (up ? c->down : c->up).abandon();
    flow->lead_nowhere();
    ++l.resets;
    ready_.push_back(c->number);
  }
}

LinkState LinkProxies::state(const std::string& from, const std::string& to) {
  const auto& l = link(from, to);
  LinkState s;
  s.condition = l.condition;
  s.passed = l.passed;
  s.swallowed = l.swallowed;
  s.resets = l.resets;
  s.refused = l.refused;
  for (const auto& [c, flow] : carriers(l)) {
    ++s.connections;
    s.leading_nowhere += flow->leads_nowhere();
    s.held += flow->held();
  }
  return s;
}

}  // namespace rehearse
