#!/bin/sh
# Run make targets on a bare Debian: bare_machine.sh [SUITE [TARGET...]] (bookworm; run demo).
# The machine is a debootstrap tree with Python, make, git and CA certificates, nothing else. `run`
# starts the portal and waits for it, `demo` calls it; any other target is run as it is. The tree
# takes packages from where this machine does. BARE_TREE names a tree to keep between runs;
# BARE_LIMIT_S (1200) bounds each target. Where no tree can be made this says so and ends with 0.
set -u
suite=${1:-bookworm}
[ $# -gt 0 ] && shift
[ $# -gt 0 ] || set -- run demo
here=$(cd "$(dirname "$0")/.." && pwd)
limit=${BARE_LIMIT_S:-1200}
packages=python3,python3-venv,make,git,ca-certificates
skip() { echo "bare machine: skipped, $1"; exit 0; }

[ "$(id -u)" = 0 ] || skip "it needs root"
if ! command -v debootstrap >/dev/null; then
  command -v apt-get >/dev/null || skip "debootstrap is not installed"
  apt-get update -qq >/dev/null 2>&1
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq debootstrap >/dev/null 2>&1 || skip "debootstrap cannot be installed"
fi
tree=${BARE_TREE:-$(mktemp -d)}
mkdir -p "$tree"
tree=$(readlink -f "$tree")
mounted=""
living() { # the processes that were started in the tree
  for process in /proc/[0-9]*; do
    [ "$(readlink "$process/root" 2>/dev/null)" = "$tree" ] && echo "${process#/proc/}"
  done
}
clean() {
  for signal in INT TERM KILL; do
    for _ in 1 2 3 4 5; do
      started=$(living)
      [ -n "$started" ] || break 2
      # shellcheck disable=SC2086
      kill -$signal $started 2>/dev/null
      sleep 1
    done
  done
  for point in $mounted; do umount -l "$tree$point" 2>/dev/null; done
  [ -n "${BARE_TREE:-}" ] || { [ -z "$(grep -F " $tree/" /proc/mounts)" ] && rm -rf "$tree" "$tree.log"; }
}
trap clean EXIT
trap 'exit 130' INT TERM
mount_in() { # mount_in PATH: the same path in the tree, gone with it
  mkdir -p "$tree$1"
  mount --rbind "$1" "$tree$1" && mount --make-rslave "$tree$1" && mounted="$1 $mounted"
}

if [ ! -x "$tree/usr/bin/git" ]; then
  echo "bare machine: making a tree of $suite with $packages"
  timeout 600 debootstrap --variant=minbase --include=$packages "$suite" "$tree" >"$tree.log" 2>&1 ||
    { tail -3 "$tree.log"; skip "debootstrap failed"; }
fi
for point in /proc /sys /dev; do mount_in $point || skip "$point cannot be mounted"; done
cp -L /etc/resolv.conf /etc/hosts "$tree/etc/"
# The package clients of the tree are set up as this machine's are: their settings, certificates and
# the folders that the settings name.
for settings in /etc/pip.conf /etc/xdg/pip /usr/local/share/ca-certificates; do
  [ -e "$settings" ] && mkdir -p "$tree$(dirname "$settings")" && cp -rL "$settings" "$tree$(dirname "$settings")/"
done
cp -L /etc/ssl/certs/ca-certificates.crt "$tree/etc/ssl/certs/ca-certificates.crt"
for folder in $({ cat /etc/pip.conf /etc/xdg/pip/pip.conf 2>/dev/null; env | grep ^PIP_; } | grep -oE "(file://|[ =])/[^ ]+" | sed -E 's#^(file://|[ =])##'); do
  [ -d "$folder" ] && mount_in "$folder"
done
rm -rf "$tree/srv/ocr-console"
git clone -q --no-hardlinks "$here" "$tree/srv/ocr-console" || exit 1
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')

inside() { # inside COMMAND...: in the tree's checkout, with the environment of a fresh login
  env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 PORT="$port" PYTHONUNBUFFERED=1 PYTEST_ARGS="${PYTEST_ARGS:-}" \
    $(env | grep -E '^(PIP_[A-Z_]+|SSL_CERT_FILE|REQUESTS_CA_BUNDLE|[a-z]+_proxy)=' || true) \
    chroot "$tree" sh -c 'cd /srv/ocr-console && exec "$@"' sh "$@"
}
answers() { python3 -c "import urllib.request as u; u.urlopen('http://127.0.0.1:$port/readyz', timeout=5)" 2>/dev/null; }

began=$(date +%s)
for target; do
  echo "bare machine: $suite, $(inside python3 --version), make $target"
  if [ "$target" = run ]; then
    log=$tree/srv/run.log
    inside make run >"$log" 2>&1 &
    server=$!
    until answers; do
      sleep 2
      if [ $(($(date +%s) - began)) -gt "$limit" ] || ! kill -0 "$server" 2>/dev/null; then
        tail -30 "$log"
        echo "bare machine: make run did not come to answer"
        exit 1
      fi
    done
    echo "bare machine: the portal answers after $(($(date +%s) - began)) s"
  else
    inside timeout "$limit" make "$target" || { echo "bare machine: make $target failed"; exit 1; }
  fi
done
echo "bare machine: $suite passed: $*"
