namespace Mesh.Model.Snapshots;

/// <summary>Something of a request that is hashed, where replicas are picked by hash.</summary>
/// <param name="Kind">What.</param>
/// <param name="Name">The name of the header, cookie or parameter; empty for <see cref="HashPolicyKind.Source"/>.</param>
public sealed record HashPolicy(HashPolicyKind Kind, string Name = "")
{
    /// <summary>For cookies: a request without the cookie is given one that lives so long; zero: until the browser closes. <see langword="null"/>: it is given none.</summary>
    public TimeSpan? Ttl { get; init; }

    /// <summary>For cookies with a <see cref="Ttl"/>: the path the cookie is for. <see langword="null"/>: the client takes that of the request.</summary>
    public string? Path { get; init; }

    /// <summary>Whether those behind it are not looked at where it gave a value. Default: all that give one count together.</summary>
    public bool Terminal { get; init; }
}
