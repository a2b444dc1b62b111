// Whether a file is a program this machine can execute, from its first bytes.
#pragma once

#include <string>
#include <string_view>

namespace rehearse {

bool is_elf(std::string_view head);

// `head` is at least the 64 bytes of an ELF header; `name` is for the message. Throws Blame::release with
// Trouble::wrong_architecture unless it is a 64-bit program of this machine's kind.
void check_elf(const std::string& name, std::string_view head);

}  // namespace rehearse
