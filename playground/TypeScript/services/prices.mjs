// What things cost, and who asked: the identity that the sidecar proved.
import { createServer } from 'node:http';

const prices = { beans: 12, kettle: 48, mug: 9 };

createServer((request, response) => {
    if (request.url === '/health') {
        response.end('ok\n');
        return;
    }

    const caller = /URI=([^;]+)/.exec(request.headers['x-forwarded-client-cert'] ?? '')?.[1] ?? 'nobody';
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ prices, caller }));
}).listen(process.env.PORT, '127.0.0.1');
