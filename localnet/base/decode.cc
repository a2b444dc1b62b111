#include "localnet/base/decode.h"

#include <charconv>
#include <cmath>
#include <fstream>
#include <sstream>

#include "localnet/base/log.h"

namespace rehearse {

using Json = nlohmann::json;

std::optional<Duration> parse_duration(const std::string& text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || !std::isfinite(number) || number < 0) return std::nullopt;
  const std::string unit(end, text.data() + text.size());
  const std::map<std::string, double> milliseconds = {
      {"ms", 1}, {"s", 1e3}, {"min", 6e4}, {"m", 6e4}, {"h", 3.6e6}};
  const auto found = milliseconds.find(unit);
  if (found == milliseconds.end() || number * found->second > 1e12) return std::nullopt;
  return Duration{std::chrono::milliseconds(static_cast<std::int64_t>(number * found->second))};
}

std::string to_string(Duration d) {
  const auto ms = d.value.count();
  if (ms % 3600000 == 0 && ms) return std::to_string(ms / 3600000) + "h";
  if (ms % 60000 == 0 && ms) return std::to_string(ms / 60000) + "min";
  if (ms % 1000 == 0) return std::to_string(ms / 1000) + "s";
  return std::to_string(ms) + "ms";
}

namespace internal {

bool to_bool(const std::string& s, bool& out) {
  out = s == "true" || s == "yes";
  return out || s == "false" || s == "no";
}

template <class T>
static bool whole(const std::string& s, T& out) {
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), out);
  return error == std::errc() && end == s.data() + s.size();
}

bool to_integer(const std::string& s, std::int64_t& out) { return whole(s, out); }
// `nan` and `inf` are words here.
bool to_number(const std::string& s, double& out) { return whole(s, out) && std::isfinite(out); }

}  // namespace internal

Json to_json(const YAML::Node& node) {
  if (node.IsSequence()) {
    Json list = Json::array();
    for (const auto& item : node) list.push_back(to_json(item));
    return list;
  }
  if (node.IsMap()) {
    Json object = Json::object();
    for (const auto& entry : node) object[entry.first.Scalar()] = to_json(entry.second);
    return object;
  }
  if (node.IsNull()) return nullptr;
  const auto& text = node.Scalar();
  if (node.Tag() == "!") return text;  // quoted
  bool flag = false;
  std::int64_t whole = 0;
  double number = 0;
  if (text == "true" || text == "false") return internal::to_bool(text, flag) && flag;
  if (internal::to_integer(text, whole)) return whole;
  if (internal::to_number(text, number)) return number;
  return text;
}

int Source::add(std::string file, int lines) {
  ranges_.push_back({end_, std::move(file)});
  return std::exchange(end_, end_ + lines);
}

const Source::Range& Source::range_of(const YAML::Mark& mark) const {
  auto range = ranges_.begin();
  for (auto next = range; next != ranges_.end() && next->first <= mark.line; ++next) range = next;
  return *range;
}

std::string Source::where(const YAML::Mark& mark) const {
  const auto& [first, file] = range_of(mark);
  if (mark.line < 0) return file;
  return file + ":" + std::to_string(mark.line - first + 1) + ":" + std::to_string(mark.column + 1);
}

Decoder::Decoder(YAML::Node node, const Source& source, std::string path)
    : node_(std::move(node)), source_(source), path_(std::move(path)) {
  check_map(node_, path_);
}

void Decoder::alias(const char* old, const char* key) {
  for (const auto& entry : node_) {
    if (entry.first.Scalar() != old) continue;
    if (find(key)) complain(entry.first, std::string("`") + old + "` is the old spelling of `" + key + "`, which is there too");
    static std::set<std::string> told;  // a file may be read more than once
    const auto warning = source_.where(entry.first.Mark()) + ": `" + old + "` is called `" + key + "` now";
    if (told.insert(warning).second) log_warning(warning);
    known_.insert(old);
    aliases_[key] = old;
  }
}

void complain_at(const Source& source, const YAML::Node& at, const std::string& message) {
  throw Error(Blame::scenario, source.where(at.Mark()) + ": " + message);
}

void Decoder::fail(const YAML::Node& at, const std::string& path, const std::string& message) const {
  complain_at(source_, at, (path.empty() ? "" : path + ": ") + message);
}

void Decoder::complain(const YAML::Node& at, const std::string& message) const { fail(at, path_, message); }

void Decoder::complain_about(const char* key, const std::string& message) const {
  const auto written = spelt(key);
  const auto child = node_[written];
  fail(child ? child : node_, path_.empty() ? written : path_ + "." + written, message);
}

void Decoder::missing(const std::string& key, const char* doc) const {
  const auto what = "`" + key + "` is missing: " + doc;
  for (const auto& entry : node_)
    if (const auto& written = entry.first.Scalar(); !known_.contains(written) && closest(written, {key}) == key)
      complain(entry.first, what + "; is `" + written + "` meant?");
  complain(node_, what);
}

// At the key: where nothing is written, YAML says that it stands in front of whatever comes next.
void Decoder::empty(const std::string& key, const char* doc) const {
  for (const auto& entry : node_)
    if (entry.first.Scalar() == key) complain(entry.first, "`" + key + "` has no value: " + doc);
  complain(node_, "`" + key + "` has no value: " + doc);
}

std::string Decoder::scalar(const YAML::Node& n, const char* expected, const std::string& path) const {
  if (!n.IsScalar())
    fail(n, path,
         std::string("expected ") + expected + ", found " +
             (n.IsMap()    ? "a map"
              : n.IsNull() ? "nothing"
                           : "a list"));
  return n.Scalar();
}

void Decoder::check_map(const YAML::Node& n, const std::string& path) const {
  if (!n.IsMap()) fail(n, path, "expected keys and values");
  std::set<std::string> seen;
  for (const auto& entry : n) {
    if (!entry.first.IsScalar()) fail(entry.first, path, "expected a plain key");
    if (!seen.insert(entry.first.Scalar()).second)
      fail(entry.first, path, "`" + entry.first.Scalar() + "` stands twice");
  }
}

void Decoder::finish() const {
  for (const auto& entry : node_) {
    const auto key = entry.first.Scalar();
    if (known_.contains(key)) continue;
    const auto meant = closest(key, known_);
    fail(entry.first, path_,
         "unknown key `" + key + "`" + (meant.empty() ? "" : ", did you mean `" + meant + "`?"));
  }
}

static void check_bounded(const YAML::Node& node, int& left, int depth = 0) {
  constexpr int kDeepest = 50;
  if (depth > kDeepest || --left < 0) throw YAML::Exception(node.Mark(), "too much, or nested too deeply");
  if (!node.IsMap() && !node.IsSequence()) return;
  for (const auto& entry : node) {
    if (node.IsMap()) check_bounded(entry.first, left, depth + 1);
    check_bounded(node.IsMap() ? entry.second : entry, left, depth + 1);
  }
}

void check_bounded(const YAML::Node& node) {
  int left = 100'000;
  check_bounded(node, left);
}

YAML::Node load_yaml(const std::filesystem::path& file) {
  Source source;
  return read_yaml(file, source);
}

YAML::Node read_yaml(const std::filesystem::path& file, Source& source) {
  std::ifstream in(file);
  if (!in || std::filesystem::is_directory(file))
    throw Error(Blame::scenario, file.string() + ": cannot be read; is the path right?");
  std::stringstream read;
  read << in.rdbuf();
  const auto text = read.str();
  const auto first = source.add(file.string(), 2 + static_cast<int>(std::count(text.begin(), text.end(), '\n')));
  try {
    auto node = YAML::Load(std::string(static_cast<std::size_t>(first), '\n') + text);
    check_bounded(node);
    if (!node.IsMap()) throw Error(Blame::scenario, file.string() + ":1: expected keys and values");
    return node;
  } catch (const YAML::Exception& e) {
    throw Error(Blame::scenario, source.where(e.mark) + ": not YAML: " + e.msg);
  }
}

std::string closest(const std::string& word, const std::set<std::string>& known) {
  std::string best;
  std::size_t best_distance = word.size() / 3 + 1;  // farther than that is another word
  for (const auto& k : known) {
    std::vector<std::size_t> row(k.size() + 1);
    for (std::size_t j = 0; j <= k.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= word.size(); ++i) {
      std::size_t diagonal = row[0];
      row[0] = i;
      for (std::size_t j = 1; j <= k.size(); ++j) {
        const auto changed = diagonal + (word[i - 1] != k[j - 1]);
        diagonal = row[j];
        row[j] = std::min({row[j] + 1, row[j - 1] + 1, changed});
      }
    }
    if (row[k.size()] <= best_distance) best_distance = row[k.size()] - (row[k.size()] > 0), best = k;
  }
  return best;
}

}  // namespace rehearse
