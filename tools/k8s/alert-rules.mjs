#!/usr/bin/env node
// Prints the rule groups of all PrometheusRules as a file of Prometheus' own (JSON, which is YAML), for promtool.
//
//   alert-rules.mjs MANIFEST... > rules.yaml
import { readManifests } from './manifests.mjs';

const rules = readManifests(process.argv.slice(2)).resources.filter(({ doc }) => doc.kind === 'PrometheusRule');
console.log(JSON.stringify({ groups: rules.flatMap(({ doc }) => doc.spec.groups) }, null, 2));
