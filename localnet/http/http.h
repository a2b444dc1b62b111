// Requests to many nodes at once, answered through the loop (libcurl multi). Connections are kept and reused.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "localnet/process/loop.h"

namespace rehearse {

struct HttpResponse {
  int status = 0;  // 0: no answer
  std::string body;
  std::string error;  // why there is no answer, or not all of it: "127.0.0.1:26657: connection refused"
  std::map<std::string, std::string> headers = {};  // names in lower case
};

struct HttpRequest {
  std::string url;
  std::string body = {};  // non-empty: POST, as JSON
  std::vector<std::string> headers = {};
  // Of the whole; 0: as long as it takes, while anything comes.
  std::chrono::milliseconds timeout{3000};
  // Followed at most; never from https to http.
  int redirects = 0;
  // Whom https servers have to be vouched for by; empty: the machine's authorities.
  std::filesystem::path ca_file = {};
  // Takes the body instead of HttpResponse::body, piece by piece, with the status and headers; false ends the
  // transfer.
  std::function<bool(const HttpResponse&, std::string_view piece)> on_body = {};
};

// The seam for tests: a transport that answers from memory.
class Http {
 public:
  using OnAnswer = std::function<void(HttpResponse)>;
  virtual ~Http() = default;
  // `on_answer` is called once, from the loop; not when this object is destroyed first.
  virtual void send(HttpRequest, OnAnswer) = 0;
};

std::unique_ptr<Http> make_http(Loop&);

}  // namespace rehearse
