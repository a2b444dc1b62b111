// A certificate for a server on loopback, made at run time: it is its own authority.
#pragma once

#include <chrono>
#include <string>

namespace rehearse {

struct Certificate {
  std::string pem;      // what clients take as authority
  std::string key_pem;  // private: it stays in memory
};

// For the server at that IP address, valid until so long from now; before now: it has expired. Throws Error(Blame::machine).
Certificate make_certificate(const std::string& ip, std::chrono::seconds valid = std::chrono::hours(25));

}  // namespace rehearse
