#!/usr/bin/env node
// Checks recipes of images without a container engine: pinned bases, stages and files that are there, what .dockerignore lets
// through, the user, the labels, and one name: duet with the project's version.
//
//   check-images.mjs PROJECT FILE...      Dockerfiles, and scripts that call an engine
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { report } from './manifests.mjs';

const LABELS = ['title', 'description', 'version', 'licenses', 'source', 'revision', 'created'];
const USER = '65532:65532';

const [project, ...files] = process.argv.slice(2);
if (files.length === 0) {
  console.error('usage: check-images.mjs PROJECT FILE...');
  process.exit(2);
}
const version = /<version>([^<]+)<\/version>/.exec(readFileSync(join(project, 'pom.xml'), 'utf8'))[1];
const allowed = readFileSync(join(project, '.dockerignore'), 'utf8').split('\n').filter((line) => line.startsWith('!')).map((line) => line.slice(1));
const faults = [];
for (const file of files) {
  const text = readFileSync(file, 'utf8');
  if (/^FROM /m.test(text)) recipe(file, text);
  names(file, text);
}
report(faults, files.length, 'recipes of images');

function say(file, path, message) {
  faults.push({ file, path, message });
}

/** Instructions as [keyword, rest], with continued lines put together. */
function instructions(text) {
  const lines = text.replace(/^#.*\n/gm, '').replace(/\\\n/g, ' ').split('\n');
  return lines.map((line) => /^([A-Z]+) (.*)$/.exec(line.trim())).filter(Boolean).map(([, keyword, rest]) => [keyword, rest.trim()]);
}

function recipe(file, text) {
  const stages = new Set();
  const defaults = {};
  let last = [];
  for (const [keyword, rest] of instructions(text)) {
    if (keyword === 'FROM') {
      last = [];
      from(file, rest, defaults, stages);
    } else if (keyword === 'ARG') {
      const [name, value] = rest.split('=');
      defaults[name] = value;
    } else if (keyword === 'COPY') copy(file, rest, stages);
    last.push([keyword, rest]);
  }
  runs(file, last);
}

function from(file, rest, defaults, stages) {
  const [, image, stage] = /^(\S+)(?: AS (\S+))?$/.exec(rest) ?? [];
  const name = image?.replace(/\$\{(\w+)\}/g, (_, arg) => defaults[arg] ?? '');
  const tag = /[:@]([^:@/]+)$/.exec(name ?? '')?.[1];
  if (!stages.has(name) && (!tag || tag === 'latest')) say(file, `FROM ${rest}`, `${name} is not pinned to a version`);
  if (stage) stages.add(stage);
}

function copy(file, rest, stages) {
  const stage = /--from=(\S+)/.exec(rest)?.[1];
  if (stage) {
    if (!stages.has(stage)) say(file, `COPY ${rest}`, `there is no stage ${stage} before`);
    return;
  }
  for (const source of rest.split(/\s+/).filter((word) => !word.startsWith('--')).slice(0, -1)) {
    const path = source.replace(/\/$/, '');
    if (!allowed.some((each) => path === each || path.startsWith(`${each}/`))) {
      say(file, `COPY ${rest}`, `.dockerignore does not let ${source} through`);
    }
  }
}

function runs(file, last) {
  const value = (keyword) => last.filter(([each]) => each === keyword).at(-1)?.[1];
  if (value('USER') !== USER) say(file, 'USER', `must be ${USER}, not ${value('USER') ?? 'root'}`);
  if (!value('ENTRYPOINT')?.startsWith('[')) say(file, 'ENTRYPOINT', 'must be a list: there is no shell, and signals must arrive');
  const labels = Object.fromEntries([...(value('LABEL') ?? '').matchAll(/org\.opencontainers\.image\.(\w+)="([^"]*)"/g)].map(([, key, text]) => [key, text]));
  for (const label of LABELS.filter((each) => !labels[each])) say(file, 'LABEL', `org.opencontainers.image.${label} is missing`);
  if (labels.version && labels.version !== version) say(file, 'LABEL', `version is ${labels.version}, and ${version} in pom.xml`);
}

// What is built under one name and deployed under another is found by nobody.
function names(file, text) {
  for (const [, tag] of text.matchAll(/\bduet:([\w.$][\w.${}-]*)/g)) {
    if (tag !== version && tag !== '$version') say(file, `duet:${tag}`, `the image's name is duet:${version} everywhere`);
  }
}
