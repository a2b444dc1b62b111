// A release that does with every command what the last line of its file says: a test appends one to a copy of
// it.
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

int main(int, char** argv) {
  std::ifstream self("/proc/self/exe", std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(self)), std::istreambuf_iterator<char>());
  const auto what = bytes.substr(bytes.rfind('\n') + 1);
  if (what == "hangs") ::pause();
  if (what == "helps") std::puts("Usage:\n  virtengine [command]\n\nAvailable Commands:\n  start");
  if (what == "whispers") std::fputs("v1.0.0\n", stderr);
  if (const std::string runs = "runs "; what.starts_with(runs)) {  // that script, with its own arguments
    const auto script = what.substr(runs.size());
    argv[0] = const_cast<char*>(script.c_str());
    ::execv(argv[0], argv);
    return 127;
  }
  return 0;
}
