using System.Collections.Immutable;
using Mesh.Proxy.Errors;

namespace Mesh.Proxy.Outbound;

/// <summary>What came of asking about a request.</summary>
internal sealed record AuthorizationAnswer
{
    /// <summary>It may pass.</summary>
    public static AuthorizationAnswer Pass { get; } = new();

    /// <summary>Whether the caller has its answer already: a refusal in the words of whoever was asked.</summary>
    public bool IsAnswered { get; init; }

    /// <summary>Why it may not pass, in the mesh's words; <see langword="null"/>: it may, or is answered.</summary>
    public Failure? Failure { get; init; }

    /// <summary>Headers that the response gets.</summary>
    public ImmutableArray<KeyValuePair<string, string>> ResponseHeaders { get; init; } = [];
}
