#include "localnet/base/sha256.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <cstring>
#include <sstream>
#include <vector>

#include "localnet/base/error.h"
#include "localnet/base/fd.h"

namespace rehearse {

namespace {

void require(int openssl_result) {
  if (openssl_result != 1)
    throw Error(Blame::machine, "OpenSSL cannot compute SHA-256; check its installation");
}

}  // namespace

void Sha256Stream::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

Sha256Stream::Sha256Stream() : context_(EVP_MD_CTX_new()) {
  require(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr));
}

void Sha256Stream::update(const void* data, size_t size) {
  require(EVP_DigestUpdate(context_.get(), data, size));
}

Sha256 Sha256Stream::digest() {
  Sha256 out;
  require(EVP_DigestFinal_ex(context_.get(), out.data(), nullptr));
  return out;
}

Sha256 sha256(std::span<const uint8_t> bytes) {
  Sha256Stream stream;
  stream.update(bytes.data(), bytes.size());
  return stream.digest();
}

Sha256 sha256(std::string_view bytes) {
  return sha256(std::span(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()));
}

std::string sha256_hex(std::string_view bytes) { return to_hex(sha256(bytes)); }

std::string sha256_file(const std::filesystem::path& file) {
  const Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) throw Error(Blame::machine, fmt::format("{}: cannot read: {}", file.string(), strerror(errno)));
  return sha256_fd(fd.get(), file.string());
}

std::string sha256_fd(int fd, const std::string& name) {
  Sha256Stream stream;
  std::vector<char> buffer(1 << 18);
  off_t at = 0;
  while (true) {
    ssize_t got = ::pread(fd, buffer.data(), buffer.size(), at);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw Error(Blame::machine, fmt::format("{}: cannot read: {}", name, strerror(errno)));
    if (got == 0) return to_hex(stream.digest());
    stream.update(buffer.data(), static_cast<size_t>(got));
    at += got;
  }
}

std::optional<std::string> checksum_in(const std::string& sums, const std::string& file_name) {
  std::istringstream lines(sums);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string hex, name;
    words >> hex >> std::ws;
    std::getline(words, name);
    while (!name.empty() && std::isspace(static_cast<unsigned char>(name.back()))) name.pop_back();
    if (name.starts_with('*')) name.erase(0, 1);
    if (std::filesystem::path(name).filename() == file_name) return hex;
  }
  return std::nullopt;
}

std::string to_hex(std::span<const uint8_t> bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (uint8_t byte : bytes) {
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

}  // namespace rehearse
