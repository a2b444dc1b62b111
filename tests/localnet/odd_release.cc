// A release that does with every command what the last line of its file says: a test appends one to a copy of
// it.
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

int main() {
  std::ifstream self("/proc/self/exe", std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(self)), std::istreambuf_iterator<char>());
  const auto what = bytes.substr(bytes.rfind('\n') + 1);
  if (what == "hangs") ::pause();
  if (what == "helps") std::puts("Usage:\n  virtengine [command]\n\nAvailable Commands:\n  start");
  if (what == "whispers") std::fputs("v1.0.0\n", stderr);
  return 0;
}
