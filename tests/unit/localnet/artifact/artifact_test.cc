#include "localnet/artifact/artifact.h"

#include <archive.h>
#include <archive_entry.h>
#include <elf.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

#include "localnet/base/error.h"
#include "localnet/base/sha256.h"

namespace rehearse {
namespace {

namespace fs = std::filesystem;

// Looks like a program; `text` tells one from another.
std::string program(const std::string& text, int machine = EM_X86_64, int type = ET_DYN) {
  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_machine = static_cast<uint16_t>(machine);
  header.e_type = static_cast<uint16_t>(type);
  return std::string(reinterpret_cast<char*>(&header), sizeof header) + text;
}

constexpr bool this_is_x86() {
#if defined(__x86_64__)
  return true;
#else
  return false;
#endif
}

std::string ours(const std::string& text) { return program(text, this_is_x86() ? EM_X86_64 : EM_AARCH64); }

struct Entry {
  std::string path;
  std::string content;
  unsigned type = AE_IFREG;
  std::string target = "";  // of a link
  bool hard = false;
};

enum class Kind { tar, tar_gz, zip };

void write_archive(const fs::path& file, Kind kind, const std::vector<Entry>& entries) {
  archive* out = archive_write_new();
  kind == Kind::zip ? archive_write_set_format_zip(out) : archive_write_set_format_pax_restricted(out);
  if (kind == Kind::tar_gz) archive_write_add_filter_gzip(out);
  ASSERT_EQ(archive_write_open_filename(out, file.c_str()), ARCHIVE_OK);
  for (const Entry& entry : entries) {
    archive_entry* header = archive_entry_new();
    archive_entry_set_pathname(header, entry.path.c_str());
    archive_entry_set_filetype(header, entry.type);
    archive_entry_set_perm(header, 0755);
    archive_entry_set_size(header, static_cast<la_int64_t>(entry.content.size()));
    if (entry.hard) archive_entry_set_hardlink(header, entry.target.c_str());
    if (entry.type == AE_IFLNK) archive_entry_set_symlink(header, entry.target.c_str());
    ASSERT_EQ(archive_write_header(out, header), ARCHIVE_OK);
    archive_write_data(out, entry.content.data(), entry.content.size());
    archive_entry_free(header);
  }
  archive_write_close(out);
  archive_write_free(out);
}

std::string read_all(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

void write_all(const fs::path& file, const std::string& content) {
  std::ofstream(file, std::ios::binary) << content;
}

class ArtifactTest : public testing::Test {
 protected:
  void SetUp() override {
    dir_ = fs::temp_directory_path() / ("artifact-test-" + std::to_string(::getpid()));
    fs::remove_all(dir_);
    fs::create_directories(dir_);
    store_ = dir_ / "store";
    archive_ = dir_ / "ve.tar.gz";
  }
  void TearDown() override { fs::remove_all(dir_); }

  Artifact open(const fs::path& source, const std::string& expected = "") {
    return open_artifact(source, "ve", store_, expected);
  }

  // Opens what has to fail, and returns the message.
  std::string refused(const fs::path& source, Blame blame, Trouble trouble,
                      const std::string& expected = "") {
    std::string message;
    try {
      open(source, expected);
      ADD_FAILURE() << source << " was accepted";
    } catch (const Error& error) {
      EXPECT_EQ(error.blame, blame) << error.what();
      EXPECT_EQ(error.trouble, trouble) << error.what();
      message = error.what();
    }
    if (fs::exists(store_)) {
      for (const auto& entry : fs::recursive_directory_iterator(store_)) {
        if (!entry.is_regular_file()) continue;
        EXPECT_EQ(entry.status().permissions() & fs::perms(0111), fs::perms::none) << entry.path();
        EXPECT_NE(entry.path().filename(), "ve") << "left in " << entry.path();
      }
    }
    return message;
  }

  fs::path dir_, store_, archive_;
};

TEST_F(ArtifactTest, UnpacksTheBinaryOfEveryKindOfArchive) {
  std::string content = ours(std::string(1'000'000, 'x') + "v1");
  for (Kind kind : {Kind::tar, Kind::tar_gz, Kind::zip}) {
    for (std::string path : {"ve", "bin/ve", "./bin/ve"}) {
      fs::remove_all(store_);
      write_archive(archive_, kind, {{"README", "text"}, {path, content}, {"bin/other", "text"}});
      Artifact artifact = open(archive_);
      EXPECT_EQ(read_all(artifact.binary), content);
      EXPECT_EQ(artifact.binary_sha256, sha256_hex(content));
      EXPECT_EQ(artifact.sha256, sha256_file(archive_));
      EXPECT_EQ(::access(artifact.binary.c_str(), X_OK), 0);
    }
  }
}

// As tar would leave it.
TEST_F(ArtifactTest, TakesTheLastOfSeveral) {
  write_archive(archive_, Kind::tar_gz, {{"bin/ve", ours(std::string(1'000'000, 'x') + "v1")}, {"ve", ours("v2")}, {"more", "text"}});
  const auto artifact = open(archive_);
  EXPECT_EQ(read_all(artifact.binary), ours("v2"));
  EXPECT_EQ(artifact.binary_sha256, sha256_hex(ours("v2")));
}

TEST_F(ArtifactTest, TakesABareBinary) {
  write_all(dir_ / "ve-v1", ours("v1"));
  Artifact artifact = open(dir_ / "ve-v1");
  EXPECT_EQ(artifact.sha256, artifact.binary_sha256);
  EXPECT_EQ(artifact.binary.filename(), "ve");
  EXPECT_EQ(read_all(artifact.binary), ours("v1"));
}

TEST_F(ArtifactTest, NamesTheOneProgramOfAnArchive) {
  for (const Kind kind : {Kind::tar, Kind::tar_gz, Kind::zip}) {
    write_archive(archive_, kind, {{"README", "text"}, {"bin/ve", ours("v1")}, {"bin/run.sh", "#!"}, {"bin/libmore.so.1", ours("v1")}, {"lib/more", ours("v1")}});
    EXPECT_EQ(program_name(archive_), "ve");
  }
  write_all(dir_ / "ve-v1", ours("v1"));
  EXPECT_EQ(program_name(dir_ / "ve-v1"), "ve-v1");
  write_archive(archive_, Kind::tar_gz, {{"ve", ours("v1")}, {"bin/other", ours("v1")}});
  EXPECT_THROW(program_name(archive_), Error);
  write_archive(archive_, Kind::tar_gz, {{"README", "text"}});
  EXPECT_THROW(program_name(archive_), Error);
  EXPECT_THROW(program_name(dir_ / "none"), Error);
}

TEST_F(ArtifactTest, KnowsAnUnchangedFileAgain) {
  write_archive(archive_, Kind::tar_gz, {{"ve", ours("v1")}});
  ::usleep(30'000);  // a file younger than the file system's clock tick is not remembered
  Artifact first = open(archive_);
  struct stat before, after;
  ::stat(first.binary.c_str(), &before);
  Artifact second = open(archive_);
  ::stat(second.binary.c_str(), &after);
  EXPECT_EQ(first.binary, second.binary);
  EXPECT_EQ(first.binary_sha256, second.binary_sha256);
  EXPECT_EQ(before.st_ino, after.st_ino);
  EXPECT_EQ(std::distance(fs::directory_iterator(store_ / "digests"), {}), 1);

  write_archive(archive_, Kind::tar_gz, {{"ve", ours("v2")}});
  EXPECT_EQ(read_all(open(archive_).binary), ours("v2"));
}

TEST_F(ArtifactTest, KnowsWhatTheStoreHolds) {
  write_archive(archive_, Kind::tar_gz, {{"ve", ours("v1")}});
  EXPECT_FALSE(stored_artifact(sha256_file(archive_), "ve", store_));
  const Artifact opened = open(archive_);
  const auto stored = stored_artifact(opened.sha256, "ve", store_);
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->binary, opened.binary);
  EXPECT_EQ(stored->binary_sha256, opened.binary_sha256);
  EXPECT_FALSE(stored_artifact(opened.sha256, "other", store_));
  fs::permissions(opened.binary, fs::perms(0755));
  write_all(opened.binary, "#!/bin/sh");
  EXPECT_FALSE(stored_artifact(opened.sha256, "ve", store_)) << "somebody wrote to it";
}

TEST_F(ArtifactTest, RepairsABinaryThatWasWrittenThroughALink) {
  write_archive(archive_, Kind::tar_gz, {{"ve", ours("v1")}});
  fs::path binary = open(archive_).binary;
  fs::permissions(binary, fs::perms(0755));
  write_all(binary, "#!/bin/sh");
  EXPECT_EQ(read_all(open(archive_).binary), ours("v1"));
}

TEST_F(ArtifactTest, TwoFirstUsesAtOnce) {
  write_archive(archive_, Kind::tar_gz, {{"ve", ours(std::string(200'000, 'y'))}});
  std::vector<std::thread> users;
  for (int i = 0; i < 4; ++i) {
    users.emplace_back([&] { EXPECT_EQ(read_all(open(archive_).binary).size(), 200'064u); });
  }
  for (auto& user : users) user.join();
  for (const auto& left : fs::directory_iterator(store_)) {
    EXPECT_FALSE(left.path().filename().string().starts_with(".new")) << left.path();
  }
}

TEST_F(ArtifactTest, ComparesWithSha256Sums) {
  write_archive(archive_, Kind::tar_gz, {{"ve", ours("v1")}});
  std::string digest = sha256_file(archive_);
  std::string other(64, 'c');
  write_all(dir_ / "SHA256SUMS", other + "  other.tar.gz\n");
  EXPECT_EQ(open(archive_).sha256, digest) << "it names another file";
  write_all(dir_ / "SHA256SUMS", other + "  other.tar.gz\r\n" + digest + " *./ve.tar.gz\r\n");
  EXPECT_EQ(open(archive_).sha256, digest);

  fs::remove_all(store_);
  write_all(dir_ / "SHA256SUMS", other + "  ve.tar.gz\n");
  EXPECT_EQ(refused(archive_, Blame::release, Trouble::checksum_mismatch),
            "ve.tar.gz: sha256 is " + digest + ", SHA256SUMS beside it says " + other);
}

TEST_F(ArtifactTest, ComparesWithWhatIsExpected) {
  write_archive(archive_, Kind::tar_gz, {{"ve", ours("v1")}});
  std::string digest = sha256_file(archive_);
  std::string upper = digest;
  for (char& c : upper) c = static_cast<char>(std::toupper(c));
  EXPECT_EQ(open(archive_, upper).sha256, digest);
  fs::remove_all(store_);
  refused(archive_, Blame::release, Trouble::checksum_mismatch, digest.substr(0, 63));
}

TEST_F(ArtifactTest, RefusesADamagedArchive) {
  for (Kind kind : {Kind::tar, Kind::tar_gz, Kind::zip}) {
    write_archive(archive_, kind, {{"ve", ours(std::string(100'000, 'x'))}});
    std::string good = read_all(archive_);
    write_all(archive_, good.substr(0, good.size() / 2));
    refused(archive_, Blame::release, Trouble::archive_corrupt);
  }
  write_all(archive_, "<html>404 not found</html>");
  refused(archive_, Blame::release, Trouble::archive_corrupt);
  write_all(archive_, "");
  refused(archive_, Blame::release, Trouble::archive_corrupt);
}

// gzip and zip hold checksums of their content: no flipped bit gets through.
TEST_F(ArtifactTest, RefusesAFlippedBitWhereverItIs) {
  std::string noise;
  for (uint32_t i = 0, x = 1; i < 3000; ++i) noise += static_cast<char>((x = x * 1664525 + 1013904223) >> 24);
  write_archive(archive_, Kind::tar_gz, {{"ve", ours(noise)}});
  std::string good = read_all(archive_);
  for (size_t at = 10; at < good.size(); at += 97) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    write_all(archive_, bad);
    refused(archive_, Blame::release, Trouble::archive_corrupt);
  }
}

TEST_F(ArtifactTest, RefusesWhatLeavesTheArchive) {
  Entry good{"ve", ours("v1")};
  const Entry bad[] = {{"../ve", ours("x")},
                       {"bin/../../ve", ours("x")},
                       {"bin/../ve", ours("x")},
                       {"/etc/ve", ours("x")},
                       {"lib", "", AE_IFLNK, "/etc"},
                       {"bin/lib", "", AE_IFLNK, "../../lib"},
                       {"copy", "", AE_IFREG, "/etc/passwd", true},
                       {"copy", "", AE_IFREG, "../passwd", true},
                       {"pipe", "", AE_IFIFO}};
  for (const Entry& entry : bad) {
    write_archive(archive_, Kind::tar_gz, {good, entry});
    std::string message = refused(archive_, Blame::release, Trouble::archive_escapes);
    EXPECT_NE(message.find("'" + entry.path + "'"), std::string::npos) << message;
  }
  write_archive(archive_, Kind::tar_gz, {{"lib", "", AE_IFLNK, "bin/../ve"}, good});
  EXPECT_EQ(read_all(open(archive_).binary), ours("v1"));
}

TEST_F(ArtifactTest, SaysWhatIsThereInsteadOfTheBinary) {
  write_archive(archive_, Kind::tar_gz,
                {{"ved", ours("v1")}, {"opt/ve", ours("v1")}, {"ve", "", AE_IFLNK, "ved"}});
  std::string message = refused(archive_, Blame::release, Trouble::binary_missing);
  EXPECT_NE(message.find("but ved, opt/ve"), std::string::npos) << message;
}

TEST_F(ArtifactTest, RefusesAnotherMachinesProgram) {
  write_archive(archive_, Kind::tar_gz, {{"ve", program("x", EM_ARM)}});
  refused(archive_, Blame::release, Trouble::wrong_architecture);
  write_archive(archive_, Kind::tar_gz, {{"ve", program("x", this_is_x86() ? EM_AARCH64 : EM_X86_64)}});
  std::string message = refused(archive_, Blame::release, Trouble::wrong_architecture);
  EXPECT_NE(message.find(this_is_x86() ? "found one for aarch64" : "found one for x86-64"),
            std::string::npos);
  write_archive(archive_, Kind::tar_gz, {{"ve", "#!/bin/sh\n"}});
  refused(archive_, Blame::release, Trouble::wrong_architecture);
  std::string object = ours("x");
  object[offsetof(Elf64_Ehdr, e_type)] = ET_REL;
  write_all(dir_ / "ve.o", object);
  refused(dir_ / "ve.o", Blame::release, Trouble::wrong_architecture);
}

TEST_F(ArtifactTest, AMissingFileIsTheScenariosFault) {
  refused(dir_ / "nothing.tar.gz", Blame::scenario, Trouble::other);
  refused(dir_, Blame::scenario, Trouble::other);
  EXPECT_THROW(open_artifact(dir_ / "x", "../ve", store_), Error);
}

TEST_F(ArtifactTest, LinksAndReplaces) {
  write_all(dir_ / "one", "1");
  write_all(dir_ / "two", "2");
  fs::path to = dir_ / "deep/er/to";
  link_or_copy(dir_ / "one", to);
  link_or_copy(dir_ / "two", to);
  EXPECT_EQ(read_all(to), "2");
  EXPECT_EQ(read_all(dir_ / "one"), "1");
  EXPECT_EQ(fs::hard_link_count(to), 2u);
  EXPECT_THROW(link_or_copy(dir_ / "none", to), Error);
}

}  // namespace
}  // namespace rehearse
