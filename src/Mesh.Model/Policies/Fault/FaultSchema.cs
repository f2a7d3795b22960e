using Mesh.Model.Policies.HttpRoute;
using Mesh.Model.Serialization.Schemas;
using Mesh.Model.Snapshots;

namespace Mesh.Model.Policies.Fault;

/// <summary>A request for a fault. Not among <see cref="Kinds"/>: no document of it can be stored.</summary>
internal static class FaultSchema
{
    // https://grpc.github.io/grpc/core/md_doc_statuscodes.html
    private static readonly WordSchema<int> GrpcStatus = new(
        ("CANCELLED", 1),
        ("UNKNOWN", 2),
        ("INVALID_ARGUMENT", 3),
        ("DEADLINE_EXCEEDED", 4),
        ("NOT_FOUND", 5),
        ("ALREADY_EXISTS", 6),
        ("PERMISSION_DENIED", 7),
        ("RESOURCE_EXHAUSTED", 8),
        ("FAILED_PRECONDITION", 9),
        ("ABORTED", 10),
        ("OUT_OF_RANGE", 11),
        ("UNIMPLEMENTED", 12),
        ("INTERNAL", 13),
        ("UNAVAILABLE", 14),
        ("DATA_LOSS", 15),
        ("UNAUTHENTICATED", 16));

    private static readonly ObjectSchema<FaultDelay> Delay = new ObjectSchema<FaultDelay>(() => new())
        .Value("fixed", DurationSchema.Any, x => x.Fixed, (x, v) => x with { Fixed = v })
        .Value("min", DurationSchema.Any, x => x.Min, (x, v) => x with { Min = v })
        .Value("max", DurationSchema.Any, x => x.Max, (x, v) => x with { Max = v })
        .Value("percent", NumberSchema.Any, x => Written(x.Percent), (x, v) => x with { Percent = v });

    private static readonly ObjectSchema<FaultAbort> Abort = new ObjectSchema<FaultAbort>(() => new())
        .Value("httpStatus", IntegerSchema.Any, x => x.HttpStatus, (x, v) => x with { HttpStatus = v })
        .Value("grpcStatus", GrpcStatus, x => x.GrpcStatus, (x, v) => x with { GrpcStatus = v })
        .Value("reset", BooleanSchema.Any, x => x.Reset ? true : null, (x, v) => x with { Reset = v })
        .Value("percent", NumberSchema.Any, x => Written(x.Percent), (x, v) => x with { Percent = v });

    private static readonly ObjectSchema<FaultResponse> Response = new ObjectSchema<FaultResponse>(() => new())
        .Value("bytesPerSecond", IntegerSchema.Any, x => x.BytesPerSecond, (x, v) => x with { BytesPerSecond = v })
        .Value("cutAfter", IntegerSchema.Any, x => x.CutAfter, (x, v) => x with { CutAfter = v })
        .Value("percent", NumberSchema.Any, x => Written(x.Percent), (x, v) => x with { Percent = v });

    private static readonly ObjectSchema<FaultTunnel> Tunnel = new ObjectSchema<FaultTunnel>(() => new())
        .Value("latency", DurationSchema.Any, x => x.Latency, (x, v) => x with { Latency = v })
        .Value("jitter", DurationSchema.Any, x => x.Jitter, (x, v) => x with { Jitter = v })
        .Value("bytesPerSecond", IntegerSchema.Any, x => x.BytesPerSecond, (x, v) => x with { BytesPerSecond = v })
        .Value("resetAfter", DurationSchema.Any, x => x.ResetAfter, (x, v) => x with { ResetAfter = v })
        .Value("limitBytes", IntegerSchema.Any, x => x.LimitBytes, (x, v) => x with { LimitBytes = v })
        .Value("slowClose", DurationSchema.Any, x => x.SlowClose, (x, v) => x with { SlowClose = v })
        .Value("percent", NumberSchema.Any, x => Written(x.Percent), (x, v) => x with { Percent = v });

    public static ObjectSchema<FaultRequest> Request { get; } = new ObjectSchema<FaultRequest>(() => new())
        .Field("to", TextSchema.Any, x => x.To, (x, v) => x with { To = v }, required: true)
        .List("from", TextSchema.Any, x => x.From, (x, v) => x with { From = v }, mayBeEmpty: false)
        .Value("duration", DurationSchema.Any, x => x.Duration, (x, v) => x with { Duration = v }, required: true)
        .List("matches", HttpRouteSchema.Match, x => x.Matches, (x, v) => x with { Matches = v }, mayBeEmpty: false)
        .Field("delay", Delay, x => x.Effects.Delay, (x, v) => x with { Effects = x.Effects with { Delay = v } })
        .Field("abort", Abort, x => x.Effects.Abort, (x, v) => x with { Effects = x.Effects with { Abort = v } })
        .Field("response", Response, x => x.Effects.Response, (x, v) => x with { Effects = x.Effects with { Response = v } })
        .Field("tcp", Tunnel, x => x.Effects.Tunnel, (x, v) => x with { Effects = x.Effects with { Tunnel = v } });

    private static double? Written(double percent) => percent == FaultPercent.All ? null : percent;
}
