// Requests to many nodes at once, answered through the loop (libcurl multi). Connections are kept and reused.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "localnet/loop.h"

namespace rehearse {

struct HttpRequest {
  std::string url;
  std::string body;  // non-empty: POST, as JSON
  std::vector<std::string> headers;
  std::chrono::milliseconds timeout{3000};
};

struct HttpResponse {
  int status = 0;     // 0: no answer
  std::string body;
  std::string error;  // why there is no answer: "127.0.0.1:26657: connection refused"
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
