using System.Globalization;

namespace Mesh.Testing.Simulation;

/// <summary>Counts what chance came to: what it never tries is not shown by any number of tries.</summary>
public sealed class Coverage
{
    private readonly SortedDictionary<string, int> _seen = new(StringComparer.Ordinal);

    /// <summary>Counts something.</summary>
    public void Add(string what) => _seen[what] = _seen.GetValueOrDefault(what) + 1;

    /// <summary>What of these was hardly seen.</summary>
    /// <param name="least">How often it should have been.</param>
    /// <param name="whats">What should have been seen.</param>
    public string[] Missing(int least, params string[] whats) => [.. whats.Where(what => _seen.GetValueOrDefault(what) < least)];

    /// <inheritdoc />
    public override string ToString() => string.Join(", ", _seen.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Key} {s.Value}")));
}
