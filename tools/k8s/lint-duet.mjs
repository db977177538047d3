#!/usr/bin/env node
// Checks of a whole set of manifests for what Duet needs and no schema tells. Each rule is one function below.
//
//   lint-duet.mjs MANIFEST...
//
// MANIFEST is a file, a folder or "-"; give every manifest that goes to one cluster in one call. Duet's workload is the
// Deployment duet, its settings the ConfigMap that this one mounts at /app/config.
import { child, fault, readManifests, report } from './manifests.mjs';
import { readProperties, seconds } from './properties.mjs';

const STOP_RESERVE_SECONDS = 10; // of a stop beyond duet.stop-limit: docs/operations.md, Stop
const DEFAULT_STOP_LIMIT = '5s';
const DEFAULT_GRACE_SECONDS = 30; // Kubernetes'

if (process.argv.length < 3) {
  console.error('usage: lint-duet.mjs MANIFEST...');
  process.exit(2);
}
const { resources, faults } = readManifests(process.argv.slice(2));
const RULES = [
  imageNotPinned,
  tokenMounted,
  memoryUnbounded,
  subjectNowhere,
  strimziVolumeElsewhere,
  retentionUnsaid,
  serviceLinks,
  probeOfSinks,
  graceTooShort,
  replicasBesideScaler,
  scalerOfOthers,
  rightsMissing,
];
report([...faults, ...RULES.flatMap((rule) => [...rule()])], resources.length);

function ofKind(...kinds) {
  return resources.filter(({ doc }) => kinds.includes(doc.kind));
}

function namespaceOf({ doc }) {
  return doc.metadata.namespace ?? 'default';
}

function workloads() {
  return ofKind('Deployment', 'StatefulSet', 'DaemonSet', 'Job');
}

function duet() {
  return ofKind('Deployment').filter(({ doc }) => doc.metadata.name === 'duet');
}

function* containers(resource) {
  const pod = resource.doc.spec.template.spec;
  for (const list of ['initContainers', 'containers']) {
    for (const [i, container] of (pod[list] ?? []).entries()) yield [container, `spec.template.spec.${list}[${i}]`];
  }
}

/** Duet's settings in the set: those of the ConfigMap duet-config, with whatever hash kustomize has put behind it. */
function settings() {
  const map = ofKind('ConfigMap').find(({ doc }) => /^duet-config(-\w+)?$/.test(doc.metadata.name));
  return readProperties(map?.doc.data?.['application.properties'] ?? '');
}

function* imageNotPinned() {
  for (const resource of workloads()) {
    for (const [{ image }, path] of containers(resource)) {
      const tag = /[:@]([^:@/]+)$/.exec(image ?? '')?.[1];
      if (!tag || tag === 'latest') yield fault(resource, `${path}.image`, `${image} is not pinned to a version`);
    }
  }
}

function* tokenMounted() {
  for (const resource of workloads()) {
    if (resource.doc.spec.template.spec.automountServiceAccountToken === false) continue;
    const message = 'must be false: nothing here asks the API server';
    yield fault(resource, 'spec.template.spec.automountServiceAccountToken', message);
  }
}

function* memoryUnbounded() {
  for (const resource of workloads()) {
    for (const [{ resources: bounds }, path] of containers(resource)) {
      const limit = bounds?.limits?.memory;
      if (limit && limit === bounds.requests?.memory) continue;
      yield fault(resource, `${path}.resources`, 'memory wants a limit, and a request of the same');
    }
  }
}

// An API server takes a binding to an account that nobody makes; the pod is then refused what it asks.
function* subjectNowhere() {
  const accounts = new Set(ofKind('ServiceAccount').map((r) => `${namespaceOf(r)}/${r.doc.metadata.name}`));
  for (const r of ofKind('KafkaConnect')) accounts.add(`${namespaceOf(r)}/${r.doc.metadata.name}-connect`);
  for (const resource of ofKind('RoleBinding', 'ClusterRoleBinding')) {
    for (const [i, { kind, name, namespace = namespaceOf(resource) }] of (resource.doc.subjects ?? []).entries()) {
      if (kind !== 'ServiceAccount' || accounts.has(`${namespace}/${name}`)) continue;
      yield fault(resource, `subjects[${i}]`, `the ServiceAccount ${namespace}/${name} is made by nobody`);
    }
  }
}

// Strimzi's operator refuses additional volumes that are mounted elsewhere.
function* strimziVolumeElsewhere() {
  for (const resource of resources.filter(({ doc }) => doc.apiVersion.startsWith('kafka.strimzi.io/'))) {
    for (const [part, template] of Object.entries(resource.doc.spec?.template ?? {})) {
      for (const [i, { mountPath }] of (template.volumeMounts ?? []).entries()) {
        if (mountPath.startsWith('/mnt/')) continue;
        const path = `spec.template.${part}.volumeMounts[${i}].mountPath`;
        yield fault(resource, path, `Strimzi mounts additional volumes below /mnt/ only, not at ${mountPath}`);
      }
    }
  }
}

function* retentionUnsaid() {
  for (const resource of ofKind('KafkaTopic')) {
    const config = resource.doc.spec.config ?? {};
    if (config['cleanup.policy'] === 'compact' || 'retention.ms' in config) continue;
    yield fault(resource, child('spec.config', 'retention.ms'), 'missing: what Kafka deletes before Duet has it is lost');
  }
}

function* serviceLinks() {
  for (const resource of duet()) {
    if (resource.doc.spec.template.spec.enableServiceLinks === false) continue;
    const message = 'must be false: Services named duet and kafka would put DUET_* and KAFKA_* settings into the environment';
    yield fault(resource, 'spec.template.spec.enableServiceLinks', message);
  }
}

function* probeOfSinks() {
  const wants = { startupProbe: '/q/health/started', livenessProbe: '/q/health/live', readinessProbe: '/q/health/ready' };
  for (const resource of duet()) {
    for (const [container, path] of containers(resource)) {
      for (const [probe, endpoint] of Object.entries(wants)) {
        const asked = container[probe]?.httpGet?.path;
        if (asked !== endpoint) yield fault(resource, `${path}.${probe}`, `must ask ${endpoint}, not ${asked ?? 'nothing'}`);
      }
    }
  }
}

function* graceTooShort() {
  const limit = settings().get('duet.stop-limit') ?? DEFAULT_STOP_LIMIT;
  for (const resource of duet()) {
    const grace = resource.doc.spec.template.spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
    if (grace >= seconds(limit) + STOP_RESERVE_SECONDS) continue;
    const message = `${grace} s end before duet.stop-limit (${limit}) and ${STOP_RESERVE_SECONDS} s more`;
    yield fault(resource, 'spec.template.spec.terminationGracePeriodSeconds', message);
  }
}

function* replicasBesideScaler() {
  for (const { doc } of ofKind('ScaledObject', 'HorizontalPodAutoscaler')) {
    for (const resource of ofKind('Deployment').filter((r) => r.doc.metadata.name === doc.spec.scaleTargetRef.name)) {
      if (resource.doc.spec.replicas === undefined) continue;
      yield fault(resource, 'spec.replicas', `${doc.kind} ${doc.metadata.name} decides; each apply would set it back`);
    }
  }
}

function* scalerOfOthers() {
  const pipeline = settings().get('duet.pipeline');
  const topics = ofKind('KafkaTopic').map(({ doc }) => doc.spec.topicName ?? doc.metadata.name);
  for (const resource of ofKind('ScaledObject')) {
    for (const [i, { type, metadata }] of resource.doc.spec.triggers.entries()) {
      const path = `spec.triggers[${i}].metadata`;
      if (type !== 'kafka') continue;
      if (pipeline !== undefined && metadata.consumerGroup !== pipeline) {
        yield fault(resource, `${path}.consumerGroup`, `the group of duet.pipeline is ${pipeline}, not ${metadata.consumerGroup}`);
      }
      if (topics.length > 0 && !topics.includes(metadata.topic)) {
        yield fault(resource, `${path}.topic`, `no KafkaTopic ${metadata.topic} is in the set`);
      }
    }
  }
}

function* rightsMissing() {
  const pipeline = settings().get('duet.pipeline');
  if (pipeline === undefined) return;
  const wants = [
    ['group', pipeline, 'Read'],
    ['topic', `${pipeline}.dead-letters`, 'Write'],
  ];
  for (const resource of ofKind('KafkaUser').filter(({ doc }) => doc.metadata.name === 'duet')) {
    const acls = resource.doc.spec.authorization?.acls ?? [];
    for (const [type, name, operation] of wants) {
      const grants = ({ resource: on, operations }) =>
        on.type === type && on.name === name && operations.includes(operation);
      if (acls.some(grants)) continue;
      yield fault(resource, 'spec.authorization.acls', `${operation} on the ${type} ${name} is missing (duet.pipeline)`);
    }
  }
}
