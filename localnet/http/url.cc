#include "localnet/http/url.h"

#include <boost/url.hpp>

namespace rehearse {

namespace urls = boost::urls;

std::optional<FileUrl> parse_file_url(const std::string& text, const std::string& parameter) {
  const auto parsed = urls::parse_uri(text);
  if (!parsed || (parsed->scheme() != "http" && parsed->scheme() != "https")) return std::nullopt;
  urls::url url(*parsed);
  url.remove_fragment();
  FileUrl found;
  auto parameters = url.encoded_params();
  if (const auto at = parameters.find(parameter); at != parameters.end()) {
    found.value = std::string((*at).value);
    parameters.erase(at);
    if (parameters.empty()) url.remove_query();
  }
  if (const auto parts = url.segments(); !parts.empty()) found.file = parts.back();
  if (found.file.find('/') != std::string::npos || found.file == "." || found.file == "..") found.file.clear();
  found.url = std::string(url.buffer());
  return found;
}

std::string host_of(const std::string& url) {
  const auto parsed = urls::parse_uri(url);
  if (!parsed || (parsed->scheme() != "http" && parsed->scheme() != "https") || parsed->encoded_host().empty()) return "";
  return std::string(parsed->encoded_host_and_port());
}

std::string path_part(const std::string& text) { return urls::encode(text, urls::unreserved_chars); }

std::string path_of_target(const std::string& target) {
  const auto parsed = urls::parse_origin_form(target);
  return parsed ? std::string(parsed->encoded_path()) : "";
}

}  // namespace rehearse
