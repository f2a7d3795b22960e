using System.Collections.Immutable;
using Aspire.Hosting;
using Mesh.Hosting.Exports;
using Mesh.Model.Policies.AccessLog;
using Mesh.Model.Snapshots;

namespace Mesh.Hosting;

/// <summary>A line for each request or tcp connection, or for some.</summary>
[AspireDto]
public sealed class MeshAccessLog
{
    /// <summary>The full path of the file that lines are added to. Default: the sidecar's standard output.</summary>
    public string? File { get; set; }

    /// <summary>Writes log records to the collector that the sidecars send their spans to, and no lines. Default: false.</summary>
    public bool OpenTelemetry { get; set; }

    /// <summary>With <see cref="OpenTelemetry"/>: the text of a record. Default: the usual line.</summary>
    public string? Body { get; set; }

    /// <summary>With <see cref="OpenTelemetry"/>: the attributes of a record, such a text for each name. Default: those of OpenTelemetry's conventions.</summary>
    public IDictionary<string, string>? Attributes { get; set; }

    /// <summary>A line with command operators such as <c>%REQ(:METHOD)%</c>. Default: one like Envoy's.</summary>
    public string? Text { get; set; }

    /// <summary>An object in place of a line, with such a text for each name.</summary>
    public IDictionary<string, string>? Json { get; set; }

    /// <summary>Leaves names whose value is nothing out of the object. Default: false.</summary>
    public bool OmitEmptyValues { get; set; }

    /// <summary>Only answers with this status and above. Default: all.</summary>
    public int? MinStatus { get; set; }

    /// <summary>Only requests that took so long and longer. Default: all.</summary>
    [Milliseconds]
    public TimeSpan? MinDuration { get; set; }

    /// <summary>Only what the mesh itself answered. Default: false.</summary>
    public bool OnlyErrors { get; set; }

    /// <summary>Only requests whose headers match all of these. Default: all.</summary>
    public IList<MeshHeader>? Headers { get; set; }

    /// <summary>Share of those that are left, above 0 to 100. Default: 100.</summary>
    public double? Percent { get; set; }

    internal AccessLogSettings ToSettings() => new()
    {
        Backends =
        [
            new AccessLog
            {
                Kind = OpenTelemetry ? AccessLogKind.OpenTelemetry : File is null ? AccessLogKind.Stdout : AccessLogKind.File,
                Path = File,
                Text = Text,
                Json = Json?.ToImmutableSortedDictionary(StringComparer.Ordinal),
                Body = Body,
                Attributes = Attributes?.ToImmutableSortedDictionary(StringComparer.Ordinal),
                OmitEmptyValues = OmitEmptyValues,
                MinStatus = MinStatus,
                MinDuration = MinDuration,
                OnlyErrors = OnlyErrors,
                Headers = [.. (Headers ?? []).Select(header => header.ToMatch())],
                Percent = Percent ?? 100,
            },
        ],
    };
}
