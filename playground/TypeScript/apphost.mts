import { createBuilder } from './.aspire/modules/aspire.mjs';

const builder = await createBuilder();

const mesh = await builder.addMesh();

const prices = await builder
    .addNodeApp('prices', './services', 'prices.mjs')
    .withHttpEndpoint({ env: 'PORT' })
    .withHttpHealthCheck({ path: '/health' });

const shop = await builder
    .addNodeApp('shop', './services', 'shop.mjs')
    .withHttpEndpoint({ env: 'PORT' })
    .withExternalHttpEndpoints()
    .withHttpHealthCheck({ path: '/health' })
    .withReference(prices)
    .waitFor(prices);

// Policies: durations are milliseconds, and the service that is called is a resource.
await shop.withMeshTimeout({ request: 2000 }, { to: prices });
await mesh.denyMeshCalls(shop, prices, { requests: { methods: ['DELETE'] } });

await builder.build().run();
