#!/usr/bin/env node
// Checks compose.yaml without a container engine: unknown keys, services and volumes that lead nowhere, files that are
// not there, images without a version, ports open to the network, and what Duet's own service must have.
//
//   check-compose.mjs COMPOSE.YAML
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { child, readManifests, report, unknownField } from './manifests.mjs';
import { readProperties, seconds } from './properties.mjs';

// Of the Compose specification, what this project uses.
const TOP = ['name', 'services', 'volumes'];
const SERVICE = [
  'image', 'build', 'command', 'entrypoint', 'environment', 'ports', 'volumes', 'healthcheck', 'depends_on', 'restart',
  'profiles', 'read_only', 'tmpfs', 'cap_drop', 'security_opt', 'mem_limit', 'stop_grace_period', 'user',
];
const CONDITIONS = ['service_started', 'service_healthy', 'service_completed_successfully'];

const [file] = process.argv.slice(2);
if (file === undefined) {
  console.error('usage: check-compose.mjs COMPOSE.YAML');
  process.exit(2);
}
const faults = [];
// It is no Kubernetes resource, so the reader hands it over with its complaint.
const read = readManifests([file]).faults;
const compose = read.at(-1)?.doc;
if (compose?.services === undefined) {
  const message = read[0]?.path.startsWith('line') ? read[0].message : 'missing';
  report([{ file, path: read[0]?.path.startsWith('line') ? read[0].path : 'services', message }], 0, 'services');
} else {
  check();
  report(faults, Object.keys(compose.services).length, 'services');
}

function say(path, message) {
  faults.push({ file, path, message });
}

function check() {
  knownKeys('', compose, TOP);
  for (const [name, service] of Object.entries(compose.services)) {
    const path = child('services', name);
    knownKeys(path, service, SERVICE);
    image(path, service);
    ports(path, service.ports ?? []);
    volumes(path, service.volumes ?? []);
    dependencies(path, service.depends_on ?? {});
    environment(path, service.environment ?? {});
    if (service.healthcheck) healthcheck(`${path}.healthcheck`, service.healthcheck);
  }
  if (compose.services.duet) duet(compose.services.duet);
}

function knownKeys(path, object, known) {
  for (const key of Object.keys(object)) if (!known.includes(key)) say(child(path, key), unknownField(key, known));
}

function image(path, { image: name, build }) {
  const tag = /[:@]([^:@/]+)$/.exec(name ?? '')?.[1];
  if (!tag || tag === 'latest') say(`${path}.image`, `${name} is not pinned to a version`);
  const recipe = (build?.dockerfile ?? 'Dockerfile').replace(/\$\{\w+:-([^}]*)\}/g, '$1');
  if (build && !existsSync(join(dirname(file), recipe))) {
    say(`${path}.build.dockerfile`, `${recipe} is not there`);
  }
}

function ports(path, published) {
  published.forEach((port, i) => {
    if (!/^127\.0\.0\.1:\d+:\d+$/.test(port)) say(`${path}.ports[${i}]`, `${port} is open to the network: begin with 127.0.0.1`);
  });
}

function volumes(path, mounts) {
  mounts.forEach((mount, i) => {
    const [source] = mount.split(':');
    const there = source.startsWith('.') ? existsSync(join(dirname(file), source)) : source in (compose.volumes ?? {});
    if (!there) say(`${path}.volumes[${i}]`, `${source} is not there`);
  });
}

function dependencies(path, wanted) {
  for (const [name, { condition }] of Object.entries(wanted)) {
    const at = child(`${path}.depends_on`, name);
    if (!(name in compose.services)) say(at, 'no such service');
    else if (!CONDITIONS.includes(condition)) say(`${at}.condition`, `must be one of ${CONDITIONS.join(', ')}`);
    else if (condition === 'service_healthy' && !compose.services[name].healthcheck) say(at, 'that service has no healthcheck');
  }
}

// As for probes in a cluster (lint-pods.mjs): a busy laptop takes seconds for a look, and a minute for a start.
function healthcheck(path, { interval = '30s', timeout = '30s', retries = 3 }) {
  if (seconds(timeout) < 5) say(`${path}.timeout`, `${timeout}: a busy machine wants 5s`);
  const allowed = seconds(interval) * retries;
  if (allowed < 60) say(`${path}.retries`, `allows ${allowed} s for a start, not 60`);
}

function environment(path, variables) {
  for (const [name, value] of Object.entries(variables)) {
    if (typeof value !== 'string') say(child(`${path}.environment`, name), 'must be a string: put it into quotes');
  }
}

function duet(service) {
  const path = 'services.duet';
  if (service.read_only !== true) say(`${path}.read_only`, 'must be true');
  if (!service.cap_drop?.includes('ALL')) say(`${path}.cap_drop`, 'must be [ALL]');
  if (!service.tmpfs?.some((mount) => /^\/tmp:.*\bexec\b/.test(mount) && !mount.includes('noexec'))) {
    say(`${path}.tmpfs`, '/tmp must allow exec: native libraries are unpacked there');
  }
  const settings = service.volumes?.map((mount) => mount.split(':')).find(([, target]) => target?.endsWith('/application.properties'));
  const source = settings && join(dirname(file), settings[0]);
  if (!source || !existsSync(source)) return;
  const limit = readProperties(readFileSync(source, 'utf8')).get('duet.stop-limit') ?? '5s';
  if (seconds(service.stop_grace_period ?? '10s') < seconds(limit) + 10) {
    say(`${path}.stop_grace_period`, `ends before duet.stop-limit (${limit}) and 10 s more`);
  }
}
