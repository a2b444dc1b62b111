// Whether the machine is short of processors: the kernel's account of the time in which something had to wait for one
// (/proc/pressure/cpu). A network on two cores that has them for itself waits for a third to a half of the time.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string_view>

namespace rehearse {

// Of the text of /proc/pressure/cpu, the `some` total. Empty when it does not say.
std::optional<std::chrono::microseconds> some_total(std::string_view text);

// From its making on.
class CpuPressure {
 public:
  explicit CpuPressure(std::filesystem::path file = "/proc/pressure/cpu",
                       std::chrono::seconds least = std::chrono::seconds(5));
  // Of the time so far, the part in which something waited, 0 to 1; 0 on a kernel that does not say.
  double share() const;
  // So for some seconds: of less the kernel's account, to which it adds every two, says nothing.
  bool is_short() const;
  static constexpr double kShort = 0.8;

 private:
  std::optional<std::chrono::microseconds> total() const;

  std::filesystem::path file_;
  std::chrono::seconds least_;
  std::chrono::steady_clock::time_point start_;
  std::optional<std::chrono::microseconds> before_;
};

}  // namespace rehearse
