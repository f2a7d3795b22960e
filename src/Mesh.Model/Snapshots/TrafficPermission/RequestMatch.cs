using System.Collections.Immutable;

namespace Mesh.Model.Snapshots;

/// <summary>Matches a request in a permission; all that is given has to match.</summary>
/// <param name="Method">HTTP method, upper-case; <see langword="null"/>: any.</param>
/// <param name="Path">The path as the app will see it, after normalization; <see langword="null"/>: any.</param>
public sealed record RequestMatch(string? Method, PathMatch? Path)
{
    /// <summary>Headers that all have to match. Empty: any.</summary>
    public ImmutableArray<ValueMatch> Headers { get; init; } = [];

    /// <summary>Whether both say the same; records compare lists by reference.</summary>
    public bool SaysAs(RequestMatch other) => Headers.SequenceEqual(other.Headers) && this with { Headers = other.Headers } == other;
}
