#include "localnet/http/release_server.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <cctype>
#include <fstream>
#include <map>

#include "localnet/http/byte_range.h"
#include "localnet/http/certificate.h"
#include "localnet/base/error.h"
#include "localnet/process/loop_impl.h"
#include "localnet/base/fd.h"
#include "localnet/http/url.h"

namespace rehearse {

namespace fs = std::filesystem;
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::asio::ip::tcp;
using ErrorCode = boost::system::error_code;

namespace {

constexpr const char* kWhereTheBytesAre = "/objects";
constexpr std::chrono::seconds kPatience{30};  // with a client that says nothing

using Request = http::request<http::empty_body>;
using Head = http::response<http::empty_body>;

// An answer: its head, and which bytes of which file follow.
struct Answer {
  Head head;
  std::shared_ptr<Fd> file = nullptr;
  std::int64_t begin = 0, end = 0;
};

// Children do not inherit it: Asio leaves that to us.
void keep_to_us(int fd) { ::fcntl(fd, F_SETFD, FD_CLOEXEC); }

std::string text(beast::string_view view) { return {view.data(), view.size()}; }

Head head_of(const Request& request, http::status status) {
  Head head(status, request.version());
  head.keep_alive(request.keep_alive());
  head.set(http::field::server, "rehearse");
  head.content_length(0);
  return head;
}

// The bytes of `path` that are asked for.
Answer file_answer(const Request& request, const fs::path& path) {
  auto file = std::make_shared<Fd>(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat stat {};
  if (!*file || ::fstat(file->get(), &stat) != 0) return {head_of(request, http::status::not_found)};
  const auto etag = fmt::format("\"{:x}-{:x}-{:x}\"", stat.st_ino, stat.st_size,
                                stat.st_mtim.tv_sec * 1'000'000'000 + stat.st_mtim.tv_nsec);
  const auto if_range = request.find(http::field::if_range);
  const bool same = if_range == request.end() || text(if_range->value()) == etag;
  const auto range =
      same ? parse_range(text(request[http::field::range]), stat.st_size) : ByteRange{false, 0, stat.st_size};
  if (range.end < 0) {
    Answer none{head_of(request, http::status::range_not_satisfiable)};
    none.head.set(http::field::content_range, fmt::format("bytes */{}", stat.st_size));
    return none;
  }
  Answer a{head_of(request, range.partial ? http::status::partial_content : http::status::ok), file,
           range.begin, range.end};
  a.head.set(http::field::content_type, "application/octet-stream");
  a.head.set(http::field::accept_ranges, "bytes");
  a.head.set(http::field::etag, etag);
  a.head.content_length(static_cast<std::uint64_t>(range.end - range.begin));
  if (range.partial)
    a.head.set(http::field::content_range,
               fmt::format("bytes {}-{}/{}", range.begin, range.end - 1, stat.st_size));
  return a;
}

}  // namespace

struct ReleaseServer::Impl : std::enable_shared_from_this<Impl> {
  Impl(asio::io_context& context, const std::string& ip_, const fs::path& folder)
      : ip(ip_), log(folder / "access.log"), plain(context), secure(context) {}

  Answer answer(const Request&);
  template <class Serve>
  void accept(tcp::acceptor&, Serve);

  std::string ip;
  fs::path ca_file;
  fs::path log;
  asio::ssl::context tls{asio::ssl::context::tls_server};
  tcp::acceptor plain, secure;
  std::map<std::string, fs::path> files;  // by path
  ReleaseServerTrouble trouble;
  int met = 0;  // the trouble
};

Answer ReleaseServer::Impl::answer(const Request& request) {
  if (request.method() != http::verb::get && request.method() != http::verb::head) {
    Answer refused{head_of(request, http::status::method_not_allowed)};
    refused.head.set(http::field::allow, "GET, HEAD");
    return refused;
  }
  const auto path = path_of_target(text(request.target()));
  const std::string bytes = std::string(kWhereTheBytesAre) + "/";
  if (path.starts_with(bytes)) {
    const auto found = files.find(path.substr(bytes.size() - 1));
    if (found != files.end()) return file_answer(request, found->second);
  }
  if (!files.contains(path)) return {head_of(request, http::status::not_found)};
  if (!trouble.redirect_to.empty()) ++met;
  Answer elsewhere{head_of(request, http::status::found)};
  elsewhere.head.set(http::field::location,
                     trouble.redirect_to.empty() ? kWhereTheBytesAre + path : trouble.redirect_to);
  return elsewhere;
}

namespace {

// One connection, of TCP or TLS. The server may go before it.
template <class Stream, class Server>
class Session : public std::enable_shared_from_this<Session<Stream, Server>> {
 public:
  Session(Stream stream, std::weak_ptr<Server> server)
      : stream_(std::move(stream)), server_(std::move(server)), timer_(stream_.get_executor()) {}

  void start() {
    if constexpr (std::is_same_v<Stream, beast::tcp_stream>) {
      read();
    } else {
      socket().expires_after(kPatience);
      stream_.async_handshake(asio::ssl::stream_base::server,
                              [self = this->shared_from_this()](ErrorCode error) {
                                if (!error) self->read();
                              });
    }
  }

 private:
  beast::tcp_stream& socket() { return beast::get_lowest_layer(stream_); }

  void read() {
    request_ = {};
    socket().expires_after(kPatience);
    http::async_read(stream_, buffer_, request_,
                     [self = this->shared_from_this()](ErrorCode error, std::size_t) {
                       if (!error) self->reply();
                     });
  }

  void reply() {
    const auto server = server_.lock();
    if (!server) return;
    answer_ = server->answer(request_);
    std::ofstream(server->log, std::ios::app)
        << request_.method_string() << " " << request_.target() << " " << answer_.head.result_int() << " "
        << request_[http::field::user_agent] << "\n";
    if (request_.method() == http::verb::head) answer_.end = answer_.begin;
    cut_at_ = server->trouble.cut_after < answer_.end - answer_.begin
                  ? answer_.begin + server->trouble.cut_after
                  : -1;
    rate_ = server->trouble.rate;
    if (cut_at_ >= 0 || (rate_ && answer_.end > answer_.begin)) ++server->met;
    http::async_write(stream_, answer_.head, [self = this->shared_from_this()](ErrorCode error, std::size_t) {
      if (!error) self->write_piece();
    });
  }

  void write_piece() {
    if (answer_.begin == cut_at_) return socket().close();
    const auto end = cut_at_ >= 0 ? cut_at_ : answer_.end;
    if (answer_.begin == end) return request_.keep_alive() ? read() : socket().close();
    const std::int64_t most = rate_ ? std::max<std::int64_t>(rate_ / kPiecesASecond, 1) : 1 << 18;
    piece_.resize(static_cast<std::size_t>(std::min<std::int64_t>(end - answer_.begin, most)));
    const auto got = ::pread(answer_.file->get(), piece_.data(), piece_.size(), answer_.begin);
    if (got <= 0) return socket().close();  // it has become shorter meanwhile
    answer_.begin += got;
    socket().expires_after(kPatience);
    asio::async_write(stream_, asio::buffer(piece_.data(), static_cast<std::size_t>(got)),
                      [self = this->shared_from_this()](ErrorCode error, std::size_t) {
                        if (!error) self->rate_ ? self->pause() : self->write_piece();
                      });
  }

  void pause() {
    timer_.expires_after(std::chrono::milliseconds(1000 / kPiecesASecond));
    timer_.async_wait([self = this->shared_from_this()](ErrorCode error) {
      if (!error) self->write_piece();
    });
  }

  static constexpr int kPiecesASecond = 10;

  Stream stream_;
  std::weak_ptr<Server> server_;
  beast::flat_buffer buffer_;
  Request request_;
  Answer answer_;
  std::int64_t cut_at_ = -1, rate_ = 0;
  asio::steady_timer timer_;
  std::string piece_;
};

void listen(tcp::acceptor& acceptor, const std::string& ip) {
  const tcp::endpoint where(asio::ip::make_address(ip), 0);
  acceptor.open(where.protocol());
  keep_to_us(acceptor.native_handle());
  acceptor.bind(where);
  acceptor.listen();
}

}  // namespace

template <class Serve>
void ReleaseServer::Impl::accept(tcp::acceptor& acceptor, Serve serve) {
  acceptor.async_accept([weak = weak_from_this(), &acceptor, serve](ErrorCode error, tcp::socket socket) {
    const auto self = weak.lock();
    if (!self || error == asio::error::operation_aborted) return;
    if (!error) {
      keep_to_us(socket.native_handle());
      ErrorCode ignored;
      socket.set_option(tcp::no_delay(true), ignored);  // a head is not to wait for its body
      if (self->trouble.turns_away)
        ++self->met;  // and it is closed
      else
        serve(*self, beast::tcp_stream(std::move(socket)));
    }
    self->accept(acceptor, serve);
  });
}

ReleaseServer::ReleaseServer(Loop& loop, const std::string& ip, const fs::path& folder) {
  try {
    fs::create_directories(folder);
    impl_ = std::make_shared<Impl>(loop.impl().context, ip, folder);
    impl_->ca_file = folder / "ca.pem";
    const auto certificate = make_certificate(ip);
    std::ofstream ca(impl_->ca_file);
    if (!(ca << certificate.pem).flush())
      throw Error(Blame::machine, impl_->ca_file.string() + ": cannot be written");
    impl_->tls.use_certificate_chain(asio::buffer(certificate.pem));
    impl_->tls.use_private_key(asio::buffer(certificate.key_pem), asio::ssl::context::pem);
    listen(impl_->plain, ip);
    listen(impl_->secure, ip);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& e) {  // of Asio and of the file system
    throw Error(Blame::machine, fmt::format("the release server cannot be started on {}: {}", ip, e.what()));
  }
  impl_->accept(impl_->plain, [](Impl& self, beast::tcp_stream stream) {
    std::make_shared<Session<beast::tcp_stream, Impl>>(std::move(stream), self.weak_from_this())->start();
  });
  impl_->accept(impl_->secure, [](Impl& self, beast::tcp_stream stream) {
    using Tls = beast::ssl_stream<beast::tcp_stream>;
    std::make_shared<Session<Tls, Impl>>(Tls(std::move(stream), self.tls), self.weak_from_this())->start();
  });
}

ReleaseServer::~ReleaseServer() = default;

void ReleaseServer::publish(const std::string& tag, const fs::path& file) {
  impl_->files["/" + path_part(tag) + "/" + path_part(file.filename().string())] = file;
}

std::string ReleaseServer::url(const std::string& tag, const std::string& file) const {
  return fmt::format("https://{}:{}/{}/{}", impl_->ip, impl_->secure.local_endpoint().port(), path_part(tag),
                     path_part(file));
}

std::string ReleaseServer::plain_url(const std::string& tag, const std::string& file) const {
  return fmt::format("http://{}:{}/{}/{}", impl_->ip, impl_->plain.local_endpoint().port(), path_part(tag),
                     path_part(file));
}

fs::path ReleaseServer::ca_file() const { return impl_->ca_file; }

void ReleaseServer::misbehave(ReleaseServerTrouble trouble) {
  impl_->trouble = std::move(trouble);
  impl_->met = 0;
}

int ReleaseServer::met() const { return impl_->met; }

}  // namespace rehearse
