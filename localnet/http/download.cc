#include "localnet/http/download.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>

#include "localnet/base/sha256.h"
#include "localnet/base/log.h"
#include "localnet/base/fd.h"

namespace rehearse {

namespace fs = std::filesystem;

namespace {

constexpr int kMostAttempts = 20;

// One file on its way. Lives in the handlers of its requests.
class FileTransfer : public std::enable_shared_from_this<FileTransfer> {
 public:
  FileTransfer(Http& http, Download d, OnDownloaded on_done)
      : http_(http), d_(std::move(d)), on_done_(std::move(on_done)) {}
  ~FileTransfer() { discard(); }

  void begin() {
    std::error_code error;
    fs::create_directories(d_.file.parent_path(), error);
    part_ = d_.file.string() + ".part-XXXXXX";  // of our own: another process may fetch the same
    fd_ = Fd(::mkostemp(part_.data(), O_CLOEXEC));
    if (!fd_) {
      part_.clear();
      return end(unwritable());
    }
    log_info(fmt::format("{}: download begins", d_.url));
    request();
  }

 private:
  void request() {
    ++attempts_;
    HttpRequest r{d_.url};
    r.timeout = std::chrono::milliseconds(0);
    r.redirects = kMostRedirects;
    r.ca_file = d_.ca_file;
    if (size_ > 0) {
      r.headers = {fmt::format("Range: bytes={}-", size_)};
      if (!etag_.empty()) r.headers.push_back("If-Range: " + etag_);
    }
    r.on_body = [self = shared_from_this()](const HttpResponse& so_far, std::string_view piece) {
      return self->take(so_far, piece);
    };
    http_.send(std::move(r), [self = shared_from_this()](HttpResponse a) { self->ended(a); });
  }

  bool take(const HttpResponse& so_far, std::string_view piece) {
    if (so_far.status != 200 && so_far.status != 206) return true;  // the page of an error
    if (!taking_ && !start(so_far)) return false;
    digest_.update(piece.data(), piece.size());
    size_ += static_cast<std::int64_t>(piece.size());
    while (!piece.empty()) {
      const auto written = ::write(fd_.get(), piece.data(), piece.size());
      if (written < 0 && errno != EINTR) return trouble_ = unwritable(), false;
      if (written > 0) piece.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
  }

  // The first bytes of an answer: the rest of what we have, or all of it again.
  bool start(const HttpResponse& so_far) {
    taking_ = true;
    const auto header = [&](const char* name) {
      const auto found = so_far.headers.find(name);
      return found == so_far.headers.end() ? std::string() : found->second;
    };
    etag_ = header("etag");
    if (so_far.status == 206) {
      if (header("content-range").starts_with(fmt::format("bytes {}-", size_))) return true;
      trouble_ =
          failed(fmt::format("asked for the bytes from {} on, it gave `{}`", size_, header("content-range")));
      return false;
    }
    if (::ftruncate(fd_.get(), 0) != 0 || ::lseek(fd_.get(), 0, SEEK_SET) != 0) return trouble_ = unwritable(), false;
    digest_ = Sha256Stream();
    size_ = 0;
    return true;
  }

  void ended(const HttpResponse& a) {
    if (trouble_) return end(std::move(trouble_));
    if (!a.error.empty()) {
      if (std::exchange(taking_, false) && attempts_ < kMostAttempts) {
        log_info(fmt::format("{}; goes on from byte {}, attempt {} of {}", a.error, size_, attempts_ + 1, kMostAttempts));
        return request();
      }
      return end(failed(a.error));
    }
    if (a.status != 200 && a.status != 206) return end(failed(fmt::format("it answers {}", a.status)));
    const auto found = to_hex(digest_.digest());
    std::transform(d_.sha256.begin(), d_.sha256.end(), d_.sha256.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (found != d_.sha256)
      return end(Error(Blame::release, fmt::format("{}: sha256 is {}, expected {}", d_.url, found, d_.sha256),
                       Trouble::checksum_mismatch));
    if (::rename(part_.c_str(), d_.file.c_str()) != 0) return end(unwritable());
    part_.clear();
    end(std::nullopt);
  }

  Error failed(const std::string& why) const {
    return Error(Blame::machine, why.starts_with(d_.url) ? why : d_.url + ": " + why, Trouble::download_failed);
  }
  Error unwritable() const {
    return Error(Blame::machine,
                 fmt::format("{}: cannot be written: {}", d_.file.string(), std::strerror(errno)));
  }
  void discard() {
    fd_.reset();
    if (!part_.empty()) ::unlink(part_.c_str());
    part_.clear();
  }
  void end(std::optional<Error> trouble) {
    discard();
    log_info(fmt::format("{}: {}", d_.url, trouble ? trouble->what() : fmt::format("downloaded, {} bytes", size_)));
    on_done_(std::move(trouble));
  }

  Http& http_;
  Download d_;
  OnDownloaded on_done_;
  std::string part_;
  Fd fd_;
  Sha256Stream digest_;
  std::int64_t size_ = 0;  // bytes that we have
  std::string etag_;       // of what we have a part of
  bool taking_ = false;    // bytes of this answer came
  int attempts_ = 0;
  std::optional<Error> trouble_;
};

}  // namespace

void download(Http& http, Download d, OnDownloaded on_done) {
  std::make_shared<FileTransfer>(http, std::move(d), std::move(on_done))->begin();
}

}  // namespace rehearse
