#!/usr/bin/env bash
# `make verify-manifests`: renders every overlay and checks all that is deployed, without a cluster, then proves that the
# checks refuse what they must. Fetches npm packages, kubectl and Strimzi's CRDs the first time.
set -euo pipefail
cd "$(dirname "$0")/../.."

tools=tools/k8s
strimzi=1.2.0
crds=target/crds-$strimzi
rendered=target/manifests

# Exit code 2: nothing was checked, for want of a tool. 1: something is wrong.
unfetched() { echo "verify-manifests: $1 could not be fetched" >&2; exit 2; }
need() { # PROGRAM HOW-TO
  command -v "$1" > /dev/null || { echo "verify-manifests needs $1: $2" >&2; exit 2; }
}
node=$(tools/find-node) || exit 2
export PATH=$node:$PATH
need mvn "install Maven 3.8.7 or newer"

if ! cmp -s $tools/package-lock.json $tools/node_modules/.installed; then
  echo "fetching the checkers' packages"
  npm ci --prefix $tools --no-audit --no-fund --loglevel=error > /dev/null || unfetched "the checkers' packages"
  cp $tools/package-lock.json $tools/node_modules/.installed
fi
if [ ! -d $crds ]; then
  rm -rf $crds.new
  $tools/strimzi-crds.sh $strimzi $crds.new || unfetched "Strimzi's CRDs"
  mv $crds.new $crds
fi

$tools/kubectl.sh version --client > /dev/null || unfetched kubectl
rm -rf $rendered
mkdir -p $rendered
$tools/kubectl.sh kustomize deploy/k8s/overlays/local > $rendered/local.yaml
$tools/kubectl.sh kustomize deploy/k8s/overlays/production > $rendered/production.yaml
$tools/helm.sh version > /dev/null || unfetched helm
if [ -z "${DUET_WITHOUT_PROMTOOL:-}" ]; then $tools/promtool.sh --version > /dev/null 2>&1 || unfetched "promtool (DUET_WITHOUT_PROMTOOL=1 leaves the alerts' test out)"; fi
for shape in local production; do
  # What it says besides (level=INFO) is that files/ leads to the alerts and the dashboard of deploy/k8s.
  $tools/helm.sh template duet deploy/helm/duet -n duet -f deploy/helm/duet/values-$shape.yaml \
    --set-file applicationProperties=deploy/k8s/overlays/$shape/application.properties \
    > $rendered/helm-$shape.yaml 2> >(grep -v '^level=INFO' >&2)
done
$tools/kubectl.sh kustomize strimzi > $rendered/strimzi.yaml
$tools/kubectl.sh kustomize deploy/strimzi/production > $rendered/strimzi-production.yaml

# The operator's release can't be reached from everywhere: bindings as it has them stand in for it.
operator=target/operator
rm -rf $operator
mkdir -p $operator
sed "s|https://github.com/strimzi/strimzi-kafka-operator/releases/download/$strimzi/strimzi-cluster-operator-$strimzi.yaml|release.yaml|" \
  deploy/strimzi/operator/kustomization.yaml > $operator/kustomization.yaml
cp $tools/test/operator-release.yaml $operator/release.yaml
operator_is_bound() {
  $tools/kubectl.sh kustomize $operator > $operator/rendered.yaml && $tools/lint-duet.mjs $operator/rendered.yaml
}

status=0
check() { # NAME CHECKER ARGUMENT...
  local name=$1
  shift
  if ! "$@"; then
    echo "FAILED: $name" >&2
    status=1
  fi
}
# Secrets and certificates that somebody else makes in production: deploy/README.md.
external=(--external duet/duet-database --external duet/postgres-ca
  --external duet/kafka-cluster-ca-cert --external duet/duet --external duet/duet-autoscaler
  --external kafka/debezium-database --external kafka/postgres-ca --external kafka/image-push)

check "Kubernetes, KEDA and Prometheus kinds" $tools/check-core-resources.mjs $rendered strimzi/options
check "Strimzi kinds" $tools/check-custom-resources.mjs $crds -- $rendered strimzi
check "Strimzi's operator" operator_is_bound
check "the local set" $tools/lint.mjs $rendered/local.yaml $rendered/strimzi.yaml strimzi/options
check "the local set, for Duet" $tools/lint-duet.mjs $rendered/local.yaml $rendered/strimzi.yaml strimzi/options
check "the local set's pods" $tools/lint-pods.mjs $rendered/local.yaml $rendered/strimzi.yaml strimzi/options
check "the production set" $tools/lint.mjs "${external[@]}" $rendered/production.yaml $rendered/strimzi-production.yaml
check "the production set, for Duet" $tools/lint-duet.mjs $rendered/production.yaml $rendered/strimzi-production.yaml
check "the production set's pods" $tools/lint-pods.mjs $rendered/production.yaml $rendered/strimzi-production.yaml
check "the chart" $tools/helm.sh lint --strict --quiet deploy/helm/duet -f deploy/helm/duet/values-production.yaml \
  --set-file applicationProperties=deploy/k8s/overlays/production/application.properties 2> /dev/null
check "the chart, local" $tools/check-helm.mjs $rendered/helm-local.yaml $rendered/local.yaml
check "the chart, production" $tools/check-helm.mjs $rendered/helm-production.yaml $rendered/production.yaml
check "the chart's production set" $tools/lint.mjs "${external[@]}" $rendered/helm-production.yaml $rendered/strimzi-production.yaml
check "the chart's production set, for Duet" $tools/lint-duet.mjs $rendered/helm-production.yaml $rendered/strimzi-production.yaml
check "compose.yaml" $tools/check-compose.mjs compose.yaml
check "settings that are said twice" $tools/check-same-settings.mjs $rendered
check "images" $tools/check-images.mjs . deploy/image/Dockerfile* deploy/image/*.sh .github/workflows/*.yml
check "workflows" $tools/check-workflows.mjs . .github/workflows/*.yml
check "documents" $tools/check-docs.mjs . README.md CONTRIBUTING.md ARCHITECTURE.md deploy/README.md strimzi/README.md \
  tools/*/README.md contrib/*/README.md SECURITY.md docs/*.md docs/decisions/*.md
check "alerts and dashboard" $tools/check-metrics.mjs docs/operations.md \
  src/main/java/dev/duet/status/DeliveryMeters.java $rendered/production.yaml
if [ -n "${DUET_WITHOUT_PROMTOOL:-}" ]; then
  echo "DUET_WITHOUT_PROMTOOL is set: the alerts are not played through"
else
  check "alerts, played through" $tools/test/alerts.sh $rendered/production.yaml
fi
echo "showing that the checks refuse what is broken"
check "what must be refused" $tools/test/test.sh $crds $rendered
check "what the chart must refuse" $tools/test/helm.sh $rendered/production.yaml
check "the cluster's scripts" tools/cluster/test/test.sh $rendered/local.yaml
exit $status
