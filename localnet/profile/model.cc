#include "localnet/profile/model.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include "localnet/base/error.h"
#include "localnet/cosmos/node_home.h"
#include "localnet/profile/profile.h"
#include "localnet/base/sha256.h"
#include "localnet/base/template.h"
#include "localnet/base/text.h"

namespace rehearse {

namespace fs = std::filesystem;

Model find_model(const ModelSection& m, const fs::path& published, const std::string& version) {
  Model model{version, published / model_in("", m, version).filename(), ""};
  if (!fs::is_regular_file(model.file))
    throw Error(Blame::scenario, model.file.string() + ": there is no model " + version + "; ./rehearse run makes it");
  model.sha256 = sha256_file(model.file);
  const auto sums = published / "SHA256SUMS";
  if (checksum_in(read_file(sums), model.file.filename().string()) != model.sha256)
    throw Error(Blame::scenario, sums.string() + ": has no such checksum of " + model.file.filename().string());
  return model;
}

fs::path model_in(const fs::path& home, const ModelSection& m, const std::string& version) {
  return home / fill(m.file, {{"model_version", version}}, "model: file");
}

std::string name_model(const fs::path& home, const ModelSection& m, const fs::path& file) {
  const auto config = home / m.config;
  const auto before = read_file(config);
  auto set = fill(m.set, {{"path", file.string()}}, "model: set");
  RE2::GlobalReplace(&set, R"(\\)", R"(\\\\)");  // it is taken as it is
  auto after = before;
  RE2::GlobalReplace(&after, m.match, set);
  write_file(config, after);
  return changed_lines(before, after);
}

void give_model(const ModelSection& m, const Model& model, const fs::path& init_home, const fs::path& home) {
  const auto written = init_home / m.config;
  if (!fs::is_regular_file(written))
    throw Error(Blame::scenario, fmt::format("{}: the chain's `init` writes none; is `model: config` right?", written.string()));
  const auto file = model_in(home, m, model.version);
  write_file(file, read_file(model.file));
  write_file(home / m.config, read_file(written));
  name_model(home, m, file);
}

}  // namespace rehearse
