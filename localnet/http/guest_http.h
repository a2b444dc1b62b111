// A transport for servers that somebody else needs: no more than so many requests a second to each host, and https ones have to be
// vouched for by whom its user names.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "localnet/http/http.h"
#include "localnet/process/loop.h"

namespace rehearse {

class GuestHttp : public Http {
 public:
  // Both outlive this. What comes too soon waits its turn, in its order; its time limit begins when it is sent. Empty `ca_file`: the
  // machine's authorities.
  GuestHttp(Loop&, Http&, double requests_a_second, std::filesystem::path ca_file = {});
  void send(HttpRequest, OnAnswer) override;

 private:
  Loop& loop_;
  Http& http_;
  const Loop::Clock::duration pause_;
  const std::filesystem::path ca_file_;
  std::map<std::string, Loop::Clock::time_point> next_;  // host and port -> from when on it may be asked again
  std::map<int, Loop::Handle> waiting_;
  int count_ = 0;
};

}  // namespace rehearse
