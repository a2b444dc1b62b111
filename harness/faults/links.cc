// Faults of the connections between nodes, by the proxies that stand between them (localnet/links.h), or where this network
// has none, by their packets (packets.cc).
#include "localnet/inject/links.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/faults/kinds.h"

namespace rehearse {

namespace {

// What the proxies of some links say together.
struct Sum {
  std::int64_t passed = 0, held = 0, swallowed = 0, resets = 0, refused = 0;
  int connections = 0, nowhere = 0;
};

class LinkFault : public Fault {
 public:
  LinkFault(Rehearsal& r, const Injection& i) : r_(r), i_(i) {}
  void inject() override {
    for (const auto& [from, to] : i_.target.links) begin(from, to);
  }
  void heal() override {
    for (const auto& [from, to] : i_.target.links) links().clear(from, to);
  }
  std::string healed() override {
    const bool in_order = std::all_of(i_.target.links.begin(), i_.target.links.end(), [&](const auto& link) {
      return links().state(link.first, link.second).condition == LinkCondition{};
    });
    return in_order ? fmt::format("{} links are in order again", i_.target.links.size()) : "";
  }

 protected:
  virtual void begin(const std::string& from, const std::string& to) = 0;
  LinkSet& links() { return *r_.network().links(); }
  const std::string& option(const char* name) const { return i_.options.at(name); }
  std::string on_links() const { return fmt::format("on {} directed links", i_.target.links.size()); }
  Sum sum() {
    Sum s;
    for (const auto& [from, to] : i_.target.links) {
      const auto l = links().state(from, to);
      s.passed += l.passed, s.held += l.held, s.swallowed += l.swallowed, s.resets += l.resets, s.refused += l.refused;
      s.connections += l.connections, s.nowhere += l.leading_nowhere;
    }
    return s;
  }
  // Of what acts on open connections alone: there may have been none yet.
  template <class Count>
  Sum sum_once(Count Sum::*acted_on) {
    const auto s = sum();
    if (s.*acted_on || !s.connections) return s;
    inject();
    return sum();
  }

 private:
  Rehearsal& r_;
  const Injection i_;
};

std::chrono::microseconds micros(const std::string& text) { return parse_duration(text)->value; }

class Latency : public LinkFault {
 public:
  using LinkFault::LinkFault;
  void begin(const std::string& from, const std::string& to) override {
    LinkCondition c;
    c.delay = micros(option("delay")), c.jitter = micros(option("jitter"));
    links().set(from, to, c);
  }
  std::string applied() override {
    const auto s = sum();
    return s.passed ? fmt::format("{} bytes came {} +- {} late {}", s.passed, option("delay"), option("jitter"), on_links()) : "";
  }
};

class Bandwidth : public LinkFault {
 public:
  using LinkFault::LinkFault;
  void begin(const std::string& from, const std::string& to) override {
    LinkCondition c;
    c.rate = std::stoll(option("rate")), c.chunk = std::stoll(option("chunk"));
    links().set(from, to, c);
  }
  std::string applied() override {
    const auto s = sum();
    return s.passed ? fmt::format("{} bytes passed at no more than {} bytes/s, {} wait {}", s.passed, option("rate"), s.held, on_links()) : "";
  }
};

class Stall : public LinkFault {
 public:
  using LinkFault::LinkFault;
  void begin(const std::string& from, const std::string& to) override {
    LinkCondition c;
    c.bytes = LinkCondition::Bytes::stall;
    links().set(from, to, c);
  }
  std::string applied() override {
    const auto s = sum();
    return s.held ? fmt::format("{} bytes wait on {} open connections {}", s.held, s.connections, on_links()) : "";
  }
};

class Drop : public LinkFault {
 public:
  using LinkFault::LinkFault;
  void begin(const std::string& from, const std::string& to) override {
    LinkCondition c;
    c.bytes = LinkCondition::Bytes::drop;
    links().set(from, to, c);
  }
  std::string applied() override {
    const auto s = sum();
    return s.swallowed ? fmt::format("{} bytes swallowed {}", s.swallowed, on_links()) : "";
  }
};

class Reset : public LinkFault {
 public:
  using LinkFault::LinkFault;
  void begin(const std::string& from, const std::string& to) override {
    links().clear(from, to);  // what was counted before is not this fault's
    links().reset(from, to);
  }
  std::string applied() override {
    const auto s = sum_once(&Sum::resets);
    return s.resets ? fmt::format("{} connections reset {}", s.resets, on_links()) : "";
  }
};

class HalfOpen : public LinkFault {
 public:
  using LinkFault::LinkFault;
  void begin(const std::string& from, const std::string& to) override { links().half_open(from, to); }
  std::string applied() override {
    const auto s = sum_once(&Sum::nowhere);
    return s.nowhere ? fmt::format("{} open connections lead nowhere {}", s.nowhere, on_links()) : "";
  }
};

class Cut : public LinkFault {
 public:
  using LinkFault::LinkFault;
  void begin(const std::string& from, const std::string& to) override {
    LinkCondition c;
    c.refuse = true;
    links().set(from, to, c);
  }
  std::string applied() override {
    const auto s = sum();
    if (s.connections) return "";
    return fmt::format("no connection is open, {} were reset, {} turned away {}", s.resets, s.refused, on_links());
  }
};

template <class Proxied>
std::unique_ptr<Fault> make_either(Rehearsal& r, const Injection& i) {
  return r.network().links() ? make_one<Proxied>(r, i) : make_packet_fault(r, i);
}

}  // namespace

std::vector<FaultKind> link_kinds() {
  const FaultOption chunk = {"chunk", "1400", "bytes of each packet, through proxies", is_some_count};
  return {
      {"latency", "bytes come late", ActsOn::link, false,
       {{"delay", "500ms", "how late", is_some_duration}, {"jitter", "100ms", "up to that much more or less", is_duration}}, {}, make_either<Latency>},
      {"bandwidth", "so many bytes a second, and no more", ActsOn::link, false,
       {{"rate", "12500", "bytes a second", is_some_count}, chunk}, {}, make_either<Bandwidth>},
      {"stall", "nothing passes, connections stay open", ActsOn::link, true, {}, {}, make_either<Stall>},
      {"drop", "bytes are swallowed", ActsOn::link, true, {}, {}, make_either<Drop>},
      {"reset", "connections are reset, once", ActsOn::link, true, {}, {}, make_either<Reset>},
      {"half-open", "one end is not told that a connection is gone", ActsOn::link, true, {}, {}, make_either<HalfOpen>},
      {"cut", "connections are reset, and new ones turned away", ActsOn::link, true, {}, {}, make_either<Cut>},
  };
}

}  // namespace rehearse
