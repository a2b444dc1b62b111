#include "localnet/cosmos/hdf5.h"

#include <hdf5.h>

namespace rehearse {

std::string trouble_with_model(const std::filesystem::path& path) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);  // it would print what we say in words
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  if (file < 0) return path.string() + ": libhdf5 cannot open it";
  std::string trouble;
  if (H5Aexists(file, "model_config") <= 0) trouble = path.string() + ": it has no model_config";
  else if (H5Lexists(file, "model_weights", H5P_DEFAULT) <= 0) trouble = path.string() + ": it has no model_weights";
  H5Fclose(file);
  return trouble;
}

}  // namespace rehearse
