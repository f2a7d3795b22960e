// Compares every message, enum and service of our protos with the official ones: field name, number, type, label, map key, oneof,
// enum values, rpc types and streaming. Ours may leave things out; what we have must be the same. Then the validation rules of those
// fields with our list of them: none may be missing, none may differ.
//
//   node compare.js <our protos> <node_modules that holds @grpc/grpc-js-xds and protobufjs> [our rules]
//
// Prints one line per mismatch, then a line of JSON with the counts. Exit code 0: no mismatch, 1: mismatches, 2: could not compare.
'use strict';

const fs = require('fs');
const path = require('path');

const [ours, modules, rules] = process.argv.slice(2);
if (!ours || !modules) {
  console.error('usage: node compare.js <our protos> <node_modules>');
  process.exit(2);
}

const protobuf = require(path.join(path.resolve(modules), 'protobufjs'));
const wellKnown = path.join(path.resolve(modules), 'protobufjs');
const deps = path.join(path.resolve(modules), '@grpc', 'grpc-js-xds', 'deps');
const ourPackages = ['.envoy.', '.google.rpc.', '.xds.', '.udpa.'];

function protosBelow(folder, base = folder) {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) return protosBelow(full, base);
    return entry.name.endsWith('.proto') ? [path.relative(base, full)] : [];
  });
}

// protoc refuses the package's own closure, and some imports of tracing protos are not in it: read leniently, resolve on demand.
function load(folders, files) {
  const root = new protobuf.Root();
  root.resolvePath = (_, target) =>
    [...folders, wellKnown].map(folder => path.join(folder, target)).find(fs.existsSync) ?? null;
  root.resolveAll = () => root;
  root.loadSync(files, { keepCase: true });
  return root;
}

function all(namespace) {
  return (namespace.nestedArray ?? []).flatMap(nested => [nested, ...all(nested)]);
}

function typeOf(field) {
  if (field.resolvedType === undefined || field.resolvedType === null) field.resolve();
  return field.resolvedType ? field.resolvedType.fullName : field.type;
}

function facts(field) {
  return {
    name: field.name,
    number: field.id,
    type: typeOf(field),
    label: field.map ? 'map' : field.repeated ? 'repeated' : 'single',
    key: field.map ? field.keyType : null,
    oneof: field.partOf ? field.partOf.name : null,
  };
}

const counts = { messages: 0, fields: 0, enums: 0, values: 0, rpcs: 0, rules: 0, mismatches: 0 };

function mismatch(text) {
  counts.mismatches++;
  console.log(text);
}

function same(where, mine, theirs) {
  for (const key of Object.keys(mine)) {
    if (mine[key] !== theirs[key]) mismatch(`${where}: ${key} is ${mine[key]}, official ${theirs[key]}`);
  }
}

function compareMessage(mine, theirs) {
  counts.messages++;
  for (const field of mine.fieldsArray) {
    counts.fields++;
    const official = theirs.fields[field.name];
    if (official) same(`${mine.fullName}.${field.name}`, facts(field), facts(official));
    else mismatch(`${mine.fullName}.${field.name}: no such field in the official message`);
  }
}

function compareEnum(mine, theirs) {
  counts.enums++;
  for (const [name, number] of Object.entries(mine.values)) {
    counts.values++;
    if (theirs.values[name] !== number) mismatch(`${mine.fullName}.${name}: is ${number}, official ${theirs.values[name]}`);
  }
}

function compareService(mine, theirs) {
  for (const rpc of mine.methodsArray) {
    counts.rpcs++;
    const official = theirs.methods[rpc.name];
    if (!official) {
      mismatch(`${mine.fullName}.${rpc.name}: no such rpc in the official service`);
      continue;
    }
    const shape = method => {
      method.resolve();
      return {
        request: method.resolvedRequestType.fullName,
        response: method.resolvedResponseType.fullName,
        requestStream: Boolean(method.requestStream),
        responseStream: Boolean(method.responseStream),
      };
    };
    same(`${mine.fullName}.${rpc.name}`, shape(rpc), shape(official));
  }
}

const officialFolders = ['envoy-api', 'xds', 'googleapis', 'protoc-gen-validate'].map(name => path.join(deps, name));
const officialFiles = [
  ...protosBelow(officialFolders[0]).filter(file => /(^|\/)v3\//.test(file)),
  'google/rpc/status.proto',
];
const official = load(officialFolders, officialFiles);
const own = load([path.resolve(ours)], protosBelow(path.resolve(ours)));

for (const mine of all(own)) {
  if (!ourPackages.some(prefix => mine.fullName.startsWith(prefix))) continue;
  const kinds = [[protobuf.Type, compareMessage], [protobuf.Enum, compareEnum], [protobuf.Service, compareService]];
  const kind = kinds.find(([type]) => mine instanceof type);
  if (!kind) continue;
  const theirs = official.lookup(mine.fullName, kind[0]);
  if (theirs && theirs.fullName === mine.fullName) kind[1](mine, theirs);
  else mismatch(`${mine.fullName}: not in the official protos`);
}

// {"string":{"min_len":1}} is written min_len=1; what is said of items and keys keeps that word in front; durations are in seconds.
const kinds = ['string', 'bytes', 'enum', 'uint32', 'uint64', 'double', 'bool', 'duration', 'message', 'any', 'repeated', 'map'];

function flat(rule, prefix = '') {
  return Object.entries(rule).flatMap(([name, value]) => {
    if (name === 'strict') return [];
    if (typeof value !== 'object') return [`${prefix}${name}=${value}`];
    if (kinds.includes(name)) return flat(value, prefix);
    if (name === 'items' || name === 'keys') return flat(value, `${prefix}${name}.`);
    return [`${prefix}${name}=${Number(value.seconds ?? 0) + Number(value.nanos ?? 0) / 1e9}s`];
  });
}

function officialRules() {
  const found = new Map();
  for (const mine of all(own).filter(type => type instanceof protobuf.Type && type.fullName.startsWith('.envoy.'))) {
    const theirs = official.lookup(mine.fullName, protobuf.Type);
    for (const field of mine.fieldsArray) {
      const options = (theirs?.fields[field.name]?.parsedOptions ?? []).map(option => option['(validate.rules)']).filter(Boolean);
      if (options.length) found.set(`${mine.fullName.slice(1)}.${field.name}`, [...new Set(options.flatMap(option => flat(option)))].sort().join(' '));
    }
    for (const oneof of mine.oneofsArray) {
      if (JSON.stringify(theirs?.oneofs?.[oneof.name]?.options ?? {}).includes('validate.required')) {
        found.set(`${mine.fullName.slice(1)}.${oneof.name}`, 'oneof_required=true');
      }
    }
  }
  return found;
}

if (rules) {
  const written = new Map(fs.readFileSync(rules, 'utf8').split('\n').filter(line => line && !line.startsWith('#')).map(line => {
    const [field, ...words] = line.split(' ');
    return [field, words.sort().join(' ')];
  }));
  const wanted = officialRules();
  counts.rules = wanted.size;
  for (const field of new Set([...wanted.keys(), ...written.keys()])) {
    if (wanted.get(field) !== written.get(field)) mismatch(`${field}: rules are ${written.get(field)}, official ${wanted.get(field)}`);
  }
}

console.log(JSON.stringify(counts));
process.exit(counts.mismatches === 0 ? 0 : 1);
