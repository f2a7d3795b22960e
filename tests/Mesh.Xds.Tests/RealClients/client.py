# The same as client.js, over gRPC's C core: client.py <target> <number of servers>
import json
import sys
from concurrent import futures

import grpc

target, count = sys.argv[1:]


def serve(name):
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=4))
    say = grpc.unary_unary_rpc_method_handler(lambda request, context: name.encode())
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("test.Echo", {"Say": say}),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


servers = [serve(f"s{i}") for i in range(int(count))]
print(json.dumps([port for _, port in servers]), flush=True)
say = None
for line in sys.stdin:
    order = json.loads(line)
    result = {"answers": {}, "errors": {}, "detail": ""}
    if order["calls"] and say is None:
        # Not before the control plane has something to say: the ports come from here.
        channel = grpc.insecure_channel(target, [("grpc.initial_reconnect_backoff_ms", 100), ("grpc.max_reconnect_backoff_ms", 500)])
        say = channel.unary_unary("/test.Echo/Say", request_serializer=None, response_deserializer=None)
    for _ in range(order["calls"]):
        try:
            answer = say(b"hello", timeout=20, metadata=list((order.get("headers") or {}).items())).decode()
            result["answers"][answer] = result["answers"].get(answer, 0) + 1
        except grpc.RpcError as error:
            code = error.code().name
            result["errors"][code] = result["errors"].get(code, 0) + 1
            result["detail"] = error.details()
    print(json.dumps(result), flush=True)
