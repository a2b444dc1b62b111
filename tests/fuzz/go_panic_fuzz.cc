// Whatever a process printed when it died: what is kept of it is bounded, and what it says does not depend on colours.
#include "localnet/cosmos/go_panic.h"

#include <algorithm>

#include "localnet/base/text.h"
#include "tests/fuzz/input.h"

using namespace rehearse;

namespace {

std::optional<GoPanic> read(const std::string& output, bool cleaned) {
  PanicReader reader;
  std::int64_t number = 0;
  for (std::size_t from = 0; from < output.size();) {
    const auto end = std::min(output.find('\n', from), output.size());
    const auto line = output.substr(from, end - from);
    reader.line(cleaned ? printable(line) : line, ++number);
    from = end + 1;
  }
  return reader.panic();
}

void check(const std::optional<GoPanic>& found) {
  if (!found) return;
  fuzz::require(!found->chain.empty() && found->chain.front() == found->text);
  fuzz::require(found->chain.size() <= 16 && found->frames.size() <= 64 && found->notes.size() <= 8);
  fuzz::require(found->text.size() <= 40 * 1024);
  fuzz::require(found->goroutines > 0 || found->frames.empty());
  const auto* frame = first_application_frame(found->frames);
  fuzz::require(!frame || (frame >= found->frames.data() && frame < found->frames.data() + found->frames.size()));
  fuzz::require(frame || module_of(found->frames).empty());
  abci_method(found->frames);
  in_consensus_engine(found->frames);
  through_upgrade_handler(found->frames);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto output = fuzz::text(data, size);
  const auto found = read(output, false), cleaned = read(output, true);
  check(found);
  fuzz::require(found.has_value() == cleaned.has_value());
  if (found && size < 16 * 1024) fuzz::require(found->text == cleaned->text && found->frames == cleaned->frames);
  check(read_stack(output, "what failed"));
  return 0;
}
