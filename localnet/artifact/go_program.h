// What can be read off a Go program without its source: where its functions begin, by the table from which
// the runtime prints its stacks. Programs that were stripped have it, too.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace rehearse {

// By name, as in a stack: "example.org/chain/app.(*App).EndBlocker". Those that it has, as offsets in the
// file. None of a file that is no 64-bit ELF program of Go 1.20 or later (the format of its table).
std::map<std::string, std::uint64_t> offsets_of_functions(const std::filesystem::path& program,
                                                          const std::vector<std::string>& names);
// Of the bytes of a program.
std::map<std::string, std::uint64_t> offsets_of_functions(std::string_view program,
                                                          const std::vector<std::string>& names);

// Whether these words stand anywhere in the program: a hint only, for names can be composed, and are part of
// others.
bool holds_text(const std::filesystem::path& program, std::string_view text);

// A copy of the program that dies when it comes to that offset: a trap, upon which Go prints every
// goroutine's stack. Throws Error(Blame::machine) when it cannot be written.
void copy_with_trap(const std::filesystem::path& program, std::uint64_t offset,
                    const std::filesystem::path& copy);

}  // namespace rehearse
