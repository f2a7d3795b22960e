import { createBuilder } from './.aspire/modules/aspire.mjs';

const builder = await createBuilder();

await builder.addMesh();

const prices = await builder
    .addNodeApp('prices', './services', 'prices.mjs')
    .withHttpEndpoint({ env: 'PORT' })
    .withHttpHealthCheck({ path: '/health' });

await builder
    .addNodeApp('shop', './services', 'shop.mjs')
    .withHttpEndpoint({ env: 'PORT' })
    .withExternalHttpEndpoints()
    .withHttpHealthCheck({ path: '/health' })
    .withReference(prices)
    .waitFor(prices);

await builder.build().run();
