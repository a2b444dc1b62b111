// x86-64 machine code that stands in for the vDSO's functions: the real system call, and seconds added to the wall clock.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rehearse {

// The functions that a wall clock is read with. A Go program uses the first only.
const std::vector<std::string>& clock_functions();

// Code for one of them. It works wherever it is put.
std::string clock_code(std::string_view function, std::chrono::seconds offset);

// The offset that code has which begins with what clock_code() made; empty when it is anything else.
std::optional<std::chrono::seconds> offset_in(std::string_view function, std::string_view code);

}  // namespace rehearse
