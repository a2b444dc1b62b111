// Model files: the published one, the line that names a node's, and what libhdf5 says of one.
#include "localnet/profile/model.h"

#include <gmock/gmock.h>
#include <hdf5.h>

#include <functional>

#include "tests/unit/support/fakes.h"
#include "localnet/base/error.h"
#include "localnet/cosmos/hdf5.h"
#include "localnet/cosmos/node_home.h"
#include "localnet/profile/profile.h"
#include "localnet/base/sha256.h"
#include "localnet/base/text.h"

namespace rehearse {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

class ModelTest : public testing::Test {
 protected:
  ModelTest() {
    section_.file = "models/scorer_{model_version}.h5";
    section_.config = "config/identity.toml";
    section_.match = "model_path = .*";
    section_.set = "model_path = \"{path}\"";
  }
  void publish(const std::string& content, const std::string& summed) {
    write_file(folder_ / "scorer_v2.h5", content);
    write_file(folder_ / "SHA256SUMS", sha256_hex(summed) + "  scorer_v2.h5\n");
  }
  std::string refusal(const std::function<void()>& work) {
    try {
      work();
    } catch (const Error& e) {
      EXPECT_EQ(e.blame, Blame::scenario);
      return e.what();
    }
    return "";
  }

  made::TempFolder folder_;
  ModelSection section_;
};

TEST_F(ModelTest, IsFoundByItsVersion) {
  publish("weights", "weights");
  const auto model = find_model(section_, folder_.path(), "v2");
  EXPECT_EQ(model.hash(), "sha256:" + sha256_hex("weights"));
  EXPECT_EQ(model.file, folder_ / "scorer_v2.h5");
  EXPECT_THAT(refusal([&] { find_model(section_, folder_.path(), "v3"); }), HasSubstr("there is no model v3"));
}

TEST_F(ModelTest, IsRefusedWhenItIsNotWhatItsChecksumSays) {
  publish("weights", "others");
  EXPECT_THAT(refusal([&] { find_model(section_, folder_.path(), "v2"); }), HasSubstr("has no such checksum of scorer_v2.h5"));
}

TEST_F(ModelTest, IsNamedOnItsLineAlone) {
  const auto config = folder_ / "config/identity.toml";
  write_file(config, "# scores\nmodel_path = \"/old.h5\" # v1\nthreads = 2\n");
  EXPECT_EQ(name_model(folder_.path(), section_, R"(/a\1b.h5)"), R"(-model_path = "/old.h5" # v1; +model_path = "/a\1b.h5")");
  EXPECT_EQ(read_file(config), "# scores\nmodel_path = \"/a\\1b.h5\"\nthreads = 2\n");
  EXPECT_EQ(name_model(folder_.path(), section_, R"(/a\1b.h5)"), "") << "it is so already";
}

TEST_F(ModelTest, IsNotNamedWhereThereIsNoLine) {
  write_file(folder_ / "config/identity.toml", "path = 1\n");
  EXPECT_EQ(name_model(folder_.path(), section_, "/new.h5"), "");
  EXPECT_EQ(read_file(folder_ / "config/identity.toml"), "path = 1\n");
}

TEST_F(ModelTest, IsGivenToAHomeAsInitWroteIt) {
  publish("weights", "weights");
  const auto model = find_model(section_, folder_.path(), "v2");
  EXPECT_THAT(refusal([&] { give_model(section_, model, folder_ / "init", folder_ / "home"); }), HasSubstr("`init` writes none"));
  write_file(folder_ / "init/config/identity.toml", "model_path = \"\"\nthreads = 2\n");
  give_model(section_, model, folder_ / "init", folder_ / "home");
  const auto file = folder_ / "home/models/scorer_v2.h5";
  EXPECT_EQ(read_file(file), "weights");
  EXPECT_EQ(read_file(folder_ / "home/config/identity.toml"), "model_path = \"" + file.string() + "\"\nthreads = 2\n");
}

// An HDF5 file with these of the two things that Keras' legacy format has.
std::filesystem::path hdf5(const std::filesystem::path& path, bool config, bool weights) {
  const auto file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  if (config) {
    const auto space = H5Screate(H5S_SCALAR);
    H5Aclose(H5Acreate2(file, "model_config", H5T_C_S1, space, H5P_DEFAULT, H5P_DEFAULT));
    H5Sclose(space);
  }
  if (weights) H5Gclose(H5Gcreate2(file, "model_weights", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  H5Fclose(file);
  return path;
}

TEST(TroubleWithModel, IsNoneWithConfigAndWeights) {
  made::TempFolder folder;
  EXPECT_EQ(trouble_with_model(hdf5(folder / "a.h5", true, true)), "");
}

TEST(TroubleWithModel, IsWhatItLacks) {
  made::TempFolder folder;
  EXPECT_THAT(trouble_with_model(hdf5(folder / "a.h5", false, true)), EndsWith("it has no model_config"));
  EXPECT_THAT(trouble_with_model(hdf5(folder / "a.h5", true, false)), EndsWith("it has no model_weights"));
  write_file(folder / "b.h5", "no HDF5 at all");
  EXPECT_THAT(trouble_with_model(folder / "b.h5"), EndsWith("libhdf5 cannot open it"));
  EXPECT_THAT(trouble_with_model(folder / "none.h5"), EndsWith("libhdf5 cannot open it"));
}

}  // namespace
}  // namespace rehearse
