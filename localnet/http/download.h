// Fetches a file by its URL. It gets its name only when it is whole and its checksum is the expected one:
// what lies under that name is verified.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "localnet/base/error.h"
#include "localnet/http/http.h"

namespace rehearse {

struct Download {
  std::string url;                     // http or https
  std::filesystem::path file;          // its folder is created; a file of that name is replaced
  std::string sha256;                  // hex
  std::filesystem::path ca_file = {};  // see HttpRequest
};

// How often a server may send who downloads elsewhere.
inline constexpr int kMostRedirects = 5;

// Of the release: Trouble::checksum_mismatch; of the machine: download_failed when the server did not give it, other when the
// file cannot be written. Nothing: the file is there.
using OnDownloaded = std::function<void(std::optional<Error>)>;

// A transfer that was cut off goes on where it was, as long as it gets any further and the file is still the
// same one. `on_done` is called once, from the loop, never after `http` was destroyed.
void download(Http& http, Download, OnDownloaded on_done);

}  // namespace rehearse
