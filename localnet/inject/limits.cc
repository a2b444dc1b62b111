#include "localnet/inject/limits.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <filesystem>
#include <optional>
#include <set>
#include <sstream>

#include "localnet/base/error.h"
#include "localnet/process/probe.h"
#include "localnet/base/text.h"
#include "localnet/base/number.h"

namespace rehearse {

namespace {

struct RlimitKind {
  __rlimit_resource number;
  const char* line;  // of /proc/PID/limits
};

RlimitKind kind_of(Resource resource) {
  return resource == Resource::open_files ? RlimitKind{RLIMIT_NOFILE, "Max open files"} : RlimitKind{RLIMIT_DATA, "Max data size"};
}

// Soft limit as /proc/PID/limits says it; empty when the process is gone.
std::optional<std::uint64_t> soft_limit(int pid, Resource resource) {
  std::istringstream lines(read_file(fmt::format("/proc/{}/limits", pid)));
  const std::string name = kind_of(resource).line;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(name)) continue;
    std::string value;
    std::istringstream(line.substr(name.size())) >> value;
    if (value == "unlimited") return RLIM_INFINITY;
    return whole_number<std::uint64_t>(value);
  }
  return std::nullopt;
}

std::set<std::uint64_t> open_descriptors(int pid) {
  std::set<std::uint64_t> open;
  std::error_code gone;
  std::filesystem::directory_iterator entry(fmt::format("/proc/{}/fd", pid), gone), end;
  for (; !gone && entry != end; entry.increment(gone)) open.insert(std::stoull(entry->path().filename().string()));
  return open;
}

// A limit is the first number that a descriptor cannot have: numbers that are free below it can still be given.
std::uint64_t limit_that_leaves(const std::set<std::uint64_t>& open, std::uint64_t spare) {
  std::uint64_t limit = spare;
  for (const auto number : open) limit += number <= limit;
  return limit;
}

std::uint64_t free_below(const std::set<std::uint64_t>& open, std::uint64_t limit) {
  return limit - static_cast<std::uint64_t>(std::distance(open.begin(), open.lower_bound(limit)));
}

// RLIMIT_DATA is held against this.
std::uint64_t data_bytes(int pid) {
  return std::strtoull(status_value(pid, "VmData").value_or("0").c_str(), nullptr, 10) * 1024;
}

std::string shown(std::uint64_t limit) { return limit == RLIM_INFINITY ? "unlimited" : std::to_string(limit); }

void set_soft(int pid, Resource resource, std::uint64_t soft) {
  rlimit limit{};
  const auto number = kind_of(resource).number;
  if (::prlimit(pid, number, nullptr, &limit) == 0) {
    limit.rlim_cur = std::min<rlim_t>(soft, limit.rlim_max);
    if (::prlimit(pid, number, &limit, nullptr) == 0) return;
  }
  throw Error(Blame::machine, errno_text(fmt::format("process {}: its limit cannot be set: prlimit", pid)));
}

}  // namespace

std::string limits_needs() {
  try {
    const AnsweringChild child([] { return std::string(); });
    const LoweredLimit limit(child.pid(), Resource::open_files, 1);
    if (const auto applied = limit.applied(); !applied.holds) return "needs prlimit (on a child: " + applied.facts + ")";
  } catch (const Error& e) {
    return fmt::format("needs prlimit (on a child: {})", e.what());
  }
  return "";
}

LoweredLimit::LoweredLimit(int pid, Resource resource, std::uint64_t spare) : resource_(resource) {
  const auto process = identify(pid);
  const auto before = soft_limit(pid, resource);
  if (!process || !before) throw Error(Blame::machine, fmt::format("process {}: it has ended, there is no limit to set", pid));
  process_ = *process, before_ = *before;
  soft_ = resource == Resource::open_files ? limit_that_leaves(open_descriptors(pid), spare) : data_bytes(pid) + spare;
  if (soft_ > before_)
    throw Error(Blame::scenario, fmt::format("process {}: its limit is {}, which leaves less than {} already", pid, before_, spare));
  set_soft(pid, resource, soft_);
}

LoweredLimit::~LoweredLimit() {
  try {
    undo();
  } catch (const Error&) {
    // It ended between the look and the call.
  }
}

void LoweredLimit::undo() {
  if (is_alive(process_)) set_soft(process_.pid, resource_, before_);
}

std::string LoweredLimit::facts() const {
  if (!is_alive(process_)) return fmt::format("process {} has ended", process_.pid);
  const auto limit = soft_limit(process_.pid, resource_).value_or(0);
  const auto text = fmt::format("process {}: {} {}", process_.pid, kind_of(resource_).line, shown(limit));
  if (resource_ == Resource::data) return text + fmt::format(", {} in use", data_bytes(process_.pid));
  const auto open = open_descriptors(process_.pid);
  return text + fmt::format(", {} open", open.size()) +
         (limit == before_ ? "" : fmt::format(", {} left below the limit", free_below(open, limit)));
}

Evidence LoweredLimit::applied() const {
  return {is_alive(process_) && soft_limit(process_.pid, resource_) == soft_, facts()};
}

Evidence LoweredLimit::undone() const {
  return {!is_alive(process_) || soft_limit(process_.pid, resource_) == before_, facts()};
}

}  // namespace rehearse
