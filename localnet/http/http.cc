#include "localnet/http/http.h"

#include <curl/curl.h>
#include <fcntl.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <map>

#include "localnet/base/error.h"
#include "localnet/base/log.h"

namespace rehearse {

namespace {

struct Transfer {
  CURL* easy = curl_easy_init();
  curl_slist* headers = nullptr;
  HttpRequest request;
  HttpResponse response;
  Http::OnAnswer on_answer;
  char error[CURL_ERROR_SIZE] = "";
  ~Transfer() {
    curl_slist_free_all(headers);
    curl_easy_cleanup(easy);
  }
};

// Loopback is never asked through a proxy; for the rest the user's environment decides.
std::string not_proxied() {
  const char* users = std::getenv("no_proxy");
  return std::string("127.0.0.0/8,localhost") + (users ? std::string(",") + users : "");
}

void set_limits(CURL* easy, const HttpRequest& r) {
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(r.timeout.count()));
  if (r.timeout.count() > 0) return;
  constexpr long kSilence = 30;  // seconds
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, kSilence);
  constexpr long kLeast = 1000;  // bytes a second: a release is tens of megabytes
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, kLeast);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, kSilence);
}

void set_trust(CURL* easy, const HttpRequest& r) {
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, r.url.starts_with("https:") ? "https" : "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, r.redirects > 0 ? 1L : 0L);
  curl_easy_setopt(easy, CURLOPT_MAXREDIRS, static_cast<long>(r.redirects));
  if (!r.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, r.ca_file.c_str());
}

class CurlHttp : public Http {
 public:
  explicit CurlHttp(Loop& loop) : loop_(loop), multi_(curl_multi_init()) {
    curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &CurlHttp::on_socket);
    curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &CurlHttp::on_timer);
    curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  }

  ~CurlHttp() override {
    for (auto& [easy, transfer] : transfers_) curl_multi_remove_handle(multi_, easy);
    transfers_.clear();
    // Closing kept connections calls on_socket once more.
    curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, nullptr);
    curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, nullptr);
    watches_.clear();
    curl_multi_cleanup(multi_);
  }

  void send(HttpRequest request, OnAnswer on_answer) override {
    auto t = std::make_unique<Transfer>();
    t->request = std::move(request);
    t->on_answer = std::move(on_answer);
    CURL* easy = t->easy;
    curl_easy_setopt(easy, CURLOPT_URL, t->request.url.c_str());
    set_limits(easy, t->request);
    set_trust(easy, t->request);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "rehearse");
    curl_easy_setopt(easy, CURLOPT_NOPROXY, not_proxied_.c_str());
    curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, &CurlHttp::on_opened);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, t->error);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &CurlHttp::on_data);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, t.get());
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &CurlHttp::on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, t.get());
    if (!t->request.body.empty()) {
      t->headers = curl_slist_append(t->headers, "Content-Type: application/json");
      curl_easy_setopt(easy, CURLOPT_POSTFIELDS, t->request.body.c_str());
    }
    for (const auto& h : t->request.headers) t->headers = curl_slist_append(t->headers, h.c_str());
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, t->headers);
    transfers_[easy] = std::move(t);
    curl_multi_add_handle(multi_, easy);
  }

 private:
  static size_t on_data(char* data, size_t size, size_t count, void* user) {
    constexpr std::size_t kLargestBody = 64u << 20;  // a node that streams without end is broken
    auto& t = *static_cast<Transfer*>(user);
    if (t.request.on_body) {
      t.response.status = status_of(t.easy);
      return t.request.on_body(t.response, {data, size * count}) ? size * count : 0;
    }
    auto& body = t.response.body;
    if (body.size() + size * count > kLargestBody) return 0;
    body.append(data, size * count);
    return size * count;
  }

  static size_t on_header(char* data, size_t size, size_t count, void* user) {
    std::string line(data, size * count);
    auto& headers = static_cast<Transfer*>(user)->response.headers;
    if (line.starts_with("HTTP/")) headers.clear();  // of the answer before, a redirect
    const auto colon = line.find(':');
    if (colon == std::string::npos) return size * count;
    std::transform(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(colon), line.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const auto first = line.find_first_not_of(" \t", colon + 1), last = line.find_last_not_of(" \t\r\n");
    headers[line.substr(0, colon)] = first <= last ? line.substr(first, last - first + 1) : "";
    return size * count;
  }

  static int on_opened(void*, curl_socket_t fd, curlsocktype) {
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);  // children do not inherit connections
    return CURL_SOCKOPT_OK;
  }

  static int status_of(CURL* easy) {
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    return static_cast<int>(status);
  }

  static int on_socket(CURL*, curl_socket_t fd, int what, void* user, void*) {
    static_cast<CurlHttp*>(user)->rewatch(fd, what);
    return 0;
  }

  static int on_timer(CURLM*, long milliseconds, void* user) {
    auto& self = *static_cast<CurlHttp*>(user);
    self.timer_.reset();
    if (milliseconds >= 0)
      self.timer_ = self.loop_.after(std::chrono::milliseconds(milliseconds),
                                     [&self] { self.act(CURL_SOCKET_TIMEOUT, 0); });
    return 0;
  }

  void rewatch(int fd, int what) {
    auto& watches = watches_[fd];
    watches.clear();
    if (what == CURL_POLL_REMOVE) {
      watches_.erase(fd);
      return;
    }
    if (what & CURL_POLL_IN)
      watches.push_back(loop_.watch(fd, Loop::Ready::readable, [this, fd] { act(fd, CURL_CSELECT_IN); }));
    if (what & CURL_POLL_OUT)
      watches.push_back(loop_.watch(fd, Loop::Ready::writable, [this, fd] { act(fd, CURL_CSELECT_OUT); }));
  }

  void act(curl_socket_t fd, int events) {
    int running = 0;
    curl_multi_socket_action(multi_, fd, events, &running);
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi_, &left))
      if (message->msg == CURLMSG_DONE) finish(message->easy_handle, message->data.result);
  }

  void finish(CURL* easy, CURLcode code) {
    auto node = transfers_.extract(easy);
    curl_multi_remove_handle(multi_, easy);
    auto& t = *node.mapped();
    t.response.status = code == CURLE_OK ? status_of(easy) : 0;
    if (code != CURLE_OK) {
      t.response.error = t.request.url + ": " + (t.error[0] ? t.error : curl_easy_strerror(code));
      log_debug(t.response.error);
    }
    t.on_answer(std::move(t.response));
  }

  Loop& loop_;
  CURLM* multi_;
  std::string not_proxied_ = not_proxied();
  std::map<CURL*, std::unique_ptr<Transfer>> transfers_;
  std::map<int, std::vector<Loop::Handle>> watches_;
  Loop::Handle timer_;
};

}  // namespace

std::unique_ptr<Http> make_http(Loop& loop) {
  static const bool ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  if (!ready) throw Error(Blame::machine, "libcurl cannot be initialised");
  return std::make_unique<CurlHttp>(loop);
}

}  // namespace rehearse
