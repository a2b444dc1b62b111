// SHA-256 of bytes and of files, and bytes as hex: how releases, models and addresses are named.
//
//   sha256_hex("abc")          "ba7816bf..."
//   sha256_file("ve.tar.gz")   the same as `sha256sum ve.tar.gz` prints
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace rehearse {

using Sha256 = std::array<uint8_t, 32>;

// Takes its input in pieces: update() as often as needed, then digest() once. Move-only.
class Sha256Stream {
 public:
  Sha256Stream();
  void update(const void* data, size_t size);
  Sha256 digest();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

Sha256 sha256(std::span<const uint8_t> bytes);
Sha256 sha256(std::string_view bytes);
std::string sha256_hex(std::string_view bytes);  // lower case

// Lower hex of the whole content, read in pieces. Throws Blame::machine when the file cannot be read.
std::string sha256_file(const std::filesystem::path& file);
// The same of an open file, from its beginning; leaves the file's position alone. `name` is for the message.
std::string sha256_fd(int fd, const std::string& name);

// What a SHA256SUMS says of the file: its lines are "<hex> <blank or *><name>". Nothing when none names it.
std::optional<std::string> checksum_in(const std::string& sums, const std::string& file_name);

std::string to_hex(std::span<const uint8_t> bytes);  // lower case

}  // namespace rehearse
