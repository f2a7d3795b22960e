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

const { protobuf, protosBelow, load, loadOfficial, rulesOf, isRequired } = require('./official.js')(modules);
const ourPackages = ['.envoy.', '.google.rpc.', '.xds.', '.udpa.'];

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

const official = loadOfficial();
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

function officialRules() {
  const found = new Map();
  for (const mine of all(own).filter(type => type instanceof protobuf.Type && type.fullName.startsWith('.envoy.'))) {
    const theirs = official.lookup(mine.fullName, protobuf.Type);
    for (const field of mine.fieldsArray) {
      const words = rulesOf(theirs?.fields[field.name]);
      if (words.length) found.set(`${mine.fullName.slice(1)}.${field.name}`, words.join(' '));
    }
    for (const oneof of mine.oneofsArray) {
      if (isRequired(theirs?.oneofs?.[oneof.name])) {
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
