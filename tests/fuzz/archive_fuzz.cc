// Any bytes are an archive that holds the program, or an Error that says what is wrong with it.
#include "localnet/artifact/archive.h"
#include "localnet/base/error.h"
#include "tests/fuzz/input.h"

using namespace rehearse;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static fuzz::InputFile file("archive");
  file.fill(data, size);
  try {
    std::string head;
    const auto member = unpack_member(file.fd(), "archive", "virtengine", [&](std::string_view piece, bool begins) {
      if (begins) head.clear();
      head += piece;
    });
    fuzz::require(member.path == "virtengine" || member.path == "bin/virtengine");
    fuzz::require(head.starts_with(member.head));
  } catch (const Error& e) {
    fuzz::require(e.blame == Blame::release && e.trouble != Trouble::other);
  }
  return 0;
}
