#!/usr/bin/env bash
# `make cluster-preflight`: what a cluster must have before anything is applied. It only reads.
#
#   preflight.sh local | production
#
# Exit code 1 if something is missing that would keep pods from running. CONTEXT, KUBECTL: see lib.sh.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tools/cluster/lib.sh
shape=${1:-local}
if [ "$shape" = production ] && [ -z "${CONTEXT:-}" ]; then CONTEXT=$("${KUBECTL:-kubectl}" config current-context); fi
use_context > /dev/null

missing=0
good() { say "   ok: $1"; }
warn() { say "   LOOK: $1"; }
bad() { say "   MISSING: $1"; missing=1; }

# Nodes that take pods: name, memory in MB, CPU in thousandths, zone, architecture.
nodes=$(k get nodes -o 'jsonpath={range .items[*]}{.metadata.name},{.status.allocatable.memory},{.status.allocatable.cpu},{.metadata.labels.topology\.kubernetes\.io/zone},{.status.nodeInfo.architecture},{.spec.unschedulable},{.spec.taints[*].effect}{"\n"}{end}' |
  awk -F, '
    function megabytes(text) {
      unit = text; gsub(/[0-9.]/, "", unit)
      factor["Ki"] = 1 / 1024; factor["Mi"] = 1; factor["Gi"] = 1024; factor["Ti"] = 1048576; factor[""] = 1 / 1048576
      factor["k"] = 1 / 1049; factor["M"] = 1 / 1.049; factor["G"] = 953.7
      return int((text + 0) * factor[unit]) }
    NF && $6 != "true" && $7 !~ /NoSchedule|NoExecute/ { print $1, megabytes($2), ($3 ~ /m$/ ? $3 + 0 : $3 * 1000), ($4 == "" ? "-" : $4), $5 }')
[ -n "$nodes" ] || fail "no node of the cluster takes pods" "kubectl --context $context get nodes"
count=$(wc -l <<< "$nodes")
zones=$(awk '$4 != "-" { zone[$4] } END { for (each in zone) count++; print count + 0 }' <<< "$nodes")
memory=$(awk '{ sum += $2 } END { print sum }' <<< "$nodes")

if awk '$5 != "amd64" { exit 1 }' <<< "$nodes"; then
  good "$count nodes, amd64"
else
  warn "nodes of another architecture than amd64: Duet's image must be built for it (deploy/README.md, The image)"
fi

classes=$(k get storageclasses -o 'jsonpath={range .items[*]}{.metadata.name} {.metadata.annotations.storageclass\.kubernetes\.io/is-default-class}{"\n"}{end}')
default=$(awk '$2 == "true" { print $1; exit }' <<< "$classes")
if [ -n "$default" ]; then
  good "volumes come from the storage class $default"
else
  bad "no default storage class: every volume would wait for ever (kubectl annotate storageclass NAME storageclass.kubernetes.io/is-default-class=true)"
fi

if [ "$shape" = local ]; then
  if [ "$memory" -ge 5000 ]; then good "$memory MB of memory"; else bad "$memory MB of memory for pods, and the demo takes 5000"; fi
  exit $missing
fi

operator=$(operator_watches kafka) && status=0 || status=$?
case $status in
  0) good "Strimzi's operator $operator watches the namespace kafka" ;;
  *) bad "no Strimzi operator watches the namespace kafka: its resources would never get a status (deploy/README.md, In production)" ;;
esac

unlabelled=$(awk '$4 == "-" { printf "%s ", $1 }' <<< "$nodes")
if [ "$zones" -eq 0 ]; then
  bad "no node has the label topology.kubernetes.io/zone: no broker would be scheduled. Label them, or take rack and the zone's spread out of the overlay"
elif [ -n "$unlabelled" ]; then
  warn "without the label topology.kubernetes.io/zone no broker goes there: $unlabelled"
else
  good "$zones zones"
fi
[ "$zones" -ge 3 ] || [ "$zones" -eq 0 ] || warn "$zones zones: two of three controllers share one, and Kafka stands still if it is lost"

# A broker asks for 1 CPU and 8 GiB, a controller for 250m and 1 GiB; never two of a kind on one node.
fit=$(awk '$2 >= 9500 && $3 >= 1300 { count++ } END { print count + 0 }' <<< "$nodes")
if [ "$fit" -ge 3 ]; then
  good "$fit nodes have room for a broker (1 CPU, 8 GiB) and a controller, if nothing else is there"
else
  bad "$fit nodes have room for a broker (1 CPU, 8 GiB) and a controller, and three are needed: more nodes, or smaller requests in deploy/strimzi/production/pools.yaml"
fi

balancers=$(k get services --all-namespaces -o 'jsonpath={range .items[?(@.spec.type=="LoadBalancer")]}{.metadata.namespace}/{.metadata.name} {.status.loadBalancer.ingress[*].ip}{.status.loadBalancer.ingress[*].hostname}{"\n"}{end}')
if grep -q ' .' <<< "$balancers"; then
  good "Services of type LoadBalancer get an address"
elif [ -n "$balancers" ]; then
  bad "a Service of type LoadBalancer has no address: Strimzi starts no broker before each listener has one. Take the listener 'external' out, or install a load balancer"
else
  warn "whether a Service of type LoadBalancer gets an address is not known: there is none yet. Without one Strimzi starts no broker"
fi

for kind in scaledobjects.keda.sh podmonitors.monitoring.coreos.com; do
  if [ -n "$(k get crd "$kind" --ignore-not-found -o name)" ]; then
    good "$kind"
  else
    bad "$kind: install its operator, or leave that component out of the overlay"
  fi
done

for needed in duet/secret/duet-database duet/configmap/postgres-ca duet/secret/kafka-cluster-ca-cert duet/secret/duet \
  duet/secret/duet-autoscaler kafka/secret/debezium-database kafka/secret/image-push kafka/configmap/postgres-ca; do
  IFS=/ read -r where kind name <<< "$needed"
  [ -n "$(k --namespace "$where" get "$kind" "$name" --ignore-not-found -o name)" ] ||
    warn "$kind $name is not in namespace $where yet (deploy/README.md, In production)"
done
exit $missing
