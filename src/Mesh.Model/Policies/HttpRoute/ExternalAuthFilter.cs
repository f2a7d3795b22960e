using System.Collections.Immutable;
using Mesh.Model.Policies.Matching;
using Mesh.Model.Snapshots;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.HttpRoute;

/// <summary>A service that is asked whether a request may pass (Gateway API's ExternalAuth; over gRPC Envoy's protocol). Without an answer it may not.</summary>
public sealed record ExternalAuthFilter
{
    /// <summary>The most bytes of a body that can be asked to be sent along: what a sidecar keeps of a request anyway.</summary>
    public const int MaxBodyLimit = 65_536;

    /// <summary>What the service speaks.</summary>
    public AuthorizationProtocol Protocol { get; init; }

    /// <summary>The service; its weight and filters are not used.</summary>
    public BackendRef Backend { get; init; } = new();

    /// <summary>Over gRPC: headers of the request that it sees. Empty: all.</summary>
    public ImmutableArray<string> GrpcHeaders { get; init; } = [];

    /// <summary>Over HTTP: what stands in front of the request's path. <see langword="null"/>: nothing.</summary>
    public string? Path { get; init; }

    /// <summary>Over HTTP: headers of the request that it sees beside <c>Host</c>, <c>Content-Length</c> and <c>Authorization</c>.</summary>
    public ImmutableArray<string> HttpHeaders { get; init; } = [];

    /// <summary>Over HTTP: headers of its answer that the backend gets. Empty: all that do not belong to the answer itself.</summary>
    public ImmutableArray<string> HttpResponseHeaders { get; init; } = [];

    /// <summary>Bytes of the body that it gets, 0 to 65,536; a request with a longer one is refused with 413. Default: 0, none of the body however long.</summary>
    public int MaxBody { get; init; }

    /// <summary>How long it has. Default: 1 s.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Whether requests pass when it gives no answer. Default: false.</summary>
    public bool FailOpen { get; init; }

    internal IEnumerable<Violation> Validate(FieldPath at)
    {
        foreach (var violation in Backend.Validate(at / "backendRef"))
        {
            yield return violation;
        }

        var isGrpc = Protocol == AuthorizationProtocol.Grpc;
        if (!isGrpc && !GrpcHeaders.IsEmpty)
        {
            yield return new(at / "grpc", "means nothing with protocol HTTP; leave it out, or change the protocol");
        }

        if (isGrpc && (Path is not null || !HttpHeaders.IsEmpty || !HttpResponseHeaders.IsEmpty))
        {
            yield return new(at / "http", "means nothing with protocol GRPC; leave it out, or change the protocol");
        }

        foreach (var violation in Names(GrpcHeaders, at / "grpc" / "allowedHeaders").Concat(Names(HttpHeaders, at / "http" / "allowedHeaders"))
            .Concat(ResponseNames(at / "http" / "allowedResponseHeaders"))
            .Concat(Path is null ? [] : MatchRules.WrittenPath(Path, at / "http" / "path")))
        {
            yield return violation;
        }

        if (MaxBody is < 0 or > MaxBodyLimit)
        {
            yield return new(at / "forwardBody" / "maxSize", $"must be between 0 and {MaxBodyLimit} bytes but is {MaxBody}");
        }

        if (Timeout is { } timeout && timeout <= TimeSpan.Zero)
        {
            yield return new(at / "timeout", $"must be greater than zero but is {Duration.Format(timeout)}; leave it out for {Duration.Format(RouteAuthorization.DefaultTimeout)}");
        }
    }

    private IEnumerable<Violation> ResponseNames(FieldPath at) => HttpResponseHeaders.SelectMany((name, i) => MatchRules.ChangeableHeader(name, at[i]));

    private static IEnumerable<Violation> Names(ImmutableArray<string> names, FieldPath at) => names.SelectMany((name, i) => MatchRules.HeaderName(name, at[i]));
}
