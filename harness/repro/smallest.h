// Which of many things a failure needs.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

namespace rehearse {

using Chosen = std::vector<std::size_t>;  // numbers of things, ascending

Chosen all_of(std::size_t count);

// The smallest part of `count` things with which `fails` still holds, by halves: as many tries as 2 k log2(count / k) + 2 k for k things that
// matter. `fails` holds for all of them, which is not tried; nothing is tried twice. Where things help or hinder each other the
// result may be larger than it could be; that it fails has been seen.
Chosen smallest(std::size_t count, const std::function<bool(const Chosen&)>& fails);

}  // namespace rehearse
