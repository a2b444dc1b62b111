// What nearly every file includes and what takes the compiler longest to read. A file includes what it uses all the same:
// without this header it has to compile as well.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <variant>
#include <vector>
#include <yaml-cpp/yaml.h>

#include "localnet/base/json.h"
