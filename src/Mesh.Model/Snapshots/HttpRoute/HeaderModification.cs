using System.Collections.Immutable;

namespace Mesh.Model.Snapshots;

/// <summary>Header changes in this order: remove, set, add.</summary>
public sealed record HeaderModification
{
    /// <summary>No change.</summary>
    public static HeaderModification None { get; } = new();

    /// <summary>Headers whose values are replaced.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Set { get; init; } = [];

    /// <summary>Header values that are added to what is there.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Add { get; init; } = [];

    /// <summary>Headers that are taken away.</summary>
    public ImmutableArray<string> Remove { get; init; } = [];

    /// <summary>Whether nothing changes.</summary>
    public bool IsEmpty => Set.IsEmpty && Add.IsEmpty && Remove.IsEmpty;
}
