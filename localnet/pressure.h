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
  explicit CpuPressure(std::filesystem::path file = "/proc/pressure/cpu");
  // Of the time so far, the part in which something waited, 0 to 1; 0 on a kernel that does not say.
  double share() const;
  bool is_short() const { return share() > kShort; }

 private:
  // Not 1: the kernel adds to its account every two seconds, and waits are not much longer.
  static constexpr double kShort = 0.8;
  std::optional<std::chrono::microseconds> total() const;

  std::filesystem::path file_;
  std::chrono::steady_clock::time_point start_;
  std::optional<std::chrono::microseconds> before_;
};

}  // namespace rehearse
