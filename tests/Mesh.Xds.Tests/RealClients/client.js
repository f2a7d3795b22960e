// A real gRPC client of the xDS server, and the servers it is sent to: node client.js <node_modules> <target> <number of servers>
// First line out: the servers' ports. Then, for each line in, { "calls": n, "headers": { … } }, one out: { "answers": { "<server>": n }, "errors": { "<code>": n } }.
// { "keys": n, "header": "<name>" } makes a call with each of the values 0 to n - 1; "owners" has the server of each call in their order.
// { "stop": n } and { "start": n } end a server and start it again on its port.
'use strict';

const path = require('path');
const [modules, target, count] = process.argv.slice(2);
const grpc = require(path.join(modules, '@grpc', 'grpc-js'));
require(path.join(modules, '@grpc', 'grpc-js-xds')).register();

const asIs = bytes => bytes;
const method = { path: '/test.Echo/Say', requestStream: false, responseStream: false, requestSerialize: asIs, requestDeserialize: asIs, responseSerialize: asIs, responseDeserialize: asIs };

function serve(name, port) {
  const server = new grpc.Server();
  server.addService({ Say: method }, { Say: (call, done) => done(null, Buffer.from(name)) });
  return new Promise((resolve, reject) =>
    server.bindAsync(`127.0.0.1:${port}`, grpc.ServerCredentials.createInsecure(), (error, bound) => (error ? reject(error) : resolve({ server, port: bound }))));
}

async function serveSomewhere(name) {
  // Below those that the system gives out by itself: whoever is stopped finds its own again.
  for (;;) {
    try {
      return await serve(name, 17000 + Math.floor(Math.random() * 4000));
    } catch {
      // Somebody else has it.
    }
  }
}

function call(client, headers) {
  const metadata = new grpc.Metadata();
  for (const [name, value] of Object.entries(headers || {})) metadata.set(name, value);
  return new Promise(resolve =>
    client.makeUnaryRequest(method.path, asIs, asIs, Buffer.from('hello'), metadata, { deadline: Date.now() + 20000 },
      (error, answer) => resolve(error ? { error: `${grpc.status[error.code]}`, detail: error.details } : { answer: answer.toString() })));
}

(async () => {
  const servers = await Promise.all(Array.from({ length: Number(count) }, (_, i) => serveSomewhere(`s${i}`)));
  console.log(JSON.stringify(servers.map(server => server.port)));
  let client;
  for await (const line of require('readline').createInterface({ input: process.stdin })) {
    const order = JSON.parse(line);
    if (order.stop !== undefined) servers[order.stop].server.forceShutdown();
    if (order.start !== undefined) servers[order.start] = await serve(`s${order.start}`, servers[order.start].port);
    const result = { answers: {}, errors: {}, detail: '', owners: [] };
    const headers = Array.from({ length: order.calls || 0 }, () => order.headers)
      .concat(Array.from({ length: order.keys || 0 }, (_, key) => ({ [order.header]: `${key}` })));
    // Not before the control plane has something to say: the ports come from here.
    if (headers.length > 0) client ??= new grpc.Client(target, grpc.credentials.createInsecure(), { 'grpc.initial_reconnect_backoff_ms': 100, 'grpc.max_reconnect_backoff_ms': 500 });
    for (const one of headers) {
      const { answer, error, detail } = await call(client, one);
      if (detail) result.detail = detail;
      const [where, key] = error ? [result.errors, error] : [result.answers, answer];
      where[key] = (where[key] || 0) + 1;
      result.owners.push(answer ?? null);
    }
    console.log(JSON.stringify(result));
  }
  process.exit(0);
})();
