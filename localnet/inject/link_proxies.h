// The proxies behind a LinkSet: their sockets and the loop that serves them. All of it belongs to the thread that is in
// run(), except post().
//
// Each socket is in one epoll set for all its life, edge-triggered: a socket that is not read from (a stalled link) wakes
// nobody, and an idle connection costs nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "localnet/inject/link_condition.h"
#include "localnet/inject/link_flow.h"

namespace rehearse {

class LinkProxies {
 public:
  using Clock = FlowTools::Clock;

  explicit LinkProxies(std::uint64_t seed);  // throws Error(Blame::machine)
  ~LinkProxies();                            // resets what is open

  void run();   // until stop()
  void stop() { stopped_ = true; }
  // Has run() do that; from any thread.
  void post(std::function<void()>);

  // See LinkSet.
  int add(const LinkRoute&);
  std::vector<std::pair<std::string, std::string>> all() const;
  void set(const std::string& from, const std::string& to, const LinkCondition&);
  void reset(const std::string& from, const std::string& to);
  void half_open(const std::string& from, const std::string& to);
  LinkState state(const std::string& from, const std::string& to);

 private:
  struct Route;
  struct Connection;

  Link& made(const std::string& from, const std::string& to);
  Link& link(const std::string& from, const std::string& to);
  // Connections that carry that link, and their flow that does.
  std::vector<std::pair<Connection*, LinkFlow*>> carriers(const Link&);

  bool watch(int fd, std::uint64_t what);
  void wait();
  void do_what_was_posted();
  void accept_all(Route&);
  void connect(Route&, int client);
  void serve(std::uint64_t connection);
  void close(Connection&);

  std::uint64_t seed_;
  int epoll_ = -1, wake_ = -1;
  bool stopped_ = false;
  FlowTools tools_;
  std::map<std::pair<std::string, std::string>, Link> links_;
  std::vector<std::unique_ptr<Route>> routes_;
  std::map<std::uint64_t, std::unique_ptr<Connection>> connections_;  // by number
  std::uint64_t last_ = 0;                                            // number of a connection
  std::vector<std::uint64_t> ready_;
  std::set<std::pair<Clock::time_point, std::uint64_t>> timers_;

  std::mutex posted_mutex_;
  std::vector<std::function<void()>> posted_;
};

}  // namespace rehearse
