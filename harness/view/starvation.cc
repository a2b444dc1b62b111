#include "harness/view/starvation.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace rehearse {

namespace {

// Four nodes on two processors that do nothing else wait for a tenth to a third of the time, and are on time.
constexpr double kMostOfTheTime = 0.5;
// Of less, a burst of work says more than the machine.
constexpr double kLeastSeconds = 3;

// Over its samples, each pair of one process.
double waited_share(const NodeView& n, Micros since, Micros until) {
  double waited = 0, seconds = 0;
  for (std::size_t i = 1; i < n.samples.size(); ++i) {
    const auto &a = n.samples[i - 1], &b = n.samples[i];
    if (a.incarnation != b.incarnation || b.seen <= since || a.seen >= until) continue;
    waited +=
        std::max(0.0, b.of.waited_seconds - a.of.waited_seconds);  // a thread that ends takes its share with it
    seconds += static_cast<double>(b.seen - a.seen) / 1e6;
  }
  return seconds < kLeastSeconds ? 0 : waited / seconds;
}

}  // namespace

std::optional<Starvation> starved_between(const NetworkView& v, Micros since, Micros until) {
  Starvation most;
  for (const auto* n : v.all())
    if (const auto share = waited_share(*n, since, until); share > most.share) most = {n->member.name, share};
  if (most.share <= kMostOfTheTime) return std::nullopt;
  return most;
}

std::optional<Starvation> starved_since(const NetworkView& v, Micros since) {
  return starved_between(v, since, std::numeric_limits<Micros>::max());
}

double stalled_between(const NetworkView& v, Micros since, Micros until) {
  Micros sum = 0;
  for (const auto& [from, to] : v.stalls) sum += std::max<Micros>(0, std::min(to, until) - std::max(from, since));
  return static_cast<double>(sum) / 1e6;
}

std::string in_words(const std::optional<Starvation>& s) {
  if (!s) return "";
  return fmt::format("; {} waited for a processor {:.0f} % of the time: the machine is too slow", s->node,
                     100 * std::min(s->share, 1.0));
}

}  // namespace rehearse
