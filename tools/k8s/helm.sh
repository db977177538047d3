#!/usr/bin/env bash
# Runs helm 4.1.4; from where: from-layer.sh. HELM=/path/to/helm runs that one instead, of 3.14 or newer.
#
#   helm.sh template duet deploy/helm/duet --set-file applicationProperties=application.properties
set -euo pipefail
if [ -n "${HELM:-}" ]; then exec "$HELM" "$@"; fi
exec "$(dirname "$0")/from-layer.sh" helm 4.1.4 210d576a6dc04b7864af4b5d9a5af58860bbc03d19174ffeddbd29d01d1b59a9 "$@"
