// rehearse schema: what an editor needs to know of the files a user writes.
#include "harness/spec/schemas.h"

#include <iostream>

#include "harness/cli/commands.h"

namespace rehearse::cli {

int schema(const std::string& kind) {
  std::string kinds;
  for (const auto& s : published_schemas()) {
    if (s.kind == kind) {
      std::cout << text_of(s) << std::flush;
      return 0;
    }
    kinds += (kinds.empty() ? "" : ", ") + s.kind;
  }
  throw Error(Blame::scenario, "there is no schema `" + kind + "`; there are " + kinds);
}

}  // namespace rehearse::cli
