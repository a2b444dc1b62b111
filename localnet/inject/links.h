// Connections that can be made bad without any privilege: between a client and a server stands a proxy that listens on an
// address of its own, and what it does with the bytes can be changed while the network runs.
//
//   LinkSet links;
//   links.add({"validator-1", "validator-2", {"127.7.1.5", 26656}, {"127.7.1.2", 26656}});
//   links.set("validator-1", "validator-2", {.bytes = LinkCondition::Bytes::drop});
//   links.state("validator-1", "validator-2").swallowed
//   links.clear("validator-1", "validator-2");
//
// A link A->B is directed: the bytes that flow from A to B, on connections that A dialled and on those that B dialled.
//
// The proxies have a thread of their own: what the harness does in its one thread, such as hashing an archive, must not look
// like a fault of the network. Each call here is carried out by that thread, which never waits, and returns when it is done:
// in well under a millisecond, unless megabytes are under way. The thread blocks all signals, holds no lock while it works,
// and its descriptors are closed on exec: other threads may fork.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "localnet/inject/link_condition.h"

namespace rehearse {

class LinkProxies;

class LinkSet {
 public:
  // `seed`: of all jitter.
  explicit LinkSet(std::uint64_t seed = 1);
  ~LinkSet();  // resets what is open
  LinkSet(const LinkSet&) = delete;

  // Listens from now on; its port. Makes the links client->server and server->client, in order, if they are not there yet.
  // Throws Error(Blame::machine) when it cannot listen there.
  int add(const LinkRoute&);
  // (from, to) of each directed link.
  std::vector<std::pair<std::string, std::string>> all();

  // All of these throw Error(Blame::scenario) when there is no such link.

  // On connections that exist and on those to come, until the next one; counters begin anew. It resets half-open connections
  // of this link, and those that have lost bytes unless it drops too.
  void set(const std::string& from, const std::string& to, const LinkCondition&);
  // The link is in order again.
  void clear(const std::string& from, const std::string& to) { set(from, to, {}); }
  // Resets the connections between the two that are there now, for both ends to see.
  void reset(const std::string& from, const std::string& to);
  // Resets the connections between the two that are there now, but only `to` sees it: `from` keeps an open connection that
  // leads nowhere, until it gives it up, or set() or clear(). Connections to come are not concerned.
  void half_open(const std::string& from, const std::string& to);
  LinkState state(const std::string& from, const std::string& to);

 private:
  // In the thread; what it throws is thrown here.
  void carry_out(std::function<void(LinkProxies&)>);

  std::unique_ptr<LinkProxies> proxies_;
  std::thread thread_;
};

}  // namespace rehearse
