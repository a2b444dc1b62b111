// What lies in a node's home before its first start: configuration, keys, and that nothing is signed yet; all
// but the genesis.
#pragma once

#include <filesystem>
#include <string>

#include "localnet/cosmos/config_files.h"
#include "localnet/cosmos/keys.h"

namespace rehearse {

struct NodeKeys {
  Ed25519Key node = Ed25519Key::generate();
  Ed25519Key consensus = Ed25519Key::generate();
};

// All of these throw Error(Blame::machine) for what cannot be written.

// Writes a file whole, and the folders above it.
void write_file(const std::filesystem::path&, const std::string& text);
// The same, for its owner alone.
void write_secret(const std::filesystem::path&, const std::string& text);
// config.toml, app.toml and client.toml: with them commands that run side by side do not each write their
// defaults.
void write_config(const std::filesystem::path& home, const NodeConfig&);
void write_home(const std::filesystem::path& home, const NodeConfig&, const NodeKeys&);

}  // namespace rehearse
