#include "harness/faults/files.h"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>

#include "harness/faults/kinds.h"
#include "harness/faults/node_fault.h"
#include "localnet/artifact/artifact.h"
#include "localnet/cosmos/node_home.h"
#include "localnet/cosmos/rpc.h"
#include "localnet/base/text.h"

namespace rehearse {

namespace fs = std::filesystem;

namespace {

// --- Where

fs::path upgrade_info(const Rehearsal&, const Node& n) { return n.home() / "data" / "upgrade-info.json"; }
fs::path signing_state(const Rehearsal&, const Node& n) { return n.home() / "data" / "priv_validator_state.json"; }
fs::path write_ahead_log(const Rehearsal&, const Node& n) { return n.home() / "data" / "cs.wal" / "wal"; }
fs::path genesis(const Rehearsal&, const Node& n) { return n.home() / "config" / "genesis.json"; }
fs::path config(const Rehearsal&, const Node& n) { return n.home() / "config" / "config.toml"; }
fs::path current_link(const Rehearsal&, const Node& n) { return n.home() / "cosmovisor" / "current"; }
// What runs, whichever release that is.
fs::path running_binary(const Rehearsal&, const Node& n) { return fs::weakly_canonical(n.supervisor().current()); }
fs::path new_binary(const Rehearsal& r, const Node& n) { return n.supervisor().staged(r.view().plan ? r.view().plan->name : ""); }
// What the node scores with; nothing on a chain without a model.
fs::path model(const Rehearsal& r, const Node& n) {
  return r.profile().model && r.subject().model
             ? model_in(n.home(), *r.profile().model, r.subject().model->from.version)
             : fs::path();
}

// --- What is done to it. What lies there may be linked with another node's: it is written anew, never changed in place.

void replace(const fs::path& file, const std::string& text) {
  const auto mode = fs::status(file).permissions();
  fs::remove(file);
  write_file(file, text);
  if (mode != fs::perms::unknown && mode != fs::perms::none) fs::permissions(file, mode);
}

void lose(const fs::path& file, const Rehearsal&) { fs::remove_all(file); }
void cut_in_half(const fs::path& file, const Rehearsal&) {
  const auto text = read_file(file);
  replace(file, text.substr(0, text.size() / 2));
}
void write_junk(const fs::path& file, const Rehearsal&) { replace(file, "\x01 not what it should be {"); }
void make_directory(const fs::path& file, const Rehearsal&) {
  fs::remove_all(file);
  fs::create_directories(file / "in-the-way");
}
void flip_in_the_middle(const fs::path& file, const Rehearsal&) { replace(file, flipped_in_the_middle(read_file(file))); }
void alter_genesis(const fs::path& file, const Rehearsal&) {
  auto json = nlohmann::json::parse(read_file(file));
  json["genesis_time"] = "2001-01-01T00:00:00Z";
  replace(file, json.dump());
}
void append_junk(const fs::path& file, const Rehearsal&) { replace(file, read_file(file) + "\n[ not toml\n"); }
void lead_nowhere(const fs::path& link, const Rehearsal&) {
  fs::remove(link);
  fs::create_directory_symlink(link.parent_path() / "nowhere", link);
}
void forbid(const fs::path& file, const Rehearsal&) {
  replace(file, read_file(file));  // its mode is the file's own, not that of what it is linked with
  fs::permissions(file, fs::perms::owner_read | fs::perms::group_read);
}
void other_machine(const fs::path& file, const Rehearsal&) {
  constexpr std::size_t kMachine = 18;  // e_machine of the ELF header
  auto text = read_file(file);
  text.at(kMachine) = static_cast<char>(0xB7), text.at(kMachine + 1) = 0;  // EM_AARCH64
  replace(file, text);
}
void set_signed(const fs::path& file, std::int64_t height) {
  replace(file, nlohmann::json{{"height", std::to_string(height)}, {"round", 0}, {"step", 0}}.dump());
}
void put_new_binary(const fs::path& file, const Rehearsal& r) { link_or_copy(r.to().artifact.binary, file); }
void put_old_binary(const fs::path& file, const Rehearsal& r) {
  link_or_copy(r.from().artifact.binary, file);
}
void zero_signed(const fs::path& file, const Rehearsal&) { set_signed(file, 0); }
void old_signed(const fs::path& file, const Rehearsal&) {
  constexpr std::int64_t kBack = 5;
  set_signed(file, number_in(nlohmann::json::parse(read_file(file)).at("height")) - kBack);
}

// --- Proof, read back from the disk

std::string is_gone(const fs::path& file) { return fs::exists(fs::symlink_status(file)) ? "" : file.filename().string() + " is not there"; }
std::string is_directory(const fs::path& file) { return fs::is_directory(file) ? file.filename().string() + " is a folder" : ""; }
std::string has_size(const fs::path& file) {
  return fs::is_regular_file(file) ? fmt::format("{} has {} bytes", file.filename().string(), fs::file_size(file)) : "";
}
std::string is_no_json(const fs::path& file) {
  return nlohmann::json::accept(read_file(file)) ? "" : file.filename().string() + " is not JSON";
}
std::string leads_nowhere(const fs::path& link) {
  return fs::is_symlink(link) && !fs::exists(link) ? link.filename().string() + " leads to " + fs::read_symlink(link).filename().string() : "";
}
std::string may_not_run(const fs::path& file) {
  const auto any = fs::perms::owner_exec | fs::perms::group_exec | fs::perms::others_exec;
  return fs::exists(file) && (fs::status(file).permissions() & any) == fs::perms::none ? file.filename().string() + " is not executable" : "";
}
std::string says_signed(const fs::path& file) {
  const auto json = nlohmann::json::parse(read_file(file), nullptr, false);
  return json.is_discarded() ? "" : "its last signed height is said to be " + text_of(json.value("height", nlohmann::json()));
}

bool is_the_same(const fs::path& a, const fs::path& b) {
  return fs::is_regular_file(fs::symlink_status(a)) && fs::is_regular_file(fs::symlink_status(b)) && fs::file_size(a) == fs::file_size(b) &&
         fs::status(a).permissions() == fs::status(b).permissions() && read_file(a) == read_file(b);
}

class FileDamage : public NodeFault {
 public:
  FileDamage(Rehearsal& r, const Injection& i, const Damage& what)
      : NodeFault(r, i), what_(what), kept_(r.folder() / "faults" / i.id / "kept") {}

  std::string why_unavailable() override {
    if (what_.where == new_binary && !r().view().plan) return "needs a plan: none is proposed yet";
    if (what_.where == new_binary || what_.where == current_link) return cosmovisor_unavailable();
    return what_.where == model && file().empty() ? "needs a model: this chain has none" : "";
  }

  void inject() override {
    if (what_.restart) stop_to_start();
    else spoil();
  }

  std::string applied() override {
    const auto spoiled = [this] {
      spoil();
      begun_to_heal();  // what answers from here on has met it
    };
    if (!started(spoiled)) return "";
    const auto proof = what_.proof(file());
    if (proof.empty() || what_.met == Met::nothing) return proof;
    const auto end = what_.met != Met::failed || failed_since_injected() ? end_since_injected() : "";
    const auto met = !end.empty() ? end + (last_line().empty() ? "" : ": " + last_line()) : what_.met == Met::either ? answers() : "";
    return met.empty() ? "" : proof + "; " + met;
  }

  void heal() override {
    begun_to_heal();
    restoring_ = true;
    const bool leave = what_.keep && alive();
    if (!leave && alive() && (what_.restart || what_.restart_to_heal)) node().signal(SIGKILL);
    else if (leave) restoring_ = false;
  }

  std::string healed() override {
    if (restoring_) {
      if (alive() && (what_.restart || what_.restart_to_heal)) return "";
      restore();
      restoring_ = false;
      if (!alive()) revive();
    }
    const auto up = revived();
    return up.empty() ? "" : what_.keep ? up : file().filename().string() + " is as it was; " + up;
  }

 private:
  // It stays the same once something was done to it, wherever a link has come to lead meanwhile.
  const fs::path& file() {
    if (file_.empty()) file_ = what_.where(r(), node());
    return file_;
  }

  void spoil() {
    std::error_code ignored;
    fs::create_directories(kept_.parent_path());
    if (fs::is_symlink(file())) fs::copy_symlink(file(), kept_);
    else if (fs::exists(file())) fs::copy(file(), kept_, fs::copy_options::recursive);
    touched_ = true;
    what_.spoil(file(), r());
    if (is_the_same(kept_, file())) throw StepFailed(file().string() + " is as it was before: there was nothing to spoil");
  }

  void restore() {
    if (!touched_) return;  // it was not even kept
    fs::remove_all(file());
    if (fs::is_symlink(kept_)) fs::copy_symlink(kept_, file());
    else if (fs::exists(kept_)) fs::copy(kept_, file(), fs::copy_options::recursive);
  }

  const Damage& what_;
  fs::path kept_, file_;
  bool touched_ = false, restoring_ = false;
};

}  // namespace

std::string flipped_in_the_middle(std::string bytes) {
  for (auto at = bytes.size() / 2; at < bytes.size() && at < bytes.size() / 2 + 64; ++at) bytes[at] = static_cast<char>(~bytes[at]);
  return bytes;
}

const std::vector<Damage>& damages() {
  static const std::vector<Damage> all = {
      {"upgrade-info-unwritable", "a folder lies where the chain writes upgrade-info.json", upgrade_info, make_directory, is_directory,
       false, true, false, Met::nothing, {Cause::cosmovisor_misread}},
      {"upgrade-info-truncated", "half of upgrade-info.json is lost", upgrade_info, cut_in_half, is_no_json, false, true, false,
       Met::ended, {Cause::cosmovisor_misread}},
      {"upgrade-info-bad", "upgrade-info.json holds something else", upgrade_info, write_junk, is_no_json, false, true, false,
       Met::ended, {Cause::cosmovisor_misread}},
      {"upgrade-info-lost", "upgrade-info.json is gone when the new release is started", upgrade_info, lose, is_gone, false, true, false,
       Met::failed, {Cause::missing_store_upgrade}},
      {"signing-state-lost", "priv_validator_state.json is lost", signing_state, lose, is_gone, true, false, false, Met::ended},
      {"signing-state-zeroed", "priv_validator_state.json says that nothing was signed", signing_state, zero_signed, says_signed, true,
       false, true, Met::either},
      {"signing-state-old", "an old copy of priv_validator_state.json is restored", signing_state, old_signed, says_signed, true, false,
       true, Met::either},
      {"wal-truncated", "the second half of the consensus log is lost", write_ahead_log, cut_in_half, has_size, true, false, true,
       Met::either},
      {"wal-corrupted", "bytes in the middle of the consensus log are others", write_ahead_log, flip_in_the_middle, has_size, true,
       false, true, Met::either},
      {"genesis-altered", "genesis.json is another", genesis, alter_genesis, has_size, true, false, false, Met::either},
      {"current-broken", "Cosmovisor's `current` leads nowhere", current_link, lead_nowhere, leads_nowhere, true, false, false,
       Met::ended},
      {"binary-missing", "the new binary is not where Cosmovisor looks", new_binary, lose, is_gone},
      {"binary-not-executable", "the new binary may not be executed", new_binary, forbid, may_not_run},
      {"binary-wrong-architecture", "the new binary is for another machine", new_binary, other_machine, has_size},
      {"binary-truncated", "half of the new binary is there", new_binary, cut_in_half, has_size},
      {"binary-early", "the new binary is started before the upgrade's height", running_binary, put_new_binary, has_size, true, false,
       false, Met::either, {Cause::missing_store_upgrade, Cause::store_already_there}},
      {"binary-old", "the old binary is started after the upgrade", running_binary, put_old_binary, has_size, true, false, false,
       Met::either, {Cause::upgrade_handler_missing, Cause::upgrade_handler_panic}},
      {"model-missing", "the model that the node scores with is not there", model, lose, is_gone, true, false, false, Met::either,
       {Cause::model_not_loaded, Cause::wrong_model}},
      {"model-altered", "the model that the node scores with is another", model, flip_in_the_middle, has_size, true, false, false,
       Met::either, {Cause::model_not_loaded, Cause::wrong_model}},
      {"config-bad", "config.toml is not TOML", config, append_junk, has_size, true, false, false, Met::ended},
  };
  return all;
}

std::vector<FaultKind> file_kinds() {
  std::vector<FaultKind> all;
  for (const auto& d : damages())
    all.push_back({d.name, d.what, ActsOn::node, true, {}, d.expected_causes, [](Rehearsal& r, const Injection& i) -> std::unique_ptr<Fault> {
                     return std::make_unique<FileDamage>(r, i, *std::find_if(damages().begin(), damages().end(), [&](const Damage& one) { return one.name == i.kind; }));
                   }});
  return all;
}

}  // namespace rehearse
