using Mesh.Model.Validation;

namespace Mesh.Model.Snapshots;

/// <summary>An answer that the called service did not give: exactly one of three.</summary>
public sealed record FaultAbort
{
    /// <summary>An HTTP status, 200 to 599. gRPC calls get the gRPC status that belongs to it.</summary>
    public int? HttpStatus { get; init; }

    /// <summary>A gRPC status, 1 to 16. Requests that are no gRPC get the HTTP status that belongs to it.</summary>
    public int? GrpcStatus { get; init; }

    /// <summary>The connection, or in HTTP/2 the stream, breaks off without an answer.</summary>
    public bool Reset { get; init; }

    /// <summary>Share of the requests, above 0 to 100. Default: 100.</summary>
    public double Percent { get; init; } = FaultPercent.All;

    internal IEnumerable<Violation> Validate(FieldPath at)
    {
        if ((HttpStatus is null ? 0 : 1) + (GrpcStatus is null ? 0 : 1) + (Reset ? 1 : 0) != 1)
        {
            yield return new(at, "must say exactly one of httpStatus, grpcStatus and reset: true");
        }

        if (HttpStatus is < 200 or > 599)
        {
            yield return new(at / "httpStatus", $"must be between 200 and 599 but is {HttpStatus}");
        }

        if (GrpcStatus is < 1 or > 16)
        {
            yield return new(at / "grpcStatus", $"must be a status of gRPC but OK, 1 to 16, but is {GrpcStatus}");
        }

        foreach (var violation in FaultPercent.Validate(Percent, at))
        {
            yield return violation;
        }
    }
}
