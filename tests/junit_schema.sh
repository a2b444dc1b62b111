#!/usr/bin/env bash
# Whether strict JUnit is valid against Jenkins' schema. The schema stands in the source distribution of pytest, which is
# fetched once into the build folder.   junit_schema.sh FOLDER FILE...
set -euo pipefail
folder=$1
shift
skip() { echo "skipped: $*"; exit 77; }
command -v xmllint >/dev/null || skip "xmllint is missing (libxml2-utils)"
python3 -m pip --version >/dev/null 2>&1 || skip "pip is missing (python3-pip)"

schema=$folder/junit-10.xsd
if [[ ! -f $schema ]]; then
  fetched=$(mktemp -d)
  trap 'rm -rf "$fetched"' EXIT
  echo 'pytest==8.3.4 --hash=sha256:965370d062bce11e73868e0335abac31b4d3de0e82f4007408d242b4f8610761' >"$fetched/wanted"
  python3 -m pip download --quiet --disable-pip-version-check --no-binary :all: --no-deps --dest "$fetched" \
    --requirement "$fetched/wanted"
  tar -xzf "$fetched"/pytest-*.tar.gz -C "$fetched" --strip-components=3 --wildcards '*/example_scripts/junit-10.xsd'
  mkdir -p "$folder"
  mv "$fetched/junit-10.xsd" "$schema"
fi
xmllint --noout --nonet --schema "$schema" "$@"
