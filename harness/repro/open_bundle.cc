// Reading a bundle that may have been cut off, changed, or made by somebody who wishes us ill.
#include <fcntl.h>
#include <fmt/format.h>

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

[[noreturn]] void refuse(const fs::path& file, const std::string& why) {
  throw Error(Blame::scenario, fmt::format("{}: this bundle is refused: {}", file.string(), printable(why)));
}

constexpr std::uint64_t kMostOfManifest = 16'000'000;
constexpr std::uint64_t kMostUnpacked = 4'000'000'000;  // two releases of a large chain, and their patches

// Takes one member after the other, the manifest first, and holds each against it.
class Opening {
 public:
  Opening(fs::path file, fs::path to) : file_(std::move(file)), to_(std::move(to)) {}

  std::function<void(std::string_view)> begin(const std::string& path, std::uint64_t size) {
    finish_member();
    if (!manifest) return begin_manifest(path, size);
    const auto known = manifest->files.find(path);
    if (known == manifest->files.end()) refuse(file_, path + " is not in its manifest");
    if (!seen_.insert(path).second) refuse(file_, path + " is in it twice");
    if (size != known->second.bytes) refuse(file_, fmt::format("{} has {} bytes, its manifest says {}", path, size, known->second.bytes));
    path_ = path, hash_.emplace();
    if (path.starts_with(std::string(kRecipe) + "/")) {
      if ((unpacked_ += size) > kMostUnpacked) refuse(file_, fmt::format("it unpacks to more than {} bytes", kMostUnpacked));
      const auto place = to_ / fs::path(path).lexically_relative(kRecipe);
      fs::create_directories(place.parent_path());
      out_.open(place, std::ios::binary);
      if (!out_) throw Error(Blame::machine, place.string() + ": cannot be written: " + std::strerror(errno));
    }
    return [this, left = size](std::string_view piece) mutable {
      if (piece.size() > left) refuse(file_, path_ + " is longer than it says");
      left -= piece.size();
      hash_->update(piece.data(), piece.size());
      if (out_.is_open() && !out_.write(piece.data(), static_cast<std::streamsize>(piece.size())))
        throw Error(Blame::machine, to_.string() + ": cannot be written: " + std::strerror(errno));
    };
  }

  void finish() {
    finish_member();
    if (!manifest) refuse(file_, "it has no manifest");
    for (const auto& [path, of] : manifest->files)
      if (!seen_.contains(path)) refuse(file_, path + " is missing: it is cut off");
  }

  std::optional<BundleManifest> manifest;

 private:
  std::function<void(std::string_view)> begin_manifest(const std::string& path, std::uint64_t size) {
    if (path != kBundleManifest) refuse(file_, "it does not begin with a manifest: not what rehearse writes");
    if (size > kMostOfManifest) refuse(file_, "its manifest is too large");
    path_ = path;
    return [this, size](std::string_view piece) {
      if (text_.size() + piece.size() > size) refuse(file_, "its manifest is longer than it says");
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
    if (to_hex(hash_->digest()) != manifest->files.at(path).sha256) refuse(file_, path + " was changed: its checksum is another");
  }

  void take_manifest() try {
    const auto json = parse_json(text_);
    if (const int schema = json.at("schema"); schema < kOldestBundleSchema || schema > kBundleSchema)
      refuse(file_, fmt::format("it is of schema {}, and this harness reads {} to {}: take the harness {} that wrote it", schema,
                                kOldestBundleSchema, kBundleSchema, json.at("harness_version").dump()));
    manifest = json.get<BundleManifest>();
    if (seal_of(json) != manifest->seal) refuse(file_, "its manifest was changed");
  } catch (const Error&) {
    throw;
  } catch (const std::exception& e) {  // of the JSON library, or of a name that nobody knows
    refuse(file_, std::string("its manifest is damaged: ") + e.what());
  }

  const fs::path file_, to_;
  std::string path_, text_;  // of the member that is read, of the manifest
  std::set<std::string> seen_;
  std::uint64_t unpacked_ = 0;  // bytes
  std::optional<Sha256Stream> hash_;
  std::ofstream out_;
};

// What is placed is what its manifest names.
void check_recipe(const BundleManifest& m, const fs::path& file, const fs::path& folder) {
  const auto recipe = read_recipe(folder);
  const auto same = [](const RecipeRelease& a, const RecipeRelease& b) { return a.role == b.role && a.path == b.path && a.name == b.name; };
  if (!std::ranges::equal(m.releases, recipe.releases, same)) refuse(file, "its manifest and its recipe name other releases");
}

}  // namespace

Bundle open_bundle(const fs::path& file, const fs::path& to) {
  const Fd in(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!in) throw Error(Blame::scenario, fmt::format("{}: cannot be opened: {}", file.string(), std::strerror(errno)));
  Opening opening(file, to);
  try {
    read_members(in.get(), file.string(), [&](const std::string& path, std::uint64_t size) { return opening.begin(path, size); });
    opening.finish();
    check_recipe(*opening.manifest, file, to);
  } catch (const std::exception& e) {
    std::error_code ignored;
    fs::remove_all(to, ignored);
    const auto* known = dynamic_cast<const Error*>(&e);
    if (known && known->blame != Blame::release) throw;
    refuse(file, e.what());  // as the reader of archives says it, or of a member below another that is a file
  }
  if (opening.manifest->architecture == architecture()) return {*opening.manifest, to};
  fs::remove_all(to);
  throw Error(Blame::machine, fmt::format("{}: it is of a {} machine, and this is a {}: its releases do not run here", file.string(),
                                          opening.manifest->architecture, architecture()));
}

}  // namespace rehearse
