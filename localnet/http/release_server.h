// Where releases are published: a server on loopback that answers as a real release host does. HTTP, and
// HTTPS with a certificate of its own; a release's address redirects to where the bytes are; byte ranges, so
// that a download that was cut off can go on.
//
//   ReleaseServer server(loop, "127.7.41.254", folder);
//   server.publish("v2.0.0", "dist/virtengine_linux_amd64.tar.gz");
//   server.url("v2.0.0", "virtengine_linux_amd64.tar.gz")
//   "https://127.7.41.254:40123/v2.0.0/virtengine_linux_amd64.tar.gz"
//
// It runs on the loop and answers whenever somebody waits.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <string>

#include "localnet/process/loop.h"

namespace rehearse {

// How a release host can be bad. What is asked from now on meets it.
struct ReleaseServerTrouble {
  std::int64_t cut_after =
      std::numeric_limits<std::int64_t>::max();  // bytes of an answer's body; then it hangs up
  std::string redirect_to;                       // a path or a URL, instead of where the bytes are
  bool turns_away = false;                       // every connection is closed at once
  std::int64_t rate = 0;                         // bytes a second; 0: as fast as it can
};

class ReleaseServer {
 public:
  // Listens on `ip`, on ports that are free. In `folder`: ca.pem, and access.log with a line for each
  // request: method, path, status, agent. Throws Error(Blame::machine).
  ReleaseServer(Loop&, const std::string& ip, const std::filesystem::path& folder);
  ~ReleaseServer();

  // Serves that file, as it will be when it is asked for, as /<tag>/<its name>.
  void publish(const std::string& tag, const std::filesystem::path& file);

  std::string url(const std::string& tag, const std::string& file) const;        // https
  std::string plain_url(const std::string& tag, const std::string& file) const;  // http
  // What clients of https have to trust, as `curl --cacert`.
  std::filesystem::path ca_file() const;

  void misbehave(ReleaseServerTrouble);
  // Requests and connections that have met the present trouble.
  int met() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace rehearse
