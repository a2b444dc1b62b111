#include "localnet/base/yaml_merge.h"

#include <algorithm>

namespace rehearse {

namespace {

YAML::Node merge_list(const YAML::Node& base, const YAML::Node& over, const std::string& path, const Source& source) {
  if (over.IsScalar() || over.IsNull()) return over;  // whoever decodes it says what is wrong
  if (over.IsSequence())
    complain_at(source, over, path + ": the base has a list here: say `add: [...]`, or `replace: [...]`");
  const bool adds = static_cast<bool>(over["add"]);
  const auto items = over[adds ? "add" : "replace"];
  if (over.size() != 1 || !items || !items.IsSequence())
    complain_at(source, over, path + ": the base has a list here: expected `add: [...]`, or `replace: [...]`");
  if (!adds) return items;
  YAML::Node all(YAML::NodeType::Sequence);
  for (const auto& list : {base, items})
    for (const auto& item : list) all.push_back(item);
  return all;
}

// Into `over`, so that a mapping still stands where the extending file has it.
YAML::Node merge(const YAML::Node& base, YAML::Node over, const std::string& path, const Source& source) {
  if (base.IsSequence()) return merge_list(base, over, path, source);
  if (!base.IsMap() || !over.IsMap()) return over;
  const YAML::Node& written = over;  // to ask another than a const node for a key puts it in
  for (const auto& entry : base) {
    const auto& key = entry.first.Scalar();
    if (const YAML::Node own = written[key]; !path.empty() && own.IsDefined() && own.IsNull())
      over.remove(key);
    else if (own.IsDefined())
      over[key] = merge(entry.second, own, path.empty() ? key : path + "." + key, source);
    else
      over.force_insert(entry.first, entry.second);
  }
  return over;
}

class Writer {
 public:
  explicit Writer(const Source* told) : told_(told) { out_.SetIndent(2); }

  std::string text() const { return std::string(out_.c_str()) + "\n"; }

  void write(const YAML::Node& n) {
    if (n.IsMap()) return write_map(n);
    if (n.IsSequence()) return write_list(n);
    if (n.IsNull())
      out_ << YAML::Null;
    else if (n.Tag() == "!")  // quoted: it stays a string
      out_ << YAML::SingleQuoted << n.Scalar();
    else
      out_ << n.Scalar();
  }

 private:
  static bool plain(const YAML::Node& n) {
    return n.IsScalar() || n.IsNull() || n.size() == 0 ||
           (n.IsSequence() && std::all_of(n.begin(), n.end(), [](const YAML::Node& e) { return e.IsScalar(); }));
  }

  void tell(const YAML::Node& at) {
    if (told_) out_ << YAML::Comment(told_->where(at.Mark()));
  }

  void write_map(const YAML::Node& n) {
    out_ << YAML::BeginMap;
    for (const auto& entry : n) {
      out_ << YAML::Key;
      write(entry.first);
      out_ << YAML::Value;
      write(entry.second);
      if (plain(entry.second)) tell(entry.first);
    }
    out_ << YAML::EndMap;
  }

  void write_list(const YAML::Node& n) {
    if (plain(n)) out_ << YAML::Flow;
    out_ << YAML::BeginSeq;
    for (const auto& element : n) write(element);
    out_ << YAML::EndSeq;
  }

  YAML::Emitter out_;
  const Source* told_;
};

}  // namespace

YAML::Node merge_yaml(YAML::Node base, YAML::Node over, const Source& source) { return merge(base, over, "", source); }

std::string write_yaml(const YAML::Node& n, const Source* told) {
  Writer writer(told);
  writer.write(n);
  return writer.text();
}

}  // namespace rehearse
