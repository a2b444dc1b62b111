// A download when servers are strange, each answer made by hand.
#include "localnet/http/download.h"

#include <gmock/gmock.h>

#include "tests/unit/support/fakes.h"
#include "localnet/base/sha256.h"
#include "localnet/base/text.h"

namespace rehearse {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class DownloadTest : public testing::Test {
 protected:
  void start(const std::string& content) {
    download(http_, {"https://host/it", folder_ / "it", sha256_hex(content)}, [this](std::optional<Error> e) {
      ended_ = true;
      if (!e) return;
      EXPECT_EQ(e->trouble, Trouble::download_failed);
      trouble_ = e->what();
    });
  }
  // An answer with that body, in two pieces; cut off when there is an error.
  void answer(int status, std::map<std::string, std::string> headers, const std::string& body,
              const std::string& error = "") {
    const auto request = http_.open.front().request;
    const HttpResponse so_far{status, "", "", headers};
    const bool taken = request.on_body(so_far, body.substr(0, 1)) && request.on_body(so_far, body.substr(1));
    http_.answer({error.empty() && taken ? status : 0, "", taken ? error : "refused", headers});
  }
  std::vector<std::string> headers() const { return http_.sent.back().headers; }

  made::TempFolder folder_;
  made::FakeHttp http_;
  bool ended_ = false;
  std::string trouble_;
};

TEST_F(DownloadTest, GoesOnWhereItWasCut) {
  start("abcdef");
  EXPECT_THAT(headers(), IsEmpty());
  answer(200, {{"etag", "\"1\""}}, "abc", "cut");
  EXPECT_THAT(headers(), ElementsAre("Range: bytes=3-", "If-Range: \"1\""));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "it")) << "not whole";
  answer(206, {{"content-range", "bytes 3-5/6"}}, "def");
  EXPECT_TRUE(ended_);
  EXPECT_EQ(trouble_, "");
  EXPECT_EQ(read_file(folder_ / "it"), "abcdef");
}

TEST_F(DownloadTest, BeginsAnewWhenTheFileIsAnother) {
  start("ABCDEF");
  answer(200, {{"etag", "\"1\""}}, "abc", "cut");
  answer(200, {{"etag", "\"2\""}}, "ABCDEF");
  EXPECT_EQ(trouble_, "");
  EXPECT_EQ(read_file(folder_ / "it"), "ABCDEF");
}

TEST_F(DownloadTest, RefusesAnotherPartThanItAskedFor) {
  start("abcdef");
  answer(200, {}, "abc", "cut");
  answer(206, {{"content-range", "bytes 0-5/6"}}, "abcdef");
  EXPECT_EQ(trouble_,
            "https://host/it: asked for the bytes from 3 on, it gave `bytes 0-5/6`");
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

TEST_F(DownloadTest, GivesUpWhenItGetsNoFurther) {
  start("abcdef");
  answer(200, {}, "abc", "cut");
  http_.answer({0, "", "https://host/it: connection refused"});
  EXPECT_EQ(trouble_, "https://host/it: connection refused");
  EXPECT_TRUE(http_.open.empty());
}

TEST_F(DownloadTest, GivesUpAServerThatAlwaysBeginsAnew) {
  start("abcdef");
  int attempts = 0;
  for (; !ended_ && attempts < 100; ++attempts) answer(200, {}, "abc", "cut");
  EXPECT_TRUE(ended_);
  EXPECT_LT(attempts, 100);
}

TEST_F(DownloadTest, TakesNoErrorsPageForTheFile) {
  start("<html>");
  answer(503, {}, "<html>");
  EXPECT_EQ(trouble_, "https://host/it: it answers 503");
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

}  // namespace
}  // namespace rehearse
