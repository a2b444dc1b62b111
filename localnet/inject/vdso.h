// The [vdso] of a process: the code that the kernel puts into each program and that answers what time it is without a
// system call. A Go program asks nothing else.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rehearse {

struct AddressRange {
  std::uint64_t begin = 0, end = 0;
};

// Where it lies, of the text of /proc/PID/maps; empty when there is none.
std::optional<AddressRange> vdso_range(std::string_view maps);

struct VdsoFunction {
  std::string name;
  std::uint64_t address = 0, size = 0;
};

// The functions that it offers, each once, by its ELF symbols. `image` is its memory, which begins at `base`. Throws
// Error(Blame::machine) when it is not such an image.
std::vector<VdsoFunction> vdso_functions(std::string_view image, std::uint64_t base);

}  // namespace rehearse
