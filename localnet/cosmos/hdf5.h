// Model files as libhdf5 sees them: whether one can be opened and holds what Keras' legacy format has.
#pragma once

#include <filesystem>
#include <string>

namespace rehearse {

// What keeps it from being a model, in words; empty when it is one.
std::string trouble_with_model(const std::filesystem::path&);

}  // namespace rehearse
