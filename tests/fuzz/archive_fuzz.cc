// Any bytes are an archive that holds the program, and the same one when it is read again, or an Error with a
// cause.
#include "localnet/archive.h"
#include "localnet/error.h"
#include "tests/fuzz/input.h"

using namespace rehearse;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static fuzz::InputFile file("archive");
  file.fill(data, size);
  try {
    const auto member = find_in_archive(file.fd(), "archive", "virtengine");
    fuzz::require(member.path == "virtengine" || member.path == "bin/virtengine");
    std::string head;
    read_member(file.fd(), "archive", member, [&](std::string_view piece) {
      if (head.size() < member.head.size()) head += piece.substr(0, member.head.size() - head.size());
    });
    fuzz::require(head == member.head);
  } catch (const Error& e) {
    fuzz::require(e.blame == Blame::release && !e.cause.empty());
  }
  return 0;
}
