#!/usr/bin/env bash
# Runs Prometheus' promtool: PROMTOOL, else the one on the path, else that of Debian's package, which is taken out of it into the
# cache folder (the package itself is not installed). Exit code 2 where there is none.
set -euo pipefail
if [ -n "${PROMTOOL:-}" ]; then exec "$PROMTOOL" "$@"; fi
if command -v promtool > /dev/null; then exec promtool "$@"; fi
cached=${XDG_CACHE_HOME:-$HOME/.cache}/duet/promtool
if [ ! -x "$cached" ] && command -v apt-get > /dev/null; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  download() { (cd "$work" && apt-get -qq -o APT::Sandbox::User=root download prometheus) >&2; }
  # apt checks the signature. A fresh machine has no lists yet.
  if download 2> /dev/null || { [ "$(id -u)" = 0 ] && apt-get -qq update >&2 && download; }; then
    dpkg-deb --extract "$work"/prometheus_*.deb "$work/root"
    mkdir -p "$(dirname "$cached")"
    install "$work/root/usr/bin/promtool" "$cached.$$"
    mv "$cached.$$" "$cached"
  fi
  rm -rf "$work"
fi
[ -x "$cached" ] || { echo "promtool.sh: there is no promtool: set PROMTOOL to one (it comes with Prometheus)" >&2; exit 2; }
exec "$cached" "$@"
