#!/usr/bin/env bash
# `make cluster-up`: Strimzi's operator, PostgreSQL, MinIO, Kafka, Connect with Debezium and Duet in the cluster of kubectl's
# context, in this order, each waited for. May be run again at any time: what is there already is left as it is.
#
# CONTEXT, KUBECTL, LIMIT: see lib.sh. STRIMZI_INSTALL: the folder install/cluster-operator of Strimzi's release, where
# GitHub can't be reached.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tools/cluster/lib.sh
use_context

step "the cluster"
tools/cluster/preflight.sh local

step "namespace $namespace"
# --save-config: else the apply below warns that it lacks its last-applied-configuration.
[ -n "$(k get namespace "$namespace" --ignore-not-found -o name)" ] || k create namespace "$namespace" --save-config
# down.sh deletes only what bears this.
k annotate namespace "$namespace" duet.dev/made-by=cluster-up --overwrite > /dev/null

step "Duet's image"
image=duet:$(sed -n 's/.*image.version="\([^"]*\)".*/\1/p' deploy/image/Dockerfile)
load() { # PROGRAM ARGUMENT...: hands the image over, where the program is there and docker has the image
  if command -v "$1" > /dev/null && docker image inspect "$image" > /dev/null 2>&1; then
    "$@" || say "   $image could not be handed over by $1: if its pod can't be started, that is why"
  else
    say "   $image must be in the cluster (deploy/README.md, The image)"
  fi
}
case $context in
  kind-*) load kind load docker-image "$image" --name "${context#kind-}" ;;
  k3d-*) load k3d image import "$image" --cluster "${context#k3d-}" ;;
  minikube) load minikube image load "$image" ;;
  *) say "   $image must be in the cluster (deploy/README.md, The image)" ;;
esac

step "Strimzi's operator"
if operator=$(operator_watches "$namespace"); then
  say "   $operator watches $namespace already"
elif [ -n "${STRIMZI_INSTALL:-}" ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  cp "$STRIMZI_INSTALL"/*.yaml "$work"
  for file in "$work"/*RoleBinding*.yaml; do
    sed "s/namespace: .*/namespace: $namespace/" "$file" > "$file.new"
    mv "$file.new" "$file"
  done
  kd apply --server-side -f "$work"
else
  k apply --server-side -k deploy/strimzi/operator ||
    fail "Strimzi's operator could not be applied" "Without a way to GitHub: STRIMZI_INSTALL=.../strimzi-1.2.0/install/cluster-operator"
fi
wait_for 60 "Strimzi's kinds" k get kafkas.kafka.strimzi.io --all-namespaces -o name
if [ -z "$operator" ]; then
  wait_for 600 "Strimzi's operator" rolled_out deployment strimzi-cluster-operator
fi

step "PostgreSQL, MinIO and Duet"
# A Job can't be changed, only made anew; this one does nothing where the bucket is there.
kd delete job minio-bucket --ignore-not-found
k apply -k deploy/k8s/overlays/local
wait_for 600 "PostgreSQL" rolled_out statefulset postgres
wait_for 600 "MinIO" rolled_out statefulset minio
wait_for 600 "the bucket" job_done minio-bucket

step "Kafka, its topics and users, Connect and the connector"
k apply -f strimzi/
hint="kubectl -n $namespace describe kafka kafka; kubectl -n $namespace logs deployment/strimzi-cluster-operator"
wait_for 900 "Kafka" ready kafka kafka
wait_for 300 "the users" all_ready kafkausers
wait_for 300 "the topics" all_ready kafkatopics
hint="kubectl -n $namespace describe kafkaconnect debezium; kubectl -n $namespace logs -l strimzi.io/cluster=debezium --tail 50"
wait_for 1200 "Connect, whose image is built first" ready kafkaconnect debezium
hint="kubectl -n $namespace describe kafkaconnector duet-source"
wait_for 300 "the connector" ready kafkaconnector duet-source

step "Duet"
hint="kubectl -n $namespace logs deployment/duet"
wait_for 300 "Duet" rolled_out deployment duet

cat << END

All is up. A change and its copy, and the check of both:

    kubectl --context $context -n $namespace exec postgres-0 -- psql -U postgres finance -c "update fund_metadata set fund_price = fund_price + 1 where fund_id = 1"
    kubectl --context $context -n $namespace exec postgres-0 -- psql -U postgres finance -c "select fund_id, fund_price from mirror.fund_metadata"
    make cluster-check

Health, metrics and, once it has users (docs/dashboard.md), the dashboard on http://127.0.0.1:8080:

    kubectl --context $context -n $namespace port-forward service/duet 8080

Remove all of it with its data: make cluster-down
END
