using System.Collections.Immutable;

namespace Mesh.Model.Snapshots;

/// <summary>Matches one claim of a token.</summary>
public sealed record ClaimMatch
{
    /// <summary>The claim's name; further elements lead into nested objects. Never empty.</summary>
    public ImmutableArray<string> Path { get; init; } = [];

    /// <summary>Texts one of which the claim has to be. Either these or <see cref="Contains"/>.</summary>
    public ImmutableArray<string> Values { get; init; } = [];

    /// <summary>Texts one of which has to be an item of the claim, a list, or a word of it, a text of words with single spaces between them as OAuth's <c>scope</c>.</summary>
    public ImmutableArray<string> Contains { get; init; } = [];

    /// <summary>Whether both say the same; records compare lists by reference.</summary>
    public bool SaysAs(ClaimMatch other) => Path.SequenceEqual(other.Path) && Values.SequenceEqual(other.Values) && Contains.SequenceEqual(other.Contains);
}
