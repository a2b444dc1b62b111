#include "harness/spec/schemas.h"

#include "harness/spec/releases.h"
#include "harness/spec/scenario.h"
#include "harness/spec/suite.h"
#include "harness/spec/weights.h"
#include "localnet/profile/profile.h"

namespace rehearse {

const std::vector<PublishedSchema>& published_schemas() {
  static const std::vector<PublishedSchema> all = {
      {"scenario", "scenarios/scenario.schema.json", [] { return schema_of<Scenario>("Scenario"); }},
      {"suite", "scenarios/suite.schema.json", [] { return schema_of<Suite>("Suite"); }},
      {"profile", "fixtures/profiles/profile.schema.json",
       [] { return extending(schema_of<Profile>("Profile of a chain")); }},
      {"releases", "fixtures/releases.schema.json", releases_schema},
      {"weights", "harness/plans/weights.schema.json", [] { return schema_of<Weights>("Weights of drawn plans"); }},
  };
  return all;
}

std::string text_of(const PublishedSchema& schema) { return schema.write().dump(2) + "\n"; }

}  // namespace rehearse
