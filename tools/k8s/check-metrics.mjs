#!/usr/bin/env node
// Checks that alert rules and dashboards ask only for metrics and labels that Duet has, in PromQL that parses, and that
// docs/operations.md lists the metrics of the code and has a heading for each alert.
//
//   check-metrics.mjs OPERATIONS.md METERS.java MANIFEST...
//
// METERS.java names its meters as "duet.records"; Prometheus' spelling is duet_records_total, and so on. Of the
// manifests, PrometheusRules and ConfigMaps labelled grafana_dashboard are read.
import { readFileSync } from 'node:fs';
import { parser } from '@prometheus-io/lezer-promql';
import { child, fault, readManifests, report } from './manifests.mjs';

// What Prometheus or its operator adds to every sample.
const TARGET_LABELS = ['namespace', 'pod', 'job', 'instance', 'container', 'endpoint'];
const FOREIGN_METRICS = ['up'];

const [docs, meters, ...manifests] = process.argv.slice(2);
if (manifests.length === 0) {
  console.error('usage: check-metrics.mjs OPERATIONS.md METERS.java MANIFEST...');
  process.exit(2);
}
const { resources, faults } = readManifests(manifests);
const operations = readFileSync(docs, 'utf8');
const documented = documentedMetrics(operations);
faults.push(...differences([...documented.keys()], meterNames(readFileSync(meters, 'utf8'))));
let expressions = 0;
for (const resource of resources) {
  for (const [alert, path] of alertsOf(resource)) {
    if (!operations.includes(`\n### ${alert}\n`)) faults.push(fault(resource, path, `${alert} has no heading in ${docs}`));
  }
  for (const [text, path] of expressionsOf(resource)) {
    expressions++;
    faults.push(...faultsOf(text).map((message) => fault(resource, path, message)));
  }
}
if (expressions === 0) faults.push({ file: manifests.join(' '), message: 'no expression found' });
report(faults, expressions, 'expressions');

/** Metric -> its labels, from the table below the heading Metrics. `_sum` stands for the row's first name with it. */
function documentedMetrics(text) {
  const table = text.split('\n## Metrics\n')[1]?.split('\n## ')[0] ?? '';
  const metrics = new Map();
  for (const line of table.split('\n').filter((each) => each.startsWith('| `duet_'))) {
    const [names, , labels] = line.replaceAll('\\|', '/').slice(1).split('|').map((cell) => cell.trim());
    const own = labels.split(/[,;] */).filter(Boolean);
    const listed = [...names.matchAll(/`(\w+)(\{[^`]*\})?`/g)];
    const base = listed[0][1].replace(/_count$/, '');
    for (const [, name, matcher] of listed) {
      const quantile = matcher?.includes('quantile=') ? ['quantile'] : [];
      metrics.set(name.startsWith('_') ? base + name : name, [...own, ...quantile]);
    }
  }
  return metrics;
}

function meterNames(text) {
  const code = text.replaceAll(/\/\*[^]*?\*\//g, '');
  return [...new Set([...code.matchAll(/"(duet(?:\.[a-z]+)+)"/g)].map(([, name]) => name.replaceAll('.', '_')))];
}

// A metric is its meter's name, then a unit, a kind or a part: duet_write + _seconds + _sum.
function differences(metrics, names) {
  const of = (name) => (metric) => new RegExp(`^${name}(_seconds)?(_total|_count|_sum|_max)?$`).test(metric);
  const unlisted = names.filter((name) => !metrics.some(of(name)));
  const gone = metrics.filter((metric) => !names.some((name) => of(name)(metric)));
  return [
    ...unlisted.map((name) => ({ file: docs, path: name, message: 'a meter of the code that the table does not list' })),
    ...gone.map((metric) => ({ file: docs, path: metric, message: 'no meter of the code has this name' })),
  ];
}

function* alertsOf({ doc }) {
  if (doc.kind !== 'PrometheusRule') return;
  for (const [i, group] of doc.spec.groups.entries()) {
    for (const [j, { alert }] of group.rules.entries()) {
      if (alert !== undefined) yield [alert, `spec.groups[${i}].rules[${j}].alert`];
    }
  }
}

function* expressionsOf({ doc }) {
  if (doc.kind === 'PrometheusRule') {
    for (const [i, group] of doc.spec.groups.entries()) {
      for (const [j, rule] of group.rules.entries()) yield [rule.expr, `spec.groups[${i}].rules[${j}].expr`];
    }
  }
  if (doc.kind !== 'ConfigMap' || !doc.metadata.labels?.grafana_dashboard) return;
  for (const [file, json] of Object.entries(doc.data)) {
    for (const { title, targets } of JSON.parse(json).panels) {
      for (const { expr } of targets) yield [expr.replaceAll('$__rate_interval', '5m'), child(child('data', file), title)];
    }
  }
}

function faultsOf(text) {
  const messages = [];
  const metrics = [];
  const labels = [];
  parser.parse(text).iterate({
    enter({ type, from, to }) {
      const name = text.slice(from, to);
      if (type.isError) messages.push(`not PromQL, at ${from}: ${text}`);
      if (type.name === 'Identifier') metrics.push(name);
      if (type.name === 'LabelName') labels.push(name);
    },
  });
  if (messages.length > 0) return messages.slice(0, 1);
  const known = (metric) => documented.has(metric) || FOREIGN_METRICS.includes(metric);
  messages.push(...metrics.filter((metric) => !known(metric)).map((metric) => `no metric ${metric}`));
  const has = (label) =>
    TARGET_LABELS.includes(label) || metrics.every((metric) => documented.get(metric)?.includes(label) ?? true);
  messages.push(...labels.filter((label) => !has(label)).map((label) => `${metrics.join(', ')}: no label ${label}`));
  return [...new Set(messages)];
}
