#include "localnet/process/pressure.h"

#include <charconv>

#include "localnet/base/text.h"

namespace rehearse {

std::optional<std::chrono::microseconds> some_total(std::string_view text) {
  constexpr std::string_view kTotal = "total=";
  if (!text.starts_with("some ")) return std::nullopt;
  const auto at = text.find(kTotal);
  if (at == std::string_view::npos) return std::nullopt;
  std::int64_t micros = 0;
  const auto [end, error] = std::from_chars(text.data() + at + kTotal.size(), text.data() + text.size(), micros);
  if (error != std::errc()) return std::nullopt;
  return std::chrono::microseconds(micros);
}

CpuPressure::CpuPressure(std::filesystem::path file, std::chrono::seconds least)
    : file_(std::move(file)), least_(least), start_(std::chrono::steady_clock::now()), before_(total()) {}

std::optional<std::chrono::microseconds> CpuPressure::total() const { return some_total(read_file(file_)); }

bool CpuPressure::is_short() const {
  return std::chrono::steady_clock::now() - start_ >= least_ && share() > kShort;
}

double CpuPressure::share() const {
  const auto after = total();
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start_;
  if (!before_ || !after || time.count() <= 0) return 0;
  return std::chrono::duration<double>(*after - *before_) / time;
}

}  // namespace rehearse
