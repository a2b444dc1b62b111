// The JSON Schemas that stand in the project for editors: one for each kind of file a user writes. The YAML
// files name theirs in the first line. `rehearse schema KIND` prints one; a test compares it with the file.
#pragma once

#include <string>
#include <vector>

#include "localnet/base/schema.h"

namespace rehearse {

struct PublishedSchema {
  std::string kind;  // "scenario"
  std::string file;  // in the project
  Schema (*write)();
};

const std::vector<PublishedSchema>& published_schemas();

// The file's bytes.
std::string text_of(const PublishedSchema&);

}  // namespace rehearse
