// Whatever a node writes: its entry is one printable line that is read as itself again, and no longer than what it was made of
// allows.
#include "localnet/cosmos/log_entry.h"

#include "localnet/base/text.h"
#include "tests/fuzz/input.h"

using namespace rehearse;

namespace {

std::string trimmed(const std::string& text) {
  const auto from = text.find_first_not_of(" \t");
  return from == std::string::npos ? "" : text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto line = fuzz::text(data, size);
  const auto entry = read_log_line(line);
  for (const unsigned char c : entry.text) fuzz::require(c == '\t' || (c >= 0x20 && c != 0x7f));
  fuzz::require(entry.text.size() <= 6 * size + 64);  // the longest escape of one byte is \u003c, the longest level word 3
  fuzz::require(entry.fields.size() <= 1001);
  const auto cleaned = read_log_line(printable(line));
  fuzz::require(cleaned.text == entry.text && cleaned.level == entry.level && cleaned.message == entry.message);

  const auto again = read_log_line(entry.text);
  if (entry.level != LineLevel::unknown) fuzz::require(again.level == entry.level);
  // Where a message ends a console line does not say: one of them may have fields that the other has in its message.
  if (entry.level == LineLevel::unknown || entry.message.find_first_of("\t\n\r") != std::string::npos) return 0;
  const auto message = trimmed(printable(entry.message));
  fuzz::require(message.starts_with(again.message) || again.message.find(message) != std::string::npos);
  return 0;
}
