// Releases given by URL, and what the run's own release server saw.
#include <atomic>
#include <sstream>
#include <thread>

#include "localnet/http/release_server.h"
#include "localnet/base/sha256.h"
#include "tests/localnet/rehearsal.h"

namespace rehearse::localnet {
namespace {

// A release host that somebody else runs. On a thread of its own: the test waits for another process
// meanwhile.
class Host {
 public:
  explicit Host(const fs::path& folder) : server_(loop_, "127.0.0.1", folder) {
    server_.publish("v2.0.0", archive_);
    thread_ = std::thread([this] {
      while (!ended_) loop_.run_one(std::chrono::milliseconds(20));
    });
  }
  ~Host() {
    ended_ = true;
    thread_.join();
  }
  std::string url(const std::string& sha256) const {
    return server_.plain_url("v2.0.0", archive_.filename()) + "?checksum=sha256:" + sha256;
  }
  std::string good() const { return sha256_file(archive_); }
  std::string archive() const { return archive_.filename(); }

 private:
  fs::path archive_ = published("v2.0.0");
  Loop loop_;
  ReleaseServer server_;
  std::atomic<bool> ended_ = false;
  std::thread thread_;
};

std::vector<std::string> lines_of(const fs::path& file) {
  std::istringstream in(read(file));
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

TEST(RemoteRelease, IsFetchedAndRehearsed) {
  Scratch scratch;
  Host host(scratch / "host");
  // No manifest announces what it changes.
  const auto scenario = scratch.write("remote.yaml", read(project() / "scenarios/chain-upgrade.yaml") + R"(
changes:
  parameters: [veid.max_records_per_owner, veid.min_score]
  queries: [/cosmos.epochs.v1beta1.Query, /cosmos/epochs/v1beta1]
)");
  auto r = run(scratch, {scenario, "--release", "to=v2.0.0=" + host.url(host.good())});
  EXPECT_EQ(r.wait(), 0) << r.output();
  // From the run's own server only the harness downloads, as the runbook says; Cosmovisor has its binary
  // already.
  const auto archive = host.archive();
  const auto at = "/" + archive + "/";
  EXPECT_EQ(lines_of(r.folder() / "release-server/access.log"),
            (std::vector<std::string>{
                "GET " + at + "SHA256SUMS 302 rehearse", "GET /objects" + at + "SHA256SUMS 200 rehearse",
                "GET " + at + archive + " 302 rehearse", "GET /objects" + at + archive + " 200 rehearse"}));
}

TEST(RemoteRelease, IsFetchedOncePerContent) {
  Scratch scratch;
  Host host(scratch / "host");
  fs::remove_all(project() / ".cache/store/downloads" / host.good());
  auto r = run(scratch,
               {"--release", "from=" + host.url(host.good()), "--release", "to=" + host.url(host.good()), "--profile", "virtengine"});
  EXPECT_EQ(r.wait(), 1) << r.output();
  EXPECT_EQ(r.cause(), "same-version") << r.output();
  EXPECT_EQ(lines_of(scratch / "host/access.log"),
            (std::vector<std::string>{"GET /v2.0.0/" + host.archive() + " 302 rehearse",
                                      "GET /objects/v2.0.0/" + host.archive() + " 200 rehearse"}));
}

TEST(RemoteRelease, WithAnotherChecksumIsRefused) {
  Scratch scratch;
  Host host(scratch / "host");
  auto r = run(scratch, {"--release", "to=" + host.url(std::string(64, '0'))});
  EXPECT_EQ(r.wait(), 1) << r.output();
  EXPECT_EQ(r.cause(), "checksum-mismatch") << r.output();
  EXPECT_TRUE(r.said("sha256 is " + host.good() + ", expected 000"));
  EXPECT_TRUE(none_left(r.folder()));
}

TEST(RemoteRelease, ThatIsNotThereSaysNothingAboutTheRelease) {
  Scratch scratch;
  Host host(scratch / "host");
  auto url = host.url(std::string(64, '1'));
  url.replace(url.find("/v2.0.0/"), 8, "/v9.9.9/");
  auto r = run(scratch, {"--release", "to=" + url});
  EXPECT_EQ(r.wait(), 3) << r.output();
  EXPECT_EQ(r.cause(), "download-failed") << r.output();
}

TEST(RemoteRelease, NeedsAChecksum) {
  Scratch scratch;
  auto r = run(scratch, {"--release", "to=http://127.0.0.1:1/virtengine.tar.gz"});
  EXPECT_EQ(r.wait(), 2) << r.output();
  EXPECT_TRUE(r.said("a URL needs the checksum of what it gives")) << r.output();
}

}  // namespace
}  // namespace rehearse::localnet
