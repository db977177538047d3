#!/usr/bin/env node
// The cluster behind test/kubectl, for test.sh: it knows what up.sh, down.sh, check.sh and preflight.sh ask, and behaves as real
// ones were seen to: pods take time, Strimzi's topics bear a finalizer that only the topic operator takes off, a replication
// slot can't be dropped while Connect's pods read it, a namespace ends when nothing in it is held. Time is the number of calls.
//
//   cluster.mjs LOCAL      LOCAL: the local overlay, rendered. Prints the port that it listens at.
//
// A request: the number of texts and the texts, each ended by a NUL: the file that holds the world, its flaw (see test.sh), the
// working folder, kubectl's arguments. The answer: a line "STATUS LINES", so many lines of the standard error, the output.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { readManifests } from '../../k8s/manifests.mjs';
import { select } from './jsonpath.mjs';

const KINDS = {
  crd: 'CustomResourceDefinition', crds: 'CustomResourceDefinition', storageclasses: 'StorageClass',
  ...Object.fromEntries(
    ['Namespace', 'Deployment', 'StatefulSet', 'Job', 'Pod', 'Service', 'Secret', 'ConfigMap', 'Node', 'Kafka', 'KafkaNodePool', 'KafkaTopic',
      'KafkaUser', 'KafkaConnect', 'KafkaConnector', 'ClusterRole', 'ClusterRoleBinding', 'PersistentVolumeClaim']
      .flatMap((kind) => [[kind.toLowerCase(), kind], [`${kind.toLowerCase()}s`, kind], [`${kind.toLowerCase()}s.kafka.strimzi.io`, kind]]),
  ),
};
const GLOBAL = ['Namespace', 'Node', 'StorageClass', 'CustomResourceDefinition', 'ClusterRole', 'ClusterRoleBinding'];
const SWITCHES = ['all', 'all-namespaces', 'ignore-not-found', 'server-side', 'save-config', 'overwrite'];
const STRIMZI = ['Kafka', 'KafkaNodePool', 'KafkaTopic', 'KafkaUser', 'KafkaConnect', 'KafkaConnector'];

class Done extends Error {}

// Of the request that is answered.
let world, flaw, folder, flags, verb, words, command, here, out, err;

const server = createServer((socket) => {
  let received = '';
  socket.setEncoding('utf8').on('data', (data) => {
    received += data;
    const [count, ...texts] = received.split('\0');
    if (texts.length <= Number(count)) return; // the last piece is what follows the last NUL
    const status = answer(texts.slice(0, -1));
    socket.end(`${status} ${err.length}\n${[...err, ...out].map((line) => `${line}\n`).join('')}`);
  });
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));

function answer([file, flawed, cwd, ...args]) {
  [flaw, folder, out, err] = [flawed, cwd, [], []];
  world = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { now: 0, objects: [], slot: null, row: null };
  let status = 0;
  try {
    parse(args);
    if (verb === 'config') end(is('far-context') ? 'prod-eu' : 'kind-test');
    pass();
    const verbs = { get, apply, create, annotate, delete: remove, patch, exec };
    if (!verbs[verb]) die(`the stand-in does not know: kubectl ${args.join(' ')}`);
    verbs[verb]();
  } catch (e) {
    if (!(e instanceof Done)) err.push(...e.stack.split('\n'));
    status = e.status ?? 1;
  }
  writeFileSync(file, JSON.stringify(world));
  return status;
}

function parse(args) {
  flags = { _: [] };
  command = args.indexOf('--') < 0 ? [] : args.splice(args.indexOf('--')).slice(1);
  while (args.length > 0) {
    const [, name, value] = /^-{1,2}([a-z-]+)(?:=(.*))?$/s.exec(args[0]) ?? [];
    if (name === undefined) flags._.push(args.shift());
    else if (value !== undefined || SWITCHES.includes(name)) {
      flags[name] = value ?? true;
      args.shift();
    } else [, flags[name]] = args.splice(0, 2);
  }
  [verb, ...words] = flags._;
  here = flags.namespace ?? 'default';
}

function is(one) {
  return flaw === one;
}

function end(text, status = 0) {
  if (text) out.push(text);
  throw Object.assign(new Done(), { status });
}

function die(text, status = 1) {
  err.push(text);
  end(undefined, status);
}

function objects(kind, namespace) {
  const found = kind === 'Pod' ? pods() : kind === 'Node' ? nodes() : kind === 'StorageClass' ? classes() : world.objects;
  return found.filter((o) => o.kind === kind && (namespace === undefined || GLOBAL.includes(kind) || o.metadata.namespace === namespace));
}

function one(kind, name, namespace = 'duet') {
  return objects(kind, namespace).find(({ metadata }) => metadata.name === name);
}

function age(object) {
  return object ? world.now - object.since : -1;
}

function isReady(object) {
  return object?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
}

function operator() {
  return objects('Deployment').find(({ metadata }) => metadata.name === 'strimzi-cluster-operator' && metadata.namespace === 'duet');
}

/** One call later: what has come of itself. */
function pass() {
  world.now++;
  const running = age(operator()) >= 2 && !is('operator-elsewhere');
  for (const object of world.objects.filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet')) {
    const needs = object.metadata.name === 'duet' ? [isReady(one('Kafka', 'kafka')), isReady(one('KafkaUser', 'duet')), !is('no-image')] : [true];
    const up = age(object) >= 2 && needs.every(Boolean) ? 1 : 0;
    object.spec.replicas ??= 1;
    object.status = { observedGeneration: object.metadata.generation, updatedReplicas: 1, ...(up && { readyReplicas: 1 }) };
  }
  for (const object of world.objects.filter(({ kind }) => STRIMZI.includes(kind))) {
    const kafka = one('Kafka', 'kafka');
    const needs = {
      Kafka: running && objects('KafkaNodePool').length > 0,
      KafkaNodePool: running,
      KafkaTopic: isReady(kafka),
      KafkaUser: isReady(kafka),
      KafkaConnect: running && isReady(one('KafkaUser', 'connect')) && one('Secret', 'debezium-database') !== undefined,
      KafkaConnector: isReady(one('KafkaConnect', 'debezium')),
    };
    const ready = needs[object.kind] && age(object) >= 3;
    if (needs[object.kind] && object.kind === 'KafkaTopic') object.metadata.finalizers ??= ['strimzi.io/topic-operator'];
    const condition = ready ? { type: 'Ready', status: 'True' } : { type: 'NotReady', status: 'True', reason: 'Creating', message: 'still made' };
    object.status = running || isReady(object) ? { observedGeneration: object.metadata.generation, conditions: [condition] } : undefined;
  }
  if (isReady(one('KafkaConnector', 'duet-source'))) world.slot ??= 'debezium_slot';
  if (one('KafkaConnect', 'debezium')) world.connectEnds = world.now + 4;
  for (const job of objects('Job')) {
    if (age(job) >= 3) job.status = is('no-bucket') ? { conditions: [{ type: 'Failed', status: 'True', message: 'DeadlineExceeded' }] } : { succeeded: 1 };
  }
  world.objects = world.objects.filter((o) => o.kind !== 'Job' || age(o) < 100 || is('no-bucket'));
  clear();
}

/** What is deleted and not held goes; a namespace takes along what is in it. */
function clear() {
  for (const namespace of objects('Namespace').filter(({ metadata }) => metadata.deletionTimestamp)) {
    const inside = world.objects.filter(({ metadata }) => metadata.namespace === namespace.metadata.name);
    for (const { metadata } of inside) metadata.deletionTimestamp = 'now';
    const held = inside.filter(({ metadata }) => metadata.finalizers?.length > 0).length;
    const message = `Some content in the namespace has finalizers remaining: strimzi.io/topic-operator in ${held} resource instances`;
    namespace.status = { conditions: held > 0 ? [{ type: 'NamespaceFinalizersRemaining', status: 'True', message }] : [] };
    namespace.metadata.finalizers = inside.length > 0 ? ['kubernetes'] : [];
  }
  // The topic operator is a pod of Kafka's: without a Kafka nobody takes the finalizers off.
  const topicOperator = one('Kafka', 'kafka') && !one('Kafka', 'kafka').metadata.deletionTimestamp && !is('no-topic-operator');
  world.objects = world.objects.filter(({ kind, metadata }) => {
    if (!metadata.deletionTimestamp) return true;
    return metadata.finalizers?.length > 0 && !(kind === 'KafkaTopic' && topicOperator);
  });
}

function pods() {
  const pod = (name, labels, status = {}) => ({ kind: 'Pod', metadata: { name, namespace: 'duet', labels }, status });
  const of = world.objects.filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet').map(({ metadata, status }) => {
    const up = status?.readyReplicas === 1;
    const waiting = { reason: 'ErrImagePull', message: 'pull access denied, repository does not exist' };
    const missing = metadata.name === 'duet' && is('no-image') ? [{ state: { waiting } }] : [];
    return pod(`${metadata.name}-0`, { 'app.kubernetes.io/name': metadata.name },
      { phase: up ? 'Running' : 'Pending', containerStatuses: missing, conditions: up ? [{ type: 'Ready', status: 'True' }] : [] });
  });
  if (world.now < (world.connectEnds ?? 0)) of.push(pod('debezium-connect-0', { 'strimzi.io/kind': 'KafkaConnect', 'strimzi.io/cluster': 'debezium' }));
  if (one('Kafka', 'kafka')) of.push(pod('kafka-dual-0', { 'strimzi.io/kind': 'Kafka', 'strimzi.io/cluster': 'kafka' }));
  return of;
}

function nodes() {
  const small = is('small-node');
  const zones = is('production') ? ['a', 'b', 'c'] : [undefined];
  return zones.map((zone, i) => ({
    kind: 'Node',
    metadata: { name: `node-${i}`, labels: zone ? { 'topology.kubernetes.io/zone': zone } : {} },
    status: { allocatable: { memory: small ? '2000000Ki' : '16000000Ki', cpu: '4' }, nodeInfo: { architecture: 'amd64' } },
  }));
}

function classes() {
  const annotations = is('no-storage-class') ? {} : { 'storageclass.kubernetes.io/is-default-class': 'true' };
  return [{ kind: 'StorageClass', metadata: { name: 'standard', annotations } }];
}

function kindOf(word) {
  const kind = KINDS[word];
  if (!kind) die(`error: the server doesn't have a resource type "${word}"`);
  if (STRIMZI.includes(kind) && !one('CustomResourceDefinition', 'kafkas.kafka.strimzi.io')) {
    die(`error: the server doesn't have a resource type "${word}"`);
  }
  return kind;
}

function matches(labels = {}, selector) {
  for (const [, name, value, values] of (selector ?? '').matchAll(/([\w./-]+)(?:=([\w-]+)| in \(([^)]*)\))/g)) {
    if (!(values?.split(',') ?? [value]).includes(labels[name])) return false;
  }
  return true;
}

function wanted() {
  const [what, name] = words[0].split('/').length === 2 ? words[0].split('/') : words;
  const kinds = what.split(',').map((word) => kindOf(word.replace(/\.kafka\.strimzi\.io$/, '')));
  const inside = flags['all-namespaces'] ? undefined : here;
  const found = kinds.flatMap((kind) => objects(kind, inside)).filter((o) => name === undefined || o.metadata.name === name);
  return [found.filter((o) => matches(o.metadata.labels, flags.l)), name];
}

function get() {
  if (flags.raw) end('ok');
  if (words[0] === 'crd' && !/strimzi/.test(words[1] ?? '')) end();
  const [found, name] = wanted();
  if (name !== undefined && found.length === 0) flags['ignore-not-found'] ? end() : die(`Error from server (NotFound): "${name}" not found`);
  if (flags.o === 'name') end(found.map(({ kind, metadata }) => `${kind.toLowerCase()}/${metadata.name}`).join('\n'));
  const path = flags.o.replace(/^jsonpath=/, '');
  out.push(select(path, name === undefined ? { items: found } : found[0]).replace(/\n$/, ''));
}

function apply() {
  const docs = flags.k ? rendered(flags.k) : read(join(folder, flags.f));
  for (const doc of docs) {
    const namespace = GLOBAL.includes(doc.kind) ? undefined : doc.metadata.namespace ?? here;
    if (namespace && !one('Namespace', namespace)) die(`Error from server (NotFound): namespaces "${namespace}" not found`);
    if (STRIMZI.includes(doc.kind)) kindOf(doc.kind.toLowerCase());
    const old = world.objects.find((o) => o.kind === doc.kind && o.metadata.name === doc.metadata.name && o.metadata.namespace === namespace);
    if (old?.kind === 'Job') die('The Job "minio-bucket" is invalid: spec.template: field is immutable');
    if (old?.kind === 'Namespace' && !old.saved) err.push(`Warning: resource namespaces/${namespace} is missing the last-applied-configuration`);
    if (old) continue;
    world.objects.push({ ...doc, metadata: { ...doc.metadata, namespace, generation: 1 }, since: world.now, saved: true });
    out.push(`${doc.kind.toLowerCase()}/${doc.metadata.name} created`);
  }
}

function rendered(overlay) {
  if (overlay === 'deploy/strimzi/operator') {
    if (!flags['server-side']) die('metadata.annotations: Too long: may not be more than 262144 bytes');
    const named = (apiVersion, kind, name) => ({ apiVersion, kind, metadata: { name, namespace: 'duet', labels: { app: 'strimzi' } }, spec: {} });
    const deployment = named('apps/v1', 'Deployment', 'strimzi-cluster-operator');
    deployment.spec.template = { spec: { containers: [{ env: [{ name: 'STRIMZI_NAMESPACE', valueFrom: {} }] }] } };
    const crd = { ...named('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'kafkas.kafka.strimzi.io') };
    return [crd, deployment, named('rbac.authorization.k8s.io/v1', 'ClusterRole', 'strimzi-cluster-operator-global')];
  }
  if (overlay !== 'deploy/k8s/overlays/local') die(`the stand-in has not rendered ${overlay}`);
  return read(process.argv[2]);
}

// As kubectl: the .yaml files of a folder, not of the folders in it.
function read(name) {
  const files = name.endsWith('.yaml') ? [name] : readdirSync(name).filter((each) => each.endsWith('.yaml')).map((each) => join(name, each));
  return readManifests(files).resources.map(({ doc }) => doc);
}

function create() {
  if (one('Namespace', words[1])) die(`Error from server (AlreadyExists): namespaces "${words[1]}" already exists`);
  world.objects.push({ kind: 'Namespace', metadata: { name: words[1] }, since: world.now, saved: flags['save-config'] === true });
}

function annotate() {
  const [, name, pair] = words;
  const [key, value] = pair.split('=');
  (one('Namespace', name).metadata.annotations ??= {})[key] = value;
}

function remove() {
  if (!flags.all && !flags.l && words.length < 2) die('error: resource(s) were provided, but no name was specified');
  if (flags.wait !== 'false' && /kafka|namespace/.test(words[0])) die('the stand-in would wait for ever');
  const [found] = wanted();
  for (const object of found) {
    object.metadata.deletionTimestamp = 'now';
    out.push(`${object.kind.toLowerCase()} "${object.metadata.name}" deleted`);
  }
  if (words[0] === 'crd') world.objects = world.objects.filter(({ kind }) => !STRIMZI.includes(kind));
  clear();
}

function patch() {
  for (const { metadata } of wanted()[0]) metadata.finalizers = undefined;
  clear();
}

function exec() {
  if (words[0] === 'deployment/duet') {
    if (command.includes('--help')) end();
    if (!command.includes('verify')) die(`unknown command: ${command}`);
    end(is('differs') ? 'public.fund_metadata differs' : 'all tables are equal', is('differs') ? 1 : 0);
  }
  const sql = command.at(-1);
  const reading = world.now < (world.connectEnds ?? 0);
  if (sql.includes('pg_drop_replication_slot')) {
    if (!sql.includes('not active') && reading) die('ERROR:  replication slot "debezium_slot" is active for PID 42');
    if (!reading) world.slot = null;
  } else if (sql.includes('pg_replication_slots')) {
    if (world.slot) end(`${world.slot}${reading ? ' (read by process 42)' : ''}`);
  } else if (sql.includes('mirror.fund_metadata')) {
    end(world.now >= (world.row?.since ?? 0) + 2 && !is('nothing-moves') ? world.row.value : (world.row.before ?? 'no row'));
  } else {
    const value = /^insert/.test(sql) ? '1.25' : /^update/.test(sql) ? '2.50' : 'no row';
    world.row = { value, before: world.row?.value, since: world.now };
    if (/^insert/.test(sql)) end('5');
  }
}
