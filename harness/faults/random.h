// The run's seed as numbers: the same on every machine and with every standard library (design invariant 12).
#pragma once

#include <cstdint>
#include <random>
#include <utility>
#include <vector>

namespace rehearse {

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  // 0 to n - 1.
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(engine_() % n); }
  // 0 to 1, without 1.
  double fraction() { return static_cast<double>(engine_() >> 11) / 9007199254740992.0; }
  template <class T>
  void shuffle(std::vector<T>& all) {
    for (std::size_t i = all.size(); i > 1; --i) std::swap(all[i - 1], all[below(i)]);
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace rehearse
