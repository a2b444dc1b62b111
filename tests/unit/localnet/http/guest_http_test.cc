// Requests to servers that somebody else needs are paced, each host by itself.
#include "localnet/http/guest_http.h"

#include <gmock/gmock.h>

#include "localnet/http/url.h"
#include "tests/unit/support/fakes.h"

namespace rehearse {
namespace {

struct GuestHttpTest : testing::Test {
  std::vector<std::string> sent() const {
    std::vector<std::string> all;
    for (const auto& r : http_.sent) all.push_back(r.url);
    return all;
  }
  Loop loop_;
  made::FakeHttp http_;
};

TEST_F(GuestHttpTest, AHostIsAskedSoManyTimesASecondAndOthersAtOnce) {
  GuestHttp guest(loop_, http_, 50);
  const auto begun = Loop::Clock::now();
  for (const char* url : {"http://a:1/x", "http://a:1/y", "http://b:1/x", "http://a:1/z", "http://a:2/x"}) guest.send({url}, [](auto) {});
  EXPECT_THAT(sent(), testing::ElementsAre("http://a:1/x", "http://b:1/x", "http://a:2/x"));
  ASSERT_TRUE(made::run_until(loop_, [&] { return http_.sent.size() == 5; }));
  EXPECT_GE(Loop::Clock::now() - begun, std::chrono::milliseconds(40));
  EXPECT_EQ(sent().back(), "http://a:1/z") << "in their order";
}

TEST_F(GuestHttpTest, HandsAnswersBackAndNamesTheAuthorities) {
  GuestHttp guest(loop_, http_, 1000, "/ca.pem");
  std::vector<int> answers;
  for (int i = 0; i < 2; ++i) guest.send({"https://a/x"}, [&](auto r) { answers.push_back(r.status); });
  http_.answer(200, "{}");
  ASSERT_TRUE(made::run_until(loop_, [&] { return !http_.open.empty(); }));
  EXPECT_EQ(http_.open.front().request.ca_file, "/ca.pem");
  http_.answer(404, "{}");
  EXPECT_THAT(answers, testing::ElementsAre(200, 404));
}

TEST(Url, HasAHostOrIsNone) {
  EXPECT_EQ(host_of("http://127.0.0.1:26657"), "127.0.0.1:26657");
  EXPECT_EQ(host_of("https://[::1]:443/rpc"), "[::1]:443");
  for (const char* none : {"", "127.0.0.1:26657", "tcp://127.0.0.1:26657", "http://", "http:///x", "ftp://a", "http://a b"}) EXPECT_EQ(host_of(none), "") << none;
}

}  // namespace
}  // namespace rehearse
