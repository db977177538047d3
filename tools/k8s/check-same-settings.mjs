#!/usr/bin/env node
// Checks that what is said in several places is said alike: in the embedded stack (devstack/), strimzi/, deploy/, and
// compose.yaml. The embedded stack is what the tests run, so it is the measure.
//
//   check-same-settings.mjs RENDERED [ROOT]
//
// RENDERED holds the manifests as kustomize renders them: local.yaml, production.yaml, strimzi.yaml and
// strimzi-production.yaml. ROOT is the project's folder, "." by default.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readManifests, report } from './manifests.mjs';
import { readProperties } from './properties.mjs';

const [rendered, root = '.'] = process.argv.slice(2);
if (rendered === undefined) {
  console.error('usage: check-same-settings.mjs RENDERED [ROOT]');
  process.exit(2);
}

// Connector settings that each place has for itself.
const ADDRESS = ['database.hostname', 'database.port', 'database.user', 'database.password'];
const PRODUCTION_ONLY = ['database.sslmode', 'database.sslrootcert', 'topic.creation.default.replication.factor'];
// Duet's settings that each place has for itself; other kafka.* keys too.
const STACK_ADDRESS = ['quarkus.datasource.reactive.url', 'duet.delta.s3.endpoint'];

const faults = [];
let compared = 0;

const sets = Object.fromEntries(
  ['local', 'production', 'strimzi', 'strimzi-production'].map((name) => [name, set(name)]),
);
const compose = yamlOf('compose.yaml');
const stack = 'devstack/src/main/java/dev/duet/devstack';

connectorSettings();
deliveriesSettings();
workerSettings();
kafkaSettings();
postgresSettings();
storeSettings();
serviceSettings();
versions();
keysAreDocumented();
report(faults, compared, 'settings');

function text(path) {
  return readFileSync(join(root, path), 'utf8');
}

function set(name) {
  return readManifests([join(rendered, `${name}.yaml`)]).resources.map(({ doc }) => doc);
}

function yamlOf(path) {
  // compose.yaml is no resource: the reader for manifests only lends its YAML.
  return readManifests([join(root, path)]).faults[0].doc;
}

function one(name, kind, resource) {
  return sets[name].find(({ kind: k, metadata }) => k === kind && metadata.name.startsWith(resource));
}

/** One setting in one place, against the measure. */
function same(place, key, actual, expected) {
  compared++;
  if (String(actual) === String(expected)) return;
  faults.push({ file: place, path: key, message: `is ${actual}, but ${expected} in the measure` });
}

/** All settings of one place against all of the measure, but for those that are the place's own. */
function sameAll(place, actual, expected, own) {
  const keys = new Set([...Object.keys(actual), ...Object.keys(expected)]);
  for (const key of [...keys].filter((each) => !own.includes(each))) same(place, key, actual[key], expected[key]);
}

/** `Map.of("key", "value", ...)` and `put("key", "value")` of Java, whatever the line breaks. */
function javaPairs(file, source = text(`${stack}/${file}`)) {
  const pairs = {};
  for (const [, key, value] of source.matchAll(/"([\w.-]+)",\s*"([^"]*)"/g)) pairs[key] ??= value;
  return pairs;
}

function javaConstant(file, name) {
  const found = new RegExp(`String ${name} =\\s*"([^"]*)"`).exec(text(`${stack}/${file}`));
  if (!found) throw new Error(`${stack}/${file} has no constant ${name} any more: mend this check`);
  return found[1];
}

function connectorSettings() {
  const measure = JSON.parse(text('devstack/src/main/resources/connector.json'));
  measure['topic.creation.default.partitions'] = /partitions = (\d+);/.exec(text(`${stack}/Up.java`))[1];
  sameAll('deploy/compose/connector.json', JSON.parse(text('deploy/compose/connector.json')), measure, ADDRESS);
  for (const name of ['strimzi', 'strimzi-production']) {
    const connector = one(name, 'KafkaConnector', 'duet-source');
    const { class: className, tasksMax, config } = connector.spec;
    const settings = { 'connector.class': className, 'tasks.max': tasksMax, ...config };
    sameAll(`${name}: KafkaConnector`, settings, measure, [...ADDRESS, ...(name === 'strimzi' ? [] : PRODUCTION_ONLY)]);
    same(`${name}: KafkaConnector`, 'metadata.name', connector.metadata.name, javaConstant('Connector.java', 'NAME'));
    for (const topic of sets[name].filter(({ kind, metadata }) => kind === 'KafkaTopic' && /^pgsrc\./.test(metadata.name))) {
      const partitions = measure['topic.creation.default.partitions'];
      same(`${name}: KafkaTopic ${topic.metadata.name}`, 'spec.partitions', topic.spec.partitions, partitions);
    }
    for (const table of measure['table.include.list'].split(',')) {
      const topics = sets[name].filter(({ kind }) => kind === 'KafkaTopic').map(({ spec, metadata }) => spec.topicName ?? metadata.name);
      same(`${name}: KafkaTopic`, table, topics.includes(`${measure['topic.prefix']}.${table}`), true);
    }
  }
  const url = /connectors\/([\w-]+)\/config$/.exec(compose.services.connector.command.at(-1));
  same('compose.yaml: connector', 'its name in the address', url?.[1], javaConstant('Connector.java', 'NAME'));
}

/** The connector of deliveries, and the table that it reads, as Duet makes it and as databases are prepared for it. */
function deliveriesSettings() {
  const measure = JSON.parse(text('devstack/src/main/resources/connector-deliveries.json'));
  const composed = 'deploy/compose/connector-deliveries.json';
  sameAll(composed, JSON.parse(text(composed)), measure, ADDRESS);
  const option = 'strimzi/options/deliveries.yaml';
  const connector = readManifests([join(root, option)]).resources.find(({ doc }) => doc.kind === 'KafkaConnector').doc;
  const { class: className, tasksMax, config } = connector.spec;
  sameAll(option, { 'connector.class': className, 'tasks.max': tasksMax, ...config }, measure, ADDRESS);
  const name = javaConstant('Connector.java', 'DELIVERIES');
  same(option, 'metadata.name', connector.metadata.name, name);
  const url = /connectors\/([\w-]+)\/config$/.exec(compose.services.deliveries.command.at(-1));
  same('compose.yaml: deliveries', 'its name in the address', url?.[1], name);

  const outbox = (source) => {
    const columns = /create table (?:if not exists )?duet\.outbox \(([^;]*?)\n\s*\)/.exec(source.toLowerCase())?.[1];
    return columns?.replace(/\s+/g, ' ').trim();
  };
  const prepared = text('devstack/src/main/resources/deliveries.sql');
  for (const place of ['src/main/java/dev/duet/postgres/ControlTables.java', 'docs/deliveries.md']) {
    same(place, 'columns of duet.outbox', outbox(text(place)), outbox(prepared));
  }
  const publication = /"(CREATE PUBLICATION duet_deliveries [^"]+)"/.exec(text(`${stack}/DemoDatabase.java`))[1];
  const script = 'deploy/k8s/overlays/local/postgres/50-deliveries.sql';
  same(script, 'is deliveries.sql and its publication', text(script) === `${prepared}${publication};\n`, true);
}

function workerSettings() {
  // `make run` gives the worker its group's name and exactly-once support.
  const [, group, exactlyOnce] = /ConnectWorker\.Group\("(\w+)", (\w+)\)/.exec(text(`${stack}/Run.java`));
  const worker = text(`${stack}/ConnectWorker.java`)
    .replaceAll('group.name() + "', `"${group}`)
    .replace(/group\.exactlyOnce\(\) \? ("\w+") : ("\w+")/, exactlyOnce === 'true' ? '$1' : '$2');
  const measure = javaPairs('ConnectWorker.java', worker);
  const json = javaConstant('ConnectWorker.java', 'JSON');
  const topics = { configStorageTopic: 'config', offsetStorageTopic: 'offset', statusStorageTopic: 'status' };
  const environment = compose.services.connect.environment;
  for (const name of ['strimzi', 'strimzi-production']) {
    const { spec } = one(name, 'KafkaConnect', 'debezium');
    for (const [field, part] of Object.entries(topics)) {
      same(`${name}: KafkaConnect`, field, spec[field], measure[`${part}.storage.topic`]);
    }
    for (const key of ['exactly.once.source.support', 'offset.storage.partitions', 'status.storage.partitions']) {
      same(`${name}: KafkaConnect`, key, spec.config[key], measure[key]);
      same('compose.yaml: connect', key, environment[`CONNECT_${key.toUpperCase().replaceAll('.', '_')}`], measure[key]);
    }
    for (const key of ['key.converter', 'value.converter']) same(`${name}: KafkaConnect`, key, spec.config[key], json);
  }
  for (const part of Object.values(topics)) {
    const key = `${part}.storage.topic`;
    same('compose.yaml: connect', key, environment[key.toUpperCase().replaceAll('.', '_')], measure[key]);
  }
  for (const key of ['KEY_CONVERTER', 'VALUE_CONVERTER']) same('compose.yaml: connect', key, environment[key], json);
}

function kafkaSettings() {
  const measure = javaPairs('KafkaBroker.java');
  const key = 'auto.create.topics.enable';
  const environment = compose.services.kafka.environment;
  same('compose.yaml: kafka', key, environment.KAFKA_AUTO_CREATE_TOPICS_ENABLE, measure[key]);
  const retention = one('strimzi', 'Kafka', 'kafka').spec.kafka.config['log.retention.hours'];
  same('compose.yaml: kafka', 'log.retention.hours (of strimzi/)', environment.KAFKA_LOG_RETENTION_HOURS, retention);
  for (const name of ['strimzi', 'strimzi-production']) {
    same(`${name}: Kafka`, key, one(name, 'Kafka', 'kafka').spec.kafka.config[key], measure[key]);
  }
}

function postgresSettings() {
  const measure = javaPairs('PostgresServer.java');
  const places = {
    'local: postgres': one('local', 'StatefulSet', 'postgres').spec.template.spec.containers[0].args,
    'compose.yaml: postgres': compose.services.postgres.command,
  };
  const keys = ['wal_level', 'synchronous_commit', 'max_wal_senders', 'max_replication_slots', 'max_slot_wal_keep_size'];
  for (const [place, args] of Object.entries(places)) {
    const settings = Object.fromEntries(args.filter((arg) => arg.startsWith('-c')).map((arg) => arg.slice(2).split('=')));
    for (const key of keys) same(place, key, settings[key], measure[key]);
  }
  const scripts = 'deploy/k8s/overlays/local/postgres';
  const database = text(`${stack}/DemoDatabase.java`);
  for (const [copy, original] of Object.entries({ '20-schema.sql': 'schema.sql', '30-grants.sql': 'grants.sql' })) {
    same(scripts, copy, text(`${scripts}/${copy}`) === text(`devstack/src/main/resources/${original}`), true);
  }
  const publication = /"(CREATE PUBLICATION dbz_pub [^"]+)"/.exec(database)[1];
  same(scripts, '40-publication.sql', text(`${scripts}/40-publication.sql`).trim(), `${publication};`);
  const roles = text(`${scripts}/10-roles.sh`);
  for (const [, role, rights] of database.matchAll(/createRole\(connection, Role\.(\w+), "([^"]*)"\)/g)) {
    const name = role.toLowerCase();
    same(`${scripts}/10-roles.sh`, name, RegExp(`CREATE ROLE ${name} (.*) PASSWORD`).exec(roles)?.[1], rights);
  }
}

function storeSettings() {
  const [bucket, accessKey, secretKey] = ['BUCKET', 'ACCESS_KEY', 'SECRET_KEY'].map((name) => javaConstant('S3Server.java', name));
  const { environment } = compose.services.minio;
  same('compose.yaml: minio', 'access key', environment.MINIO_ROOT_USER, accessKey);
  same('compose.yaml: minio', 'secret key', environment.MINIO_ROOT_PASSWORD, secretKey);
  same('compose.yaml: duet', 'secret key', compose.services.duet.environment.DUET_DELTA_S3_SECRET_KEY, secretKey);
  const makes = (command) => / store\/([\w-]+)\s*$/.exec(command)?.[1];
  same('compose.yaml: bucket', 'its name', makes(compose.services.bucket.command[0]), bucket);
  const job = one('local', 'Job', 'minio-bucket').spec.template.spec.containers[0];
  same('local: minio-bucket', 'its name', makes(job.args[0]), bucket);
  const { data } = one('local', 'Secret', 'duet-store');
  same('local: duet-store', 'access-key', atob(data['access-key']), accessKey);
  same('local: duet-store', 'secret-key', atob(data['secret-key']), secretKey);
}

function serviceSettings() {
  const settings = javaPairs('run/ServiceSettings.java');
  const pipeline = javaConstant('run/ServiceSettings.java', 'PIPELINE');
  const measure = {
    'duet.pipeline': pipeline,
    'duet.source.topics': `pgsrc\\.${javaConstant('run/ServiceSettings.java', 'SOURCE_SCHEMA')}\\..*`,
    'duet.postgres.table': `${javaConstant('run/ServiceSettings.java', 'MIRROR_SCHEMA')}.{table}`,
    'duet.delta.root': `s3a://${javaConstant('S3Server.java', 'BUCKET')}/${pipeline}`,
    'duet.delta.s3.region': javaConstant('S3Server.java', 'REGION'),
    'duet.delta.commit-interval': settings['duet.delta.commit-interval'],
    'duet.delta.s3.path-style-access': settings['duet.delta.s3.path-style-access'],
    'quarkus.datasource.username': javaConstant('run/ServiceSettings.java', 'ROLE'),
  };
  const local = duetProperties('local');
  const composed = Object.fromEntries(readProperties(text('deploy/compose/application.properties')));
  for (const [key, value] of Object.entries(measure)) {
    same('local: duet-config', key, local[key], value);
    same('deploy/compose/application.properties', key, composed[key], value);
  }
  for (const key of ['duet.pipeline', 'duet.source.topics', 'duet.postgres.table', 'duet.delta.root']) {
    same('production: duet-config', key, duetProperties('production')[key], measure[key]);
  }
  // The access key is in the Secret there, and here in the file.
  const own = Object.keys({ ...local, ...composed }).filter((key) => key.startsWith('kafka.'));
  sameAll('deploy/compose/application.properties', composed, local, [...own, ...STACK_ADDRESS, 'duet.delta.s3.access-key']);
}

function duetProperties(name) {
  return Object.fromEntries(readProperties(one(name, 'ConfigMap', 'duet-config').data['application.properties']));
}

function versions() {
  const pom = (path, property) => new RegExp(`<${property}>([^<]+)</${property}>`).exec(text(path))[1];
  const [kafka, debezium, postgres] = ['kafka', 'debezium', 'postgres'].map((name) => pom('devstack/pom.xml', `${name}.version`));
  const tag = (image) => image.split(':').at(-1);
  const { services } = compose;
  same('compose.yaml: kafka', 'image', tag(services.kafka.image), kafka);
  same('compose.yaml: connect', 'image', tag(services.connect.image), debezium);
  same('compose.yaml: connector', 'image', services.connector.image, services.connect.image);
  const release = postgres.split('.').slice(0, 2).join('.');
  same('compose.yaml: postgres', 'image', tag(services.postgres.image), release);
  same('local: postgres', 'image', tag(one('local', 'StatefulSet', 'postgres').spec.template.spec.containers[0].image), release);
  for (const name of ['strimzi', 'strimzi-production']) {
    same(`${name}: Kafka`, 'spec.kafka.version', one(name, 'Kafka', 'kafka').spec.kafka.version, kafka);
    const connect = one(name, 'KafkaConnect', 'debezium').spec;
    same(`${name}: KafkaConnect`, 'spec.version', connect.version, kafka);
    const file = connect.build.plugins[0].artifacts[0].url.split('/').at(-1);
    same(`${name}: KafkaConnect`, 'plugin', file, `debezium-connector-postgres-${debezium}-plugin.tar.gz`);
    const pushed = connect.build.output.image.toLowerCase().includes(debezium.toLowerCase());
    same(`${name}: KafkaConnect`, `build.output.image names ${debezium}`, pushed, true);
  }
  const own = /<version>([^<]+)<\/version>/.exec(text('pom.xml'))[1];
  same('compose.yaml: duet', 'image', services.duet.image, `duet:${own}`);
  for (const name of ['local', 'production']) {
    same(`${name}: Deployment`, 'image', tag(one(name, 'Deployment', 'duet').spec.template.spec.containers[0].image), own);
  }
  for (const file of readdirSync(join(root, 'deploy/image')).filter((each) => each.startsWith('Dockerfile'))) {
    same(`deploy/image/${file}`, 'version', /image\.version="([^"]+)"/.exec(text(`deploy/image/${file}`))?.[1], own);
  }
}

// A misspelt duet.* key ends the start: it is told here already.
function keysAreDocumented() {
  const known = text('docs/configuration.md');
  const places = {
    'local: duet-config': duetProperties('local'),
    'production: duet-config': duetProperties('production'),
    'deploy/compose/application.properties': Object.fromEntries(readProperties(text('deploy/compose/application.properties'))),
  };
  for (const [place, settings] of Object.entries(places)) {
    for (const key of Object.keys(settings).filter((each) => each.startsWith('duet.'))) {
      const shown = known.includes(`\`${key}\``) || known.includes(`${key}=`);
      same(place, `${key} in docs/configuration.md`, shown, true);
    }
  }
}
