#!/bin/sh
# Install and start what the tests use where this machine lets us; tests of what is missing are skipped by name.
set -u
export DEBIAN_FRONTEND=noninteractive
root() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }
need() { # need COMMAND PACKAGE...
  command -v "$1" >/dev/null 2>&1 && return 0
  shift
  wanted="${wanted:-} $*"
}
wanted=""
need chromium chromium
need psql postgresql
need redis-server redis-server
need rabbitmqctl rabbitmq-server
need nginx nginx-light
need msgfmt gettext
need pdftotext poppler-utils
need go golang-go
need node nodejs
need php php-cli
need soffice "libreoffice-calc libreoffice-writer"
for font in fonts-noto-core fonts-noto-cjk fonts-ocr-b fonts-dejavu-core fonts-dejavu-extra fonts-liberation fonts-khmeros fonts-thai-tlwg fonts-sil-padauk; do
  dpkg -s "$font" >/dev/null 2>&1 || wanted="$wanted $font"
done
# Debian 12 has the narrow faces in fonts-liberation, Debian 13 in a package of their own.
[ -e /usr/share/fonts/truetype/liberation/LiberationSansNarrow-Regular.ttf ] || wanted="$wanted fonts-liberation-sans-narrow"
if [ -n "$wanted" ]; then
  if root; then
    echo "Installing for the tests:$wanted"
    apt-get update -qq >/dev/null 2>&1
    for package in $wanted; do
      apt-get install -y -qq --no-install-recommends "$package" >/dev/null 2>&1 || echo "could not install $package"
    done
    # The tests start nginx themselves; the package would open port 80.
    case "$wanted" in *nginx*) systemctl disable --now nginx >/dev/null 2>&1 || true ;; esac
  else
    echo "Missing, tests that need them are skipped:$wanted"
  fi
fi
if [ "$(id -u)" = 0 ]; then
  if command -v pg_lsclusters >/dev/null && ! (command -v pg_isready >/dev/null && pg_isready -q -h 127.0.0.1); then
    pg_lsclusters -h | while read -r version name _; do
      pg_ctlcluster --skip-systemctl-redirect "$version" "$name" start >/dev/null 2>&1
    done
  fi
  command -v redis-server >/dev/null && ! redis-cli ping >/dev/null 2>&1 &&
    redis-server --daemonize yes --bind 127.0.0.1 --save "" --appendonly no >/dev/null 2>&1
  command -v rabbitmq-server >/dev/null && ! rabbitmqctl status >/dev/null 2>&1 &&
    rabbitmq-server -detached >/dev/null 2>&1
fi
exit 0
