#!/usr/bin/env node
// Checks the workflows of a public forge: actions pinned by commit, rights and times bounded, and what they run exists here.
//
//   check-workflows.mjs PROJECT WORKFLOW.YML...
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as yaml from 'js-yaml';
import { report } from './manifests.mjs';

const [project, ...files] = process.argv.slice(2);
if (files.length === 0) {
  console.error('usage: check-workflows.mjs PROJECT WORKFLOW.YML...');
  process.exit(2);
}
const targets = new Set([...readFileSync(join(project, 'Makefile'), 'utf8').matchAll(/^([a-z-]+):/gm)].map(([, name]) => name));
const faults = [];
for (const file of files) {
  const text = readFileSync(file, 'utf8');
  const workflow = yaml.load(text);
  if (workflow.permissions?.contents !== 'read') say(file, 'permissions', 'must be contents: read, and more for a job that needs it');
  for (const [name, job] of Object.entries(workflow.jobs)) {
    const path = `jobs.${name}`;
    if (!(job['timeout-minutes'] > 0)) say(file, `${path}.timeout-minutes`, 'missing');
    if (/-latest$/.test(job['runs-on'])) say(file, `${path}.runs-on`, `${job['runs-on']} is not pinned`);
    if (job.needs && ![job.needs].flat().every((each) => each in workflow.jobs)) say(file, `${path}.needs`, `there is no job ${job.needs}`);
    for (const [i, step] of job.steps.entries()) check(file, `${path}.steps[${i}]`, step, text);
  }
}
report(faults, files.length, 'workflows');

function say(file, path, message) {
  faults.push({ file, path, message });
}

function check(file, path, { uses, run = '' }, text) {
  if (uses !== undefined && !uses.startsWith('./')) {
    const pinned = /@[0-9a-f]{40}$/.test(uses);
    if (!pinned) say(file, `${path}.uses`, `${uses} is not pinned by its commit`);
    else if (!new RegExp(`${uses} # v\\d+\\.\\d+\\.\\d+`).test(text)) say(file, `${path}.uses`, `${uses} wants its version behind it (# v1.2.3)`);
  }
  // What others write (titles, names of branches) must not become part of a script.
  if (/\$\{\{\s*github\.(event|head_ref)/.test(run)) say(file, `${path}.run`, 'puts what others write into a script: pass it by env');
  for (const [, target] of run.matchAll(/\bmake ([a-z][a-z-]*)/g)) {
    if (!targets.has(target)) say(file, `${path}.run`, `the Makefile has no target ${target}`);
  }
  for (const [script] of run.matchAll(/(?<![\w/])(?:\.ci|tools|deploy)\/[\w./-]+/g)) {
    if (!existsSync(join(project, script))) say(file, `${path}.run`, `${script} is not there`);
  }
}
