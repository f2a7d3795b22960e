namespace Mesh.Cli.Running;

/// <summary>What <c>mesh up</c> was asked for.</summary>
internal sealed record UpOptions
{
    /// <summary>Absolute path of the <c>mesh.yaml</c>.</summary>
    public required string File { get; init; }

    /// <summary>Absolute path of the state directory. <see langword="null"/>: <c>.mesh/&lt;app&gt;</c> beside the file.</summary>
    public string? State { get; init; }

    /// <summary>Shows no lines of the services.</summary>
    public bool Quiet { get; init; }

    /// <summary>Shows every line of the mesh's own processes too, not only warnings.</summary>
    public bool Verbose { get; init; }

    /// <summary>OTLP endpoint for traces, metrics and logs. <see langword="null"/>: none.</summary>
    public string? Otlp { get; init; }

    /// <summary>A JSON file to write once everything is ready.</summary>
    public string? ReadyFile { get; init; }

    /// <summary>Port of the control plane's API and pages. <see langword="null"/>: 15014 if it is free, else another.</summary>
    public int? ApiPort { get; init; }

    /// <summary>Port of the control plane's gRPC. <see langword="null"/>: 15010 if it is free, else another.</summary>
    public int? GrpcPort { get; init; }

    /// <summary>How long everything may take to become ready. Default: 120 s.</summary>
    public TimeSpan ReadyTimeout { get; init; } = TimeSpan.FromSeconds(120);
}
