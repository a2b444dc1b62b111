// Faults of the host that releases are downloaded from. A node meets them that downloads while they last.
#include "localnet/release_server.h"

#include <fmt/format.h>

#include "harness/faults/kinds.h"

namespace rehearse {

namespace {

class ServerFault : public Fault {
 public:
  ServerFault(Rehearsal& r, const Injection& i) : server_(*r.release_server), kind_(i.kind), options_(i.options) {}
  void inject() override { server_.misbehave(trouble()); }
  std::string applied() override { return server_.met() ? fmt::format("{} requests have met it", server_.met()) : ""; }
  void heal() override { server_.misbehave({}); }
  std::string healed() override { return "it serves as it should"; }

 private:
  ReleaseServerTrouble trouble() const {
    ReleaseServerTrouble t;
    if (kind_ == "server-down") t.turns_away = true;
    if (kind_ == "server-slow") t.rate = std::stoll(options_.at("rate"));
    if (kind_ == "server-cuts-off") t.cut_after = std::stoll(options_.at("after"));
    if (kind_ == "server-redirects") t.redirect_to = "/nowhere/virtengine_linux_amd64.tar.gz";
    return t;
  }
  ReleaseServer& server_;
  const std::string kind_;
  const std::map<std::string, std::string> options_;
};

}  // namespace

std::vector<FaultKind> server_kinds() {
  return {
      {"server-down", "the release server closes every connection", ActsOn::network, false, {}, {}, make_one<ServerFault>},
      {"server-slow", "a download takes long", ActsOn::network, false, {{"rate", "5000000", "bytes a second", is_count}}, {}, make_one<ServerFault>},
      {"server-cuts-off", "a download ends in the middle", ActsOn::network, false, {{"after", "1000000", "bytes", is_count}}, {}, make_one<ServerFault>},
      {"server-redirects", "the release is said to lie where there is none", ActsOn::network, false, {}, {}, make_one<ServerFault>},
  };
}

}  // namespace rehearse
