# The same as server.js, over gRPC's C core.
import json
import sys
from concurrent import futures

import grpc

address, name, plain = (sys.argv[1:] + [""])[:3]


def say(request, context):
    return name.encode()


server = grpc.server(futures.ThreadPoolExecutor(max_workers=10), xds=not plain)
handlers = {"Say": grpc.unary_unary_rpc_method_handler(say)}
server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("test.Echo", handlers),))
if plain:
    server.add_insecure_port(address)
else:
    server.add_secure_port(address, grpc.xds_server_credentials(grpc.insecure_server_credentials()))
server.start()
print(json.dumps({"serving": address}), flush=True)
sys.stdin.read()
server.stop(0)
