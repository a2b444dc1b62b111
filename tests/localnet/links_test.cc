// A real network whose nodes reach each other only through link proxies: what is cut stays cut, and comes back.
#include "localnet/inject/links.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>
#include <set>
#include <sstream>

#include "localnet/artifact/artifact.h"
#include "localnet/process/guard.h"
#include "localnet/network/network.h"
#include "localnet/process/proc.h"
#include "tests/localnet/rehearsal.h"

namespace rehearse::localnet {
namespace {

using namespace std::chrono_literals;

struct Heads : Sink {
  void process_ended(const std::string& node, const std::string&, const ExitStatus& status, const LastWords&) override {
    ADD_FAILURE() << node << " ended: " << to_string(status);
  }
  void head(const std::string& node, const Head& h) override { of[node] = h.store_height; }
  std::map<std::string, std::int64_t> of;
};

class LinkedNetwork : public ::testing::Test {
 protected:
  static constexpr const char* kCut = "validator-4";  // 10 % of the power

  LinkedNetwork() : profile_(load_profile(project() / "fixtures/profiles/virtengine.yaml")), http_(make_http(loop_)) {
    apply_masks(profile_);
    network_.emplace(loop_, *http_, heads_, profile_, addresses_, plan());
    const WaitFor wait = [this](const std::string& what, const std::function<bool()>& done) {
      if (!within(60s, done)) throw Error(Blame::machine, what + ": not after a minute");
    };
    network_->prepare(wait);
    network_->start();
    wait("the third block", [this] { return lowest({kCut}) >= 3 && heads_.of[kCut] >= 3; });
  }
  ~LinkedNetwork() override { network_->stop(); }

  NetworkPlan plan() {
    NetworkPlan p;
    p.folder = scratch_ / "run";
    p.run_id = fmt::format("links-{}", ::getpid());
    for (int i = 1; i <= 4; ++i)
      p.nodes.push_back({fmt::format("validator-{}", i), true, 10 * (5 - i), {}, {}, {}, SupervisorKind::bare});
    const auto release = project() / ".cache/fixtures/releases/releases/v1.0.0/virtengine_linux_amd64.tar.gz";
    p.binary = open_artifact(release, profile_.chain.binary, scratch_ / "store").binary;
    p.genesis_values = [] { return Values{{"voting_period", "2s"}, {"expedited_voting_period", "1s"}, {"inflation", "0.000000000000000000"}}; };
    p.links = true;
    return p;
  }

  bool within(std::chrono::milliseconds limit, const std::function<bool()>& done) {
    const auto end = Loop::Clock::now() + limit;
    while (!done()) {
      if (Loop::Clock::now() > end) return false;
      loop_.run_one(20ms);
    }
    return true;
  }
  // Of all nodes but one.
  std::int64_t lowest(const std::string& but) {
    std::int64_t height = std::numeric_limits<std::int64_t>::max();
    for (const auto* n : network_->all())
      if (n->identity().name != but) height = std::min(height, heads_.of[n->identity().name]);
    return height;
  }
  // Of the node that is cut, with each other one.
  int connections() {
    int count = 0;
    for (const auto* n : network_->all())
      if (n->identity().name != kCut) count += network_->links()->state(kCut, n->identity().name).connections;
    return count;
  }
  void set_all(const LinkCondition& condition) {
    for (const auto* n : network_->all())
      if (n->identity().name != kCut) network_->links()->set(kCut, n->identity().name, condition);
  }
  std::set<std::string> ips() const {
    std::set<std::string> all;
    for (const auto* n : network_->all()) all.insert(n->identity().ip);
    return all;
  }

  Scratch scratch_;
  Profile profile_;
  Loop loop_;
  std::unique_ptr<Http> http_;
  Heads heads_;
  AddressBlock addresses_ = AddressBlock::claim(runtime_dir());
  std::optional<Network> network_;
};

// An established connection to a p2p port, by the end that dialled.
struct Dialled {
  std::string to;
  bool by_us;  // the proxies are in this process
};

std::vector<Dialled> dialled() {
  std::set<std::string> ours;  // "socket:[INODE]"
  for (const auto& fd : fs::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    ours.insert(fs::read_symlink(fd.path(), gone).string());
  }
  std::vector<Dialled> found;
  std::ifstream table("/proc/net/tcp");
  std::string line, word;
  while (std::getline(table, line)) {
    std::istringstream words(line);
    std::vector<std::string> fields;
    while (words >> word) fields.push_back(word);
    if (fields.size() < 10 || fields[3] != "01") continue;  // established
    unsigned ip = 0, port = 0;
    if (std::sscanf(fields[2].c_str(), "%x:%x", &ip, &port) != 2 || port != p2p_port) continue;
    found.push_back({fmt::format("{}.{}.{}.{}", ip & 255, ip >> 8 & 255, ip >> 16 & 255, ip >> 24),
                     ours.count("socket:[" + fields[9] + "]") > 0});
  }
  return found;
}

TEST_F(LinkedNetwork, StaysCutAndCatchesUpOnceItIsHealed) {
  const auto past_a_proxy = [this] {
    int count = 0;
    for (const auto& d : dialled()) count += ips().count(d.to) > 0 && !d.by_us;
    return count;
  };
  const auto dialled_by_proxies = [this] {
    std::multiset<std::string> nodes;
    for (const auto& d : dialled())
      if (d.by_us && ips().count(d.to)) nodes.insert(d.to);
    return nodes.size();
  };
  EXPECT_EQ(connections(), 3);
  EXPECT_GE(dialled_by_proxies(), 6u) << "one for each pair";
  EXPECT_EQ(past_a_proxy(), 0);

  set_all({.refuse = true});
  const auto others = lowest(kCut), cut = heads_.of[kCut];
  ASSERT_TRUE(within(60s, [&] { return lowest(kCut) >= others + 15; })) << "9/10 of the power makes blocks";
  EXPECT_LE(heads_.of[kCut], cut + 1) << "a block may have been under way";
  EXPECT_EQ(connections(), 0);
  EXPECT_EQ(past_a_proxy(), 0);
  std::int64_t resets = 0, refused = 0;
  for (const char* other : {"validator-1", "validator-2", "validator-3"}) {
    const auto s = network_->links()->state(kCut, other);
    resets += s.resets;
    refused += s.refused;
  }
  EXPECT_EQ(resets, 3);
  EXPECT_GE(refused, 1) << "they dial again";

  set_all({});
  ASSERT_TRUE(within(60s, [&] { return heads_.of[kCut] >= lowest(kCut) - 1; })) << "it catches up";
  EXPECT_GT(connections(), 0);
  EXPECT_EQ(past_a_proxy(), 0);
}

TEST_F(LinkedNetwork, HearsNothingOneWayButIsHeard) {
  for (const auto* n : network_->all())
    if (n->identity().name != kCut)
      network_->links()->set(n->identity().name, kCut, {.bytes = LinkCondition::Bytes::stall});
  const auto others = lowest(kCut), cut = heads_.of[kCut];
  ASSERT_TRUE(within(60s, [&] { return lowest(kCut) >= others + 15; }));
  EXPECT_LE(heads_.of[kCut], cut + 2);
  EXPECT_EQ(connections(), 3) << "nobody has noticed";
  EXPECT_GT(network_->links()->state("validator-1", kCut).held, 0);
  EXPECT_GT(network_->links()->state(kCut, "validator-1").passed, 0);
  for (const auto* n : network_->all())
    if (n->identity().name != kCut) network_->links()->clear(n->identity().name, kCut);
  EXPECT_TRUE(within(60s, [&] { return heads_.of[kCut] >= lowest(kCut) - 1; })) << "what waited comes";
}

TEST_F(LinkedNetwork, HasItsProviderAskThroughALink) {
  const auto url = network_->add_provider("provider").values().at("rpc_url") + "/status";
  const auto status_of = [&](const std::string& asked) {
    std::optional<int> status;
    http_->send({asked}, [&](HttpResponse r) { status = r.status; });
    EXPECT_TRUE(within(10s, [&] { return status.has_value(); }));
    return status;
  };
  const auto& node = network_->node("validator-1");
  EXPECT_EQ(status_of(url), 200);
  EXPECT_GT(network_->links()->state("validator-1", "provider").passed, 0);
  network_->links()->set("provider", "validator-1", {.refuse = true});
  EXPECT_EQ(status_of(url), 0);
  EXPECT_EQ(network_->links()->state("provider", "validator-1").refused, 1);
  EXPECT_EQ(status_of(node.rpc_url() + "/status"), 200) << "the harness asks past the links";
  network_->links()->clear("provider", "validator-1");
  EXPECT_EQ(status_of(url), 200);
}

}  // namespace
}  // namespace rehearse::localnet
