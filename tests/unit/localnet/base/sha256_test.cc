#include "localnet/base/sha256.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "localnet/base/error.h"

namespace rehearse {
namespace {

TEST(Sha256, KnowsThePublishedVectors) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256, HashesAFileInPieces) {
  auto file = std::filesystem::temp_directory_path() / ("sha256-test-" + std::to_string(::getpid()));
  std::string content(1'000'000, 'a');  // more than one read
  std::ofstream(file) << content;
  EXPECT_EQ(sha256_file(file), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  EXPECT_EQ(sha256_file(file), sha256_hex(content));
  std::filesystem::remove(file);
  EXPECT_THROW(sha256_file(file), Error);
}

TEST(Sha256, ReadsSha256Sums) {
  const std::string sums = "aa  one.zip\r\nbb *./two.zip\r\nonly\n\ncc  dist/three (3).zip\n";
  EXPECT_EQ(checksum_in(sums, "one.zip"), "aa");
  EXPECT_EQ(checksum_in(sums, "two.zip"), "bb");
  EXPECT_EQ(checksum_in(sums, "three (3).zip"), "cc");
  EXPECT_EQ(checksum_in(sums, "four.zip"), std::nullopt);
  EXPECT_EQ(checksum_in("", "one.zip"), std::nullopt);
}

TEST(Sha256, StreamsAnyCut) {
  Sha256Stream stream;
  stream.update("a", 1);
  stream.update("bc", 2);
  EXPECT_EQ(stream.digest(), sha256("abc"));
}

}  // namespace
}  // namespace rehearse
