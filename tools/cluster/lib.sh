# What up.sh, down.sh, check.sh and preflight.sh share: kubectl, the context, and waits with a limit and a word on what is
# waited for. Sourced from the project's folder by bash 3.2 or newer.
#
# CONTEXT: kubectl's context, by default the current one if it is a laptop's. KUBECTL: another kubectl.
# LIMIT: seconds that each wait may take, in place of its own limit.

namespace=duet
kubectl=${KUBECTL:-kubectl}
poll=${POLL:-3} # seconds between two looks

say() { echo "$*"; }
step() { echo "== $*"; }
fail() { # WHAT WHAT-TO-DO
  { echo "FAILED: $1"; [ -z "${2:-}" ] || echo "  $2"; } >&2
  exit 1
}

k() { "$kubectl" --context "$context" --request-timeout=60s "$@"; }
kd() { k --namespace "$namespace" "$@"; }
inside() { "$kubectl" --context "$context" --namespace "$namespace" exec "$@"; } # may take as long as the command
sql() { inside postgres-0 --container postgres -- psql -U postgres -d finance --no-psqlrc -v ON_ERROR_STOP=1 -Atqc "$1"; }

# A context that is no laptop's must be named: what is applied here has passwords in the open.
use_context() {
  command -v "$kubectl" > /dev/null || fail "there is no kubectl" "Install it, or set KUBECTL to it."
  context=${CONTEXT:-$("$kubectl" config current-context 2> /dev/null || true)}
  [ -n "$context" ] || fail "kubectl has no current context" "Start a cluster (kind create cluster), or set CONTEXT."
  if [ -z "${CONTEXT:-}" ]; then
    case $context in
      kind-* | k3d-* | minikube | default | docker-desktop | rancher-desktop | orbstack | colima | microk8s) ;;
      *) fail "the current context is $context, which may be no laptop" "If you mean it: CONTEXT=$context make ..." ;;
    esac
  fi
  k get --raw /readyz > /dev/null || fail "the cluster of context $context does not answer" "See what kubectl says above."
  say "context $context"
}

# wait_for SECONDS WHAT LOOK ARGUMENT...: until LOOK succeeds. What LOOK prints is the state, told when it changes and every
# half minute. LOOK's exit code 3: there is no hope, and the state says why. With soft=1 it returns 1 at the limit, else that
# is the end.
wait_for() {
  local limit=${LIMIT:-$1} what=$2 start=$SECONDS waited looks=0 state said= said_at=0 status
  shift 2
  while :; do
    status=0 looks=$((looks + 1))
    state=$("$@" 2>&1) || status=$?
    waited=$((SECONDS - start))
    [ -z "${COUNT_LOOKS:-}" ] || waited=$looks # tests have no time
    if [ "$status" -eq 0 ]; then
      say "   $what: done after $waited s"
      return
    fi
    [ "$status" -ne 3 ] || fail "$what: $state"
    if [ -n "${soft:-}" ] && [ "$waited" -ge "$limit" ]; then return 1; fi
    [ "$waited" -lt "$limit" ] || fail "$what: not within $limit s. The last state: ${state:-none}" "${hint:-}"
    if [ "$state" != "$said" ] || [ $((waited - said_at)) -ge 30 ]; then
      say "   waiting for $what ($waited of at most $limit s): ${state:-not there yet}"
      said=$state said_at=$waited
    fi
    sleep "$poll"
  done
}

# Looks, for wait_for.

ready() { # KIND NAME: the condition Ready, of the newest generation
  local found
  found=$(kd get "$1" "$2" -o 'jsonpath={.metadata.generation} {.status.observedGeneration}{"\n"}{range .status.conditions[*]}{.type}={.status} {.reason} {.message}{"\n"}{end}') ||
    { echo "$found"; return 1; }
  local generations
  generations=$(head -n 1 <<< "$found")
  if [ "${generations% *}" = "${generations#* }" ] && grep -q '^Ready=True' <<< "$found"; then return 0; fi
  grep -v '^$' <<< "$found" | tail -n +2 | tail -n 1 | cut -c 1-300
  return 1
}

all_ready() { # KIND: each of that kind
  local left
  left=$(kd get "$1" -o 'jsonpath={range .items[*]}{.metadata.name} {.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}') ||
    { echo "$left"; return 1; }
  left=$(awk 'NF && $2 != "True" { print $1 }' <<< "$left")
  [ -z "$left" ] || { echo "not ready: $(tr '\n' ' ' <<< "$left")"; return 1; }
}

rolled_out() { # KIND NAME: as many pods of the newest template as are wanted, and all ready
  local found generation observed wanted updated ready
  found=$(kd get "$1" "$2" -o 'jsonpath={.metadata.generation},{.status.observedGeneration},{.spec.replicas},{.status.updatedReplicas},{.status.readyReplicas}') ||
    { echo "$found"; return 1; }
  IFS=, read -r generation observed wanted updated ready <<< "$found"
  if [ "$generation" = "$observed" ] && [ "${updated:-0}" = "$wanted" ] && [ "${ready:-0}" = "$wanted" ]; then return 0; fi
  local pods
  pods=$(kd get pods -l "app.kubernetes.io/name=$2" -o 'jsonpath={range .items[*]}{.metadata.name} {.status.phase} {.status.containerStatuses[*].state.waiting.reason} {.status.containerStatuses[*].state.waiting.message}{"\n"}{end}')
  echo "${ready:-0} of $wanted pods ready. $(tr -s ' \n' ' ' <<< "$pods" | cut -c 1-300)"
  # The image has no registry: nobody can pull it, so waiting is in vain.
  if [ "$2" = duet ] && grep -qE 'ErrImagePull|ImagePullBackOff|ErrImageNeverPull|InvalidImageName' <<< "$pods"; then
    echo "The cluster does not have Duet's image: load it (deploy/README.md, The image), then run this again."
    return 3
  fi
  return 1
}

job_done() { # NAME; a Job that was cleared away is one that is done
  local found
  found=$(kd get job "$1" --ignore-not-found -o 'jsonpath={.metadata.name},{.status.succeeded},{.status.conditions[?(@.type=="Failed")].message}') ||
    { echo "$found"; return 1; }
  case $found in
    "" | *,1,*) return 0 ;;
    *,) echo "running"; return 1 ;;
    *) echo "${found##*,}"; return 3 ;;
  esac
}

gone() { # KIND or ARGUMENT... of kubectl get: nothing is left
  local left
  left=$(kd get "$@" --ignore-not-found -o name) || { echo "$left"; return 1; }
  [ -z "$left" ] || { echo "left: $(tr '\n' ' ' <<< "$left")"; return 1; }
}

namespace_gone() {
  local left
  left=$(k get namespace "$namespace" --ignore-not-found -o 'jsonpath={.metadata.name} {range .status.conditions[?(@.status=="True")]}{.message} {end}') ||
    { echo "$left"; return 1; }
  [ -z "$left" ] || { echo "$left"; return 1; }
}

operator_watches() { # NAMESPACE: the name of a cluster operator that watches it; fails if there is none
  local found
  found=$(k get deployments --all-namespaces -l app=strimzi -o 'jsonpath={range .items[*]}{.metadata.namespace} {.metadata.name} {.spec.template.spec.containers[0].env[?(@.name=="STRIMZI_NAMESPACE")].value}{"\n"}{end}') || return 2
  # Without a value it comes from the pod's own namespace.
  awk -v wanted="$1" 'NF { watched = $3 == "" ? $1 : $3
    count = split(watched, each, ",")
    for (i = 1; i <= count; i++) if (each[i] == wanted || each[i] == "*") { print $1 "/" $2; found = 1 } }
    END { exit !found }' <<< "$found"
}
