// Takes payments for the Shop. No packages: whatever runs Node runs this.
import { createServer } from 'node:http';
import { randomUUID } from 'node:crypto';

const port = Number(process.env.PORT ?? 5403);
const host = process.env.HOST ?? '127.0.0.1';
const replica = process.env.MESH_REPLICA ?? `pid-${process.pid}`;
const bankMilliseconds = Number(process.env.BANK_MILLISECONDS ?? 25);
const longestBody = 16 * 1024;
const rememberedKeys = 100_000; // a retry comes within seconds; the bound is for load tests

/** Answers by idempotency key, as promises: a second request that arrives while the first is at the bank waits for it. */
const answers = new Map();
const counts = { received: 0, charged: 0, declined: 0, replayed: 0 };

const server = createServer((request, response) => {
  const started = process.hrtime.bigint();
  const trace = {};
  response.setHeader('x-replica', replica);
  response.on('close', () => {
    if (request.url === '/health') return; // asked every second; not worth a line
    log('info', 'request', {
      method: request.method,
      path: request.url,
      status: response.statusCode,
      ms: Math.round(Number(process.hrtime.bigint() - started) / 1e4) / 100,
      completed: response.writableFinished,
      traceparent: request.headers.traceparent,
      ...trace,
    });
  });
  handle(request, response, trace).catch(error => {
    log('error', 'request failed', { error: error.message });
    if (!response.headersSent) send(response, 500, { error: 'internal', detail: 'Payments failed; see its log.' });
    else response.destroy();
  });
});

async function handle(request, response, trace) {
  const { pathname } = new URL(request.url, 'http://payments');
  switch (`${request.method} ${pathname}`) {
    case 'GET /health': return send(response, 200, { status: 'healthy', replica });
    case 'GET /charges': return send(response, 200, { ...counts, charges: await settled() });
    case 'POST /charge': return charge(request, response, trace);
    default: return send(response, 404, { error: 'not_found', detail: 'Payments has POST /charge, GET /charges and GET /health.' });
  }
}

async function charge(request, response, trace) {
  counts.received++;
  const key = request.headers['idempotency-key'];
  trace.idempotencyKey = key;
  const body = await readJson(request);
  if (!key) return send(response, 400, { error: 'idempotency_key_missing', detail: 'Send an Idempotency-Key header: money moves at most once for each.' });
  if (!Number.isSafeInteger(body?.amountCents) || body.amountCents <= 0) {
    return send(response, 400, { error: 'bad_amount', detail: `amountCents must be a positive integer but is ${JSON.stringify(body?.amountCents)}.` });
  }

  const known = answers.get(key);
  if (known) {
    if (known.amountCents !== body.amountCents) {
      return send(response, 409, { error: 'idempotency_key_reused', detail: `This key was used for ${known.amountCents} cents before.` });
    }
    counts.replayed++;
    trace.replayed = true;
    response.setHeader('idempotent-replayed', 'true');
  } else {
    answers.set(key, { amountCents: body.amountCents, answer: askBank(key, body) });
    if (answers.size > rememberedKeys) answers.delete(answers.keys().next().value);
  }

  const { status, json } = await answers.get(key).answer;
  return send(response, status, json);
}

/** The bank is slow, and declines the card named "declined". */
async function askBank(key, { amountCents, currency = 'EUR', card = 'accepted', reference }) {
  await new Promise(done => setTimeout(done, bankMilliseconds));
  if (card === 'declined') {
    counts.declined++;
    return { status: 402, json: { error: 'card_declined', detail: 'The bank declined this card. Nothing was charged.' } };
  }
  counts.charged++;
  return { status: 201, json: { id: `ch_${randomUUID().replaceAll('-', '').slice(0, 16)}`, key, amountCents, currency, reference, at: new Date().toISOString() } };
}

async function settled() {
  const last = [...answers.values()].slice(-100);
  const all = await Promise.all(last.map(entry => entry.answer));
  return all.filter(({ status }) => status === 201).map(({ json }) => json);
}

async function readJson(request) {
  let text = '';
  request.setEncoding('utf8');
  for await (const chunk of request) {
    text += chunk;
    if (text.length > longestBody) break;
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function send(response, status, json) {
  const body = JSON.stringify(json);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

function log(level, message, fields) {
  process.stdout.write(JSON.stringify({ time: new Date().toISOString(), level, message, ...fields }) + '\n');
}

function stop(signal) {
  log('info', 'stopping', { signal });
  server.close(() => process.exit(0));
  server.closeIdleConnections();
  // Whoever still holds a connection then is not coming back.
  setTimeout(() => process.exit(0), 5_000).unref();
}

process.once('SIGTERM', stop);
process.once('SIGINT', stop);
server.on('error', error => {
  log('error', 'cannot listen', { port, error: error.message });
  process.exit(1);
});
server.listen(port, host, () => log('info', 'listening', { url: `http://${host}:${port}`, replica }));
