using System.Collections.Immutable;
using Mesh.Model.Topology;

namespace Mesh.Model.Simulation;

/// <summary>A call that nobody makes: what would the mesh do with it?</summary>
public sealed record SimulatedRequest
{
    /// <summary>The calling service; <see langword="null"/>: somebody who is no service, see <see cref="Identity"/>.</summary>
    public ServiceId? Caller { get; init; }

    /// <summary>The caller's SPIFFE id where it is no service of the mesh: the developer at a front door, a peer from elsewhere, or nothing for somebody without one. <see langword="null"/>: that of <see cref="Caller"/>.</summary>
    public string? Identity { get; init; }

    /// <summary>The port that is called.</summary>
    public required PortRef Callee { get; init; }

    /// <summary>The method, upper-case. Default: GET. Means nothing on tcp ports, as all below.</summary>
    public string Method { get; init; } = "GET";

    /// <summary>Path and query as they would be sent. Default: <c>/</c>.</summary>
    public string Target { get; init; } = "/";

    /// <summary>Headers; names are compared without case.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Claims that count as those of a verified token, where the request carries none; an issuer is the claim <c>iss</c>. Of several values each is an entry.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Claims { get; init; } = [];

    /// <summary>A JSON Web Key Set that stands for the keys of issuers that a policy does not hold itself. Default: <see langword="null"/>, their signatures are not verified.</summary>
    public string? Keys { get; init; }

    /// <summary>When it would be sent, for the times of tokens. Default: <see langword="null"/>, they are not looked at.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>The first value of a header, or <see langword="null"/>.</summary>
    internal string? Header(string name)
    {
        foreach (var (key, value) in Headers)
        {
            if (key.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        return null;
    }
}
