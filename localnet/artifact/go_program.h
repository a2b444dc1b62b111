// What can be read off a Go program without its source: where its functions begin, by the table from which
// the runtime prints its stacks. Programs that were stripped have it, too.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace rehearse {

// By name, as in a stack: "example.org/chain/app.(*App).EndBlocker". Offsets in the file.
using FunctionOffsets = std::map<std::string, std::uint64_t>;

// Those of its functions that are wanted. None of a file that is no 64-bit ELF program of Go 1.20 or later (the
// format of its table).
FunctionOffsets offsets_of_functions(const std::filesystem::path& program,
                                     const std::function<bool(std::string_view name)>& wanted);
// Of the bytes of a program.
FunctionOffsets offsets_of_functions(std::string_view program,
                                     const std::function<bool(std::string_view name)>& wanted);

// Whether these words stand anywhere in the program: a hint only, for names can be composed, and are part of
// others.
bool holds_text(const std::filesystem::path& program, std::string_view text);

// A copy of the program that dies when it comes to one of them: a trap, upon which Go prints every
// goroutine's stack. Throws Error(Blame::machine) when it cannot be written.
void copy_with_traps(const std::filesystem::path& program, const FunctionOffsets& at,
                     const std::filesystem::path& copy);

}  // namespace rehearse
