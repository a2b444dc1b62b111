#include "localnet/profile/chain_cli.h"

#include <fmt/format.h>
#include <re2/re2.h>
#include <signal.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>

#include "localnet/base/json_text.h"
#include "localnet/base/text.h"

namespace rehearse {

namespace {

std::string first_line(const std::string& text) {
  const auto start = text.find_first_not_of(" \n\r\t");
  if (start == std::string::npos) return "";
  return printable(text.substr(start, text.find('\n', start) - start)).substr(0, 300);
}

// The line that tells most: the last that begins with "Error", else the last.
std::string telling_line(const std::string& text) {
  if (const auto at = text.rfind("Error"); at != std::string::npos) return first_line(text.substr(at));
  const auto end = text.find_last_not_of(" \n\r\t");
  if (end == std::string::npos) return "";
  const auto before = text.rfind('\n', end);
  return first_line(text.substr(before == std::string::npos ? 0 : before + 1));
}

std::optional<nlohmann::json> json_in(const std::string& text) {
  // After whatever else a program prints: colours, and warnings in brackets.
  constexpr int kTries = 20;
  const auto clean = printable(text);
  auto start = clean.find_first_of("{[");
  for (int i = 0; i < kTries && start != std::string::npos; ++i, start = clean.find_first_of("{[", start + 1)) {
    try {
      return parse_json(std::string_view(clean).substr(start));
    } catch (const std::exception&) {
      continue;
    }
  }
  return std::nullopt;
}

}  // namespace

std::string CliAnswer::trouble() const {
  if (status.ok() && !help) return "";
  if (killed_after.count())
    return fmt::format("`{}`: did not end in {} and was killed", command, to_string(Duration{killed_after}));
  const auto why = help && status.ok() ? "printed a help page and exited 0"
                                       : to_string(status) + ": " + telling_line(err.empty() ? out : err);
  return "`" + command + "`: " + why;
}

// Words of cobra and pflag, which the SDK's command lines are made of.
bool CliAnswer::not_understood() const {
  constexpr const char* kWords[] = {"unknown command", "unknown flag", "unknown shorthand flag", "arg(s), received", "arg(s), only received"};
  if (status.ok()) return false;  // a page of help may also come from a program that knows nothing
  return std::any_of(std::begin(kWords), std::end(kWords), [this](const char* words) {
    return err.find(words) != std::string::npos || out.find(words) != std::string::npos;
  });
}

std::string version_in(const CliAnswer& a) {
  std::istringstream lines(a.out.find_first_not_of(" \n") == std::string::npos ? a.err : a.out);
  std::string first;
  // Of what else a program prints before it: a version is one word with a number in it.
  for (std::string line, version; std::getline(lines, line);) {
    line = printable(line);
    if (RE2::FullMatch(line, R"(\s*(v?\d\S*)\s*)", &version)) return version;
    if (first.empty()) first = line;
  }
  return first;
}

struct ChainCli::Call {
  std::unique_ptr<Child> child;
  Loop::Handle limit;
  std::filesystem::path out, err;
  std::chrono::milliseconds killed_after{0};
};

ChainCli::ChainCli(Loop& loop, const Profile& profile, std::filesystem::path scratch,
                   std::map<std::string, std::string> environment, std::filesystem::path input)
    : loop_(loop),
      profile_(profile),
      scratch_(std::move(scratch)),
      environment_(std::move(environment)),
      input_(std::move(input)) {
  std::filesystem::create_directories(scratch_);
  // Most commands live for a tenth of a second, a third of which goes to Go's garbage collector.
  environment_.insert({{"GOGC", "off"}, {"GOMEMLIMIT", "512MiB"}});
}

ChainCli::~ChainCli() = default;
void ChainCli::abandon() { calls_.clear(); }

void ChainCli::run(const std::filesystem::path& binary, std::vector<std::string> arguments, Stream answer,
                   std::function<void(CliAnswer)> done, std::chrono::milliseconds limit) {
  ended_.clear();
  const int id = ++count_;
  auto call = std::make_unique<Call>();
  call->out = scratch_ / fmt::format("{:03}.out", id);
  call->err = scratch_ / fmt::format("{:03}.err", id);
  const auto command = fmt::format("{} {}", binary.filename().string(), fmt::join(arguments, " "));
  arguments.insert(arguments.begin(), binary.string());
  auto on_exit = [this, id, command, answer, done = std::move(done)](ExitStatus status) {
    auto node = calls_.extract(id);
    node.mapped()->limit.reset();
    CliAnswer a{status,  read_file(node.mapped()->out), read_file(node.mapped()->err), false, std::nullopt,
                command, node.mapped()->killed_after};
    const auto& text = answer == Stream::out ? a.out : a.err;
    for (const auto& mark : profile_.help)
      for (const auto* stream : {&a.out, &a.err}) a.help = a.help || stream->find(mark) != std::string::npos;
    if (!a.help) a.json = json_in(text);
    ended_.push_back(std::move(node.mapped()));
    done(std::move(a));
  };
  call->child = Child::spawn(loop_, {arguments, environment_, {}, call->out, call->err, input_}, std::move(on_exit));
  call->limit = loop_.after(limit, [limit, late = call.get()] {
    late->killed_after = limit;
    late->child->signal_group(SIGKILL);
  });
  calls_[id] = std::move(call);
}

}  // namespace rehearse
