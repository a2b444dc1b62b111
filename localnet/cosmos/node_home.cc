#include "localnet/cosmos/node_home.h"

#include <fstream>

#include "localnet/base/error.h"

namespace rehearse {

namespace fs = std::filesystem;

namespace {

void write(const fs::path& path, const std::string& text, fs::perms mode = fs::perms::none) {
  fs::create_directories(path.parent_path());
  std::ofstream out(path, std::ios::binary);
  if (mode != fs::perms::none) fs::permissions(path, mode);
  out << text;
  out.close();
  if (!out) throw Error(Blame::machine, path.string() + ": cannot be written; is there room on the disk?");
}

}  // namespace

void write_file(const fs::path& path, const std::string& text) { write(path, text); }

void write_secret(const fs::path& path, const std::string& text) {
  write(path, text, fs::perms::owner_read | fs::perms::owner_write);
}

void write_config(const fs::path& home, const NodeConfig& config) {
  write(home / "config" / "config.toml", render_config_toml(config));
  write(home / "config" / "app.toml", render_app_toml(config));
  write(home / "config" / "client.toml", render_client_toml(config));
}

void write_home(const fs::path& home, const NodeConfig& config, const NodeKeys& keys) {
  write_config(home, config);
  write_secret(home / "config" / "node_key.json", node_key_json(keys.node));
  write_secret(home / "config" / "priv_validator_key.json", priv_validator_key_json(keys.consensus));
  write_secret(home / "data" / "priv_validator_state.json", priv_validator_state_json());
}

}  // namespace rehearse
