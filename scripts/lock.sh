#!/bin/sh
# Write the locks of pyproject.toml, or with --check compare them: lock.sh UV [--check].
# The development lock holds everything, so the others are cut from its versions. Hashes of every
# file, no address of an index: each machine takes the packages from the index that it is set up for.
set -eu
uv=$1
folder=.
if [ "${2:-}" = --check ]; then
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  cp -r requirements.txt requirements "$folder"
fi
compile() { # compile OUTPUT ARGUMENT...
  output=$folder/$1
  shift
  "$uv" pip compile --quiet "$@" --universal --generate-hashes \
    --no-emit-index-url --no-emit-find-links --no-annotate --no-emit-package ocr-console-client \
    --custom-compile-command "make lock" --output-file "$output" >/dev/null
}
locks() {
  all=$folder/requirements/dev.txt
  compile requirements/dev.txt pyproject.toml --all-extras --group demo --group dev &&
    compile requirements.txt pyproject.toml --extra server --extra worker --extra paddle --constraint "$all" &&
    compile requirements/web.txt pyproject.toml --extra server --constraint "$all" &&
    compile requirements/worker.txt pyproject.toml --extra worker --extra paddle --constraint "$all" &&
    compile requirements/demo.txt --group demo --constraint "$all"
}
if [ "$folder" = . ]; then
  mkdir -p requirements
  locks
  exit
fi
if ! locks 2>"$folder/errors"; then
  if grep -qiE "error sending request|failed to fetch|dns error|timed out" "$folder/errors"; then
    echo "The package index is not reachable: the locks are compared with pyproject.toml by tests/config/test_locks.py only."
    exit 0
  fi
  cat "$folder/errors" >&2
  exit 1
fi
for lock in requirements.txt requirements/dev.txt requirements/web.txt requirements/worker.txt requirements/demo.txt; do
  diff -u "$lock" "$folder/$lock" || { echo "$lock does not match pyproject.toml: run make lock" >&2; exit 1; }
done
