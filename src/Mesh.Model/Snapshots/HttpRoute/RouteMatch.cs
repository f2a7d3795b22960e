using System.Collections.Immutable;

namespace Mesh.Model.Snapshots;

/// <summary>Matches a request; all that is given has to match.</summary>
public sealed record RouteMatch
{
    /// <summary>Matches every request.</summary>
    public static RouteMatch Any { get; } = new();

    /// <summary>The path; <see langword="null"/>: any.</summary>
    public PathMatch? Path { get; init; }

    /// <summary>The method, upper-case; <see langword="null"/>: any.</summary>
    public string? Method { get; init; }

    /// <summary>Headers that all have to match.</summary>
    public ImmutableArray<ValueMatch> Headers { get; init; } = [];

    /// <summary>Query parameters that all have to match.</summary>
    public ImmutableArray<ValueMatch> QueryParameters { get; init; } = [];
}
