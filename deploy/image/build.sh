#!/usr/bin/env bash
# Builds the image of the native executable (make image): around target/duet-runner where make native has built it, else all of
# it in the engine (Dockerfile). BASE: another base image than the Dockerfile's; "debian" makes one out of this machine's
# packages (base-image.sh), where none can be pulled. PLATFORM: linux/amd64 or linux/arm64, in place of the engine's own.
set -euo pipefail
cd "$(dirname "$0")/../.."
<<<<<<< HEAD
engine=$(tools/container-engine)
[ -n "$engine" ] || { echo "make image needs podman or docker, with an engine that answers" >&2; exit 2; }
[ -x target/duet-runner ] || { echo "target/duet-runner is missing: run make native first" >&2; exit 2; }
=======
engine=$(command -v podman || command -v docker) || { echo "make image needs podman or docker" >&2; exit 2; }
>>>>>>> c68687bcaf05ba40ae7a8ab2cbb91a7078ec14ac

recipe=deploy/image/Dockerfile
if [ -x target/duet-runner ] && [ -z "${PLATFORM:-}" ]; then recipe=$recipe.native; fi
version=$(sed -n 's/.*image.version="\([^"]*\)".*/\1/p' $recipe)
arguments=(--build-arg "CREATED=$(date -u +%Y-%m-%dT%H:%M:%SZ)" --build-arg "REVISION=$(git rev-parse HEAD 2> /dev/null || echo unknown)")
if [ -n "${PLATFORM:-}" ]; then arguments+=(--platform "$PLATFORM"); fi
if [ "${BASE:-}" = debian ]; then
  deploy/image/base-image.sh localhost/duet-base:latest
  arguments+=(--build-arg BASE=localhost/duet-base:latest)
elif [ -n "${BASE:-}" ]; then
  arguments+=(--build-arg "BASE=$BASE")
fi
"$engine" build -f "$recipe" "${arguments[@]}" -t "duet:$version" .
"$engine" image inspect --format "duet:$version: {{.Size}} bytes" "duet:$version"
