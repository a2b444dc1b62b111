// Sets values in the text of a TOML file, where they stand: comments, order and everything else stay as they
// are.
//
//   TomlText config(read_file(home / "config/config.toml"));
//   config.set("consensus.timeout_commit", "1s");
//   write_file(file, config.text());
#pragma once

#include <set>
#include <string>

#include "localnet/base/json.h"

namespace rehearse {

class TomlText {
 public:
  // Throws Error(Blame::scenario) with `file` and line for what is no TOML.
  TomlText(std::string text, std::string file);

  // A dotted key to a value that is no object; "mempool.size", a key without a dot is of the top level. It
  // replaces the value that is there, or is added to its table.
  void set(const std::string& dotted, const nlohmann::json& value);

  // The same for a key that has to be there: the value gets the type that the file has for it, where its text
  // says such a one
  // ("5" for a number, 5 for a text). What is wrong with it, or empty when it was set.
  std::string replace(const std::string& dotted, const nlohmann::json& value);

  const std::string& text() const { return text_; }

 private:
  std::string text_, file_;
};

// The dotted keys of all values in a TOML text; none of what cannot be read.
std::set<std::string> toml_keys(const std::string& text);

}  // namespace rehearse
