#!/usr/bin/env bash
# Runs up.sh, check.sh, down.sh and preflight.sh against a stand-in for kubectl (kubectl, cluster.mjs): in a sound cluster from nothing
# to nothing, in clusters with one flaw each, whose reason must be told, and with one line of a script broken, which must be
# noticed. Run by `make verify-manifests`; no cluster is asked.
#
#   test.sh LOCAL      the local overlay, rendered
set -euo pipefail
tools=$(cd "$(dirname "$0")/../.." && pwd)
project=$(cd "$tools/.." && pwd)
work=$(mktemp -d)
cluster=
trap '[ -z "$cluster" ] || kill "$cluster"; rm -rf "$work"' EXIT
"$tools/cluster/test/cluster.mjs" "$1" > "$work/port" &
cluster=$!
for _ in $(seq 100); do
  [ ! -s "$work/port" ] || break
  sleep 0.1
done
export FAKE_PORT=$(cat "$work/port") KUBECTL=$tools/cluster/test/kubectl FAKE_CLUSTER=$work/world POLL=0 COUNT_LOOKS=1
unset CONTEXT LIMIT ANYWAY STRIMZI_INSTALL FAKE_FLAW
mkdir -p "$work/project/tools"
cp -r "$project/deploy" "$project/strimzi" "$work/project"

passed=0 failed=0
fresh() { # WORLD: the scripts as they are, in that world
  rm -rf "$work/project/tools/cluster"
  cp -r "$tools/cluster" "$work/project/tools"
  if [ -n "${1:-}" ]; then cp "$work/$1" "$FAKE_CLUSTER"; else rm -f "$FAKE_CLUSTER"; fi
}
broken() { # SCRIPT SED: one line of it is changed
  local before
  before=$(cksum < "$work/project/tools/cluster/$1")
  sed -i "$2" "$work/project/tools/cluster/$1"
  [ "$before" != "$(cksum < "$work/project/tools/cluster/$1")" ] || { echo "$2 changes nothing in $1"; failed=$((failed + 1)); }
}
run() { # STATUS TEXT SCRIPT ARGUMENT...: ends so, says the text (of a text that begins with !, does not say it)
  local status=0 output problem= wanted=$1 text=$2
  shift 2
  output=$("$work/project/tools/cluster/$@" 2>&1) || status=$?
  [ "$status" -eq "$wanted" ] || problem="exit code $status, not $wanted"
  case $text in
    !*) ! grep -qF -- "${text#!}" <<< "$output" || problem="said: ${text#!}" ;;
    *) grep -qF -- "$text" <<< "$output" || problem="not said: $text" ;;
  esac
  if [ -z "$problem" ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf 'FAILED %s (flaw %s): %s\n%s\n' "$*" "${FAKE_FLAW:-none}" "$problem" "$output"
  fi
}
empty() { # nothing is left in the world
  grep -q '"objects":\[\]' "$FAKE_CLUSTER" && grep -q '"slot":null' "$FAKE_CLUSTER" || { echo "FAILED: something is left"; failed=$((failed + 1)); }
}

fresh
run 0 '!Warning' up.sh
cp "$FAKE_CLUSTER" "$work/up"
run 0 'All is up' up.sh # again, while the Job is there
run 0 'Source, mirror and Delta are equal' check.sh
run 0 'All is gone' down.sh
empty
run 0 'nothing to remove' down.sh

# One flaw of the cluster each.
export FAKE_FLAW
export LIMIT=8
flaw() { # FLAW WORLD
  FAKE_FLAW=$1
  fresh "${2:-}"
}
flaw far-context
run 1 'the current context is prod-eu' up.sh
flaw no-storage-class
run 1 'MISSING: no default storage class' up.sh
flaw small-node
run 1 'MB of memory for pods, and the demo takes 5000' up.sh
flaw no-image up
run 1 "does not have Duet's image" up.sh
flaw no-bucket up
run 1 'the bucket: DeadlineExceeded' up.sh
flaw nothing-moves up
run 1 'row 5 in the mirror: not within 8 s. The last state: the mirror has no row' check.sh
flaw differs up
run 1 'duet verify ended with 1' check.sh
flaw no-topic-operator up
run 0 'no operator lets go of it: releasing kafkatopic/connect-configs' down.sh
empty
flaw production
run 1 'MISSING: no Strimzi operator watches the namespace kafka' preflight.sh production
run 1 'ok: 3 zones' preflight.sh production
flaw none up
run 1 'MISSING: no node has the label topology.kubernetes.io/zone' preflight.sh production
sed -i 's|"duet.dev/made-by":"cluster-up"||' "$FAKE_CLUSTER"
run 1 'was not made by make cluster-up' down.sh

# One line of a script broken each, as it was once or might be.
flaw none up
broken down.sh '/remove 180 "the topics"/d'
run 1 'strimzi.io/topic-operator in 7 resource instances' down.sh
flaw none up
broken down.sh '/the end of Connect.s pods/d; s/ and not active"/"/'
run 0 'is active for PID 42' down.sh
flaw none up
broken up.sh '/delete job minio-bucket/d'
run 1 'field is immutable' up.sh
flaw operator-elsewhere
broken up.sh 's/ --save-config$//'
run 1 'missing the last-applied-configuration' up.sh
flaw operator-elsewhere
run 1 'Kafka: not within 8 s' up.sh
flaw none
broken up.sh 's/k apply --server-side -k/k apply -k/'
run 1 'Too long' up.sh

echo "$passed runs of the cluster's scripts as they must be, $failed not"
[ "$failed" -eq 0 ]
