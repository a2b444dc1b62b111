// Reading a bundle that may have been cut off, changed, or made by somebody who wishes us ill.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <set>

#include "harness/repro/bundle_format.h"
#include "harness/repro/machine.h"
#include "localnet/artifact/archive.h"
#include "localnet/base/error.h"
#include "localnet/base/fd.h"
#include "localnet/base/json_text.h"
#include "localnet/base/sha256.h"
#include "localnet/base/text.h"

namespace rehearse {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void refuse(const std::string& name, const std::string& why) {
  throw Error(Blame::scenario, fmt::format("{}: this bundle is refused: {}", name, printable(why)));
}

constexpr std::uint64_t kMostOfManifest = 16'000'000;

// Takes one member after the other, the manifest first, and holds each against it.
class Opening {
 public:
  Opening(std::string name, fs::path to) : name_(std::move(name)), to_(std::move(to)) {}

  std::function<void(std::string_view)> begin(const std::string& path, std::uint64_t size) {
    finish_member();
    if (!manifest) return begin_manifest(path, size);
    const auto known = manifest->files.find(path);
    if (known == manifest->files.end()) refuse(name_, path + " is not in its manifest");
    if (!seen_.insert(path).second) refuse(name_, path + " is in it twice");
    if (size != known->second.bytes) refuse(name_, fmt::format("{} has {} bytes, its manifest says {}", path, size, known->second.bytes));
    path_ = path, hash_.emplace();
    const bool of_recipe = path.starts_with(std::string(kRecipe) + "/");
    if (const auto most = of_recipe ? kMostOfRecipe : kMostOfRun; ((of_recipe ? of_recipe_ : of_run_) += size) > most)
      refuse(name_, fmt::format("it unpacks to more than {} bytes", most));
    if (of_recipe) {
      const auto place = to_ / fs::path(path).lexically_relative(kRecipe);
      fs::create_directories(place.parent_path());
      out_.open(place, std::ios::binary);
      if (!out_) throw Error(Blame::machine, place.string() + ": cannot be written: " + std::strerror(errno));
    }
    return [this, left = size](std::string_view piece) mutable {
      if (piece.size() > left) refuse(name_, path_ + " is longer than it says");
      left -= piece.size();
      hash_->update(piece.data(), piece.size());
      if (out_.is_open() && !out_.write(piece.data(), static_cast<std::streamsize>(piece.size())))
        throw Error(Blame::machine, to_.string() + ": cannot be written: " + std::strerror(errno));
    };
  }

  void finish() {
    finish_member();
    if (!manifest) refuse(name_, "it has no manifest");
    for (const auto& [path, of] : manifest->files)
      if (!seen_.contains(path)) refuse(name_, path + " is missing: it is cut off");
  }

  std::optional<BundleManifest> manifest;

 private:
  std::function<void(std::string_view)> begin_manifest(const std::string& path, std::uint64_t size) {
    if (path != kBundleManifest) refuse(name_, "it does not begin with a manifest: not what rehearse writes");
    if (size > kMostOfManifest) refuse(name_, "its manifest is too large");
    path_ = path;
    return [this, size](std::string_view piece) {
      if (text_.size() + piece.size() > size) refuse(name_, "its manifest is longer than it says");
      text_ += piece;
    };
  }

  void finish_member() {
    if (path_.empty()) return;
    const auto path = std::exchange(path_, "");
    if (!manifest) return take_manifest();
    if (out_.is_open()) {
      out_.close();
      if (!out_) throw Error(Blame::machine, (to_ / fs::path(path).filename()).string() + ": cannot be written: is the disk full?");
    }
    if (to_hex(hash_->digest()) != manifest->files.at(path).sha256) refuse(name_, path + " was changed: its checksum is another");
  }

  void take_manifest() try {
    const auto json = parse_json(text_);
    if (const int schema = json.at("schema"); schema < kOldestBundleSchema || schema > kBundleSchema)
      refuse(name_, fmt::format("it is of schema {}, and this harness reads {} to {}: take the harness {} that wrote it", schema,
                                kOldestBundleSchema, kBundleSchema, json.at("harness_version").dump()));
    manifest = json.get<BundleManifest>();
    if (seal_of(json) != manifest->seal) refuse(name_, "its manifest was changed");
  } catch (const Error&) {
    throw;
  } catch (const std::exception& e) {  // of the JSON library, or of a name that nobody knows
    refuse(name_, std::string("its manifest is damaged: ") + e.what());
  }

  const std::string name_;
  const fs::path to_;
  std::string path_, text_;  // of the member that is read, of the manifest
  std::set<std::string> seen_;
  std::uint64_t of_recipe_ = 0, of_run_ = 0;  // bytes
  std::optional<Sha256Stream> hash_;
  std::ofstream out_;
};

// What is placed is what its manifest names.
void check_recipe(const BundleManifest& m, const std::string& name, const fs::path& folder) {
  const auto recipe = read_recipe(folder);
  const auto same = [](const RecipeRelease& a, const RecipeRelease& b) { return a.role == b.role && a.path == b.path && a.name == b.name; };
  if (!std::ranges::equal(m.releases, recipe.releases, same)) refuse(name, "its manifest and its recipe name other releases");
}

// Neither a device nor a pipe, which may never end.
Fd open_file(const fs::path& file, const std::string& name) {
  Fd in(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!in) throw Error(Blame::scenario, fmt::format("{}: cannot be opened: {}", name, std::strerror(errno)));
  struct stat about {};
  if (::fstat(in.get(), &about) != 0 || !S_ISREG(about.st_mode)) refuse(name, "it is no file");
  return in;
}

// A member below another that is a file, or with a name that no disk takes.
bool is_of_its_paths(const std::error_code& code) {
  return code == std::errc::not_a_directory || code == std::errc::file_exists || code == std::errc::is_a_directory || code == std::errc::filename_too_long;
}

// The reader of archives names the file once more.
std::string reason_in(const std::exception& e, const std::string& name) {
  const std::string said = e.what();
  return said.starts_with(name + ": ") ? said.substr(name.size() + 2) + "; was it copied or fetched whole?" : said;
}

}  // namespace

Bundle open_bundle(const fs::path& file, const fs::path& to, const std::string& given) {
  const auto name = given.empty() ? file.string() : given;
  const auto in = open_file(file, name);
  Opening opening(name, to);
  try {
    read_members(in.get(), name, kMostOfRecipe + kMostOfRun + kMostOfManifest, [&](const std::string& path, std::uint64_t size) { return opening.begin(path, size); });
    opening.finish();
    check_recipe(*opening.manifest, name, to);
  } catch (const std::exception& e) {
    std::error_code ignored;
    fs::remove_all(to, ignored);
    const auto* known = dynamic_cast<const Error*>(&e);
    if (known && known->blame != Blame::release) throw;
    if (const auto* disk = dynamic_cast<const fs::filesystem_error*>(&e); disk && !is_of_its_paths(disk->code())) throw Error(Blame::machine, e.what());
    refuse(name, reason_in(e, name));
  }
  if (opening.manifest->architecture == architecture()) return {*opening.manifest, to};
  fs::remove_all(to);
  throw Error(Blame::machine, fmt::format("{}: it is of a {} machine, and this is a {}: its releases do not run here", name,
                                          opening.manifest->architecture, architecture()));
}

}  // namespace rehearse
