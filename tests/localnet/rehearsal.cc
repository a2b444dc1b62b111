#include "tests/localnet/rehearsal.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <pugixml.hpp>
#include <sstream>
#include <thread>

#include "localnet/process/guard.h"
#include "localnet/process/proc.h"

namespace rehearse::localnet {

namespace {

constexpr auto kPoll = std::chrono::milliseconds(10);

}  // namespace

bool until(std::chrono::milliseconds limit, const std::function<bool()>& done) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!done()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(kPoll);
  }
  return true;
}

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

fs::path project() { return REHEARSE_SOURCE_DIR; }

fs::path published(const std::string& release) {
  const auto folder = project() / ".cache" / "fixtures" / "releases";
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.path().parent_path().filename() == release && entry.path().string().ends_with(".tar.gz"))
      return entry.path();
  throw std::runtime_error("release " + release + " is not built: ./rehearse run");
}

Scratch::Scratch() {
  std::string name = (fs::temp_directory_path() / "rehearse-test-XXXXXX").string();
  if (!::mkdtemp(name.data())) throw std::runtime_error("no temporary folder");
  path_ = name;
}

Scratch::~Scratch() {
  // What a failed test left is worth a look.
  if (::testing::Test::HasFailure()) {
    std::cout << "left: " << path_.string() << "\n";
    return;
  }
  fs::remove_all(path_);
}

fs::path Scratch::write(const std::string& name, const std::string& text) const {
  const auto path = path_ / name;
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

Rehearsal::Rehearsal(const Scratch& scratch, std::vector<std::string> arguments, std::vector<std::string> environment)
    : log_(scratch / "console.log") {
  for (std::size_t i = 0; i + 1 < arguments.size(); ++i)
    if (arguments[i] == "--out") folder_ = arguments[i + 1];
  arguments.insert(arguments.begin(), REHEARSE_PROGRAM);
  std::vector<char*> argv, envp;
  for (auto& a : arguments) argv.push_back(a.data());
  argv.push_back(nullptr);
  for (char** e = ::environ; *e; ++e) envp.push_back(*e);
  for (auto& e : environment) envp.insert(envp.begin(), e.data());
  envp.push_back(nullptr);
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_addopen(&files, 1, log_.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  ::posix_spawn_file_actions_adddup2(&files, 1, 2);
  if (::posix_spawn(&pid_, argv[0], &files, nullptr, argv.data(), envp.data()) != 0)
    throw std::runtime_error("rehearse cannot be started");
  ::posix_spawn_file_actions_destroy(&files);
}

Rehearsal::~Rehearsal() {
  if (ended()) return;
  ::kill(pid_, SIGTERM);
  wait();
}

bool Rehearsal::ended() {
  if (!reaped_) reaped_ = ::waitpid(pid_, &status_, WNOHANG) == pid_;
  return reaped_;
}

int Rehearsal::wait(std::chrono::seconds limit) {
  if (!until(limit, [this] { return ended(); })) {
    ADD_FAILURE() << "it did not end in " << limit.count() << " s:\n" << output();
    ::kill(pid_, SIGKILL);
    return -1;
  }
  return WIFSIGNALED(status_) ? 128 + WTERMSIG(status_) : WEXITSTATUS(status_);
}

bool Rehearsal::said(const std::string& text, std::chrono::seconds limit) {
  bool found = false;
  until(limit, [&] {
    const bool over = ended();
    found = output().find(text) != std::string::npos;
    return found || over;
  });
  return found;
}

std::string Rehearsal::output() const { return read(log_); }

std::vector<std::string> Rehearsal::lines() const {
  std::istringstream in(output());
  std::vector<std::string> all;
  for (std::string line; std::getline(in, line);) all.push_back(line);
  return all;
}

nlohmann::json Rehearsal::record() const {
  const auto text = read(folder_ / "run.json");
  EXPECT_FALSE(text.empty()) << "there is no run.json\n" << output();
  return nlohmann::json::parse(text, nullptr, false);
}

std::vector<nlohmann::json> Rehearsal::events(const std::string& kind) const {
  std::istringstream in(read(folder_ / "events.jsonl"));
  std::vector<nlohmann::json> all;
  for (std::string line; std::getline(in, line);)
    if (auto event = nlohmann::json::parse(line); event.value("kind", "") == kind) all.push_back(std::move(event));
  return all;
}

std::string Rehearsal::cause() const {
  const auto r = record();
  if (!r.is_object() || r["diagnosis"].is_null()) return "";
  return r["diagnosis"]["cause"];
}

bool Rehearsal::junit_is_whole() const {
  pugi::xml_document doc;
  return doc.load_file((folder_ / "junit.xml").c_str()) && doc.child("testsuites").child("testsuite");
}

Rehearsal run(const Scratch& scratch, std::vector<std::string> arguments, std::vector<std::string> environment) {
  arguments.insert(arguments.begin(), {"run", "--out", (scratch / "run").string()});
  return Rehearsal(scratch, std::move(arguments), std::move(environment));
}

Outside::Outside(const Scratch& scratch) : temporary_(scratch / "tmp"), runtime_(scratch / "runtime") {
  for (const auto& folder : {temporary_, runtime_}) fs::create_directories(folder);
}

std::vector<std::string> Outside::environment() const {
  return {"TMPDIR=" + temporary_.string(), "XDG_RUNTIME_DIR=" + runtime_.string()};
}

std::vector<fs::path> Outside::left() const {
  std::vector<fs::path> files;
  for (const auto& folder : {temporary_, runtime_})
    for (const auto& entry : fs::recursive_directory_iterator(folder))
      if (!entry.is_directory()) files.push_back(entry.path());
  return files;
}

int heal(const Scratch& scratch, const std::string& run, std::vector<std::string> environment) {
  std::vector<std::string> arguments = {"heal"};
  if (!run.empty()) arguments.push_back(run);
  return Rehearsal(scratch, arguments, std::move(environment)).wait();
}

std::vector<int> processes_of(const fs::path& folder) {
  std::vector<int> found;
  for (const int pid : all_processes()) {
    const auto home = environment_value(pid, "HOME");
    if (environment_value(pid, kRunVariable) && home && home->starts_with(folder.string() + "/") &&
        process_state(pid) != 'Z')
      found.push_back(pid);
  }
  return found;
}

bool none_left(const fs::path& folder) {
  return until(std::chrono::seconds(10), [&] { return processes_of(folder).empty(); });
}

}  // namespace rehearse::localnet
