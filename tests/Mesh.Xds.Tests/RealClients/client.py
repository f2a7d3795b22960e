# The same as client.js, over gRPC's C core: client.py <target> <number of servers>
import json
import random
import sys
from concurrent import futures

import grpc

target, count = sys.argv[1], int(sys.argv[2])


def serve(name, port):
    handlers = {"Say": grpc.unary_unary_rpc_method_handler(lambda request, context: name.encode())}
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=2), options=[("grpc.so_reuseport", 0)])
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("test.Echo", handlers),))
    try:
        bound = server.add_insecure_port(f"127.0.0.1:{port}")
    except RuntimeError:
        bound = 0
    if bound:
        server.start()
    return server, bound


def serve_somewhere(name):
    # Below those that the system gives out by itself: whoever is stopped finds its own again.
    while True:
        server, bound = serve(name, random.randrange(17000, 21000))
        if bound:
            return server, bound


def call(say, headers):
    try:
        return say(b"hello", timeout=20, metadata=list(headers.items())).decode(), None, None
    except grpc.RpcError as error:
        return None, error.code().name, error.details()


servers = [serve_somewhere(f"s{i}") for i in range(count)]
print(json.dumps([port for _, port in servers]), flush=True)
say = None
for line in sys.stdin:
    order = json.loads(line)
    if order.get("stop") is not None:
        servers[order["stop"]][0].stop(0).wait()
    if order.get("start") is not None:
        servers[order["start"]] = serve(f"s{order['start']}", servers[order["start"]][1])
    result = {"answers": {}, "errors": {}, "detail": "", "owners": []}
    headers = [order.get("headers") or {}] * (order.get("calls") or 0)
    headers += [{order["header"]: str(key)} for key in range(order.get("keys") or 0)]
    if headers and say is None:
        # Not before the control plane has something to say: the ports come from here.
        options = [("grpc.initial_reconnect_backoff_ms", 200), ("grpc.max_reconnect_backoff_ms", 500)]
        say = grpc.insecure_channel(target, options).unary_unary("/test.Echo/Say", request_serializer=None, response_deserializer=None)
    for one in headers:
        answer, code, detail = call(say, one)
        where, key = (result["answers"], answer) if code is None else (result["errors"], code)
        where[key] = where.get(key, 0) + 1
        result["detail"] = detail or result["detail"]
        result["owners"].append(answer)
    print(json.dumps(result), flush=True)
for server, _ in servers:
    server.stop(0)
