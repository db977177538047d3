#!/usr/bin/env bash
# Plays alerts.yaml through the alert rules with promtool, and shows that it notices rules that never fire or always do.
#
#   alerts.sh MANIFEST      with the PrometheusRule, rendered
set -euo pipefail
tools=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$tools/test/alerts.yaml" "$work"
"$tools/alert-rules.mjs" "$1" > "$work/rules.yaml"
"$tools/promtool.sh" check rules "$work/rules.yaml" > "$work/out" 2>&1 || { cat "$work/out"; exit 1; }
"$tools/promtool.sh" test rules "$work/alerts.yaml" > "$work/out" 2>&1 || { cat "$work/out"; exit 1; }

cp "$work/rules.yaml" "$work/sound"
notices() { # SED
  sed "$1" "$work/sound" > "$work/rules.yaml"
  ! cmp -s "$work/sound" "$work/rules.yaml" || { echo "$1 changes nothing"; exit 1; }
  ! "$tools/promtool.sh" test rules "$work/alerts.yaml" > /dev/null 2>&1 || { echo "not noticed: $1"; exit 1; }
}
notices 's/duet_tables_stopped) > 0/duet_tables_stopped) > 5/'
notices 's/== 0/>= 0/'
notices 's/dead-lettered/deadlettered/'
echo "$(grep -c '"alert"' "$work/sound") alerts fire when they must, and only then"
