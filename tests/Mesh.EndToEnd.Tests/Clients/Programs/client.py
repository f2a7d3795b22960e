# The same as client.js, over gRPC's C core.
import json
import sys
from concurrent import futures

import grpc

# A server that was away is tried again soon; by themselves clients pause up to two minutes.
options = [("grpc.initial_reconnect_backoff_ms", 200), ("grpc.max_reconnect_backoff_ms", 1000)]
channel = grpc.secure_channel(sys.argv[1], grpc.xds_channel_credentials(), options)
say = channel.unary_unary("/test.Echo/Say", request_serializer=None, response_deserializer=None)
pool = futures.ThreadPoolExecutor(max_workers=10)


def call(order):
    try:
        headers = list(order.get("headers", {}).items())
        return say(b"hello", timeout=order.get("seconds", 10), metadata=headers).decode(), None, None
    except grpc.RpcError as error:
        return None, str(error.code().value[0]), error.details()


print(json.dumps({"ready": grpc.__version__}), flush=True)
for line in sys.stdin:
    order = json.loads(line)
    result = {"answers": {}, "errors": {}, "detail": ""}
    for answer, code, detail in pool.map(call, [order] * order["calls"]):
        if code is None:
            result["answers"][answer] = result["answers"].get(answer, 0) + 1
        else:
            result["errors"][code] = result["errors"].get(code, 0) + 1
            result["detail"] = detail
    print(json.dumps(result), flush=True)
