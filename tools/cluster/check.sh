#!/usr/bin/env bash
# `make cluster-check`: inserts, changes and deletes a row of the source and waits for each in the mirror, then asks
# `duet verify` in Duet's pod whether source, mirror and Delta are equal.
#
# CONTEXT, KUBECTL, LIMIT: see lib.sh.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tools/cluster/lib.sh
use_context

step "Duet"
wait_for 60 "Duet" rolled_out deployment duet

step "a row on its way"
name="make cluster-check $(date -u +%Y-%m-%dT%H:%M:%SZ) $$"
id=$(sql "insert into public.fund_metadata (fund_name, fund_price) values ('$name', 1.25) returning fund_id")
case $id in
  "" | *[!0-9]*) fail "the row was not inserted: psql answered '$id'" ;;
esac
mirrored() { # WHAT: what the mirror must have of the row
  local found
  found=$(sql "select coalesce((select fund_price::text from mirror.fund_metadata where fund_id = $id), 'no row')") || { echo "$found"; return 1; }
  [ "$found" = "$1" ] || { echo "the mirror has $found"; return 1; }
}
hint="kubectl -n $namespace logs deployment/duet; kubectl -n $namespace get kafkaconnector duet-source -o yaml"
wait_for 120 "row $id in the mirror" mirrored 1.25
sql "update public.fund_metadata set fund_price = 2.50 where fund_id = $id"
wait_for 60 "its change" mirrored 2.50
sql "delete from public.fund_metadata where fund_id = $id"
wait_for 60 "its deletion" mirrored "no row"

step "duet verify"
# A second process in the pod's memory: with a small heap.
status=0
if inside deployment/duet --container duet -- /app/duet --help > /dev/null 2>&1; then
  inside deployment/duet --container duet -- /app/duet -Xmx160m verify --nudge || status=$?
else # the image on a JVM
  inside deployment/duet --container duet -- /usr/bin/java -Xmx160m -jar quarkus-run.jar verify --nudge || status=$?
fi
[ "$status" -eq 0 ] || fail "duet verify ended with $status" "What the exit codes mean: docs/verify.md."
say
say "Source, mirror and Delta are equal."
