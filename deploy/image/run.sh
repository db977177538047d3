#!/usr/bin/env bash
# Runs the image as a cluster would: read-only, no capabilities, a memory limit; on the host's network, for servers that
# listen on 127.0.0.1. The arguments are Duet's: run.sh -Dduet.pipeline=funds ... MEMORY: the limit, default 512m.
set -euo pipefail
engine=$("$(dirname "$0")/../../tools/container-engine")
[ -n "$engine" ] || { echo "make image-run needs podman or docker, with an engine that answers" >&2; exit 2; }
version=$(sed -n 's/.*image.version="\([^"]*\)".*/\1/p' "$(dirname "$0")/Dockerfile.native")
exec "$engine" run --rm --network host --read-only --tmpfs /tmp:rw,exec,nosuid,nodev,size=64m --cap-drop all \
  --security-opt no-new-privileges --memory "${MEMORY:-512m}" "duet:$version" "$@"
