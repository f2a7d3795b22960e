using Mesh.Model.Snapshots;

namespace Mesh.Proxy.Telemetry;

/// <summary>A tag, ready to run.</summary>
internal sealed class CompiledTag
{
    // Characters. What is longer belongs into a log.
    private const int Longest = 256;

    private readonly string? _header;
    private readonly string? _otherwise;
    private readonly TagValues? _values;

    /// <summary>Makes it.</summary>
    /// <param name="tag">What is said.</param>
    /// <param name="environment">Reads environment variables.</param>
    /// <param name="values">What metrics tell apart; <see langword="null"/>: it is on no metric.</param>
    public CompiledTag(TelemetryTag tag, Func<string, string?> environment, TagValues? values)
    {
        Name = tag.Name;
        _header = tag.Header?.Name;
        _otherwise = tag.Header is { } header ? header.Default
            : tag.Environment is { } variable ? environment(variable.Name) is { Length: > 0 } found ? Cut(found) : variable.Default
            : tag.Literal;
        _values = values;
    }

    /// <summary>The attribute's name.</summary>
    public string Name { get; }

    /// <summary>Whether it is on metrics.</summary>
    public bool IsMeasured => _values is not null;

    /// <summary>Whether it depends on the request.</summary>
    public bool IsOfRequest => _header is not null;

    /// <summary>Its value for spans; <see langword="null"/>: none.</summary>
    public string? Of(IHeaderDictionary headers) => Sent(headers) ?? _otherwise;

    /// <summary>Its value for metrics; <see langword="null"/>: none.</summary>
    public string? Measured(IHeaderDictionary headers) => Sent(headers) is { } sent ? _values!.Of(sent) : _otherwise;

    private string? Sent(IHeaderDictionary headers) => _header is not null && headers.TryGetValue(_header, out var values) && values.Count > 0 && values[0] is { Length: > 0 } value ? Cut(value) : null;

    private static string Cut(string value) => value.Length <= Longest ? value : value[..Longest];
}
