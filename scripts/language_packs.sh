#!/bin/sh
# Install Tesseract's language packs where this machine lets us; say what is missing elsewhere.
set -u
packs="ara fas tha khm mya kor rus"
folder=${TESSDATA_DIR:-/usr/share/tesseract-ocr/5/tessdata}
missing=""
for pack in $packs; do [ -f "$folder/$pack.traineddata" ] || missing="$missing tesseract-ocr-$pack"; done
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing language packs:$missing"
  apt-get update -qq >/dev/null 2>&1
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null 2>&1 && exit 0
fi
echo "Not installed (scripts other than Chinese, Japanese and Latin stay unread):$missing"
echo "On Debian: sudo apt-get install$missing"
exit 0
