#include "localnet/inject/links.h"

#include <pthread.h>

#include <future>
#include <optional>

#include "localnet/process/blocked_signals.h"
#include "localnet/base/error.h"
#include "localnet/inject/link_proxies.h"

namespace rehearse {

LinkSet::LinkSet(std::uint64_t seed) : proxies_(std::make_unique<LinkProxies>(seed)) {
  const AllSignalsBlocked while_it_starts;
  thread_ = std::thread([p = proxies_.get()] { p->run(); });
  ::pthread_setname_np(thread_.native_handle(), "links");
}

LinkSet::~LinkSet() {
  proxies_->post([p = proxies_.get()] { p->stop(); });
  thread_.join();
}

void LinkSet::carry_out(std::function<void(LinkProxies&)> work) {
  std::optional<std::pair<Blame, std::string>> trouble;
  const auto done = std::make_shared<std::promise<void>>();  // shared: the thread is in it still when we go on
  proxies_->post([&, done] {
    try {
      work(*proxies_);
    } catch (const Error& e) {
      trouble = {e.blame, e.what()};
    }
    done->set_value();
  });
  done->get_future().get();
  if (trouble) throw Error(trouble->first, trouble->second);
}

int LinkSet::add(const LinkRoute& route) {
  int port = 0;
  carry_out([&](LinkProxies& p) { port = p.add(route); });
  return port;
}

std::vector<std::pair<std::string, std::string>> LinkSet::all() {
  std::vector<std::pair<std::string, std::string>> all;
  carry_out([&](LinkProxies& p) { all = p.all(); });
  return all;
}

void LinkSet::set(const std::string& from, const std::string& to, const LinkCondition& condition) {
  carry_out([&](LinkProxies& p) { p.set(from, to, condition); });
}

void LinkSet::reset(const std::string& from, const std::string& to) {
  carry_out([&](LinkProxies& p) { p.reset(from, to); });
}

void LinkSet::half_open(const std::string& from, const std::string& to) {
  carry_out([&](LinkProxies& p) { p.half_open(from, to); });
}

LinkState LinkSet::state(const std::string& from, const std::string& to) {
  LinkState state;
  carry_out([&](LinkProxies& p) { state = p.state(from, to); });
  return state;
}

}  // namespace rehearse
