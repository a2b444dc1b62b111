// Runs the real `rehearse` as a user would, in a folder of its own, and reads what it leaves.
#pragma once

#include <gtest/gtest.h>
#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "localnet/base/json.h"

namespace rehearse::localnet {

namespace fs = std::filesystem;

constexpr const char* kNetworkUp = "Network up:";  // what a run says when all nodes are

// A folder that goes with the test.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  fs::path operator/(const std::string& name) const { return path_ / name; }
  // Writes a file (and its folder); the path.
  fs::path write(const std::string& name, const std::string& text) const;

 private:
  fs::path path_;
};

class Rehearsal {
 public:
  // Starts `rehearse ARGUMENTS`; `environment` is added to this process's.
  Rehearsal(const Scratch&, std::vector<std::string> arguments, std::vector<std::string> environment = {});
  ~Rehearsal();  // kills it if it still runs

  pid_t pid() const { return pid_; }
  // The exit code; 128 + N for signal N. Fails the test after `limit`.
  int wait(std::chrono::seconds limit = std::chrono::seconds(120));
  // Until that stands in its output; false when it ended, or after `limit`, without it.
  bool said(const std::string& text, std::chrono::seconds limit = std::chrono::seconds(60));
  std::string output() const;
  std::vector<std::string> lines() const;

  // The run's folder (--out), if the command takes one.
  fs::path folder() const { return folder_; }
  nlohmann::json record() const;  // run.json
  std::string cause() const;      // diagnosis.cause, or ""
  std::vector<nlohmann::json> events(const std::string& kind) const;  // of its journal
  bool junit_is_whole() const;

 private:
  bool ended();
  fs::path log_, folder_;
  pid_t pid_ = 0;
  int status_ = 0;
  bool reaped_ = false;
};

// `rehearse run --out <scratch>/run ARGUMENTS`.
Rehearsal run(const Scratch&, std::vector<std::string> arguments, std::vector<std::string> environment = {});

// What a run uses outside its folder (temporary files, locks), in the scratch folder instead of the
// machine's.
class Outside {
 public:
  explicit Outside(const Scratch&);
  std::vector<std::string> environment() const;
  std::vector<fs::path> left() const;  // files in it

 private:
  fs::path temporary_, runtime_;
};

// `rehearse heal [RUN]`; its exit code.
int heal(const Scratch&, const std::string& run = "", std::vector<std::string> environment = {});

// True as soon as it is done; false after `limit`.
bool until(std::chrono::milliseconds limit, const std::function<bool()>& done);

// Processes of that run (of its folder), by what their environment says: the chain's and Cosmovisor's.
std::vector<int> processes_of(const fs::path& folder);
// True as soon as none is left; false after ten seconds.
bool none_left(const fs::path& folder);

fs::path project();                            // the source folder
fs::path published(const std::string& release);  // the archive of a fixture release
std::string read(const fs::path&);

}  // namespace rehearse::localnet
