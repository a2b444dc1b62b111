// What a run's flags say.
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <random>

#include "harness/cli/running.h"
#include "localnet/base/log.h"

namespace rehearse::cli {

namespace {

// results/<UTC>-<id>
fs::path new_folder(const Project& project, record::Micros start) {
  std::random_device random;
  return project.results() / fmt::format("{:%Y%m%dT%H%M%SZ}-{:04x}", fmt::gmtime(std::time_t(start / 1000000)),
                                         random() & 0xffff);
}

template <NamedEnum E>
E parse(const char* flag, const std::string& text) {
  std::vector<std::string> all;
  for (const auto& [name, value] : names(E{})) {
    if (name == text) return value;
    all.push_back(name);
  }
  throw Error(Blame::scenario, fmt::format("{} takes one of {}; found `{}`", flag, fmt::join(all, ", "), text));
}

reports::JunitDialect parse_dialect(const std::string& text) {
  if (text == "rich") return reports::JunitDialect::rich;
  if (text == "strict") return reports::JunitDialect::strict;
  throw Error(Blame::scenario, "--junit-dialect takes rich or strict; found `" + text + "`");
}

std::pair<std::string, record::Json> parse_genesis(const std::string& text) {
  const auto equals = text.find('=');
  auto value = equals == std::string::npos ? record::Json(record::Json::value_t::discarded)
                                           : record::Json::parse(text.substr(equals + 1), nullptr, false);
  if (value.is_discarded())
    throw Error(Blame::scenario, "--genesis-set takes PATH=JSON, such as app_state.gov.params.quorum='\"0.5\"'; found `" +
                                     text + "`");
  return {text.substr(0, equals), std::move(value)};
}

void take_releases(const RunFlags& flags, RunOptions& o) {
  o.from = flags.from;
  o.to = flags.to;
  for (const auto& text : flags.releases) {
    const auto equals = text.find('=');
    const auto option = equals == std::string::npos ? nullptr : release_flag(text.substr(0, equals));
    if (!option) throw Error(Blame::scenario, "--release takes from=, patch=, failing= or to=RELEASE; found `" + text + "`");
    o.*option = text.substr(equals + 1);
  }
  if (!flags.one_release) return;
  if (o.to.empty()) o.to = o.from;
  if (o.from.empty()) o.from = o.to;
  o.one_release = !o.from.empty() && o.from == o.to;
}

}  // namespace

std::chrono::seconds duration_of(const char* flag, const std::string& text) {
  const auto d = parse_duration(text);
  if (!d || d->value < std::chrono::seconds(1))
    throw Error(Blame::scenario, fmt::format("{} takes a duration of at least 1s, such as 90s or 5min; found `{}`", flag, text));
  return std::chrono::duration_cast<std::chrono::seconds>(d->value);
}

Shard shard_of(const std::string& text) {
  Shard s;
  int length = 0;
  const bool read = std::sscanf(text.c_str(), "%d/%d%n", &s.number, &s.count, &length) == 2 && static_cast<std::size_t>(length) == text.size();
  if (!read || s.number < 1 || s.number > s.count || s.count > 1000)
    throw Error(Blame::scenario, fmt::format("--shard takes NUMBER/COUNT, such as 2/3: the second of three machines; found `{}`", text));
  return s;
}

bool chose_no_folder(const RunFlags& flags) { return flags.out.empty(); }

fs::path shown_folder(const Project& project, const RunFlags& flags, const RunOptions& o) {
  return chose_no_folder(flags) ? o.folder.lexically_relative(project.root()) : fs::path(flags.out);
}

Leaves leaves_of(const RunFlags& flags) {
  return {parse_dialect(flags.junit_dialect), BundleOptions{flags.bundle == "releases", flags.bundle_limit}, flags.verify, duration_of("--verify-for", flags.verify_for)};
}

std::pair<std::string, std::string> chain_releases(const RunFlags& flags) {
  RunOptions o;
  take_releases(flags, o);
  return {o.from, o.to};
}

RunOptions options_of(const Project& project, const RunFlags& flags, const std::string& command) {
  RunOptions o;
  o.scenario = project.scenario(flags.scenario);
  if (!flags.profile.empty() || !is_suite(o.scenario)) o.profile = project.profile(flags.profile.empty() ? kUsualProfile : flags.profile);
  o.profiles = project.profiles();
  take_releases(flags, o);
  o.invoked = invoked();
  o.folder = chose_no_folder(flags) ? new_folder(project, o.invoked) : fs::absolute(flags.out).lexically_normal();
  o.built = project.built_releases();
  o.build_release = [&project](const fs::path& manifest, const std::string& release) { project.build_release(manifest, release); };
  o.store = project.store();
  o.results = project.results();
  o.cosmovisor = flags.cosmovisor.empty() ? project.cosmovisor() : fs::absolute(flags.cosmovisor);
  o.models = project.built_models();
  o.keras = project.keras();
  o.seed = flags.seed;
  if (!flags.schedule.empty()) o.schedule = fs::absolute(flags.schedule);
  o.break_at = flags.break_at;
  o.begin_from = flags.begin_from;
  o.expect = flags.expect;
  if (!flags.attest.empty()) o.attest = fs::absolute(flags.attest);
  for (const auto& text : flags.genesis) o.genesis.push_back(parse_genesis(text));
  o.validators = flags.validators;
  if (!flags.network_backend.empty()) o.backend = parse<NetworkBackend>("--network-backend", flags.network_backend);
  o.timeout = duration_of("--timeout", flags.timeout);
  o.caps.log_bytes = flags.log_cap;
  o.keep = parse<Keep>("--keep", flags.keep);
  o.log_level = parse<LogLevel>("--log-level", flags.log_level);
  o.command = command;
  o.harness_version = REHEARSE_VERSION;
  return o;
}

void link_latest(const fs::path& folder) {
  const auto link = folder.parent_path() / "latest", made = folder.parent_path() / (folder.filename().string() + ".link");
  std::error_code error;
  fs::create_directory_symlink(folder.filename(), made, error);
  if (!error) fs::rename(made, link, error);
  if (error) log_warning(link.string() + ": cannot be set: " + error.message());
}

}  // namespace rehearse::cli
