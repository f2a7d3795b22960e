// A proxyless gRPC client. Reads one JSON object a line, { "calls": n, "headers": { … } }, and answers each with what came back:
// { "answers": { "<server>": n }, "errors": { "<code>": n }, "detail": "the last error" }.
'use strict';
const grpc = require('@grpc/grpc-js');
const xds = require('@grpc/grpc-js-xds');

xds.register();
const target = process.argv[2];
// A server that was away is tried again soon; by themselves clients pause up to two minutes.
const options = { 'grpc.initial_reconnect_backoff_ms': 200, 'grpc.max_reconnect_backoff_ms': 1000 };
const client = new grpc.Client(target, new xds.XdsChannelCredentials(grpc.credentials.createInsecure()), options);
const asIs = (bytes) => bytes;

function call(headers, seconds) {
  const metadata = new grpc.Metadata();
  for (const [name, value] of Object.entries(headers || {})) {
    metadata.set(name, value);
  }
  return new Promise((resolve) => {
    client.makeUnaryRequest('/test.Echo/Say', asIs, asIs, Buffer.from('hello'), metadata, { deadline: Date.now() + seconds * 1000 }, (error, answer) =>
      resolve(error ? { code: error.code, detail: error.details } : { answer: answer.toString() }));
  });
}

async function run(order) {
  const result = { answers: {}, errors: {}, detail: '' };
  // At most ten at once: the weights are what is tested, not the machine.
  for (let left = order.calls; left > 0; left -= 10) {
    for (const one of await Promise.all(Array.from({ length: Math.min(left, 10) }, () => call(order.headers, order.seconds || 10)))) {
      if (one.answer !== undefined) {
        result.answers[one.answer] = (result.answers[one.answer] || 0) + 1;
      } else {
        result.errors[one.code] = (result.errors[one.code] || 0) + 1;
        result.detail = one.detail;
      }
    }
  }
  return result;
}

(async () => {
  const lines = require('readline').createInterface({ input: process.stdin });
  console.log(JSON.stringify({ ready: 'grpc-js' }));
  for await (const line of lines) {
    console.log(JSON.stringify(await run(JSON.parse(line))));
  }
  process.exit(0);
})();
