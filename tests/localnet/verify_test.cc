// The checklists on a network that another process runs.
#include <gmock/gmock.h>
#include <signal.h>

#include <algorithm>

#include "localnet/process/proc.h"
#include "tests/localnet/rehearsal.h"

namespace rehearse::localnet {
namespace {

using testing::HasSubstr;

class Verify : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(up_.said("held:")) << up_.output();
    const auto planned = up_.events("network-planned").back()["body"]["members"];
    for (const auto& m : planned) ips_.push_back(m["ip"]), names_.push_back(m["name"]);
    ASSERT_EQ(ips_.size(), 4u);
  }
  static std::string node(const std::string& name, const std::string& ip) {
    return "  - {name: " + name + ", rpc: 'http://" + ip + ":26657', rest: 'http://" + ip + ":1317'}\n";
  }
  std::string nodes() const {
    std::string all = "nodes:\n";
    for (std::size_t i = 0; i < ips_.size(); ++i) all += node(names_[i], ips_[i]);
    return all;
  }
  static std::string as_one_number(const std::string& ip) {
    unsigned a = 0, b = 0, c = 0, d = 0;
    std::sscanf(ip.c_str(), "%u.%u.%u.%u", &a, &b, &c, &d);
    return std::to_string(a << 24 | b << 16 | c << 8 | d);
  }
  Rehearsal verify(const Scratch& out, const std::string& text) const {
    return Rehearsal(out, {"verify", "--network", out.write("net.yaml", text), "--profile", "stock", "--out", out / "result"});
  }
  static std::string outcome(const Rehearsal& r, const std::string& title, const std::string& subject) {
    const auto record = r.record();
    for (const auto& c : record["checks"])
      if (c["title"] == title && c["subject"] == subject) return c["outcome"];
    return "none";
  }

  const Scratch scratch_;
  Rehearsal up_{scratch_, {"net", "up", "--profile", "stock", "--out", scratch_ / "net"}};
  std::vector<std::string> ips_, names_;
};

TEST_F(Verify, HoldsARunningNetworkAgainstTheListsAndTellsItNothing) {
  const Scratch good, dead, other, twice;
  auto r = verify(good, nodes());
  EXPECT_EQ(r.wait(), 0) << r.output();
  for (const auto& name : names_)
    for (const char* title : {"Version", "Sync Status", "Validator Signing", "Peer Count", "Consensus"}) EXPECT_EQ(outcome(r, title, name), "pass") << title << " " << name;
  for (const char* title : {"Validator Versions", "Block Production", "Active Validators", "Jailed Validators"}) EXPECT_EQ(outcome(r, title, "network"), "pass") << title;
  EXPECT_EQ(outcome(r, "Memory", names_[0]), "skipped");
  EXPECT_TRUE(r.junit_is_whole());
  EXPECT_TRUE(fs::exists(r.folder() / "report.html"));

  auto not_there = verify(dead, nodes() + node("validator-5", "127.9.9.9"));
  EXPECT_EQ(not_there.wait(), 1) << not_there.output();
  EXPECT_EQ(outcome(not_there, "Sync Status", "validator-5"), "fail");
  EXPECT_EQ(outcome(not_there, "Sync Status", names_[0]), "pass") << "others are judged all the same";

  auto wrong_version = verify(other, nodes() + "version: v9.9.9\n");
  EXPECT_EQ(wrong_version.wait(), 1) << wrong_version.output();
  EXPECT_EQ(outcome(wrong_version, "Version", names_[0]), "fail");

  // One node under two names, and its address in another spelling.
  auto same = verify(twice, nodes() + node("again", as_one_number(ips_[0])));
  EXPECT_EQ(same.wait(), 2) << same.output();
  EXPECT_THAT(same.output(), HasSubstr("are one node"));
  ::kill(up_.pid(), SIGTERM);
  EXPECT_EQ(up_.wait(), 128 + SIGTERM);
}

using LongVerify = Verify;

TEST_F(LongVerify, FindsANetworkThatMakesNoBlock) {
  const auto signal_nodes = [&](int signal) {
    for (const int pid : all_processes()) {
      const auto home = environment_value(pid, "DAEMON_HOME");
      for (const auto& name : {names_[0], names_[1]})
        if (home == scratch_ / ("net/nodes/" + name)) ::kill(pid, signal);
    }
  };
  signal_nodes(SIGSTOP);
  const Scratch out;
  auto r = verify(out, nodes());
  EXPECT_EQ(r.wait(std::chrono::seconds(150)), 1) << r.output();
  signal_nodes(SIGCONT);
  ::kill(up_.pid(), SIGTERM);
  EXPECT_EQ(up_.wait(), 128 + SIGTERM);
}

}  // namespace
}  // namespace rehearse::localnet
