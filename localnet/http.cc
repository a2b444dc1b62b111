#include "localnet/http.h"

#include <curl/curl.h>

#include <map>

#include "localnet/error.h"

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
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(t->request.timeout.count()));
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, t->error);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &CurlHttp::on_data);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, t.get());
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
    auto& body = static_cast<Transfer*>(user)->response.body;
    if (body.size() + size * count > kLargestBody) return 0;
    body.append(data, size * count);
    return size * count;
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
    if (code == CURLE_OK) {
      long status = 0;
      curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
      t.response.status = static_cast<int>(status);
    } else {
      t.response.error = t.request.url + ": " + (t.error[0] ? t.error : curl_easy_strerror(code));
    }
    t.on_answer(std::move(t.response));
  }

  Loop& loop_;
  CURLM* multi_;
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
