// What unit tests put in place of the outside: a folder of their own, programs of a line, nodes that answer
// from memory.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "localnet/base/error.h"
#include "localnet/http/http.h"
#include "localnet/process/loop.h"
#include "localnet/base/json.h"

namespace rehearse::made {

class TempFolder {
 public:
  TempFolder() {
    auto name = (std::filesystem::temp_directory_path() / "rehearse-unit.XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TempFolder() { std::filesystem::remove_all(path_); }
  TempFolder(const TempFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  std::filesystem::path write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
    return path_ / name;
  }
  // A shell script that can be executed.
  std::filesystem::path script(const std::string& name, const std::string& body) const {
    const auto file = write(name, "#!/bin/sh\n" + body);
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    return file;
  }

 private:
  std::filesystem::path path_;
};

// The message of the Error that `work` has to throw.
template <class Work>
std::string trouble_of(Work work, Blame blame = Blame::scenario) {
  try {
    work();
  } catch (const Error& e) {
    EXPECT_EQ(e.blame, blame) << e.what();
    return e.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return "";
}

// False when it did not come true in a time that no working machine needs.
inline bool run_until(Loop& loop, const std::function<bool()>& done) {
  const auto end = Loop::Clock::now() + std::chrono::seconds(20);
  while (!done() && Loop::Clock::now() < end) loop.run_one(std::chrono::milliseconds(20));
  return done();
}

// A transport without a network: requests lie in `open` until the test answers them.
class FakeHttp : public Http {
 public:
  struct Open {
    HttpRequest request;
    OnAnswer on_answer;
  };
  std::deque<Open> open;
  std::vector<HttpRequest> sent;  // all that was ever asked

  void send(HttpRequest request, OnAnswer on_answer) override {
    sent.push_back(request);
    open.push_back({std::move(request), std::move(on_answer)});
  }

  // Answers the oldest request.
  void answer(const HttpResponse& response) {
    ASSERT_FALSE(open.empty());
    const auto asked = std::move(open.front());
    open.pop_front();
    asked.on_answer(response);
  }
  void answer(int status, const nlohmann::json& body) { answer({status, body.dump(), ""}); }
  void answer(int status, const char* body) { answer({status, body, ""}); }
  void refuse() { answer({0, "", open.empty() ? "" : open.front().request.url + ": connection refused"}); }
};

// What a node's RPC wraps an answer in.
inline nlohmann::json rpc_result(const nlohmann::json& result) {
  return {{"jsonrpc", "2.0"}, {"id", 0}, {"result", result}};
}
inline nlohmann::json rpc_error(const std::string& message, const std::string& data = "") {
  nlohmann::json error = {{"code", -32603}, {"message", message}};
  if (!data.empty()) error["data"] = data;
  return {{"jsonrpc", "2.0"}, {"id", 0}, {"error", error}};
}

// The answer to the one request for a node's head.
inline nlohmann::json head_answer(std::int64_t store_height, std::int64_t app_height,
                                  const std::string& version = "v1.0.0") {
  const nlohmann::json status = {{"sync_info",
                                  {{"latest_block_height", std::to_string(store_height)},
                                   {"latest_block_hash", "B" + std::to_string(store_height)},
                                   {"catching_up", false}}}};
  const nlohmann::json info = {{"response",
                                {{"last_block_height", std::to_string(app_height)},
                                 {"last_block_app_hash", "3q2+7w=="},
                                 {"version", version}}}};
  return nlohmann::json::array({rpc_result(status), rpc_result(info)});
}

inline nlohmann::json commit_of(std::int64_t height) {
  return {{"signed_header",
           {{"header",
             {{"height", std::to_string(height)},
              {"app_hash", "AB"},
              {"time", "2026-11-24T14:27:29.123456789Z"},
              {"proposer_address", "C0FFEE"}}},
            {"commit",
             {{"round", 1},
              {"block_id", {{"hash", "B" + std::to_string(height)}}},
              {"signatures",
               {{{"validator_address", "C0FFEE"}, {"block_id_flag", 2}},
                {{"validator_address", ""}, {"block_id_flag", 1}}}}}}}}};
}

}  // namespace rehearse::made
