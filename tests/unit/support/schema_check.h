// Validates JSON against a JSON Schema of the project.
#pragma once

#include <memory>
#include <string>

#include "localnet/base/json.h"

namespace rehearse::made {

class SchemaCheck {
 public:
  // `file` is relative to the project.
  explicit SchemaCheck(const std::string& file);
  ~SchemaCheck();

  // Empty when `json` is valid, else the first thing that is wrong with it.
  std::string problem_of(const nlohmann::json& json) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rehearse::made
