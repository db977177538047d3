#!/usr/bin/env node
// Checks the commands that the documentation shows: files, make targets and images that exist, and what was seen to fail on a
// real cluster when it was followed.
//
//   check-docs.mjs PROJECT DOCUMENT.MD...
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { report } from './manifests.mjs';

const [project, ...documents] = process.argv.slice(2);
if (documents.length === 0) {
  console.error('usage: check-docs.mjs PROJECT DOCUMENT.MD...');
  process.exit(2);
}
const version = /<version>([^<]+)<\/version>/.exec(readFileSync(join(project, 'pom.xml'), 'utf8'))[1];
const targets = new Set([...readFileSync(join(project, 'Makefile'), 'utf8').matchAll(/^([a-z-]+):/gm)].map(([, name]) => name));
const faults = [];
let count = 0;
for (const file of documents) check(file);
report(faults, count, 'commands in documents');

/** The blocks of commands: indented or fenced, and what stands in single quotes of code; [first line's number, lines]. */
function blocks(text) {
  const found = [];
  let fenced = false;
  let block;
  for (const [i, line] of text.split('\n').entries()) {
    if (/^\s*```/.test(line)) fenced = !fenced;
    else if (fenced || /^ {4}/.test(line)) {
      if (!block) found.push((block = [i + 1, []]));
      block[1].push(line.trim());
      continue;
    }
    if (line.trim() !== '') block = undefined;
    else block?.[1].push('');
    for (const [, code] of line.matchAll(/`([^`]+)`/g)) found.push([i + 1, [code]]);
  }
  return found;
}

function check(file) {
  const text = readFileSync(file, 'utf8');
  for (const [i, line] of text.split('\n').entries()) {
    if (/kaniko/i.test(line)) say(file, i + 1, 'Strimzi builds with Buildah since 1.1, not with Kaniko');
  }
  for (const [first, lines] of blocks(text)) {
    for (const [i, line] of lines.entries()) command(file, first + i, line, lines.slice(0, i).join('\n'));
  }
}

function say(file, line, message) {
  faults.push({ file, path: `line ${line}`, message });
}

function command(file, line, text, before) {
  for (const [, target] of text.matchAll(/(?:^|[;&|(] ?)(?:slot )?make ([a-z][a-z-]*[a-z])(?![\w*-])/g)) {
    count++;
    if (!targets.has(target)) say(file, line, `the Makefile has no target ${target}`);
  }
  for (const [, tag] of text.matchAll(/\bduet:(\d[\w.-]*)/g)) {
    count++;
    if (tag !== version) say(file, line, `the image is duet:${version}, and nothing makes duet:${tag}`);
  }
  if (!/\bkubectl\b/.test(text)) return;
  count++;
  for (const [, path] of text.matchAll(/ -[fk] ((?:deploy|strimzi)[\w./-]*)/g)) {
    if (!existsSync(join(project, path))) say(file, line, `${path} is not there`);
  }
  if (/\bcreate namespace\b/.test(text) && !text.includes('--save-config')) {
    say(file, line, 'a namespace without --save-config: the apply that follows warns of it');
  }
  if (/\bapply\b.*(install\/cluster-operator|strimzi\/operator)/.test(text) && !text.includes('--server-side')) {
    say(file, line, "Strimzi's CRDs are too large for client-side apply: --server-side");
  }
  if (/\bdelete (namespace|ns)\b/.test(text) && !/delete kafkatopics|wait .*kafkatopics/.test(before)) {
    say(file, line, 'never ends while KafkaTopics are there: delete them first, while the operator runs, and wait for it');
  }
  if (/\bdelete -f strimzi\/?(\s|$|`)/.test(text)) {
    say(file, line, 'takes Kafka away before its topics, whose finalizers then stay: one file after the other');
  }
  if (/pg_drop_replication_slot/.test(text) && !/wait pods?.*--for=delete/.test(before)) {
    say(file, line, "fails while Connect's pods read the slot: wait for their end first (kubectl wait pods -l ... --for=delete)");
  }
}
