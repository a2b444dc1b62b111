// A certificate for a server on loopback, made at run time: it is its own authority, and valid for a day.
#pragma once

#include <string>

namespace rehearse {

struct Certificate {
  std::string pem;      // what clients take as authority
  std::string key_pem;  // private: it stays in memory
};

// For the server at that IP address. Throws Error(Blame::machine).
Certificate make_certificate(const std::string& ip);

}  // namespace rehearse
