// Asks the greeter and shows what it says.
import { createServer } from 'node:http';

createServer(async (request, response) => {
    if (request.url === '/health') {
        response.end('ok\n');
        return;
    }

    try {
        const answer = await fetch(process.env.GREETER, { signal: AbortSignal.timeout(10_000) });
        response.statusCode = answer.status;
        response.end(`greeter says: ${await answer.text()}\n`);
    } catch (error) {
        response.statusCode = 502;
        response.end(`greeter does not answer: ${error.message}\n`);
    }
}).listen(process.env.PORT, '127.0.0.1');
