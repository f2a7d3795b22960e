using System.Collections.Immutable;

namespace Mesh.Model.Snapshots;

/// <summary>A service that is asked about each request before it goes on.</summary>
public sealed record RouteAuthorization
{
    /// <summary>What <see cref="Timeout"/> is where nothing is said.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(1);

    /// <summary>The cluster of the service. One that the snapshot lacks answers nothing.</summary>
    public required string Cluster { get; init; }

    /// <summary>What it speaks.</summary>
    public AuthorizationProtocol Protocol { get; init; }

    /// <summary>For <see cref="AuthorizationProtocol.Http"/>: what stands in front of the request's path. Default: nothing.</summary>
    public string PathPrefix { get; init; } = "";

    /// <summary>
    /// Headers of the request that the service sees. Empty: with <see cref="AuthorizationProtocol.Http"/> only those it always sees (<c>Host</c>, <c>Content-Length</c>,
    /// <c>Authorization</c>), with <see cref="AuthorizationProtocol.Grpc"/> all.
    /// </summary>
    public ImmutableArray<string> RequestHeaders { get; init; } = [];

    /// <summary>For <see cref="AuthorizationProtocol.Http"/>: headers of its answer that the backend gets. Empty: all that do not belong to the answer itself.</summary>
    public ImmutableArray<string> ResponseHeaders { get; init; } = [];

    /// <summary>Bytes of the body that it gets; a longer body is refused with 413. <see langword="null"/>: none of the body, however long.</summary>
    public int? MaxBody { get; init; }

    /// <summary>How long it has. Default: 1 s.</summary>
    public TimeSpan Timeout { get; init; } = DefaultTimeout;

    /// <summary>Whether requests pass when it gives no answer. Default: false.</summary>
    public bool FailOpen { get; init; }
}
