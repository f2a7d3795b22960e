namespace Mesh.Model.Snapshots;

/// <summary>Where lines of an access log go.</summary>
public enum AccessLogKind
{
    /// <summary>To the end of a file beside the sidecar.</summary>
    File,

    /// <summary>To the sidecar's standard output.</summary>
    Stdout,

    /// <summary>As log records to the collector that the sidecar sends its spans and metrics to.</summary>
    OpenTelemetry,
}
