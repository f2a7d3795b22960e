// Holds resources against every validation rule of the official protos, whether our own list has it or not, in all that is inside them, Any included.
//
//   node validate.js <node_modules that holds @grpc/grpc-js-xds and protobufjs> <file: a line "type-url base64", or "type-url json base64", for each>
//
// Prints one line per violation, then a line of JSON with the counts. A rule that this script does not know is a violation, so that none is passed over. Exit code 0: none.
'use strict';

const fs = require('fs');

const [modules, file] = process.argv.slice(2);
if (!modules || !file) {
  console.error('usage: node validate.js <node_modules> <file>');
  process.exit(2);
}

const { protobuf, loadOfficial, rulesOf, isRequired } = require('./official.js')(modules);
const official = loadOfficial();
const counts = { resources: 0, messages: 0, rules: 0, violations: 0 };
const ours = name => name.startsWith('mesh.');

function report(where, text) {
  counts.violations++;
  console.log(`${where}: ${text}`);
}

const seconds = value => Number(value.seconds ?? 0) + Number(value.nanos ?? 0) / 1e9;
const bytes = value => (typeof value === 'string' ? Buffer.byteLength(value) : value.length);
const headerName = /^:?[0-9a-zA-Z!#$%&'*+\-.^_|~`]+$/;
const headerValue = /^[^\u0000-\u0008\u000A-\u001F\u007F]*$/;
const compare = { gt: (a, b) => a > b, gte: (a, b) => a >= b, lt: (a, b) => a < b, lte: (a, b) => a <= b };

// Whether a value that is there keeps a rule; undefined: the rule is not known.
function keeps(name, limit, value, field, all) {
  switch (name) {
    case 'min_len': return [...value].length >= Number(limit);
    case 'max_len': return [...value].length <= Number(limit);
    case 'min_bytes': return bytes(value) >= Number(limit);
    case 'max_bytes': return bytes(value) <= Number(limit);
    case 'min_items': return value.length >= Number(limit);
    case 'max_items': return value.length <= Number(limit);
    case 'min_pairs': return Object.keys(value).length >= Number(limit);
    case 'unique': return new Set(value).size === value.length;
    case 'defined_only': return field.resolvedType.valuesById[value] !== undefined;
    case 'well_known_regex': return (limit === 'HTTP_HEADER_NAME' ? headerName : headerValue).test(value) || value === '';
    case 'const': return String(value) === limit;
    case 'required': return true;
    case 'ignore_empty': return true;
    case 'uri': return URL.canParse(value);
    case 'prefix': return value.startsWith(limit);
    case 'pattern': return new RegExp(limit).test(value);
    case 'not_in': return !limit.split(',').includes(String(value));
    case 'in': return limit.split(',').includes(String(value));
    default:
      if (!compare[name]) return undefined;
      return compare[name](limit.endsWith('s') ? seconds(value) : Number(value), Number(limit.replace('s', '')));
  }
}

function check(rules, prefix, value, field, where) {
  const words = rules.filter(rule => (prefix ? rule.startsWith(prefix) : !/^(items|keys)\./.test(rule))).map(rule => rule.slice(prefix.length));
  if (words.some(word => word.startsWith('ignore_empty')) && (value.length === 0 || value === 0)) return;
  for (const word of words) {
    counts.rules++;
    const at = word.indexOf('=');
    const kept = keeps(word.slice(0, at), word.slice(at + 1), value, field, words);
    if (kept === undefined) report(where, `${word} is no rule that this check knows`);
    else if (!kept) report(where, `${word}, but is ${JSON.stringify(value)?.slice(0, 80)}`);
  }
}

function walkNested(value, type, where) {
  if (!(type instanceof protobuf.Type)) return;
  const name = type.fullName.slice(1);
  if (name === 'google.protobuf.Any') {
    const inner = value.type_url.split('/').pop();
    if (ours(inner)) return;
    const found = official.lookup(inner, protobuf.Type);
    if (!found) report(where, `${inner} is not in the official protos`);
    else walk(found.decode(value.value), found, `${where}<${found.name}>`);
  } else if (!name.startsWith('google.protobuf.')) {
    walk(value, type, where);
  }
}

function walk(message, type, where) {
  counts.messages++;
  for (const oneof of type.oneofsArray) {
    if (isRequired(oneof) && !oneof.oneof.some(name => Object.hasOwn(message, name))) report(`${where}.${oneof.name}`, 'one of its fields has to be set');
  }
  for (const field of type.fieldsArray) {
    field.resolve();
    const at = `${where}.${field.name}`;
    const rules = rulesOf(field);
    const isSet = Object.hasOwn(message, field.name);
    const isMessage = field.resolvedType instanceof protobuf.Type;
    if (!isSet && isMessage && !field.repeated && !field.map) {
      if (rules.includes('required=true') && !field.partOf) report(at, 'required=true, but is absent');
      continue;
    }
    if (!isSet && field.partOf) continue;
    const value = isSet ? message[field.name] : field.repeated ? [] : field.map ? {} : field.defaultValue ?? '';
    const isWrapper = isMessage && !field.repeated && !field.map && /^\.google\.protobuf\..*Value$/.test(field.resolvedType.fullName) && field.resolvedType.fields.value;
    check(rules, '', isWrapper ? value.value : value, field, at);
    if (field.map) {
      for (const [key, entry] of Object.entries(value)) {
        check(rules, 'keys.', key, field, `${at}["${key}"]`);
        walkNested(entry, field.resolvedType, `${at}["${key}"]`);
      }
    } else if (field.repeated) {
      value.forEach((item, index) => {
        check(rules, 'items.', item, field, `${at}[${index}]`);
        walkNested(item, field.resolvedType, `${at}[${index}]`);
      });
    } else if (isMessage) {
      walkNested(value, field.resolvedType, at);
    }
  }
}

// Protobuf's JSON as Envoy reads it from a file; a field that the official protos do not have is a violation, for Envoy would not start.
function fromJson(type, json, where) {
  const message = {};
  for (const [name, value] of Object.entries(json)) {
    const field = type.fields[name] ?? type.fieldsArray.find(one => protobuf.util.camelCase(one.name) === name);
    if (name === '@type') continue;
    if (!field) {
      report(`${where}.${name}`, `${type.name} has no such field`);
      continue;
    }
    if (value === null) continue;
    field.resolve();
    const at = `${where}.${field.name}`;
    const one = item => (field.resolvedType instanceof protobuf.Type ? nestedFromJson(field.resolvedType, item, at) : scalarFromJson(field, item, at));
    message[field.name] = field.map ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, one(item)])) : field.repeated ? value.map(one) : one(value);
  }
  return message;
}

function scalarFromJson(field, value, where) {
  if (field.resolvedType && typeof value === 'string') {
    if (field.resolvedType.values[value] === undefined) report(where, `${field.resolvedType.name} has no ${value}`);
    return field.resolvedType.values[value];
  }
  const isNumber = !['string', 'bytes', 'bool'].includes(field.type);
  const fits = field.type === 'bool' ? typeof value === 'boolean' : isNumber ? !Number.isNaN(Number(value)) : typeof value === 'string';
  if (!fits) report(where, `is ${JSON.stringify(value)}, not ${field.type}`);
  return value;
}

function structValue(value) {
  if (value === null) return { nullValue: 0 };
  if (Array.isArray(value)) return { listValue: { values: value.map(structValue) } };
  if (typeof value === 'object') return { structValue: { fields: Object.fromEntries(Object.entries(value).map(([key, item]) => [key, structValue(item)])) } };
  return { [{ string: 'stringValue', number: 'numberValue', boolean: 'boolValue' }[typeof value]]: value };
}

function nestedFromJson(type, value, where) {
  const name = type.fullName.slice(1);
  if (name === 'google.protobuf.Any') {
    const inner = official.lookup(value['@type'].split('/').pop(), protobuf.Type);
    if (!inner) {
      report(where, `${value['@type']} is not in the official protos`);
      return {};
    }
    return { type_url: value['@type'], value: inner.encode(inner.fromObject(fromJson(inner, value, `${where}<${inner.name}>`))).finish() };
  }
  if (name === 'google.protobuf.Duration') {
    const parts = /^(\d+)(?:\.(\d{1,9}))?s$/.exec(value);
    if (!parts) report(where, `is ${JSON.stringify(value)}, not a duration in seconds`);
    return parts ? { seconds: Number(parts[1]), nanos: Number((parts[2] ?? '').padEnd(9, '0')) } : {};
  }
  if (name === 'google.protobuf.Struct') return structValue(value).structValue;
  if (/^google\.protobuf\..*Value$/.test(name)) return { value };
  return fromJson(type, value, where);
}

for (const line of fs.readFileSync(file, 'utf8').split('\n').filter(Boolean)) {
  const [url, ...form] = line.split(' ');
  const bytes = Buffer.from(form.pop(), 'base64');
  const type = official.lookup(url.split('/').pop(), protobuf.Type);
  counts.resources++;
  const message = form[0] === 'json' ? type.decode(type.encode(type.fromObject(fromJson(type, JSON.parse(bytes.toString()), type.name))).finish()) : type.decode(bytes);
  walk(message, type, type.name);
}

console.log(JSON.stringify(counts));
process.exit(counts.violations === 0 ? 0 : 1);
