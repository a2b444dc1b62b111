#include "harness/engine/goals.h"

#include <fmt/format.h>

#include <set>

namespace rehearse {

Goal on_every_node(std::function<std::string(const NodeView&)> lacks) {
  return [lacks = std::move(lacks)](const NetworkView& v) -> std::optional<Unmet> {
    Unmet unmet;
    for (const auto* n : v.all())
      if (const auto seen = lacks(*n); !seen.empty()) unmet.who.push_back(n->member.name + " " + seen);
    if (unmet.who.empty()) return std::nullopt;
    return unmet;
  };
}

Goal stored_on_all(std::int64_t height) {
  return on_every_node([height](const NodeView& n) {
    return n.head.store_height >= height ? std::string() : fmt::format("is at {}", n.head.store_height);
  });
}

Goal executed_on_all(std::int64_t height) {
  return on_every_node([height](const NodeView& n) {
    return n.head.app_height >= height ? std::string() : fmt::format("has executed {}", n.head.app_height);
  });
}

Goal above(std::int64_t height) {
  return [height](const NetworkView& v) -> std::optional<Unmet> {
    if (v.highest_height() > height) return std::nullopt;
    return Unmet{{}, fmt::format("height {}", v.highest_height())};
  };
}

Goal past_blocks_without_transactions(std::int64_t first, std::size_t count) {
  return [first, count](const NetworkView& v) -> std::optional<Unmet> {
    std::set<std::int64_t> with;
    for (const auto& t : v.tried)
      if (t.height > 0) with.insert({t.height, t.height + 1});
    std::size_t without = 0;
    for (auto h = first; h < v.highest_height() && without < count; ++h) without += !with.contains(h);
    if (without == count) return std::nullopt;
    return Unmet{{}, fmt::format("{} of {}", without, count)};
  };
}

Goal later_than(Micros time) {
  return [time](const NetworkView& v) -> std::optional<Unmet> {
    if (!v.blocks.empty() && v.blocks.rbegin()->second.block.time > time) return std::nullopt;
    return Unmet{};
  };
}

Goal signs_above(const std::string& name, std::int64_t height) {
  return [name, height](const NetworkView& v) -> std::optional<Unmet> {
    const auto& address = v.nodes.at(name).member.consensus_address;
    for (auto it = v.blocks.upper_bound(height); it != v.blocks.end(); ++it)
      for (const auto& s : it->second.block.signatures)
        if (s.validator == address && s.flag == 2) return std::nullopt;
    return Unmet{{name}, fmt::format("has signed no block above {}", height)};
  };
}

}  // namespace rehearse
