#!/usr/bin/env bash
# Proves that the chart's schema refuses wrong values, and that check-helm.mjs notices an object that differs from kustomize's.
#
#   helm.sh PRODUCTION      the production overlay, rendered by kustomize
set -euo pipefail
tools=$(cd "$(dirname "$0")/.." && pwd)
project=$(cd "$tools/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
settings=applicationProperties=$project/deploy/k8s/overlays/production/application.properties
chart() { "$tools/helm.sh" template duet "$project/deploy/helm/duet" -n duet -f "$project/deploy/helm/duet/values-production.yaml" "$@" 2>&1; }

passed=0 failed=0
told() { # WHAT TEXT STATUS OUTPUT: it failed, and says the text
  if [ "$3" -ne 0 ] && grep -qF -- "$2" <<< "$4"; then passed=$((passed + 1)); else
    failed=$((failed + 1))
    printf 'FAILED %s: status %s, not said: %s\n%s\n' "$1" "$3" "$2" "$(tail -n 5 <<< "$4")"
  fi
}
refuses() { # TEXT ARGUMENT...
  local text=$1 status=0 output
  shift
  output=$(chart "$@") || status=$?
  told "$*" "$text" "$status" "$output"
}
notices() { # TEXT ARGUMENT...
  local text=$1 status=0 output
  shift
  chart --set-file "$settings" "$@" | grep -v '^level=INFO' > "$work/helm.yaml"
  output=$("$tools/check-helm.mjs" "$work/helm.yaml" "$rendered") || status=$?
  told "$*" "$text" "$status" "$output"
}
rendered=$(realpath "$1")

refuses 'applicationProperties is missing'
refuses "'/image/tag'" --set-file "$settings" --set image.tag=latest
refuses 'replicaCount' --set-file "$settings" --set replicaCount=3
refuses "'/autoscaling/topics'" --set-file "$settings" --set-json 'autoscaling.topics=[]'
refuses "'/terminationGracePeriodSeconds'" --set-file "$settings" --set terminationGracePeriodSeconds=5
notices 'spec.template.spec.terminationGracePeriodSeconds: is 30, but 60 by kustomize' --set terminationGracePeriodSeconds=30
notices 'the chart makes no such object' --set autoscaling.enabled=false
notices 'spec.template.spec.containers[0].image: is "images.example.org/duet:0.0.9"' --set image.tag=0.0.9

echo "$passed wrong values and renderings noticed, $failed not"
[ "$failed" -eq 0 ]
