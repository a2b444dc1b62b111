// Text as Go programs write it into their logs: quoted by strconv.Quote or as a JSON string.
#pragma once

#include <string>
#include <string_view>

namespace rehearse {

// The escapes of Go's and of JSON's strings decoded (\n, \", \x1b, \u00e4, surrogate pairs); what is no escape stays as it
// is, half a one at the end, too. The quotes around it must be gone. Linear, and never longer than `escaped`.
std::string unescaped(std::string_view escaped);

// As strconv.Quote has it, with its quotes; letters of any language stay as they are.
std::string go_quoted(std::string_view text);

// For a line of a log: ends of lines and tabs as the two characters \n, \r and \t, other control characters and colours gone.
std::string on_one_line(std::string_view text);

// The first `bytes` of it or fewer, never half a UTF-8 character.
std::string_view utf8_prefix(std::string_view text, std::size_t bytes);

}  // namespace rehearse
