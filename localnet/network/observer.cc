#include "localnet/network/observer.h"

namespace rehearse {

BlockObserver::BlockObserver(Loop& loop, Http& http, Sink& sink, std::chrono::milliseconds period)
    : loop_(loop), http_(http), sink_(sink), period_(period) {}

void BlockObserver::add(const std::string& node, const std::string& rpc_url) {
  auto& slot = targets_[node];
  slot = std::make_unique<Target>(Target{node, Rpc(http_, rpc_url, node), nullptr, {}});
  poll(*slot);
}

void BlockObserver::poll(Target& target) {
  target.rpc.head([this, &target](Result<Head> answer) {
    if (answer.value) seen(target, *answer.value);
    target.next = loop_.after(period_, [this, &target] { poll(target); });
  });
}

void BlockObserver::seen(Target& target, const Head& head) {
  const auto& last = target.last;
  const bool changed = head.store_height != last.store_height || head.app_height != last.app_height ||
                       head.app_hash != last.app_hash || head.app_version != last.app_version ||
                       head.catching_up != last.catching_up || head.block_hash != last.block_hash;
  if (changed) {
    target.last = head;
    sink_.head(target.name, head);
  }
  // The commit of block H is only whole once H+1 carries it: until then /commit serves the signatures that the node had
  // when it went on, and a validator that was a little later looks absent.
  for (; next_height_ < head.store_height; ++next_height_) missing_.insert(next_height_);
  for (auto it = missing_.begin(); it != missing_.end() && *it < head.store_height;) {
    const auto height = *it;
    it = missing_.erase(it);
    fetch(target, height);
  }
}

void BlockObserver::fetch(Target& target, std::int64_t height) {
  target.rpc.block(height, [this, &target, height](Result<Block> answer) {
    if (answer.value)
      sink_.block(target.name, *answer.value);
    else
      missing_.insert(height);  // the next node that has it is asked
  });
}

}  // namespace rehearse
