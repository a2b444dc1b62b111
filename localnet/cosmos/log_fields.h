// The fields of a line of a log: `key=value key="a value"` after a message, or a JSON object.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rehearse {

using LogFields = std::vector<std::pair<std::string, std::string>>;

// More of them are no log of ours: what is beyond is dropped.
constexpr std::size_t kMostLogFields = 1000;

struct MessageAndFields {
  std::string message;
  LogFields fields;
};

// The fields are what stands at the end of the line and reads as fields. Words between two fields after `module` are of the
// next one's key, as Cosmovisor has keys with spaces ("time taken to complete backup=0.1").
MessageAndFields split_fields(std::string_view line);

// The members of the object that the line begins with, strings decoded, anything else as JSON with its keys sorted; of equal
// keys the last. An object that is cut off: what is there of it, the last string as far as it goes. None when it is no object.
std::optional<LogFields> read_json_fields(std::string_view line);

// As zerolog's console has them: `error` first, the others by name.
void sort_fields(LogFields&);

}  // namespace rehearse
