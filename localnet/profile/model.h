// Model files: those that are published, the one in a node's home, and the line of its configuration that names it.
#pragma once

#include <filesystem>
#include <string>

namespace rehearse {

struct ModelSection;

struct Model {
  std::string version;
  std::filesystem::path file;  // as published
  std::string sha256;          // hex
  // As the chain writes it.
  std::string hash() const { return "sha256:" + sha256; }
};

// The model of that version in `published`, a folder with the files and their SHA256SUMS. Throws Error(Blame::scenario)
// when it is not there or is another one than SHA256SUMS says.
Model find_model(const ModelSection&, const std::filesystem::path& published, const std::string& version);

// Where a node has its file.
std::filesystem::path model_in(const std::filesystem::path& home, const ModelSection&, const std::string& version);

// Has the node's configuration name that file; the lines that differ. Empty: there was nothing to replace, or it is the
// same already. Throws Error(Blame::machine) for what cannot be written.
std::string name_model(const std::filesystem::path& home, const ModelSection&, const std::filesystem::path& file);

// What a home has before its first start: the file, and the configuration that names it, as `init` wrote it into another
// home. Throws Error(Blame::scenario) when it wrote none.
void give_model(const ModelSection&, const Model&, const std::filesystem::path& init_home, const std::filesystem::path& home);

}  // namespace rehearse
