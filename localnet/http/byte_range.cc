#include "localnet/http/byte_range.h"

#include <algorithm>
#include <optional>

#include "localnet/base/number.h"

namespace rehearse {

namespace {

// Digits only; nothing for anything else.
std::optional<std::int64_t> number(std::string_view text) {
  const auto value = whole_number<std::int64_t>(text);
  return value && *value >= 0 ? value : std::nullopt;
}

}  // namespace

ByteRange parse_range(std::string_view header, std::int64_t size) {
  const ByteRange all{false, 0, size}, none{true, 0, -1};
  constexpr std::string_view kUnit = "bytes=";
  if (!header.starts_with(kUnit)) return all;
  header.remove_prefix(kUnit.size());
  const auto dash = header.find('-');
  if (dash == std::string_view::npos) return all;
  const auto first = number(header.substr(0, dash)), last = number(header.substr(dash + 1));
  if (dash == 0) {  // the last so many
    if (!last) return all;
    return *last == 0 || size == 0 ? none : ByteRange{true, std::max<std::int64_t>(0, size - *last), size};
  }
  const bool open = dash + 1 == header.size();
  if (!first || (!open && (!last || *last < *first))) return all;
  if (*first >= size) return none;
  return {true, *first, open || *last >= size ? size : *last + 1};
}

}  // namespace rehearse
