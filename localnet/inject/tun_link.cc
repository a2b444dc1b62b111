#include "localnet/inject/tun_link.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "localnet/base/error.h"
#include "localnet/base/fd.h"

namespace rehearse {

namespace {

constexpr std::size_t kLongestPacket = 65536;
constexpr int kAtOnce = 64;  // packets, before the loop does something else
// How long a packet is held back: several of those after it are on their way by then.
constexpr auto kHeldBack = std::chrono::milliseconds(20);
// What a line with a rate keeps in its queue.
constexpr auto kLongestQueue = std::chrono::seconds(2);

}  // namespace

TunLink::TunLink(Loop& loop, const NetworkNamespaces& namespaces, const std::string& from, const std::string& to,
                 const LineQuality& quality, std::uint64_t seed)
    : loop_(loop), namespaces_(namespaces), from_(from), to_(to), quality_(quality), chance_(seed) {
  static int number = 0;
  device_ = fmt::format("line{}", ++number);
  try {
    namespaces_.within(to_, [&] {
      destination_ = open_tun(device_);
      run_ip({fmt::format("link set {} up", device_)});
    });
    namespaces_.within(from_, [&] {
      source_ = open_tun(device_);
      run_ip({fmt::format("link set {} up", device_),
              fmt::format("route add {}/32 dev {} src {}", namespaces_.address(to_), device_, namespaces_.address(from_))});
    });
  } catch (const Error&) {
    undo();
    throw;
  }
  readable_ = loop_.watch(source_.get(), Loop::Ready::readable, [this] { read_packets(); });
}

TunLink::~TunLink() { undo(); }

// The route goes with its device, and that with its file.
void TunLink::undo() {
  readable_.reset();
  timer_.reset();
  for (const auto& [due, packet] : under_way_) deliver(packet);
  under_way_.clear();
  source_.reset();
  destination_.reset();
}

void TunLink::read_packets() {
  Packet packet;
  for (int i = 0; i < kAtOnce; ++i) {
    packet.resize(kLongestPacket);
    const auto size = ::read(source_.get(), packet.data(), packet.size());
    if (size <= 0) return;
    packet.resize(static_cast<std::size_t>(size));
    treat(packet);
  }
}

bool TunLink::by_chance(int percent) { return std::uniform_int_distribution<>(0, 99)(chance_) < percent; }

void TunLink::treat(const Packet& packet) {
  ++came_;
  const auto now = Loop::Clock::now();
  auto sent = now;  // when the line is through with it, after those before it
  if (quality_.rate > 0) {
    const auto bytes = static_cast<std::int64_t>(packet.size());
    sent = std::max(now, busy_until_) + std::chrono::microseconds(bytes * 1'000'000 / quality_.rate);
  }
  if (by_chance(quality_.loss) || sent - now > kLongestQueue) {
    ++lost_;
    return;
  }
  busy_until_ = sent;
  auto delay = quality_.delay;
  if (quality_.jitter.count() > 0)
    delay += std::chrono::milliseconds(std::uniform_int_distribution<std::int64_t>(0, quality_.jitter.count())(chance_));
  delayed_ += delay.count() > 0 || sent > now;
  if (by_chance(quality_.reordering)) {
    ++held_back_;
    delay += kHeldBack;
  }
  const bool twice = by_chance(quality_.duplication);
  doubled_ += twice;
  for (int i = 0; i <= twice; ++i) send_at(sent + delay, packet);
}

void TunLink::send_at(Loop::Clock::time_point due, const Packet& packet) {
  const auto now = Loop::Clock::now();
  if (due <= now) return deliver(packet);
  const bool first = under_way_.empty() || due < under_way_.begin()->first;
  under_way_.emplace(due, packet);
  if (first) timer_ = loop_.after(std::chrono::ceil<std::chrono::milliseconds>(due - now), [this] { deliver_due(); });
}

void TunLink::deliver_due() {
  const auto now = Loop::Clock::now();
  while (!under_way_.empty() && under_way_.begin()->first <= now) {
    deliver(under_way_.begin()->second);
    under_way_.erase(under_way_.begin());
  }
  if (under_way_.empty()) return;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(under_way_.begin()->first - now);
  timer_ = loop_.after(left, [this] { deliver_due(); });
}

// One that does not find room is lost, as on a line.
void TunLink::deliver(const Packet& packet) {
  if (destination_ && ::write(destination_.get(), packet.data(), packet.size()) < 0) ++lost_;
}

std::string TunLink::route() const {
  std::string said;
  namespaces_.within(from_, [&] { said = run_ip({"route get " + namespaces_.address(to_)}); });
  return said.substr(0, said.find('\n'));
}

Evidence TunLink::applied() const {
  const auto counted = fmt::format("{} to {}: of {} packets {} lost, {} doubled, {} delayed, {} held back", from_, to_, came_,
                                   lost_, doubled_, delayed_, held_back_);
  if (lost_ + doubled_ + delayed_ + held_back_ == 0) return {false, counted};
  const auto way = route();
  return {way.find(" dev " + device_ + " ") != std::string::npos, counted + "; " + way};
}

Evidence TunLink::undone() const {
  const auto way = route();
  return {way.find(" dev " + device_ + " ") == std::string::npos, fmt::format("{} to {}: {}", from_, to_, way)};
}

}  // namespace rehearse
