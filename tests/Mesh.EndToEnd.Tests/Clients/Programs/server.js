// A gRPC server, proxyless unless told "plain": answers every call with its name. Says so when its configuration is there, and ends with its standard input.
'use strict';
const grpc = require('@grpc/grpc-js');
const xds = require('@grpc/grpc-js-xds');

xds.register();
const [address, name, plain] = process.argv.slice(2);
const asIs = (bytes) => bytes;
const say = { path: '/test.Echo/Say', requestStream: false, responseStream: false, requestSerialize: asIs, requestDeserialize: asIs, responseSerialize: asIs, responseDeserialize: asIs };
const insecure = grpc.ServerCredentials.createInsecure();
const server = plain ? new grpc.Server() : new xds.XdsServer();
server.addService({ say }, { say: (call, answer) => answer(null, Buffer.from(name)) });
server.bindAsync(address, plain ? insecure : new xds.XdsServerCredentials(insecure), (error) => {
  console.log(JSON.stringify(error ? { failed: error.message } : { serving: address }));
});
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
