// Offers counted things to Prometheus at http://ADDRESS:PORT/metrics, by threads of its own.
//
//   const Exposer exposer("9477", registry);   http://127.0.0.1:9477/metrics
#pragma once

#include <memory>
#include <string>

// Its headers cost seconds of compiler.
namespace prometheus {
class Collectable;
}

namespace rehearse {

// One at a time in a process. Its threads take no signals; a process that is forked meanwhile has neither them nor their sockets.
class Exposer {
 public:
  // `address`: PORT or ADDRESS:PORT, an IPv4 address, 127.0.0.1 where there is none; of port 0 any that is free. Throws
  // Error(Blame::scenario) for another text, and Error(Blame::machine) where it cannot be listened on.
  Exposer(const std::string& address, const std::shared_ptr<prometheus::Collectable>&);
  ~Exposer();  // waits for those who are being answered
  Exposer(const Exposer&) = delete;

  std::string url() const;

 private:
  struct Server;
  std::unique_ptr<Server> server_;
};

}  // namespace rehearse
