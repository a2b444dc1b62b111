// Writing a bundle.
#include "harness/repro/bundle.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "harness/repro/bundle_format.h"
#include "harness/repro/machine.h"
#include "harness/run/conclusion.h"
#include "harness/run/run_folder.h"
#include "localnet/artifact/archive_writer.h"
#include "localnet/base/error.h"
#include "localnet/base/number.h"
#include "localnet/base/sha256.h"
#include "localnet/base/temporary_path.h"
#include "localnet/base/text.h"

namespace rehearse {

namespace fs = std::filesystem;
using record::Json;

namespace {

// One member: a file as it is, or a text that is made for it.
struct Part {
  std::string path;
  fs::path file;  // empty: `text`
  std::string text;
};

std::string hash_of(const Part& p) { return p.file.empty() ? sha256_hex(p.text) : sha256_file(p.file); }
std::uint64_t size_of(const Part& p) { return p.file.empty() ? p.text.size() : fs::file_size(p.file); }

// Its beginning, its end, and what lies around these bytes.
std::string cut(const fs::path& file, std::uint64_t size, std::uint64_t around) {
  constexpr std::uint64_t kHead = 256'000, kTail = 1'000'000, kEachSide = 250'000;
  std::ifstream in(file, std::ios::binary);
  std::string out;
  std::uint64_t written = 0;
  const auto take = [&](std::uint64_t from, std::uint64_t to) {
    from = std::max(from, written), to = std::min(to, size);
    if (from >= to) return;
    if (from > written) out += fmt::format("\n[{} bytes are left out]\n", from - written);
    std::string piece(to - from, '\0');
    in.clear();
    in.seekg(static_cast<std::streamoff>(from));
    in.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    piece.resize(static_cast<std::size_t>(in.gcount()));
    out += piece;
    written = to;
  };
  take(0, kHead);
  if (around > 0) take(around > kEachSide ? around - kEachSide : 0, around + kEachSide);
  take(size > kTail ? size - kTail : 0, size);
  return out;
}

// Where the line begins, from 1 on; 0: there is none.
std::uint64_t offset_of_line(const fs::path& file, std::uint64_t line) {
  std::ifstream in(file, std::ios::binary);
  std::uint64_t at = 0;
  std::string text;
  for (std::uint64_t n = 1; n < line && std::getline(in, text); ++n) at += text.size() + 1;
  return in ? at : 0;
}

// Collects what goes into a bundle, the most useful first, until its size is reached.
class Collection {
 public:
  Collection(fs::path run, std::uint64_t limit) : run_(std::move(run)), limit_(limit) {}

  // A file of the run's folder, if it is there.
  void add(const fs::path& below) {
    if (fs::is_regular_file(run_ / below)) take({("run" / below).string(), run_ / below, ""});
  }
  void add_log(const fs::path& below, const std::string& evidence_at) {
    constexpr std::uint64_t kWhole = 4'000'000;
    const auto file = run_ / below;
    const auto size = fs::file_size(file);
    if (size <= kWhole) return add(below);
    std::uint64_t around = 0;
    if (const auto mark = below.string() + ":"; evidence_at.starts_with(mark))
      around = offset_of_line(file, whole_number<std::uint64_t>(evidence_at.substr(mark.size())).value_or(1));
    take({("run" / below).string(), "", cut(file, size, around)});
    left_out.push_back({("run" / below).string(), size, "cut around the evidence"});
  }
  // A folder as a whole, or not at all.
  void add_folder(const fs::path& below) {
    if (!fs::is_directory(run_ / below)) return void(left_out.push_back({("run" / below).string(), 0, "the run did not keep it"}));
    std::vector<Part> all;
    std::uint64_t bytes = 0;
    std::error_code ignored;
    for (const auto& entry : fs::recursive_directory_iterator(run_ / below, ignored))
      if (entry.is_regular_file() && !entry.is_symlink()) {
        all.push_back({("run" / entry.path().lexically_relative(run_)).string(), entry.path(), ""});
        bytes += entry.file_size();
      }
    if (used_ + bytes > limit_) return void(left_out.push_back({("run" / below).string(), bytes, "beyond the bundle's limit"}));
    for (auto& part : all) take(std::move(part));
  }
  void add_recipe(const fs::path& folder) {
    for (const auto& entry : fs::recursive_directory_iterator(folder))
      if (entry.is_regular_file()) keep({(kRecipe / entry.path().lexically_relative(folder)).string(), entry.path(), ""});
  }
  // Once: several roles may have one archive.
  void keep(Part part) {
    if (paths_.insert(part.path).second) parts.push_back(std::move(part));
  }

  std::vector<Part> parts;
  std::vector<LeftOut> left_out;

 private:
  void take(Part part) {
    const auto bytes = size_of(part);
    if (used_ + bytes > limit_) return void(left_out.push_back({part.path, bytes, "beyond the bundle's limit"}));
    used_ += bytes;
    keep(std::move(part));
  }

  const fs::path run_;
  const std::uint64_t limit_;
  std::uint64_t used_ = 0;
  std::set<std::string> paths_;
};

std::vector<fs::path> logs_of(const fs::path& run) {
  std::vector<fs::path> all;
  std::error_code ignored;
  for (const auto* folder : {"nodes", "provider"})
    for (const auto& entry : fs::recursive_directory_iterator(run / folder, ignored))
      if (entry.path().extension() == ".log" && entry.path().parent_path().filename() == "logs" && entry.is_regular_file()) all.push_back(entry.path().lexically_relative(run));
  std::sort(all.begin(), all.end());
  return all;
}

bool is_divergence(const record::RunRecord& r) {
  return r.diagnosis && name_of(r.diagnosis->cause).ends_with("-divergence");
}

// One node of each group that a divergence has made.
std::vector<std::string> one_of_each_group(const record::Diagnosis& d) {
  std::vector<std::string> nodes;
  for (const auto& group : d.groups)
    if (!group.nodes.empty()) nodes.push_back(group.nodes.front());
  return nodes;
}

std::string readme(const BundleManifest& m) {
  std::string text = fmt::format(
      "# {0} on {1}: {2}\n\n"
      "{3}\n\n"
      "In a checkout of rehearse:\n\n"
      "    ./rehearse repro {4}                     the same run again: does it fail for the same cause?\n"
      "    ./rehearse repro {4} --repeat 5          how often\n"
      "    ./rehearse repro {4} --release to=FILE   whether a mended release passes\n"
      "    ./rehearse minimize {4}                  what of the scenario matters\n"
      "    ./rehearse bisect {4} --good RELEASE --bad RELEASE --releases FOLDER\n"
      "                                                  with which release it began\n\n"
      "`run/report.html` and `run/explain.md` tell what happened, `manifest.json` what is in here and what is not.\n\n## Releases\n\n",
      m.scenario, m.profile, name_of(m.failure.cause), m.failure.evidence, kBundle);
  for (const auto& r : m.releases)
    text += fmt::format("- {}: {}, sha256 {}, from {}{}\n", r.role, r.name, r.sha256, r.source,
                        m.files.contains((fs::path(kRecipe) / r.path).string()) ? ", in here" : "");
  return text;
}

BundleManifest facts_of(const fs::path& run, const record::RunRecord& record, const Recipe& recipe) {
  BundleManifest m;
  m.schema = kBundleSchema;
  m.harness_version = record.harness_version;
  m.architecture = architecture();
  m.machine = describe_machine(run);
  m.scenario = record.scenario, m.profile = record.profile, m.seed = record.seed;
  m.failure = record::failure_of(record);
  m.releases = recipe.releases;
  for (auto& r : m.releases) {
    const auto& tested = r.role == "from" ? record.from : r.role == "to" ? record.to : std::nullopt;
    if (tested && r.sha256.empty()) r.sha256 = tested->sha256;
    if (r.sha256.empty() && fs::is_regular_file(r.source)) r.sha256 = sha256_file(r.source);
  }
  m.cosmovisor_sha256 = record.cosmovisor_sha256;
  return m;
}

Collection collect(const fs::path& run, const record::RunRecord& record, const BundleManifest& m, const BundleOptions& o) {
  Collection all(run, o.limit);
  all.add_recipe(run / kRecipe);
  if (o.releases)
    for (const auto& r : m.releases)
      if (!r.path.empty() && fs::is_regular_file(r.source)) all.keep({(fs::path(kRecipe) / r.path).string(), r.source, ""});
  for (const char* file : {"run.json", "junit.xml", "summary.md", "explain.md", "report.html", kScenarioCopy, kProfileCopy, "schedule.json", kJournal})
    all.add(file);
  const auto evidence = record.diagnosis ? record.diagnosis->evidence_at : std::string();
  if (fs::is_regular_file(run / kLog)) all.add_log(kLog, evidence);
  for (const auto& log : logs_of(run)) all.add_log(log, evidence);
  for (const auto& node : record.network)
    for (const char* file : {"config/config.toml", "config/app.toml", "data/upgrade-info.json"}) all.add(fs::path("nodes") / node.name / file);
  if (is_divergence(record))
    for (const auto& node : one_of_each_group(*record.diagnosis)) all.add_folder(fs::path("nodes") / node / "data/application.db");
  return all;
}

}  // namespace

std::string seal_of(Json manifest) {
  manifest["seal"] = "";
  return sha256_hex(manifest.dump(-1, ' ', false, Json::error_handler_t::replace));
}

bool leaves_bundle(const record::RunRecord& r, const fs::path& run_folder) {
  return r.verdict != "pass" && r.verdict != "skipped" && r.verdict != "cancelled" && fs::is_directory(run_folder / kRecipe);
}

void write_bundle(const fs::path& run, const BundleOptions& o) {
  const auto record = record_in(run);
  auto m = facts_of(run, record, read_recipe(run / kRecipe));
  auto all = collect(run, record, m, o);
  m.left_out = all.left_out;
  for (const auto& part : all.parts) m.files[part.path] = {hash_of(part), size_of(part)};
  const Part told{"README.md", "", readme(m)};
  m.files[told.path] = {hash_of(told), size_of(told)};
  m.seal = seal_of(m);
  const TemporaryPath unfinished(run / (std::string(".") + kBundle));  // ends in .zst, too
  ArchiveWriter out(unfinished.path());
  out.add(kBundleManifest, Json(m).dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  out.add(told.path, told.text);
  for (const auto& part : all.parts)
    part.file.empty() ? out.add(part.path, part.text) : out.add_file(part.path, part.file, m.files.at(part.path).bytes);
  out.close();
  fs::rename(unfinished.path(), run / kBundle);
}

Bundle bundle_of_run(const fs::path& run, const fs::path& to) {
  if (fs::exists(run / kBundle)) return open_bundle(run / kBundle, to);  // with the checksums of that time
  const auto record = record_in(run);
  Bundle b{facts_of(run, record, read_recipe(run / kRecipe)), to};
  fs::create_directories(to.parent_path());
  fs::copy(run / kRecipe, to, fs::copy_options::recursive);
  return b;
}

}  // namespace rehearse
