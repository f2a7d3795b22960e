// What compare.js and validate.js share: the official protos of the npm package @grpc/grpc-js-xds, read by protobufjs.
'use strict';

const fs = require('fs');
const path = require('path');

module.exports = modules => {
  const home = path.resolve(modules);
  const protobuf = require(path.join(home, 'protobufjs'));
  const wellKnown = path.join(home, 'protobufjs');
  const deps = path.join(home, '@grpc', 'grpc-js-xds', 'deps');

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

  function loadOfficial() {
    const folders = ['envoy-api', 'xds', 'googleapis', 'protoc-gen-validate'].map(name => path.join(deps, name));
    const files = [
      ...protosBelow(folders[0]).filter(file => /(^|\/)v3\//.test(file)),
      'google/rpc/status.proto',
    ];
    return load(folders, files);
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

  function rulesOf(field) {
    const options = (field?.parsedOptions ?? []).map(option => option['(validate.rules)']).filter(Boolean);
    return [...new Set(options.flatMap(option => flat(option)))].sort();
  }

  const isRequired = oneof => JSON.stringify(oneof?.options ?? {}).includes('validate.required');

  return { protobuf, protosBelow, load, loadOfficial, rulesOf, isRequired };
};
