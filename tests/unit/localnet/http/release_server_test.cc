// What a release host answers, and what a download makes of it: the real server and libcurl on one loop.
#include "localnet/http/release_server.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "tests/unit/support/fakes.h"
#include "localnet/http/certificate.h"
#include "localnet/http/download.h"
#include "localnet/base/sha256.h"
#include "localnet/base/text.h"

namespace rehearse {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr const char* kFile = "made_linux.tar.gz";

class ReleaseServerTest : public testing::Test {
 protected:
  ReleaseServerTest() {
    for (std::uint32_t i = 0, x = 1; i < 1'000'000; ++i)
      content_ += static_cast<char>((x = x * 1664525 + 1013904223) >> 24);
    server_.publish("v2", folder_.write(kFile, content_));
  }

  // The answer to one request, with that many redirects followed.
  HttpResponse get(const std::string& url, std::vector<std::string> headers = {}, int redirects = 5,
                   const std::string& body = "") {
    std::optional<HttpResponse> answer;
    HttpRequest request{url, body, std::move(headers)};
    request.redirects = redirects;
    request.ca_file = server_.ca_file();
    http_->send(std::move(request), [&](HttpResponse a) { answer = std::move(a); });
    EXPECT_TRUE(made::run_until(loop_, [&] { return answer.has_value(); }));
    return answer.value_or(HttpResponse{});
  }

  // The trouble of a download to `to_`, or nothing.
  std::string download(const std::string& url, const std::string& sha256) {
    std::optional<std::optional<Error>> ended;
    rehearse::download(*http_, {url, to_, sha256, ca_file_},
                       [&](std::optional<Error> e) { ended = std::move(e); });
    EXPECT_TRUE(made::run_until(loop_, [&] { return ended.has_value(); }));
    if (!ended || !*ended) return "";
    EXPECT_EQ((*ended)->blame, (*ended)->trouble == Trouble::checksum_mismatch ? Blame::release : Blame::machine);
    return (*ended)->what();
  }
  std::string good() const { return sha256_hex(content_); }
  std::string secure() const { return server_.url("v2", kFile); }
  std::string plain() const { return server_.plain_url("v2", kFile); }
  std::string log() const { return read_file(folder_ / "server/access.log"); }

  // Whatever went wrong, nothing lies there that could be taken for the file.
  void expect_nothing_there() const {
    EXPECT_TRUE(!std::filesystem::exists(to_.parent_path()) || std::filesystem::is_empty(to_.parent_path()));
  }

  made::TempFolder folder_;
  Loop loop_;
  std::string content_;
  ReleaseServer server_{loop_, "127.0.0.1", folder_ / "server"};
  std::unique_ptr<Http> http_ = make_http(loop_);
  std::filesystem::path to_ = folder_ / "got/it.tar.gz";
  std::filesystem::path ca_file_ = server_.ca_file();
};

// --- What the server answers

TEST_F(ReleaseServerTest, RedirectsToTheBytes) {
  for (const auto& url : {plain(), secure()}) {
    const auto first = get(url, {}, 0);
    EXPECT_EQ(first.status, 302) << first.error;
    EXPECT_EQ(first.headers.at("location"), std::string("/objects/v2/") + kFile);
    const auto all = get(url);
    EXPECT_EQ(all.status, 200) << all.error;
    EXPECT_EQ(all.body, content_);
    EXPECT_EQ(all.headers.at("accept-ranges"), "bytes");
    EXPECT_EQ(all.headers.at("content-length"), "1000000");
  }
}

TEST_F(ReleaseServerTest, GivesParts) {
  const auto part = get(plain(), {"Range: bytes=10-19"});
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.body, content_.substr(10, 10));
  EXPECT_EQ(part.headers.at("content-range"), "bytes 10-19/1000000");
  EXPECT_EQ(get(plain(), {"Range: bytes=-5"}).body, content_.substr(999'995));
  const auto none = get(plain(), {"Range: bytes=1000000-"});
  EXPECT_EQ(none.status, 416);
  EXPECT_EQ(none.headers.at("content-range"), "bytes */1000000");
}

TEST_F(ReleaseServerTest, GivesAPartOnlyOfTheSameFile) {
  const auto etag = get(plain()).headers.at("etag");
  EXPECT_EQ(get(plain(), {"Range: bytes=0-9", "If-Range: " + etag}).status, 206);
  folder_.write(kFile, content_ + "more");
  const auto all = get(plain(), {"Range: bytes=0-9", "If-Range: " + etag});
  EXPECT_EQ(all.status, 200);
  EXPECT_EQ(all.body.size(), content_.size() + 4);
}

TEST_F(ReleaseServerTest, KnowsWhatItHas) {
  EXPECT_EQ(get(server_.plain_url("v2", "other.tar.gz")).status, 404);
  EXPECT_EQ(get(server_.plain_url("v3", kFile)).status, 404);
  EXPECT_EQ(get(server_.plain_url("..", "made_linux.tar.gz")).status, 404);
  const auto posted = get(plain(), {}, 5, "{}");
  EXPECT_NE(posted.status, 200) << "nothing is taken";
  std::filesystem::remove(folder_ / kFile);
  EXPECT_EQ(get(plain()).status, 404) << "published, but gone";
  EXPECT_EQ(get(plain() + "?checksum=sha256:00", {}, 0).status, 302) << "a query is none of its business";
}

TEST_F(ReleaseServerTest, TakesAnyName) {
  server_.publish("v 2/x", folder_.write("made (1)#?.zip", "zip"));
  EXPECT_EQ(get(server_.url("v 2/x", "made (1)#?.zip")).body, "zip");
}

TEST_F(ReleaseServerTest, TellsWhoAsked) {
  get(plain());
  EXPECT_EQ(log(),
            std::string("GET /v2/") + kFile + " 302 rehearse\nGET /objects/v2/" + kFile + " 200 rehearse\n");
}

TEST(ReleaseServer, NeedsAnAddressOfThisMachine) {
  made::TempFolder folder;
  Loop loop;
  EXPECT_THAT(made::trouble_of([&] { ReleaseServer(loop, "192.0.2.1", folder.path()); }, Blame::machine),
              StartsWith("the release server cannot be started on 192.0.2.1: "));
}

// Asked for by whoever is still there when it has gone: nobody answers.
TEST_F(ReleaseServerTest, GoesWhileItIsAsked) {
  std::optional<ReleaseServer> other(std::in_place, loop_, "127.0.0.1", folder_ / "other");
  other->publish("v2", folder_ / kFile);
  const auto url = other->plain_url("v2", kFile);
  EXPECT_EQ(get(url).status, 200);
  other.reset();
  EXPECT_EQ(get(url).status, 0);
}

// Nodes would hold its ports when it has gone.
TEST_F(ReleaseServerTest, ChildrenDoNotInheritIt) {
  get(secure());  // the connection is kept
  int own = 0;
  for (int fd = 3; fd < 1024; ++fd) {
    sockaddr_in name{};
    socklen_t size = sizeof name;
    if (::getsockname(fd, reinterpret_cast<sockaddr*>(&name), &size) != 0 || name.sin_family != AF_INET)
      continue;
    ++own;
    EXPECT_TRUE(::fcntl(fd, F_GETFD) & FD_CLOEXEC) << fd << ", port " << ntohs(name.sin_port);
  }
  EXPECT_GE(own, 4) << "two that listen, and both ends of a connection";
}

// --- Downloads

TEST_F(ReleaseServerTest, ADownloadIsVerifiedAndNamed) {
  for (const auto& url : {plain(), secure()}) {
    EXPECT_EQ(download(url, good()), "");
    EXPECT_EQ(read_file(to_), content_);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(to_.parent_path()), {}), 1);
    std::filesystem::remove(to_);
  }
}

TEST_F(ReleaseServerTest, AWrongChecksumLeavesNothing) {
  EXPECT_EQ(download(secure(), std::string(64, 'a')), secure() + ": sha256 is " +
                                                          good() + ", expected " + std::string(64, 'a'));
  expect_nothing_there();
}

TEST_F(ReleaseServerTest, ACutTransferGoesOn) {
  server_.misbehave({300'000, ""});
  EXPECT_EQ(download(secure(), good()), "");
  EXPECT_EQ(read_file(to_), content_);
  EXPECT_THAT(log(), HasSubstr(" 206 ")) << "by ranges";
}

TEST_F(ReleaseServerTest, ATransferThatIsAlwaysCutAtOnceIsGivenUp) {
  server_.misbehave({0, ""});
  EXPECT_THAT(download(plain(), good()), StartsWith(plain() + ": "));
  expect_nothing_there();
}

TEST_F(ReleaseServerTest, NotPublishedIsSaid) {
  const auto url = server_.url("v9", kFile);
  EXPECT_EQ(download(url, good()), url + ": it answers 404");
  expect_nothing_there();
}

TEST_F(ReleaseServerTest, ARedirectWithoutEndIsGivenUp) {
  server_.misbehave({std::numeric_limits<std::int64_t>::max(), std::string("/v2/") + kFile});
  EXPECT_THAT(download(plain(), good()), HasSubstr("redirects"));
  expect_nothing_there();
}

TEST_F(ReleaseServerTest, NobodyIsLedFromHttpsToHttp) {
  server_.misbehave({std::numeric_limits<std::int64_t>::max(), plain()});
  EXPECT_THAT(download(secure(), good()), StartsWith(secure() + ": "));
  EXPECT_EQ(log(), std::string("GET /v2/") + kFile + " 302 rehearse\n") << "the plain server was not asked";
  server_.misbehave({std::numeric_limits<std::int64_t>::max(), "/objects/v2/" + std::string(kFile)});
  EXPECT_EQ(download(secure(), good()), "");
}

TEST_F(ReleaseServerTest, AStrangersCertificateIsNotTaken) {
  ca_file_ = folder_.write("stranger.pem", make_certificate("127.0.0.1").pem);
  EXPECT_THAT(download(secure(), good()), HasSubstr("certificate"));
  ca_file_.clear();  // the machine's authorities do not know it either
  EXPECT_THAT(download(secure(), good()), HasSubstr("certificate"));
  expect_nothing_there();
  EXPECT_THAT(log(), IsEmpty());
}

TEST_F(ReleaseServerTest, AFolderThatCannotBeWrittenIsSaid) {
  folder_.write("file", "");
  to_ = folder_ / "file" / "it";
  EXPECT_THAT(download(plain(), good()), EndsWith("it: cannot be written: Not a directory"));
}

}  // namespace
}  // namespace rehearse
