#!/usr/bin/env node
// Checks that the Helm chart makes the same objects as kustomize, but for what each tool has of its own: labels that say who
// made an object, the release's label in selectors, hashes in names (kustomize) or a checksum (Helm), and the namespace.
//
//   check-helm.mjs HELM.YAML KUSTOMIZE.YAML      rendered by either
//
// Of kustomize's set only Duet's own objects count: not the Secrets, and not what the local overlay has beside Duet.
import { readManifests, report, child } from './manifests.mjs';

const [helm, kustomize] = process.argv.slice(2);
if (kustomize === undefined) {
  console.error('usage: check-helm.mjs HELM.YAML KUSTOMIZE.YAML');
  process.exit(2);
}
const HASHED = /^(duet-(?:config|database|store))-[a-z0-9]{10}$/;
const faults = [];
const [charted, measure] = [objects(helm), objects(kustomize)];
for (const [id, doc] of charted) {
  if (!measure.has(id)) say(doc, '', 'kustomize makes no such object');
  else compare(doc, '', doc, measure.get(id));
}
for (const [id, doc] of measure) if (!charted.has(id)) say(doc, '', 'the chart makes no such object');
report(faults, charted.size, 'objects of the chart');

function say(doc, path, message) {
  faults.push({ file: helm, doc, path, message });
}

function objects(file) {
  const docs = readManifests([file]).resources.map(({ doc }) => doc);
  const own = docs.filter(({ kind, metadata }) => !['Namespace', 'Secret'].includes(kind) && /^duet\b/.test(metadata.name));
  return new Map(own.map((doc) => [doc, plain(doc)]).map(([doc, same]) => [[doc.kind, same.metadata.namespace, same.metadata.name].join(' '), same]));
}

/** Without what a tool has of its own. */
function plain(doc) {
  const copy = without(doc);
  const { labels } = copy.metadata;
  for (const label of Object.keys(labels ?? {})) if (/^(app\.kubernetes\.io|helm\.sh)\//.test(label)) delete labels[label];
  if (Object.keys(labels ?? {}).length === 0) delete copy.metadata.labels;
  const pod = copy.spec?.template?.metadata;
  if (pod?.annotations) {
    delete pod.annotations['checksum/config'];
    if (Object.keys(pod.annotations).length === 0) delete pod.annotations;
  }
  return copy;
}

function without(value) {
  if (typeof value === 'string') return HASHED.exec(value)?.[1] ?? value;
  if (Array.isArray(value)) return value.map(without);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== 'app.kubernetes.io/instance').map(([key, each]) => [key, without(each)]));
}

function compare(doc, path, actual, expected) {
  const kinds = [actual, expected].map((each) => (Array.isArray(each) ? 'list' : each === null ? 'null' : typeof each));
  if (kinds[0] !== kinds[1] || (kinds[0] !== 'list' && kinds[0] !== 'object' && actual !== expected)) {
    say(doc, path, `is ${show(actual)}, but ${show(expected)} by kustomize`);
  } else if (kinds[0] === 'list' || kinds[0] === 'object') {
    for (const step of new Set([...Object.keys(actual), ...Object.keys(expected)])) compare(doc, child(path, step), actual[step], expected[step]);
  }
}

function show(value) {
  const text = JSON.stringify(value) ?? 'missing';
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
