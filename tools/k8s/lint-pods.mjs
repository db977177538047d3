#!/usr/bin/env node
// Checks of a whole set of manifests for how pods start, stay and lie, on a busy laptop and on a cluster that loses a node.
// Each rule is one function below.
//
//   lint-pods.mjs MANIFEST...
//
// MANIFEST is a file, a folder or "-"; give every manifest that goes to one cluster in one call.
import { fault, readManifests, report } from './manifests.mjs';

const PROBE_TIMEOUT_SECONDS = 5; // Kubernetes' own is 1: seen to fail 22 times while the server was up
const START_SECONDS = 60; // that a start may take at least
const LIVENESS_SECONDS = 30; // that a server may be busy at least before it is killed
const SPREAD = ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'];
// Of Strimzi's pods only the topic operator's has a startup probe: elsewhere an initial delay stands in.
const STRIMZI_START_SECONDS = 120;

if (process.argv.length < 3) {
  console.error('usage: lint-pods.mjs MANIFEST...');
  process.exit(2);
}
const { resources, faults } = readManifests(process.argv.slice(2));
const RULES = [probeTimeouts, starts, livenessHasty, strimziProbes, jobs, notSpread, zoneOfBrokers];
report([...faults, ...RULES.flatMap((rule) => [...rule()])], resources.length);

function ofKind(...kinds) {
  return resources.filter(({ doc }) => kinds.includes(doc.kind));
}

function template({ doc }) {
  if (doc.kind === 'CronJob') return [doc.spec.jobTemplate.spec.template, 'spec.jobTemplate.spec.template'];
  return [doc.spec.template, 'spec.template'];
}

/** Each container of each workload: [resource, container, path]. */
function* containers(kinds = ['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob']) {
  for (const resource of ofKind(...kinds)) {
    const [{ spec }, path] = template(resource);
    for (const list of ['initContainers', 'containers']) {
      for (const [i, container] of (spec[list] ?? []).entries()) yield [resource, container, `${path}.spec.${list}[${i}]`];
    }
  }
}

function* probeTimeouts() {
  for (const [resource, container, path] of containers()) {
    for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe']) {
      if (!container[probe] || container[probe].timeoutSeconds >= PROBE_TIMEOUT_SECONDS) continue;
      const message = `${container[probe].timeoutSeconds ?? 1} s: a busy node wants ${PROBE_TIMEOUT_SECONDS}`;
      yield fault(resource, `${path}.${probe}.timeoutSeconds`, message);
    }
  }
}

function* starts() {
  for (const [resource, container, path] of containers(['Deployment', 'StatefulSet', 'DaemonSet'])) {
    const { startupProbe: start, livenessProbe: live } = container;
    if (live && !start) yield fault(resource, `${path}.startupProbe`, 'missing: a slow start would be ended by the liveness probe');
    const allowed = (start?.initialDelaySeconds ?? 0) + (start?.periodSeconds ?? 10) * (start?.failureThreshold ?? 3);
    if (start && allowed < START_SECONDS) {
      yield fault(resource, `${path}.startupProbe`, `allows ${allowed} s for a start, not ${START_SECONDS}`);
    }
  }
}

function* livenessHasty() {
  for (const [resource, { livenessProbe: live }, path] of containers()) {
    const allowed = (live?.periodSeconds ?? 10) * (live?.failureThreshold ?? 3);
    if (live && allowed < LIVENESS_SECONDS) {
      yield fault(resource, `${path}.livenessProbe`, `kills after ${allowed} s, before ${LIVENESS_SECONDS}`);
    }
  }
}

/** What Strimzi makes pods of: [resource, its part, path, whether the part has a startup probe]. */
function* strimziParts() {
  for (const resource of ofKind('Kafka')) {
    const { kafka, entityOperator = {} } = resource.doc.spec;
    yield [resource, kafka, 'spec.kafka', false];
    for (const name of ['topicOperator', 'userOperator']) {
      if (entityOperator[name]) yield [resource, entityOperator[name], `spec.entityOperator.${name}`, name === 'topicOperator'];
    }
  }
  for (const resource of ofKind('KafkaConnect')) yield [resource, resource.doc.spec, 'spec', false];
}

function* strimziProbes() {
  for (const [resource, part, path, hasStartup] of strimziParts()) {
    const { startupProbe: start, livenessProbe: live, readinessProbe: ready } = part;
    for (const [name, probe] of Object.entries({ livenessProbe: live, readinessProbe: ready })) {
      if (probe?.timeoutSeconds >= PROBE_TIMEOUT_SECONDS) continue;
      yield fault(resource, `${path}.${name}.timeoutSeconds`, `must be said, ${PROBE_TIMEOUT_SECONDS} at least`);
    }
    const delay = live?.initialDelaySeconds ?? 0;
    const allowed = hasStartup ? (start?.periodSeconds ?? 10) * (start?.failureThreshold ?? 3) : delay;
    if (allowed >= STRIMZI_START_SECONDS) continue;
    const field = hasStartup ? 'startupProbe' : 'livenessProbe.initialDelaySeconds';
    yield fault(resource, `${path}.${field}`, `allows ${allowed} s for a start under load, not ${STRIMZI_START_SECONDS}`);
  }
}

// A Job that needs a server fails until it is there, and Kubernetes' pauses between its tries grow to five minutes.
function* jobs() {
  for (const [resource, container, path] of containers(['Job', 'CronJob'])) {
    const text = [...(container.command ?? []), ...(container.args ?? [])].join(' ');
    if (!/https?:\/\//.test(text)) continue;
    if (!/\buntil\b|--retry\b/.test(text)) {
      yield fault(resource, path, 'asks a server and does not wait for it: a loop here, not the back-off of the Job');
    }
    const [spec, at] = resource.doc.kind === 'CronJob' ? [resource.doc.spec.jobTemplate.spec, 'spec.jobTemplate.spec'] : [resource.doc.spec, 'spec'];
    if (!(spec.activeDeadlineSeconds > 0)) yield fault(resource, `${at}.activeDeadlineSeconds`, 'missing: a wait needs an end');
  }
}

/** What runs as several pods: [resource, its pod's spec, path, the labels of the pods]. */
function* replicated() {
  const scaled = new Set(ofKind('ScaledObject').map(({ doc }) => doc.spec.scaleTargetRef.name));
  for (const resource of ofKind('Deployment', 'StatefulSet')) {
    const { metadata, spec } = resource.doc;
    if (!(spec.replicas > 1) && !scaled.has(metadata.name)) continue;
    yield [resource, spec.template.spec, 'spec.template.spec', spec.template.metadata?.labels ?? {}];
  }
  for (const resource of ofKind('KafkaNodePool', 'KafkaConnect')) {
    const { kind, metadata, spec } = resource.doc;
    if (!(spec.replicas > 1)) continue;
    const labels =
      kind === 'KafkaNodePool'
        ? { 'strimzi.io/cluster': metadata.labels?.['strimzi.io/cluster'], 'strimzi.io/pool-name': metadata.name }
        : { 'strimzi.io/cluster': metadata.name, 'strimzi.io/name': `${metadata.name}-connect` };
    const known = { ...labels, 'strimzi.io/kind': kind === 'KafkaNodePool' ? 'Kafka' : kind };
    yield [resource, spec.template?.pod ?? {}, 'spec.template.pod', known];
  }
}

function* notSpread() {
  for (const [resource, pod, at, labels] of replicated()) {
    const path = `${at}.topologySpreadConstraints`;
    const constraints = pod.topologySpreadConstraints ?? [];
    for (const key of SPREAD.filter((each) => !constraints.some(({ topologyKey }) => topologyKey === each))) {
      yield fault(resource, path, `several pods, and nothing spreads them by ${key}`);
    }
    for (const [i, { labelSelector, topologyKey, whenUnsatisfiable }] of constraints.entries()) {
      const wanted = Object.entries(labelSelector?.matchLabels ?? {});
      if (wanted.length === 0 || wanted.some(([label, value]) => labels[label] !== value)) {
        yield fault(resource, `${path}[${i}].labelSelector`, 'does not select these pods, so it spreads nothing');
      }
      const quorum = resource.doc.kind === 'KafkaNodePool' && topologyKey === SPREAD[0];
      if (quorum && whenUnsatisfiable !== 'DoNotSchedule') {
        const message = 'must be DoNotSchedule: two of three on a node are lost with it';
        yield fault(resource, `${path}[${i}].whenUnsatisfiable`, message);
      }
    }
  }
}

// Without the rack a topic's copies may all lie in one zone, however well the brokers are spread.
function* zoneOfBrokers() {
  for (const resource of ofKind('Kafka')) {
    const own = ({ doc }) => doc.metadata.labels?.['strimzi.io/cluster'] === resource.doc.metadata.name;
    const brokers = ofKind('KafkaNodePool').filter((pool) => own(pool) && pool.doc.spec.roles?.includes('broker'));
    const several = brokers.some(({ doc }) => doc.spec.replicas > 1);
    if (several && !resource.doc.spec.kafka.rack) yield fault(resource, 'spec.kafka.rack', 'missing: copies may all lie in one zone');
  }
}
