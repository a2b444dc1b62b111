#include "localnet/inject/clock_code.h"

#include <array>
#include <cstdint>
#include <cstring>

namespace rehearse {

namespace {

// The offset, as 64 bits, stands between the two.
struct Code {
  std::string function, before, after;
};

template <std::size_t N>
std::string bytes(const unsigned char (&list)[N]) {
  return {reinterpret_cast<const char*>(list), N};
}

const std::array<Code, 3>& codes() {
  static const std::array<Code, 3> all{
      Code{"__vdso_clock_gettime",
           bytes({0xb8, 0xe4, 0x00, 0x00, 0x00,  //     mov   eax, 228 (clock_gettime)
                  0x0f, 0x05,                    //     syscall            ; keeps rdi and rsi
                  0x85, 0xc0,                    //     test  eax, eax
                  0x75, 0x16,                    //     jnz   2f           ; it failed
                  0x85, 0xff,                    //     test  edi, edi
                  0x74, 0x05,                    //     jz    1f           ; CLOCK_REALTIME
                  0x83, 0xff, 0x05,              //     cmp   edi, 5
                  0x75, 0x0d,                    //     jne   2f           ; not CLOCK_REALTIME_COARSE
                  0x48, 0xb9}),                  // 1:  mov   rcx, offset
           bytes({0x48, 0x01, 0x0e,              //     add   [rsi], rcx
                  0xc3})},                       // 2:  ret
      Code{"__vdso_gettimeofday",
           bytes({0xb8, 0x60, 0x00, 0x00, 0x00,  //     mov   eax, 96 (gettimeofday)
                  0x0f, 0x05,                    //     syscall
                  0x85, 0xc0,                    //     test  eax, eax
                  0x75, 0x12,                    //     jnz   1f
                  0x48, 0x85, 0xff,              //     test  rdi, rdi
                  0x74, 0x0d,                    //     jz    1f           ; asked for the zone only
                  0x48, 0xb9}),                  //     mov   rcx, offset
           bytes({0x48, 0x01, 0x0f,              //     add   [rdi], rcx
                  0xc3})},                       // 1:  ret
      Code{"__vdso_time",
           bytes({0xb8, 0xc9, 0x00, 0x00, 0x00,  //     mov   eax, 201 (time)
                  0x0f, 0x05,                    //     syscall
                  0x48, 0xb9}),                  //     mov   rcx, offset
           bytes({0x48, 0x01, 0xc8,              //     add   rax, rcx
                  0x48, 0x85, 0xff,              //     test  rdi, rdi
                  0x74, 0x03,                    //     jz    1f
                  0x48, 0x89, 0x07,              //     mov   [rdi], rax
                  0xc3})}};                      // 1:  ret
  return all;
}

const Code* code_of(std::string_view function) {
  for (const auto& code : codes())
    if (code.function == function) return &code;
  return nullptr;
}

}  // namespace

const std::vector<std::string>& clock_functions() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const auto& code : codes()) all.push_back(code.function);
    return all;
  }();
  return names;
}

std::string clock_code(std::string_view function, std::chrono::seconds offset) {
  const auto* code = code_of(function);
  if (!code) return "";
  const std::int64_t value = offset.count();
  std::string number(sizeof value, '\0');
  std::memcpy(number.data(), &value, sizeof value);
  return code->before + number + code->after;
}

std::optional<std::chrono::seconds> offset_in(std::string_view function, std::string_view text) {
  const auto* code = code_of(function);
  std::int64_t value = 0;
  if (!code || text.size() < code->before.size() + sizeof value) return std::nullopt;
  std::memcpy(&value, text.data() + code->before.size(), sizeof value);
  const std::chrono::seconds offset(value);
  if (!text.starts_with(clock_code(function, offset))) return std::nullopt;
  return offset;
}

}  // namespace rehearse
