#!/usr/bin/env bash
# Whether what no ordinary build compiles still would: the fuzz targets, with clang, and the benchmarks. The compilers only look,
# nothing is made.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# $1: compiler, $2...: sources
look() {
  local compiler=$1
  shift
  printf '%s\n' "$@" | xargs -P 2 -n 1 "$compiler" -std=c++20 -Wall -Wextra -Wpedantic -Werror -I. -DFMT_SHARED \
    '-DREHEARSE_SOURCE_DIR="."' -fsyntax-only
}

missing=()
if command -v clang++-14 >/dev/null; then look clang++-14 tests/fuzz/*.cc; else missing+=(clang-14); fi
if [[ -f /usr/include/benchmark/benchmark.h ]]; then look g++ tests/bench/*.cc; else missing+=(libbenchmark-dev); fi
((${#missing[@]})) || exit 0
echo "not all was looked at; missing: ${missing[*]}"
exit 77
