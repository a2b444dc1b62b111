// URLs taken apart and put together: Boost.URL behind a plain header.
#pragma once

#include <optional>
#include <string>

namespace rehearse {

// A URL, and not a path.
inline bool is_url(const std::string& text) { return text.find("://") != std::string::npos; }

// The address of a file, as releases are given: https://HOST/PATH/FILE?PARAMETER=VALUE
struct FileUrl {
  std::string url;    // without the parameter that was asked for, and without a fragment
  std::string value;  // of that parameter; empty: there is none
  std::string file;   // the last part of its path, decoded; empty: there is none that may name a file
};
// Nothing unless it is a URL of http or https.
std::optional<FileUrl> parse_file_url(const std::string& text, const std::string& parameter);

// Host and port of a URL of http or https, as it has them; empty for what is none.
std::string host_of(const std::string& url);

// Each character that means something in a URL is escaped: one part of a path.
std::string path_part(const std::string& text);
// The path of what a client asks a server for, still escaped; empty for what is none.
std::string path_of_target(const std::string& target);

}  // namespace rehearse
