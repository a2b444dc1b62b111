// valijson costs 11 s of compiler: only here.
#include "tests/unit/support/schema_check.h"

#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "tests/unit/support/golden.h"

namespace rehearse::made {

using valijson::adapters::NlohmannJsonAdapter;

struct SchemaCheck::Impl {
  valijson::Schema schema;
};

SchemaCheck::SchemaCheck(const std::string& file) : impl_(std::make_unique<Impl>()) {
  const auto text = nlohmann::json::parse(read_file(std::string(REHEARSE_SOURCE_DIR) + "/" + file));
  valijson::SchemaParser(valijson::SchemaParser::kDraft7)
      .populateSchema(NlohmannJsonAdapter(text), impl_->schema);
}

SchemaCheck::~SchemaCheck() = default;

std::string SchemaCheck::problem_of(const nlohmann::json& json) const {
  // Strong types: "1" is no number.
  valijson::Validator validator(valijson::Validator::kStrongTypes);
  valijson::ValidationResults results;
  if (validator.validate(impl_->schema, NlohmannJsonAdapter(json), &results)) return "";
  valijson::ValidationResults::Error error;
  return results.popError(error) ? error.description : "not valid";
}

}  // namespace rehearse::made
