#include "reports/files.h"

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>

#include <sys/stat.h>
#include <unistd.h>

namespace rehearse::reports {

namespace {

[[noreturn]] void throw_errno(const char* did, const std::filesystem::path& path) {
  throw std::system_error(errno, std::generic_category(), std::string(did) + " " + path.string());
}

// Owns the temporary file until it is renamed: closes it, and removes what is still there.
struct Temporary {
  std::string name;
  int fd = -1;
  ~Temporary() {
    if (fd >= 0) ::close(fd);
    if (!name.empty()) ::unlink(name.c_str());
  }
};

}  // namespace

void write_atomically(const std::filesystem::path& path, std::string_view text) {
  // Unique, because two renderers may write the same report at once.
  Temporary temporary{path.string() + ".XXXXXX"};
  temporary.fd = ::mkstemp(temporary.name.data());
  if (temporary.fd < 0) {
    temporary.name.clear();
    throw_errno("cannot create", path);
  }
  // mkstemp makes it private; a report is read by others (a CI agent, a web server).
  if (::fchmod(temporary.fd, 0644) != 0) throw_errno("cannot write", path);
  while (!text.empty()) {
    const ssize_t written = ::write(temporary.fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw_errno("cannot write", path);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  const int fd = temporary.fd;
  temporary.fd = -1;
  if (::close(fd) != 0) throw_errno("cannot write", path);
  if (::rename(temporary.name.c_str(), path.c_str()) != 0) throw_errno("cannot replace", path);
  temporary.name.clear();
}

}  // namespace rehearse::reports
