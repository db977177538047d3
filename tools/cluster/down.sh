#!/usr/bin/env bash
# `make cluster-down`: removes what `make cluster-up` made, with its data, in the order in which it ends: the connectors and
# Connect (whose pods hold the replication slot), the slot, topics and users (while the operator that removes them runs),
# Kafka, the rest, the operator, the namespace. May be run again at any time.
#
# CONTEXT, KUBECTL, LIMIT: see lib.sh. ANYWAY=1: also a namespace that cluster-up did not make.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tools/cluster/lib.sh
use_context

if [ -z "$(k get namespace "$namespace" --ignore-not-found -o name)" ]; then
  say "there is no namespace $namespace: nothing to remove"
  exit 0
fi
made_by=$(k get namespace "$namespace" -o 'jsonpath={.metadata.annotations.duet\.dev/made-by}')
if [ "$made_by" != cluster-up ] && [ "${ANYWAY:-}" != 1 ]; then
  fail "namespace $namespace was not made by make cluster-up" "If all in it may be deleted, with its data: ANYWAY=1 make cluster-down"
fi

# Whether Strimzi's kinds are known at all; without them only the namespace is left to remove.
strimzi=$(k get crd kafkas.kafka.strimzi.io --ignore-not-found -o name)

# Removes the objects of these kinds. Topics bear a finalizer, which only the topic operator takes off: where it doesn't run
# they would stay for ever, and the namespace with them. Then they are released, for what they stand for goes with Kafka's data.
remove() { # LIMIT WHAT KIND...
  local limit=$1 what=$2 kinds
  shift 2
  kinds=$(IFS=,; echo "$*")
  kd delete "$kinds" --all --wait=false --ignore-not-found
  if soft=1 wait_for "$limit" "the end of $what" gone "$kinds"; then return; fi
  local object
  for object in $(kd get "$kinds" --ignore-not-found -o name); do
    say "   no operator lets go of it: releasing $object"
    kd patch "$object" --type merge --patch '{"metadata":{"finalizers":null}}'
  done
  wait_for 60 "the end of $what" gone "$kinds"
}

if [ -n "$strimzi" ]; then
  step "the connectors and Connect"
  remove 120 "the connectors" kafkaconnectors
  remove 120 "Connect" kafkaconnects
  # The slot is in use until the last of them is gone.
  wait_for 300 "the end of Connect's pods" gone pods -l strimzi.io/kind=KafkaConnect
fi

step "the replication slots"
if [ -n "$(kd get pod postgres-0 --ignore-not-found -o 'jsonpath={.status.conditions[?(@.status=="True")].type}' | tr ' ' '\n' | grep -x Ready || true)" ]; then
  slots_released() {
    sql "select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name in ('debezium_slot', 'duet_deliveries') and not active" > /dev/null || return 1
    local left
    left=$(sql "select slot_name || case when active then ' (read by process ' || active_pid || ')' else '' end from pg_replication_slots") || return 1
    [ -z "$left" ] || { echo "left: $left"; return 1; }
  }
  wait_for 120 "the end of the slots" slots_released
else
  say "   PostgreSQL does not run: its slots go with its data"
fi

if [ -n "$strimzi" ]; then
  step "topics and users, then Kafka"
  remove 180 "the topics" kafkatopics
  remove 180 "the users" kafkausers
  remove 120 "Kafka" kafkas kafkanodepools
  wait_for 300 "the end of Kafka's pods" gone pods -l strimzi.io/cluster=kafka
fi

step "Duet, PostgreSQL and MinIO"
kd delete deployments,statefulsets,jobs -l 'app.kubernetes.io/name in (duet,postgres,minio,minio-bucket,registry)' --wait=false --ignore-not-found
wait_for 180 "the end of their pods" gone pods -l 'app.kubernetes.io/name in (duet,postgres,minio,minio-bucket,registry)'
kd delete persistentvolumeclaims --all --wait=false --ignore-not-found

step "Strimzi's operator"
# Its kinds are the whole cluster's: they stay where somebody else has Kafka.
others=
if [ -n "$strimzi" ]; then
  others=$(k get kafkas,kafkaconnects,kafkatopics --all-namespaces -o name)$(
    k get deployments --all-namespaces -l app=strimzi -o 'jsonpath={range .items[*]}{.metadata.namespace} {end}' | tr ' ' '\n' | grep -vx "$namespace" | tr '\n' ' ' || true)
fi
if [ -n "${others// /}" ]; then
  say "   others use Strimzi ($(tr '\n' ' ' <<< "$others" | cut -c 1-200)): its kinds and cluster roles stay"
elif [ -n "$strimzi" ]; then
  kd delete deployments -l app=strimzi --ignore-not-found
  k delete crd -l app=strimzi --wait=false --ignore-not-found
  k delete clusterroles,clusterrolebindings -l app=strimzi --ignore-not-found
fi

step "namespace $namespace"
k delete namespace "$namespace" --wait=false --ignore-not-found
hint="What holds it is in that message: kubectl -n $namespace get KIND shows it, its metadata.finalizers name who should release it."
wait_for 300 "the end of the namespace" namespace_gone
say
say "All is gone."
