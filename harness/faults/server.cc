// Faults of the host that releases are downloaded from. A node meets them that downloads while they last.
#include "localnet/http/release_server.h"

#include <fmt/format.h>

#include <optional>

#include "harness/faults/files.h"
#include "harness/faults/kinds.h"
#include "localnet/artifact/archive_writer.h"
#include "localnet/cosmos/node_home.h"
#include "localnet/base/text.h"

namespace rehearse {

namespace fs = std::filesystem;

namespace {

class ServerFault : public Fault {
 public:
  ServerFault(Rehearsal& r, const Injection& i)
      : r_(r), server_(*r.subject().release_server), id_(i.id), kind_(i.kind), options_(i.options) {}
  void inject() override { server_.misbehave(trouble()); }
  std::string applied() override { return server_.met() ? fmt::format("{} requests have met it", server_.met()) : ""; }
  void heal() override { server_.misbehave({}); }
  std::string healed() override {
    if (kind_ != "server-escapes") return "it serves as it should";
    const auto found = escaped();
    if (!found) return "";
    if (!found->empty()) throw Error(Blame::release, "the archive has written " + *found);
    return "it serves as it should; nothing was written outside of the archive's folder";
  }

 private:
  static constexpr const char* kEscaped = "escaped-from-the-archive";

  ReleaseServerTrouble trouble() const {
    ReleaseServerTrouble t;
    if (kind_ == "server-down") t.turns_away = true;
    if (kind_ == "server-slow") t.rate = std::stoll(options_.at("rate"));
    if (kind_ == "server-cuts-off") t.cut_after = std::stoll(options_.at("after"));
    if (kind_ == "server-redirects") t.redirect_to = "/nowhere/" + r_.to().archive.filename().string();
    if (kind_ == "server-alters" || kind_ == "server-escapes") t.redirect_to = publish_other();
    return t;
  }

  // Another file of the same name; where it is.
  std::string publish_other() const {
    const auto file = r_.folder() / "faults" / id_ / r_.to().archive.filename();
    fs::create_directories(file.parent_path());
    if (kind_ == "server-escapes") {
      write_archive(file, {{std::string("../../../../") + kEscaped, "out"}, {"bin/" + r_.profile().chain.binary, "no program"}});
    } else {
      write_file(file, flipped_in_the_middle(read_file(r_.to().archive)));
    }
    server_.publish("other-" + id_, file);
    return "/objects/other-" + id_ + "/" + file.filename().string();
  }

  // What an archive with paths that lead out of it has written in the run's folder; empty: nothing. No value: a folder went
  // away meanwhile, and not everything was looked at.
  std::optional<std::string> escaped() const {
    std::error_code gone;
    fs::recursive_directory_iterator entry(r_.folder(), fs::directory_options::skip_permission_denied, gone);
    for (; entry != fs::recursive_directory_iterator(); entry.increment(gone))
      if (entry->path().filename() == kEscaped) return entry->path().string();
    return gone ? std::nullopt : std::optional<std::string>("");
  }

  Rehearsal& r_;
  ReleaseServer& server_;
  const std::string id_, kind_;
  const std::map<std::string, std::string> options_;
};

}  // namespace

std::vector<FaultKind> server_kinds() {
  return {
      {"server-down", "the release server closes every connection", ActsOn::network, false, {}, {}, make_one<ServerFault>},
      {"server-slow", "a download takes long", ActsOn::network, false, {{"rate", "5000000", "bytes a second", is_count}}, {}, make_one<ServerFault>},
      {"server-cuts-off", "a download ends in the middle", ActsOn::network, false, {{"after", "1000000", "bytes", is_count}}, {}, make_one<ServerFault>},
      {"server-redirects", "the release is said to lie where there is none", ActsOn::network, false, {}, {}, make_one<ServerFault>},
      {"server-alters", "bytes of the release are others", ActsOn::network, false, {}, {Cause::checksum_mismatch}, make_one<ServerFault>},
      {"server-escapes", "the release is an archive with a path that leads out of it", ActsOn::network, false, {}, {Cause::checksum_mismatch},
       make_one<ServerFault>},
  };
}

}  // namespace rehearse
