using Aspire.Hosting;
using Mesh.Model.Snapshots;

namespace Mesh.Hosting;

/// <summary>An attribute of spans, and of request metrics where that is said. Exactly one of <see cref="Value"/>, <see cref="Header"/> and <see cref="Variable"/> says what it is.</summary>
[AspireDto]
public sealed class MeshTag
{
    /// <summary>The attribute's name, in lower case with dots.</summary>
    public string Name { get; set; } = "";

    /// <summary>Always this value.</summary>
    public string? Value { get; set; }

    /// <summary>The value of this request header. One that carries secrets is refused.</summary>
    public string? Header { get; set; }

    /// <summary>The value of this environment variable of the sidecar.</summary>
    public string? Variable { get; set; }

    /// <summary>The value where there is no such header or variable. Default: no tag.</summary>
    public string? Default { get; set; }

    /// <summary>Tells the durations of requests apart by it too. Default: false.</summary>
    public bool Metrics { get; set; }

    /// <summary>How many values of a header metrics tell apart, 1 to 1000; others are counted together. Default: 50.</summary>
    public int? MaxValues { get; set; }

    internal TelemetryTag ToTag() => new()
    {
        Name = Name,
        Literal = Value,
        Header = Header is null ? null : new TagSource(Header, Default),
        Environment = Variable is null ? null : new TagSource(Variable, Default),
        Metrics = Metrics,
        MaxValues = MaxValues,
    };
}
