#!/bin/sh
# Install Tesseract's language packs (table: ocr/languages.py) as root on Debian; elsewhere name what is missing.
# Usage: language_packs.sh [PYTHON]. The table needs the standard library only.
set -u
python=${1:-python3}
cd "$(dirname "$0")/.." || exit 1
missing=$("$python" -m ocr.language_packs --missing --packages) || exit 1
[ -z "$missing" ] && exit 0
missing=$(echo $missing)  # one line, for the messages
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing language packs: $missing"
  apt-get update -qq >/dev/null 2>&1
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null 2>&1 && exit 0
fi
echo "Not installed (scripts other than Chinese, Japanese and Latin stay unrecognised): $missing"
echo "On Debian: sudo apt-get install $missing"
exit 0
