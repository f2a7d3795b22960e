using System.Collections.Immutable;

namespace Mesh.Model.Bootstrap;

/// <summary>A bearer token of the control plane's API.</summary>
public sealed record ApiToken
{
    /// <summary>Who carries it, for audit events.</summary>
    public required string Name { get; init; }

    /// <summary>The secret, at least 32 random bytes in base64url or hexadecimal.</summary>
    public required string Token { get; init; }

    /// <summary>What it allows: <c>read</c>, <c>apply</c>, <c>debug</c>, <c>token</c> (issue sidecar tokens).</summary>
    public ImmutableArray<string> Scopes { get; set; } = [];
}
