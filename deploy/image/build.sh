#!/usr/bin/env bash
# Builds the image of the native executable (make image). BASE: another base image than the Dockerfile's; "debian" makes
# one out of this machine's packages (base-image.sh), where none can be pulled.
set -euo pipefail
cd "$(dirname "$0")/../.."
engine=$(tools/container-engine)
[ -n "$engine" ] || { echo "make image needs podman or docker, with an engine that answers" >&2; exit 2; }
[ -x target/duet-runner ] || { echo "target/duet-runner is missing: run make native first" >&2; exit 2; }

version=$(sed -n 's/.*image.version="\([^"]*\)".*/\1/p' deploy/image/Dockerfile.native)
arguments=()
if [ "${BASE:-}" = debian ]; then
  deploy/image/base-image.sh localhost/duet-base:latest
  arguments=(--build-arg BASE=localhost/duet-base:latest)
elif [ -n "${BASE:-}" ]; then
  arguments=(--build-arg "BASE=$BASE")
fi
"$engine" build -f deploy/image/Dockerfile.native "${arguments[@]}" -t "duet:$version-native" .
"$engine" image inspect --format "duet:$version-native: {{.Size}} bytes" "duet:$version-native"
